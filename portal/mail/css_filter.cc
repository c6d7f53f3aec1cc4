// SPDX-License-Identifier: Apache-2.0
#include "portal/mail/css_filter.h"

#include <algorithm>
#include <array>

#include "policy/text.h"

namespace smarttls::portal {
namespace {

constexpr std::size_t kLongestValue = 200;

constexpr auto kProperties = std::to_array<std::string_view>({
    "background",     "background-color", "border",         "border-bottom",  "border-bottom-color",
    "border-bottom-style", "border-bottom-width", "border-collapse", "border-color", "border-left",
    "border-left-color", "border-left-style", "border-left-width", "border-radius", "border-right",
    "border-right-color", "border-right-style", "border-right-width", "border-spacing", "border-style",
    "border-top",     "border-top-color", "border-top-style", "border-top-width", "border-width",
    "color",          "direction",        "font",           "font-family",    "font-size",
    "font-style",     "font-variant",     "font-weight",    "height",         "letter-spacing",
    "line-height",    "list-style-type",  "margin",         "margin-bottom",  "margin-left",
    "margin-right",   "margin-top",       "max-width",      "padding",        "padding-bottom",
    "padding-left",   "padding-right",    "padding-top",    "text-align",     "text-decoration",
    "text-indent",    "text-transform",   "vertical-align", "white-space",    "width",
    "word-break",     "word-spacing",     "word-wrap",
});

bool is_letter(char byte) { return (byte >= 'a' && byte <= 'z') || byte == '-'; }

/// Each "(" follows the name of a function that computes a colour.
bool calls_colours_only(std::string_view value) {
    constexpr auto kFunctions = std::to_array<std::string_view>({"rgb", "rgba", "hsl", "hsla"});
    for (std::size_t open = value.find('('); open != std::string_view::npos; open = value.find('(', open + 1)) {
        std::size_t start = open;
        while (start > 0 && is_letter(value[start - 1])) --start;
        if (std::ranges::find(kFunctions, value.substr(start, open - start)) == kFunctions.end()) return false;
    }
    return true;
}

bool is_harmless(std::string_view value) {
    constexpr std::string_view kMarks = " #%.,-'()!";
    const bool is_plain = std::ranges::all_of(value, [&](char byte) {
        return policy::is_digit(byte) || is_letter(byte) || kMarks.find(byte) != std::string_view::npos;
    });
    return is_plain && !value.empty() && value.size() <= kLongestValue && calls_colours_only(value);
}

}  // namespace

std::string filter_css(std::string_view style) {
    std::string kept;
    for (const std::string_view declaration : policy::split(style, ';')) {
        const std::size_t colon = declaration.find(':');
        if (colon == std::string_view::npos) continue;
        const std::string property = policy::to_lower(policy::trim(declaration.substr(0, colon)));
        std::string value = policy::to_lower(policy::trim(declaration.substr(colon + 1)));
        std::ranges::replace(value, '"', '\'');
        const bool is_known = std::ranges::binary_search(kProperties, std::string_view(property));
        if (!is_known || !is_harmless(value)) continue;
        if (!kept.empty()) kept += ';';
        kept += property + ":" + value;
    }
    return kept;
}

}  // namespace smarttls::portal
