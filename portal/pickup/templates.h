// SPDX-License-Identifier: Apache-2.0
//
// Templates: the texts of mails, by name, in the language of the site. A site that wants other words puts a file of the
// same name into /etc/smarttls/templates/nl (or en).
//
//     const Templates templates(config.portal.templates, config.portal.language);
//     Result<std::string> text = templates.render("notice.txt", {{"organisation", "..."}}, Escape::None);
//
// Mustache (mustache(5)): {{name}} is a value, {{#name}}...{{/name}} is there when the value is not empty. Read anew each
// time. Threads: any. Errors: Misconfigured (no such file, or it is no template).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "policy/config.h"

namespace smarttls::portal {

using Values = std::map<std::string, std::string>;

enum class Escape { None, Html };

class Templates {
  public:
    Templates(std::vector<std::string> directories, policy::Language language)
        : directories_(std::move(directories)), language_(language) {}

    [[nodiscard]] policy::Result<std::string> render(std::string_view name, const Values& values, Escape escape) const;
    [[nodiscard]] policy::Language language() const { return language_; }

  private:
    std::vector<std::string> directories_;
    policy::Language language_;
};

}  // namespace smarttls::portal
