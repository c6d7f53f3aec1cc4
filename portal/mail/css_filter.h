// SPDX-License-Identifier: Apache-2.0
//
// filter_css: of the declarations of a style attribute those that change how text looks, and nothing else.
//
//     filter_css("color:red; position:fixed; background:url(//x)") == "color:red"
//
// A declaration stays when its property is in the list and its value has only letters, digits, spaces and #%.,-'() with
// no function but rgb(), rgba(), hsl() and hsla(): no url(), no escapes, no comments, no expression().
// Threads: pure function. Errors: none.
#pragma once

#include <string>
#include <string_view>

namespace smarttls::portal {

[[nodiscard]] std::string filter_css(std::string_view style);

}  // namespace smarttls::portal
