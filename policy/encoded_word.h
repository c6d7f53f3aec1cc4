// SPDX-License-Identifier: Apache-2.0
//
// Encoded words (RFC 2047) and the charsets in them, as far as one asks which bytes are ASCII characters.
// Nothing is converted: a subject tag is ASCII, so that it is found and taken out in any charset to the
// byte, and no converter ever reads what strangers write.
//
//     EncodedWords words(value);
//     if (auto word = words.at(position)) ...             // positions in ascending order
//     AsciiReader reader(word->charset);  if (reader.read(byte)) ...
//
// Read generously, as mail programs do: blanks and folds inside a word, no blank between words, bytes that
// base64 does not have. What is no encoded word is literal text. Threads: one at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smarttls::policy {

struct EncodedWord {
    std::size_t begin = 0;  // in the field's value
    std::size_t end = 0;
    std::string prefix;     // "=?utf-8*nl?B?"
    std::string charset;    // "utf-8": lower case, without RFC 2231's language
    bool is_base64 = false;
    std::string bytes;            // decoded, in that charset
    std::vector<std::size_t> at;  // of Q: where each byte begins in the value, and where the last one ends
};

class EncodedWords {
  public:
    explicit EncodedWords(std::string_view value) : value_(value) {}
    [[nodiscard]] std::optional<EncodedWord> at(std::size_t begin);

  private:
    const std::string_view value_;
    std::size_t mark_ = 0;  // the first "?=" at or behind the last word that was asked for; npos: none
};

/// The word as base64 writes these bytes.
[[nodiscard]] std::string base64_word(std::string_view prefix, std::string_view bytes);

/// Follows the bytes of a text from the first one.
class AsciiReader {
  public:
    /// What it does not know is taken for a superset of ASCII, as nearly all are.
    explicit AsciiReader(std::string_view charset);

    /// The character that this byte completes, when that is ASCII; 0 for any other byte.
    [[nodiscard]] char read(char byte);
    /// Bytes of one ASCII character.
    [[nodiscard]] std::size_t width() const { return is_utf16() ? 2 : 1; }

  private:
    enum class Family { Superset, DoubleByte, ShiftJis, Iso2022, Hz, Utf16Be, Utf16Le };
    [[nodiscard]] static Family family_of(std::string_view charset);
    [[nodiscard]] bool is_utf16() const { return family_ == Family::Utf16Be || family_ == Family::Utf16Le; }
    [[nodiscard]] bool is_lead(unsigned char byte) const;
    [[nodiscard]] char read_double(char byte);
    [[nodiscard]] char read_escaped(char byte);
    [[nodiscard]] char read_hz(char byte);
    [[nodiscard]] char read_utf16(char byte);

    Family family_;
    bool is_shifted_ = false;              // ISO 2022, HZ: not in ASCII
    std::optional<unsigned char> before_;  // first byte of two
    std::string escape_;                   // as far as it is read
};

}  // namespace smarttls::policy
