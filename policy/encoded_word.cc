// SPDX-License-Identifier: Apache-2.0
#include "policy/encoded_word.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "policy/text.h"

namespace smarttls::policy {
namespace {

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t kLongestCharset = 60;
constexpr char kEscape = 0x1b;

/// RFC 2045 §6.8: what is not of the alphabet is passed over.
std::string from_base64(std::string_view text) {
    std::string bytes;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char digit : text) {
        if (digit == '=') break;
        const std::size_t value = kBase64.find(digit);
        if (value == std::string_view::npos) continue;
        bits = (bits << 6U | static_cast<std::uint32_t>(value)) & 0xFFFFFU;
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes += static_cast<char>(bits >> static_cast<unsigned>(count) & 0xFFU);
    }
    return bytes;
}

int hex_digit(char digit) {
    if (is_digit(digit)) return digit - '0';
    const char lower = to_lower(digit);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// RFC 2047 §4.2; a "=" that begins no hex digits is itself.
void read_quoted(EncodedWord& word, std::string_view value, std::size_t begin, std::size_t end) {
    for (std::size_t at = begin; at < end; ++at) {
        if (value[at] == '\r' || value[at] == '\n') continue;
        word.at.push_back(at);
        const bool is_hex = value[at] == '=' && at + 2 < end && hex_digit(value[at + 1]) >= 0 && hex_digit(value[at + 2]) >= 0;
        if (is_hex) {
            word.bytes += static_cast<char>(hex_digit(value[at + 1]) << 4 | hex_digit(value[at + 2]));
            at += 2;
        } else {
            word.bytes += value[at] == '_' ? ' ' : value[at];
        }
    }
    word.at.push_back(end);
}

bool is_token(std::string_view text) {
    return !text.empty() && text.size() <= kLongestCharset &&
           std::all_of(text.begin(), text.end(), [](char byte) { return byte > ' ' && byte < 0x7f && byte != '='; });
}

}  // namespace

std::optional<EncodedWord> EncodedWords::at(std::size_t begin) {
    if (value_.substr(begin, 2) != "=?") return std::nullopt;
    const std::size_t name_end = value_.find('?', begin + 2);
    if (name_end == std::string_view::npos) return std::nullopt;
    const std::string_view name = value_.substr(begin + 2, name_end - begin - 2);
    const std::size_t text = name_end + 3;
    if (!is_token(name) || text > value_.size() || value_[text - 1] != '?') return std::nullopt;
    const char encoding = to_lower(value_[text - 2]);
    if (encoding != 'b' && encoding != 'q') return std::nullopt;
    if (mark_ < text) mark_ = value_.find("?=", text);
    if (mark_ == std::string_view::npos) return std::nullopt;
    EncodedWord word;
    word.begin = begin;
    word.end = mark_ + 2;
    word.prefix = value_.substr(begin, text - begin);
    word.charset = to_lower(name.substr(0, name.find('*')));
    word.is_base64 = encoding == 'b';
    if (word.is_base64) {
        word.bytes = from_base64(value_.substr(text, mark_ - text));
    } else {
        read_quoted(word, value_, text, mark_);
    }
    return word;
}

std::string base64_word(std::string_view prefix, std::string_view bytes) {
    std::string word(prefix);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const std::string_view group = bytes.substr(at, 3);
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            bits = bits << 8U | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
        }
        for (std::size_t i = 0; i < 4; ++i) {
            word += i <= group.size() ? kBase64[bits >> (18U - 6U * static_cast<unsigned>(i)) & 0x3FU] : '=';
        }
    }
    return word.append("?=");
}

AsciiReader::AsciiReader(std::string_view charset) : family_(family_of(charset)) {}

/// The charsets of which a byte below 0x80 may be part of another character (RFC 1345, RFC 1468, RFC 1843).
AsciiReader::Family AsciiReader::family_of(std::string_view charset) {
    constexpr auto kShiftJis = std::to_array<std::string_view>(
        {"shift_jis", "shift-jis", "sjis", "x-sjis", "ms_kanji", "windows-31j", "cp932"});
    constexpr auto kDoubleByte = std::to_array<std::string_view>(
        {"gbk", "x-gbk", "gb2312", "gb_2312-80", "gb18030", "cp936", "big5", "big5-hkscs", "cp950", "euc-kr", "ks_c_5601-1987",
         "cp949", "uhc", "windows-949", "johab"});
    const auto is_one_of = [&](const auto& names) { return std::find(names.begin(), names.end(), charset) != names.end(); };
    if (is_one_of(kShiftJis)) return Family::ShiftJis;
    if (is_one_of(kDoubleByte)) return Family::DoubleByte;
    if (charset.starts_with("iso-2022-")) return Family::Iso2022;
    if (charset == "hz-gb-2312") return Family::Hz;
    if (charset == "utf-16le") return Family::Utf16Le;
    if (charset == "utf-16" || charset == "utf-16be") return Family::Utf16Be;
    return Family::Superset;
}

char AsciiReader::read(char byte) {
    switch (family_) {
        case Family::Superset: break;
        case Family::DoubleByte:
        case Family::ShiftJis: return read_double(byte);
        case Family::Iso2022: return read_escaped(byte);
        case Family::Hz: return read_hz(byte);
        case Family::Utf16Be:
        case Family::Utf16Le: return read_utf16(byte);
    }
    return static_cast<unsigned char>(byte) < 0x80 ? byte : '\0';
}

bool AsciiReader::is_lead(unsigned char byte) const {
    if (family_ == Family::DoubleByte) return byte > 0x80 && byte < 0xff;
    return (byte > 0x80 && byte < 0xa0) || (byte > 0xdf && byte < 0xfd);  // between them: one-byte katakana
}

/// No second byte is below '0': there the text is broken, and the next character begins.
char AsciiReader::read_double(char byte) {
    const auto number = static_cast<unsigned char>(byte);
    const bool completes = before_.has_value() && number >= '0';
    before_.reset();
    if (completes) return '\0';
    if (is_lead(number)) before_ = number;
    return number < 0x80 ? byte : '\0';
}

/// RFC 1468: ESC ( B and ESC ( J lead to ASCII, other escapes (of two to four bytes) away from it.
char AsciiReader::read_escaped(char byte) {
    if (byte == kEscape) {
        escape_ = byte;
        return '\0';
    }
    if (!escape_.empty()) {
        escape_ += byte;
        const bool is_final = byte >= '0' && byte <= '~';
        if (!is_final && escape_.size() < 4) return '\0';
        is_shifted_ = escape_ != "\x1b(B" && escape_ != "\x1b(J";
        escape_.clear();
        return '\0';
    }
    return !is_shifted_ && static_cast<unsigned char>(byte) < 0x80 ? byte : '\0';
}

/// RFC 1843: "~{" and "~}" shift, "~~" is a tilde.
char AsciiReader::read_hz(char byte) {
    if (before_) {
        before_.reset();
        if (byte == '{' || byte == '}') {
            is_shifted_ = byte == '{';
            return '\0';
        }
        return is_shifted_ ? '\0' : byte;
    }
    if (byte == '~') {
        before_ = '~';
        return '\0';
    }
    return !is_shifted_ && static_cast<unsigned char>(byte) < 0x80 ? byte : '\0';
}

char AsciiReader::read_utf16(char byte) {
    const auto number = static_cast<unsigned char>(byte);
    if (!before_) {
        before_ = number;
        return '\0';
    }
    const unsigned char first = *before_;
    before_.reset();
    if (first == 0xff && number == 0xfe) family_ = Family::Utf16Le;  // RFC 2781 §3.2: a byte order mark
    const unsigned char high = family_ == Family::Utf16Le ? number : first;
    const unsigned char low = family_ == Family::Utf16Le ? first : number;
    return high == 0 && low < 0x80 ? static_cast<char>(low) : '\0';
}

}  // namespace smarttls::policy
