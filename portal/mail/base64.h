// SPDX-License-Identifier: Apache-2.0
//
// Base64 (RFC 4648 §4) for pictures inside HTML.
//
// Threads: pure function. Errors: none.
#pragma once

#include <string>
#include <string_view>

namespace smarttls::portal {

[[nodiscard]] std::string to_base64(std::string_view bytes);

}  // namespace smarttls::portal
