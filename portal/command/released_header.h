// SPDX-License-Identifier: Apache-2.0
//
// ReleasedHeader: turns a message as it was submitted into one as the milter lets it go: without the
// fields that its class removes, with those that it sets; dot-stuffed for SMTP (RFC 5321 §4.5.2).
//
//     ReleasedHeader filter(config, mail_class);
//     smtp << filter.pass(bytes);  ...
//
// Memory: one line of the header. Threads: one.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "policy/config.h"

namespace smarttls::portal {

class ReleasedHeader {
  public:
    ReleasedHeader(const policy::Config& config, const policy::MailClass& mail_class);

    [[nodiscard]] std::string pass(std::string_view bytes);
    /// What is missing to the end of the last line.
    [[nodiscard]] std::string_view end() const { return before_ == '\n' ? "" : "\r\n"; }

  private:
    void end_line(std::string& passed);

    std::set<std::string> removed_;  // lower-case names
    std::string added_;              // the class's own fields
    std::string line_;               // of the header, as far as it has come
    bool in_header_ = true;
    bool skips_ = false;             // the field that is under way
    char before_ = '\n';             // the byte before the next one of the body
};

}  // namespace smarttls::portal
