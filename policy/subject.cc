// SPDX-License-Identifier: Apache-2.0
#include "policy/subject.h"

#include <algorithm>

#include "policy/text.h"

namespace smarttls::policy {
namespace {

constexpr std::size_t kLongLine = 900;  // of 998 (RFC 5322 §2.1.1), the name and what other filters add

bool is_blank(char byte) { return byte == ' ' || byte == '\t'; }
bool is_newline(char byte) { return byte == '\r' || byte == '\n'; }

bool is_alphanumeric(char byte) {
    const char lower = to_lower(byte);
    return is_digit(byte) || (lower >= 'a' && lower <= 'z');
}

}  // namespace

Subject::Subject(std::string_view value) : value_(value) {
    EncodedWords words(value_);
    std::size_t literal = 0;
    for (std::size_t at = value_.find("=?"); at != std::string::npos; at = value_.find("=?", at)) {
        auto word = words.at(at);
        if (!word) {
            ++at;
            continue;
        }
        add_literal(literal, at);
        at = literal = word->end;
        add_word(*std::move(word));
    }
    add_literal(literal, value_.size());
    read();
    lower_ = to_lower(text_);
}

void Subject::read() {
    AsciiReader reader({});
    const EncodedWord* before = nullptr;  // a neighbour of the same charset may begin in the middle of a character
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
        Piece& piece = pieces_[i];
        if (piece.is_literal) {
            const bool is_between = i > 0 && i + 1 < pieces_.size();
            piece.is_gap = is_between && trim(whole(piece)).empty();
            if (piece.is_gap) continue;
            before = nullptr;
            read_literal(i);
            continue;
        }
        if (before == nullptr || before->charset != piece.word.charset) reader = AsciiReader(piece.word.charset);
        before = &piece.word;
        read_word(i, reader);
    }
}

void Subject::add_literal(std::size_t begin, std::size_t end) {
    if (begin == end) return;
    Piece piece;
    piece.word.begin = begin;
    piece.word.end = end;
    pieces_.push_back(std::move(piece));
}

void Subject::add_word(EncodedWord word) {
    Piece piece;
    piece.word = std::move(word);
    piece.is_literal = false;
    pieces_.push_back(std::move(piece));
}

std::string_view Subject::whole(const Piece& piece) const {
    return std::string_view(value_).substr(piece.word.begin, piece.word.end - piece.word.begin);
}

/// A newline belongs to the blank behind it: who takes out that blank takes out the fold.
void Subject::read_literal(std::size_t piece) {
    const std::size_t begin = pieces_[piece].word.begin;
    std::size_t first = 0;
    for (std::size_t at = 0; begin + at < pieces_[piece].word.end; ++at) {
        const char byte = value_[begin + at];
        if (is_newline(byte)) continue;
        const char seen = byte == '\t' ? ' ' : byte;
        text_ += static_cast<unsigned char>(seen) < 0x80 ? seen : kOther;
        places_.push_back({piece, first, at});
        first = at + 1;
    }
}

void Subject::read_word(std::size_t piece, AsciiReader& reader) {
    const std::string& bytes = pieces_[piece].word.bytes;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        const char character = reader.read(bytes[at]);
        const bool is_second = character != '\0' && reader.width() == 2 && at > 0;
        if (is_second) {  // the first byte of it was no character of its own
            text_.pop_back();
            places_.pop_back();
        }
        text_ += character != '\0' ? character : kOther;
        places_.push_back({piece, is_second ? at - 1 : at, at});
    }
}

std::size_t Subject::find(std::string_view tag, std::size_t from) const {
    if (tag.empty()) return std::string::npos;
    const std::string lower = to_lower(tag);
    for (std::size_t at = lower_.find(lower, from); at != std::string::npos; at = lower_.find(lower, at + 1)) {
        const std::size_t end = at + tag.size();
        const bool grows_left = is_alphanumeric(tag.front()) && at > 0 && is_alphanumeric(text_[at - 1]);
        const bool grows_right = is_alphanumeric(tag.back()) && end < text_.size() && is_alphanumeric(text_[end]);
        if (!grows_left && !grows_right) return at;
    }
    return std::string::npos;
}

/// Of blanks on both sides one side goes: those behind it, but rather a plain one in front than a fold, since
/// lines may not grow. At the end nothing is left but what people see.
Subject::Span Subject::with_blanks(std::size_t begin, std::size_t end) const {
    const auto blank_at = [&](std::size_t at) { return at < text_.size() && is_blank(text_[at]); };
    const auto fold_at = [&](std::size_t at) { return blank_at(at) && places_[at].last > places_[at].first; };
    const bool after_blank = begin > 0 && blank_at(begin - 1);
    if (after_blank && fold_at(end) && !fold_at(begin - 1)) return {begin - 1, end};
    while ((begin == 0 || after_blank) && blank_at(end)) ++end;
    while (end == text_.size() && begin > 0 && is_blank(text_[begin - 1])) --begin;
    return {begin, end};
}

/// What is left of a piece without the bytes that are `gone`; as it was when none is.
std::string Subject::rest_of(std::size_t piece, const std::vector<bool>& gone) const {
    const EncodedWord& word = pieces_[piece].word;
    const std::string_view raw = whole(pieces_[piece]);
    if (std::find(gone.begin(), gone.end(), true) == gone.end()) return std::string(raw);
    if (std::find(gone.begin(), gone.end(), false) == gone.end()) return {};
    std::string rest;
    for (std::size_t at = 0; at < gone.size(); ++at) {
        if (gone[at]) continue;
        if (pieces_[piece].is_literal) {
            rest += raw[at];
            continue;
        }
        rest += word.is_base64 ? word.bytes.substr(at, 1) : value_.substr(word.at[at], word.at[at + 1] - word.at[at]);
    }
    if (pieces_[piece].is_literal) return rest;
    return word.is_base64 ? base64_word(word.prefix, rest) : word.prefix + rest + "?=";
}

/// For each byte of each piece whether it belongs to the tag.
std::vector<std::vector<bool>> Subject::bytes_of(std::string_view tag) const {
    std::vector<std::vector<bool>> gone;
    for (const Piece& piece : pieces_) {
        gone.emplace_back(piece.is_literal ? piece.word.end - piece.word.begin : piece.word.bytes.size());
    }
    for (std::size_t at = find(tag, 0); at != std::string::npos; at = find(tag, at + tag.size())) {
        const Span span = with_blanks(at, at + tag.size());
        for (std::size_t i = span.begin; i < span.end; ++i) {
            auto& bytes = gone[places_[i].piece];
            for (std::size_t byte = places_[i].first; byte <= places_[i].last; ++byte) bytes[byte] = true;
        }
    }
    return gone;
}

std::string Subject::without(std::string_view tag) const {
    if (!has(tag)) return value_;
    const auto gone = bytes_of(tag);
    std::vector<std::string> rests;
    for (std::size_t i = 0; i < pieces_.size(); ++i) rests.push_back(rest_of(i, gone[i]));
    // A word that is gone takes one of the gaps along that stood beside it.
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
        if (pieces_[i].is_literal || !rests[i].empty()) continue;
        if (i + 1 < pieces_.size() && pieces_[i + 1].is_gap) {
            rests[i + 1].clear();
        } else if (i > 0 && pieces_[i - 1].is_gap) {
            rests[i - 1].clear();
        }
    }
    return join(rests, {});
}

std::string with_tag(const std::string& value, const std::string& tag) {
    if (Subject(value).has(tag)) return value;
    if (trim(value).empty()) return tag;
    const std::size_t first_line = value.find_first_of("\r\n");
    const bool is_long = std::min(first_line, value.size()) + tag.size() >= kLongLine;
    return tag + (is_long ? "\n " : " ") + value;
}

}  // namespace smarttls::policy
