// SPDX-License-Identifier: Apache-2.0
//
// MailPart: what the header of a message or of one of its parts says (RFC 2045, 2047, 2183, 2231), read by GMime and
// made safe to show: valid UTF-8 without control characters.
//
//     const MailPart part = read_part(fields);
//     part.type == "text/html"; part.charset; part.encoding; part.file_name
//
// Whatever a sender wrote, the answer is a sensible one: an unknown encoding is none, a type that cannot be read is
// application/octet-stream, a missing one text/plain (RFC 2045 §5.2).
// Threads: pure functions. Errors: none.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace smarttls::portal {

struct HeaderLine {
    std::string name;   // lower case
    std::string value;  // unfolded, as the sender wrote it
};
using HeaderLines = std::vector<HeaderLine>;

enum class TransferEncoding { Identity, Base64, QuotedPrintable, Uuencode };

struct MailPart {
    std::string type = "text/plain";  // lower case
    std::string charset;              // as written; empty: none
    std::string boundary;             // of a multipart; empty: none
    TransferEncoding encoding = TransferEncoding::Identity;
    bool is_attachment = false;  // Content-Disposition: attachment
    std::string file_name;       // safe for a file system; empty: none
    std::string content_id;      // without its angle brackets
};

[[nodiscard]] MailPart read_part(const HeaderLines& fields);

/// The value of the first field of that name (lower case), or nothing.
[[nodiscard]] std::string_view field_value(const HeaderLines& fields, std::string_view name);

/// The words of a header field as a person reads them: encoded words decoded, one line.
[[nodiscard]] std::string decoded_words(std::string_view value);

/// A name under which a file can be stored anywhere: no directories, no control or direction-changing characters, no
/// leading dot, at most 120 bytes, its extension kept.
[[nodiscard]] std::string safe_file_name(std::string_view name);

/// Valid UTF-8 from text in some charset. What cannot be read becomes U+FFFD; an unknown charset is taken for
/// Windows-1252, which has a letter for nearly every byte.
[[nodiscard]] std::string to_utf8(std::string_view text, const std::string& charset);

}  // namespace smarttls::portal
