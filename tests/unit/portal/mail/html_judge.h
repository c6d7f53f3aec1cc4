// SPDX-License-Identifier: Apache-2.0
//
// judge_html: whether sanitised HTML is what the sanitiser promises, by a reader of its own that knows no HTML but the
// form in which it is written. An empty answer is praise.
#pragma once

#include <array>
#include <algorithm>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "policy/text.h"

namespace smarttls::portal {

inline std::string judge_attribute(const std::string& element, const std::string& name, const std::string& value) {
    constexpr auto kPlain = std::to_array<std::string_view>(
        {"align", "alt", "bgcolor", "border", "cellpadding", "cellspacing", "color", "colspan", "dir", "face", "height", "lang", "rowspan",
         "size", "start", "target", "title", "rel", "valign", "width"});
    if (value.find_first_of("<>'") != std::string::npos) return "an unescaped value of " + name;
    if (name == "href") {
        static const std::regex kLink("(?:https?://|mailto:|tel:).*", std::regex::icase);
        const bool is_fine = element == "a" && std::regex_match(value.substr(0, 12), kLink);
        return is_fine ? "" : "a link to " + value;
    }
    if (name == "src") {
        const bool is_fine = element == "img" && value.starts_with("data:image/") && !value.starts_with("data:image/svg");
        return is_fine ? "" : "a picture from " + value;
    }
    if (name == "style") {
        const std::string low = policy::to_lower(value);
        const bool is_fine = low.find("url") == std::string::npos && low.find_first_of("\\/@{}<") == std::string::npos &&
                             low.find("position") == std::string::npos;
        return is_fine ? "" : "a style " + value;
    }
    return std::ranges::find(kPlain, std::string_view(name)) == kPlain.end() ? "an attribute " + name : "";
}

/// One tag, "<" and ">" included; opens and closes what `open` says.
inline std::string judge_tag(const std::string& tag, std::vector<std::string>& open) {
    static const std::regex kEnd("</([a-z][a-z0-9]*)>");
    static const std::regex kStart("<([a-z][a-z0-9]*)(?: [a-z]+=\"[^\"]*\")*>");
    static const std::regex kAttribute(" ([a-z]+)=\"([^\"]*)\"");
    static const std::regex kForbidden("script|style|iframe|object|embed|form|input|button|svg|math|template|meta|link|base|textarea|"
                                       "select|option|noscript|title|frame|frameset|applet|xmp|plaintext|noembed|noframes|video|audio|body|html|head");
    std::smatch match;
    if (std::regex_match(tag, match, kEnd)) {
        if (open.empty() || open.back() != match[1]) return "an unbalanced " + tag;
        open.pop_back();
        return "";
    }
    const std::size_t name_end = tag.find_first_of(" >");
    const std::string element = tag.substr(1, name_end - 1);
    if (tag.size() < 10'000 && !std::regex_match(tag, match, kStart)) return "a malformed " + tag;
    if (std::regex_match(element, kForbidden)) return "an element " + element;
    for (std::size_t at = name_end; tag[at] == ' ';) {
        const std::size_t equals = tag.find('=', at);
        const std::size_t close = tag.find('"', equals + 2);
        const std::string wrong = judge_attribute(element, tag.substr(at + 1, equals - at - 1), tag.substr(equals + 2, close - equals - 2));
        if (!wrong.empty()) return wrong;
        at = close + 1;
    }
    constexpr auto kEmpty = std::to_array<std::string_view>({"br", "col", "hr", "img", "wbr"});
    if (std::ranges::find(kEmpty, std::string_view(element)) == kEmpty.end()) open.push_back(element);
    return "";
}

inline std::string judge_html(std::string_view html) {
    std::vector<std::string> open;
    while (!html.empty()) {
        const std::size_t start = html.find('<');
        if (html.substr(0, start).find('>') != std::string_view::npos) return "an unescaped >";
        if (start == std::string_view::npos) break;
        const std::size_t end = html.find('>', start);
        if (end == std::string_view::npos) return "a tag without its end";
        const std::string wrong = judge_tag(std::string(html.substr(start, end - start + 1)), open);
        if (!wrong.empty()) return wrong;
        html.remove_prefix(end + 1);
    }
    return open.empty() ? "" : "an open " + open.back();
}

}  // namespace smarttls::portal
