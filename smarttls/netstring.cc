// SPDX-License-Identifier: Apache-2.0
#include "smarttls/netstring.h"

#include "policy/text.h"

namespace smarttls::engine {

using policy::ErrorKind;
using policy::Result;

std::string encode_netstring(std::string_view content) {
    std::string text;
    append_netstring(text, content);
    return text;
}

void append_netstring(std::string& bytes, std::string_view content) {
    bytes += std::to_string(content.size());
    bytes += ':';
    bytes += content;
    bytes += ',';
}

void NetstringReader::append(std::string_view bytes) {
    if (broken_) return;
    buffer_.erase(0, begin_);
    begin_ = 0;
    buffer_ += bytes;
}

Result<std::optional<std::size_t>> NetstringReader::read_length() {
    const auto wrong = [](const char* why) { return policy::fail(ErrorKind::Malformed, why); };
    std::size_t length = 0;
    for (std::size_t i = begin_; i < buffer_.size(); ++i) {
        const char byte = buffer_[i];
        if (byte == ':' && i > begin_) {
            begin_ = i + 1;
            return std::optional(length);
        }
        if (!policy::is_digit(byte)) return wrong("a byte of the length is no digit");
        if (i > begin_ && length == 0) return wrong("the length has a zero in front");
        length = length * 10 + static_cast<std::size_t>(byte - '0');
        if (length > longest_) return wrong("it is too long");
    }
    return std::optional<std::size_t>();
}

Result<std::optional<std::string>> NetstringReader::next() {
    if (broken_) return tl::unexpected(*broken_);
    if (!length_) {
        auto length = read_length();
        if (!length) return malformed(length.error().what);
        length_ = *length;
    }
    if (!length_ || buffer_.size() - begin_ < *length_ + 1) return std::optional<std::string>();
    if (buffer_[begin_ + *length_] != ',') return malformed("the final comma is missing");
    std::optional<std::string> content = buffer_.substr(begin_, *length_);
    begin_ += *length_ + 1;
    length_.reset();
    return content;
}

Result<std::optional<std::string>> NetstringReader::malformed(std::string_view why) {
    broken_ = policy::Error{ErrorKind::Malformed, "netstring: " + std::string(why), 0};
    buffer_.clear();
    begin_ = 0;
    return tl::unexpected(*broken_);
}

}  // namespace smarttls::engine
