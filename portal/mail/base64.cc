// SPDX-License-Identifier: Apache-2.0
#include "portal/mail/base64.h"

#include "portal/mail/gmime_handles.h"

namespace smarttls::portal {

std::string to_base64(std::string_view bytes) {
    const GlibText text(g_base64_encode(reinterpret_cast<const guchar*>(bytes.data()), bytes.size()));
    return text_of(text.get());
}

}  // namespace smarttls::portal
