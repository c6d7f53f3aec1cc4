// SPDX-License-Identifier: Apache-2.0
//
// PageTemplates: the pages' texts, from the directories of [portal] templates: `pages/NAME.html` in Mustache, and
// `LANGUAGE/words`, lines of "name = text", where a text may hold {{values}} of the page. A directory that is named
// earlier replaces pages and single words of a later one; so a site changes what it wants and inherits the rest.
//
//     auto templates = PageTemplates::open(config.portal.templates);
//     std::string page = templates->render("message", "nl", values);
//
// A value is escaped wherever a page shows it with two braces. Each page stands in `pages/layout.html`, as {{{content}}}.
// Threads: immutable after open(). Errors of open(): Misconfigured (a page or a word is missing, Mustache cannot be read).
#pragma once

#include <kainjow/mustache.hpp>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "policy/result.h"

namespace smarttls::portal {

using PageValues = kainjow::mustache::data;

class PageTemplates {
  public:
    [[nodiscard]] static policy::Result<PageTemplates> open(const std::vector<std::string>& directories);

    /// "nl", "en", ... in alphabetical order.
    [[nodiscard]] std::vector<std::string> languages() const;
    /// The best of them for an Accept-Language header (RFC 9110 §12.5.4); `otherwise` when it asks for none.
    [[nodiscard]] std::string language_for(std::string_view accept, const std::string& otherwise) const;

    /// The whole page; `values` gain "words" and "language".
    [[nodiscard]] std::string render(const std::string& page, const std::string& language, PageValues values) const;
    [[nodiscard]] std::string word(const std::string& language, const std::string& name) const;
    [[nodiscard]] const std::string& style() const { return style_; }

  private:
    using Words = std::map<std::string, std::string>;
    policy::Result<void> check() const;

    std::map<std::string, std::string> pages_;  // by name
    std::map<std::string, Words> words_;        // by language
    std::string style_;                         // style.css and the site's own brand.css
};

}  // namespace smarttls::portal
