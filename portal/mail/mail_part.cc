// SPDX-License-Identifier: Apache-2.0
#include "portal/mail/mail_part.h"

#include <algorithm>
#include <array>

#include "policy/text.h"
#include "policy/utf8.h"
#include "portal/mail/gmime_handles.h"

namespace smarttls::portal {
namespace {

constexpr std::size_t kLongestFileName = 120;
constexpr std::size_t kLongestExtension = 16;
constexpr std::size_t kLongestBoundary = 200;  // RFC 2046 §5.1.1 allows 70

std::string valid_utf8(const std::string& text) {
    const GlibText valid(g_utf8_make_valid(text.data(), static_cast<gssize>(text.size())));
    return text_of(valid.get());
}

/// Marks that change the direction of what follows: with them "gpj.exe" reads as "exe.jpg".
bool steers_direction(char32_t value) {
    return value == 0x061C || value == 0x200E || value == 0x200F || (value >= 0x202A && value <= 0x202E) ||
           (value >= 0x2066 && value <= 0x2069);
}

bool is_control(char32_t value) {
    return value < 0x20 || (value >= 0x7F && value < 0xA0) || value == 0x2028 || value == 0x2029 || value == 0xFEFF;
}

/// Without what no line of text may hold; control bytes become spaces.
std::string one_line(const std::string& text) {
    std::string line;
    for (std::string_view rest = text; !rest.empty();) {
        const policy::CodePoint point = policy::first_code_point(rest);
        if (is_control(point.value)) {
            if (!line.empty() && line.back() != ' ') line += ' ';
        } else if (!steers_direction(point.value)) {
            line += rest.substr(0, point.size);
        }
        rest.remove_prefix(point.size);
    }
    return std::string(policy::trim(line));
}

/// At most `most` bytes, and no half character at the end.
std::string_view cut(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text;
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U) --most;
    return text.substr(0, most);
}

TransferEncoding read_encoding(std::string_view value) {
    const std::string name = policy::to_lower(policy::trim(value));
    if (name == "base64") return TransferEncoding::Base64;
    if (name == "quoted-printable") return TransferEncoding::QuotedPrintable;
    if (name == "x-uuencode" || name == "uuencode" || name == "x-uue") return TransferEncoding::Uuencode;
    return TransferEncoding::Identity;
}

bool is_token(std::string_view text) {
    constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return !text.empty() && text.size() <= 80 && std::ranges::all_of(text, [&](char byte) {
        return policy::is_digit(byte) || (byte >= 'a' && byte <= 'z') || kMarks.find(byte) != std::string_view::npos;
    });
}

void read_type(const std::string& value, MailPart& part) {
    const ContentType type(g_mime_content_type_parse(nullptr, value.c_str()));
    const std::string main = policy::to_lower(text_of(g_mime_content_type_get_media_type(type.get())));
    const std::string sub = policy::to_lower(text_of(g_mime_content_type_get_media_subtype(type.get())));
    part.type = is_token(main) && is_token(sub) ? main + "/" + sub : "application/octet-stream";
    part.charset = text_of(g_mime_content_type_get_parameter(type.get(), "charset"));
    part.boundary = text_of(g_mime_content_type_get_parameter(type.get(), "boundary"));
    if (part.boundary.size() > kLongestBoundary) part.boundary.clear();
    part.file_name = safe_file_name(text_of(g_mime_content_type_get_parameter(type.get(), "name")));
}

void read_disposition(const std::string& value, MailPart& part) {
    const ContentDisposition disposition(g_mime_content_disposition_parse(nullptr, value.c_str()));
    if (!disposition) return;
    const std::string kind = text_of(g_mime_content_disposition_get_disposition(disposition.get()));
    part.is_attachment = !policy::equal_ignoring_case(kind, "inline");  // RFC 2183 §2.8: unknown ones, too
    const std::string name = text_of(g_mime_content_disposition_get_parameter(disposition.get(), "filename"));
    if (!name.empty()) part.file_name = safe_file_name(name);
}

}  // namespace

std::string_view field_value(const HeaderLines& fields, std::string_view name) {
    const auto found = std::ranges::find(fields, name, &HeaderLine::name);
    return found == fields.end() ? std::string_view() : std::string_view(found->value);
}

MailPart read_part(const HeaderLines& fields) {
    start_gmime();
    MailPart part;
    const std::string type(field_value(fields, "content-type"));
    const std::string disposition(field_value(fields, "content-disposition"));
    if (!policy::trim(type).empty()) read_type(type, part);
    if (!policy::trim(disposition).empty()) read_disposition(disposition, part);
    part.encoding = read_encoding(field_value(fields, "content-transfer-encoding"));
    std::string_view id = policy::trim(field_value(fields, "content-id"));
    if (id.starts_with('<') && id.ends_with('>')) id = id.substr(1, id.size() - 2);
    part.content_id = std::string(id);
    return part;
}

std::string decoded_words(std::string_view value) {
    start_gmime();
    const GlibText decoded(g_mime_utils_header_decode_text(nullptr, std::string(value).c_str()));
    return one_line(valid_utf8(text_of(decoded.get())));
}

std::string safe_file_name(std::string_view name) {
    std::string line = one_line(valid_utf8(decoded_words(name)));
    std::ranges::replace_if(line, [](char byte) { return std::string_view("/\\:*?\"<>|").find(byte) != std::string_view::npos; }, '_');
    std::string_view safe = line;
    while (safe.starts_with('.') || safe.starts_with(' ')) safe.remove_prefix(1);
    while (safe.ends_with('.') || safe.ends_with(' ')) safe.remove_suffix(1);  // Windows drops them itself
    if (safe.size() <= kLongestFileName) return std::string(safe);
    const std::size_t dot = safe.rfind('.');
    const bool has_extension = dot != std::string_view::npos && safe.size() - dot <= kLongestExtension;
    const std::string_view extension = has_extension ? safe.substr(dot) : std::string_view();
    return std::string(cut(safe, kLongestFileName - extension.size())) + std::string(extension);
}

std::string to_utf8(std::string_view text, const std::string& charset) {
    start_gmime();
    const bool is_plain = charset.empty() || policy::equal_ignoring_case(charset, "utf-8") ||
                          policy::equal_ignoring_case(charset, "us-ascii");
    if (is_plain && policy::is_utf8(text)) return std::string(text);
    const bool is_utf8 = policy::equal_ignoring_case(charset, "utf-8");
    const bool is_known = !is_plain && charset.size() < 64;
    Filter filter(is_known ? g_mime_filter_charset_new(charset.c_str(), "UTF-8") : nullptr);
    if (!filter && !is_utf8) filter.reset(g_mime_filter_charset_new("windows-1252", "UTF-8"));
    if (!filter) return valid_utf8(std::string(text));
    std::string source(text);  // the filter wants bytes that it could write to
    char* out = nullptr;
    std::size_t size = 0;
    std::size_t before = 0;
    g_mime_filter_complete(filter.get(), source.data(), source.size(), 0, &out, &size, &before);
    return valid_utf8(std::string(out, size));
}

}  // namespace smarttls::portal
