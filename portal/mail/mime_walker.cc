// SPDX-License-Identifier: Apache-2.0
#include "portal/mail/mime_walker.h"

#include "policy/text.h"

namespace smarttls::portal {
namespace {

/// A line is taken in pieces of this size at most; longer than any delimiter line may be.
constexpr std::size_t kLongestLine = 4096;
constexpr std::size_t kMostFields = 1000;

std::string_view without_trailing_space(std::string_view line) {
    while (line.ends_with(' ') || line.ends_with('\t')) line.remove_suffix(1);
    return line;
}

}  // namespace

void MimeWalker::feed(std::string_view bytes) {
    while (!bytes.empty()) {
        const std::size_t newline = bytes.find('\n');
        const bool has_end = newline != std::string_view::npos;
        const std::size_t room = kLongestLine - line_.size();
        const std::size_t size = has_end ? newline : bytes.size();
        if (size > room) {  // without its end
            line_ += bytes.substr(0, room);
            bytes.remove_prefix(room);
            // A CR at the cut may belong to the ending, so it waits with what follows.
            const bool keeps_cr = line_.ends_with('\r');
            if (keeps_cr) line_.pop_back();
            on_line(line_, "");
            line_ = keeps_cr ? "\r" : "";
            is_in_line_ = true;
            continue;
        }
        line_ += bytes.substr(0, size);
        bytes.remove_prefix(size);
        if (!has_end) return;
        bytes.remove_prefix(1);
        const bool has_cr = line_.ends_with('\r');
        if (has_cr) line_.pop_back();
        on_line(line_, has_cr ? "\r\n" : "\n");
        line_.clear();
        is_in_line_ = false;
    }
}

void MimeWalker::finish() {
    if (!line_.empty()) on_line(line_, "");
    line_.clear();
    if (state_ == State::Header) end_header();
    end_leaf();
}

void MimeWalker::on_line(std::string_view line, std::string_view ending) {
    if (state_ == State::Header) {
        on_header_line(line, ending);
    } else {
        on_body_line(line, ending);
    }
}

void MimeWalker::on_header_line(std::string_view line, std::string_view ending) {
    if (is_in_line_) {  // the rest of an overlong one
        if (!fields_.empty() && header_size_ + line.size() <= kLongestPartHeader) {
            header_size_ += line.size();
            fields_.back().value += line;
        }
        return;
    }
    if (line.empty()) return end_header();
    const bool continues = line.front() == ' ' || line.front() == '\t';
    const std::size_t colon = line.find(':');
    const bool is_field = colon != std::string_view::npos && line.substr(0, colon).find_first_of(" \t") == std::string_view::npos;
    if (continues || is_field) return add_header_line(line);
    end_header();  // the empty line is missing, or this is the delimiter of the next part
    on_body_line(line, ending);
}

void MimeWalker::add_header_line(std::string_view line) {
    header_size_ += line.size();
    if (header_size_ > kLongestPartHeader || fields_.size() >= kMostFields) return;
    if (line.front() == ' ' || line.front() == '\t') {  // RFC 5322 §2.2.3
        if (!fields_.empty()) fields_.back().value += line;
        return;
    }
    const std::size_t colon = line.find(':');
    fields_.push_back({policy::to_lower(line.substr(0, colon)), std::string(line.substr(colon + 1))});
}

void MimeWalker::end_header() {
    const MailPart part = read_part(fields_);
    if (is_first_header_) leaves_.on_header(fields_);
    is_first_header_ = false;
    fields_.clear();
    header_size_ = 0;
    const bool is_multipart = part.type.starts_with("multipart/") && !part.boundary.empty();
    if (is_multipart && open_.size() < kDeepestMultipart) return enter(part);
    begin_leaf(part);
}

void MimeWalker::enter(const MailPart& part) {
    ++multiparts_;
    const std::size_t around = open_.empty() ? 0 : open_.back().alternative;
    open_.push_back({"--" + part.boundary, part.type == "multipart/alternative" ? multiparts_ : around});
    state_ = State::Ignored;  // the preamble
}

void MimeWalker::begin_leaf(const MailPart& part) {
    if (leaf_count_ >= kMostLeaves) {
        state_ = State::Ignored;
        return;
    }
    state_ = State::Body;
    leaves_.on_leaf({part, ++leaf_count_, open_.empty() ? 0 : open_.back().alternative});
}

void MimeWalker::end_leaf() {
    if (state_ == State::Body) {
        if (open_.empty() && !pending_ending_.empty()) leaves_.on_body(pending_ending_);
        leaves_.on_leaf_end();
    }
    pending_ending_.clear();
    state_ = State::Ignored;
}

void MimeWalker::on_body_line(std::string_view line, std::string_view ending) {
    if (!is_in_line_ && is_delimiter(line)) return;
    if (state_ != State::Body) return;
    if (!pending_ending_.empty()) leaves_.on_body(pending_ending_);
    if (!line.empty()) leaves_.on_body(line);
    pending_ending_ = ending;
}

/// The delimiter of any multipart that is open ends whatever is open within (RFC 2046 §5.1.2).
bool MimeWalker::is_delimiter(std::string_view line) {
    if (!line.starts_with("--")) return false;
    const std::string_view text = without_trailing_space(line);
    for (std::size_t level = open_.size(); level-- > 0;) {
        const std::string& delimiter = open_[level].delimiter;
        const bool ends = text.size() == delimiter.size() + 2 && text.starts_with(delimiter) && text.ends_with("--");
        if (!ends && text != delimiter) continue;
        end_leaf();
        open_.resize(ends ? level : level + 1);
        state_ = ends ? State::Ignored : State::Header;
        return true;
    }
    return false;
}

}  // namespace smarttls::portal
