// SPDX-License-Identifier: Apache-2.0
//
// The text of a response's header section (RFC 9112), and the headers that every answer of the portal carries.
//
// No header can be split: a name or value with a control character is a bug, and is left out. Security headers follow the
// OWASP secure headers project; a page may load our style sheet and send forms to us, and nothing else.
// Threads: pure functions. Errors: none.
#pragma once

#include <string>
#include <string_view>

#include "portal/web/http_message.h"

namespace smarttls::portal {

/// What a browser may do with an answer.
enum class Content {
    Page,     // ours: own style sheet, forms to ourselves, frames of ourselves
    Foreign,  // a stranger's: sandboxed, no scripts, pictures from data: alone; may be framed by our pages
    File,     // something to be stored
};

/// Puts them in front of what the response has.
void add_security_headers(Response& response, Content content);

/// "200 OK"
[[nodiscard]] std::string status_text(unsigned status);

enum class Persistence { KeepAlive, Close };

/// Status line to empty line. A stream without a size is announced as chunked (RFC 9112 §7.1).
[[nodiscard]] std::string header_text(const Response& response, Persistence persistence);

/// RFC 6266: the name for old browsers in ASCII, and the real one (RFC 8187).
[[nodiscard]] std::string content_disposition(std::string_view file_name);

}  // namespace smarttls::portal
