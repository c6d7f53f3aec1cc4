// SPDX-License-Identifier: Apache-2.0
//
// TransferDecoder: takes the transfer encoding off a body as it streams (RFC 2045 §6).
//
//     TransferDecoder decoder(part.encoding);
//     out += decoder.decode(piece);  ...
//     out += decoder.flush();
//
// Memory: nothing beyond the piece. Threads: one thread at a time. Errors: none; what is not of the encoding is left out.
#pragma once

#include <gmime/gmime-encodings.h>

#include <string>
#include <string_view>

#include "portal/mail/mail_part.h"

namespace smarttls::portal {

class TransferDecoder {
  public:
    explicit TransferDecoder(TransferEncoding encoding);

    [[nodiscard]] std::string decode(std::string_view piece);
    [[nodiscard]] std::string flush();

  private:
    GMimeEncoding state_{};
};

}  // namespace smarttls::portal
