// SPDX-License-Identifier: Apache-2.0
//
// LineReader: takes a line of a log apart from its front. Whatever was taken is gone; what does not fit is left.
//
// Ownership: borrows the line. Threads: one thread.
#pragma once

#include <optional>
#include <string_view>

namespace smarttls::milter {

class LineReader {
  public:
    explicit LineReader(std::string_view line) : rest_(line) {}

    /// Whether the line went on so; then it is taken.
    [[nodiscard]] bool take(std::string_view literal);
    /// What stands before the next `end`, which is taken too; nothing when there is none.
    [[nodiscard]] std::optional<std::string_view> take_until(std::string_view end);
    /// As take_until, but blank, comma, '(' and ')' are no part of it, and it is not empty.
    [[nodiscard]] std::optional<std::string_view> take_word_until(std::string_view end);
    /// An address behind its '<', with the '>' behind it. Quoted strings and domain literals in it may hold '>'.
    [[nodiscard]] std::optional<std::string_view> take_address();
    /// A queue id and the ": " behind it.
    [[nodiscard]] std::optional<std::string_view> take_queue_id();
    /// Digits.
    [[nodiscard]] std::optional<int> take_number();

    [[nodiscard]] std::string_view rest() const { return rest_; }

  private:
    std::string_view rest_;
};

}  // namespace smarttls::milter
