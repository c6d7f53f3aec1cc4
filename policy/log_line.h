// SPDX-License-Identifier: Apache-2.0
//
// LogLine: one line in Postfix's style: queue id first, then key=value. Values from outside cannot
// forge fields or lines: those with blanks, quotes or control bytes are quoted and escaped, and long
// ones are cut, but not so short that an explanation would lose its end.
//
//     LogLine(queue_id).add("class", "nta7516").add("to", address).str()
//     4jXt...: class=nta7516 to=alice@example.nl
//
// Threads: one thread.
#pragma once

#include <string>
#include <string_view>

namespace smarttls::policy {

class LogLine {
  public:
    explicit LogLine(std::string_view queue_id);  // empty: NOQUEUE, as Postfix says
    LogLine& add(std::string_view key, std::string_view value);
    [[nodiscard]] const std::string& str() const { return line_; }

  private:
    std::string line_;
};

}  // namespace smarttls::policy
