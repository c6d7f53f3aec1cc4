// SPDX-License-Identifier: Apache-2.0
//
// sanitise_html: what is left of a stranger's HTML when only text, layout, links and pictures of the message itself may
// stay. The result is written anew, element by element, from an allow-list.
//
//     SanitisedHtml clean = sanitise_html(block.html, view.images);
//     page += clean.html;                       // balanced; goes into a body
//
// libxml2's HTML parser reads it by callbacks, without a tree: time and memory are linear and depth costs nothing. (Gumbo
// parses as HTML5 says, but builds a tree that it walks again and again and frees recursively; its upstream rests.) That
// it may see other elements than a browser in broken markup does no harm here: whatever it takes for text comes out
// escaped, every attribute is quoted, and none of the allowed elements has parsing rules of its own (no style, template,
// svg, math, noscript, select ...), so a browser finds exactly what was written.
// Scripts, forms, frames, styles in elements, and what would be loaded from anywhere are gone. CSS: portal/mail/css_filter.h.
// Threads: pure functions. Errors: none.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "portal/mail/mail_view.h"

namespace smarttls::portal {

struct SanitisedHtml {
    std::string html;
    bool left_out_remote = false;  // pictures that would have been loaded from elsewhere
};

using InlineImages = std::map<std::string, InlineImage, std::less<>>;

[[nodiscard]] SanitisedHtml sanitise_html(const std::string& html, const InlineImages& images);

/// & < > " ' as references: for text and for values in quotes.
[[nodiscard]] std::string escape_html(std::string_view text);

}  // namespace smarttls::portal
