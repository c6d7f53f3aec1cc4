// SPDX-License-Identifier: Apache-2.0
//
// HTML as a sender may make it.
#include "portal/mail/css_filter.h"
#include "portal/mail/html_sanitiser.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/portal/mail/html_judge.h"

namespace smarttls::fuzz {

void judge(std::string_view input) {
    const portal::SanitisedHtml clean = portal::sanitise_html(std::string(input), {{"logo", {"image/png", "PNG"}}});
    const std::string fault = portal::judge_html(clean.html);
    require(fault.empty(), fault.c_str());
    const portal::SanitisedHtml again = portal::sanitise_html(clean.html, {});
    require(portal::judge_html(again.html).empty(), "what is clean stays clean");
    const std::string style = portal::filter_css(input);
    require(style.find("url") == std::string::npos || style.find('(') == std::string::npos, "a style loads nothing");
}

}  // namespace smarttls::fuzz
