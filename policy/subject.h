// SPDX-License-Identifier: Apache-2.0
//
// Subject: the value of an unstructured header field (RFC 5322 §2.2.1), read through its encoded words
// (RFC 2047), and tags such as "[secure]" in it: found in any case, folded, in several words; taken out and
// put in without touching any other character's encoding.
//
//     const Subject subject(value);
//     if (subject.has("[secure]")) changed = subject.without("[secure]");
//
// A tag that begins or ends with a letter or digit counts as a whole word only: "secure" is not in
// "insecure". Tags are printable ASCII without blanks. Threads: immutable.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "policy/encoded_word.h"

namespace smarttls::policy {

class Subject {
  public:
    explicit Subject(std::string_view value);

    /// What a reader sees, with one kOther for each byte that is not ASCII; unfolded.
    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] bool has(std::string_view tag) const { return find(tag, 0) != std::string::npos; }
    /// The value without the tag, wherever it stands, and without the blanks that would be too many.
    [[nodiscard]] std::string without(std::string_view tag) const;

    static constexpr char kOther = '\x1a';

  private:
    /// An encoded word, or the literal text between two of them.
    struct Piece {
        EncodedWord word;          // of literal text begin and end alone
        bool is_literal = true;
        bool is_gap = false;  // blanks between encoded words, which nobody sees (RFC 2047 §6.2)
    };
    /// Where a character of text_ stands: bytes [first, last] of a piece.
    struct Place {
        std::size_t piece, first, last;
    };
    struct Span {
        std::size_t begin, end;
    };

    void read();
    [[nodiscard]] std::string_view whole(const Piece& piece) const;
    void add_literal(std::size_t begin, std::size_t end);
    void add_word(EncodedWord word);
    void read_literal(std::size_t piece);
    void read_word(std::size_t piece, AsciiReader& reader);
    [[nodiscard]] std::size_t find(std::string_view tag, std::size_t from) const;
    [[nodiscard]] Span with_blanks(std::size_t begin, std::size_t end) const;
    [[nodiscard]] std::vector<std::vector<bool>> bytes_of(std::string_view tag) const;
    [[nodiscard]] std::string rest_of(std::size_t piece, const std::vector<bool>& gone) const;

    const std::string value_;
    std::vector<Piece> pieces_;
    std::string text_;
    std::string lower_;
    std::vector<Place> places_;  // of each character of text_
};

/// With the tag in front, unless it has it.
[[nodiscard]] std::string with_tag(const std::string& value, const std::string& tag);

}  // namespace smarttls::policy
