// SPDX-License-Identifier: Apache-2.0
//
// Target, form and cookies of a request, separated by zero bytes.
#include <algorithm>

#include "portal/web/http_message.h"
#include "portal/web/http_text.h"
#include "tests/fuzz/fuzz.h"

namespace smarttls::fuzz {

void judge(std::string_view input) {
    const auto texts = texts_of(input);
    portal::Request request;
    if (portal::parse_target(texts[0], request)) {
        require(request.path.starts_with('/') && request.path.find("/../") == std::string::npos, "a path is one of ours");
        require(request.path.find_first_of("\r\n\\") == std::string::npos, "a path is a line");
    }
    require(portal::parse_form(texts.back()).size() <= 64, "a form is bounded");
    request.headers.push_back({"cookie", texts.back()});
    static_cast<void>(request.cookie("__Host-form"));
    portal::Response response;
    response.headers = {{"Location", texts.back()}, {"Content-Disposition", portal::content_disposition(texts.back())}};
    const std::string header = portal::header_text(response, portal::Persistence::Close);
    require(std::ranges::count(header, '\n') <= 6, "a header cannot be split");
}

}  // namespace smarttls::fuzz
