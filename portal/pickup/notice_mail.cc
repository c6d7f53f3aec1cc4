// SPDX-License-Identifier: Apache-2.0
#include "portal/pickup/notice_mail.h"

#include <algorithm>

#include "policy/text.h"
#include "store/mail_text.h"

namespace smarttls::portal {
namespace {

using store::kCrLf;

constexpr std::string_view kSubject = "Subject: ";

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char byte) { return byte >= ' ' && byte < 0x7f; });
}

std::string quoted_byte(char byte) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    const auto number = static_cast<unsigned char>(byte);
    return {'=', kHex[number >> 4], kHex[number & 15]};
}

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

/// A display name: quoted when it is ASCII (RFC 5322 §3.2.4).
std::string phrase(std::string_view name) {
    if (!is_ascii(name)) return encoded_words(name);
    std::string text = "\"";
    for (const char byte : name) {
        if (byte == '"' || byte == '\\') text += '\\';
        text += byte;
    }
    return text + "\"";
}

std::string body_of(std::string_view text) {
    std::string body;
    for (std::string_view line : policy::split(text, '\n')) {
        if (line.ends_with('\r')) line.remove_suffix(1);
        body.append(store::quoted_printable(line));
    }
    return body;
}

std::string part(std::string_view type, std::string_view text) {
    return "Content-Type: " + std::string(type) + "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
           body_of(text);
}

std::string boundary_of(const NoticeMail& mail) { return "=_smarttls_" + mail.id.substr(0, mail.id.find('@')); }

}  // namespace

std::string encoded_words(std::string_view text) {
    if (is_ascii(text)) return std::string(text);
    constexpr std::string_view kStart = "=?UTF-8?Q?";
    constexpr std::size_t kMost = 60;  // of 75, less start, end and one whole character
    std::string words(kStart);
    std::size_t length = kStart.size();
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (length > kMost && !is_continuation(text[i])) {
            words.append("?=\r\n ").append(kStart);
            length = kStart.size();
        }
        const bool plain = policy::is_digit(text[i]) || (policy::to_lower(text[i]) >= 'a' && policy::to_lower(text[i]) <= 'z');
        const std::string piece = plain ? std::string(1, text[i]) : text[i] == ' ' ? "_" : quoted_byte(text[i]);
        words += piece;
        length += piece.size();
    }
    return words + "?=";
}

std::string to_text(const NoticeMail& mail) {
    const std::size_t end = std::min(mail.text.find('\n'), mail.text.size());
    const std::string_view first = policy::trim(std::string_view(mail.text).substr(0, end));
    const bool has_subject = first.starts_with(kSubject);
    const std::string_view subject = has_subject ? first.substr(kSubject.size()) : std::string_view("-");
    const std::string_view text = has_subject ? policy::trim(std::string_view(mail.text).substr(end)) : std::string_view(mail.text);
    std::string content = "From: " + phrase(mail.from_name) + " <" + store::in_one_line(mail.from) + ">\r\nTo: <" +
                          store::in_one_line(mail.to) + ">\r\n";
    content.append("Subject: ").append(encoded_words(subject)).append(kCrLf);
    content += store::field("Date", store::date_of(std::chrono::floor<std::chrono::seconds>(mail.time)));
    content.append("Message-ID: <").append(mail.id).append(">\r\nMIME-Version: 1.0\r\n");
    content.append("Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n");
    content.append("Content-Language: ").append(mail.language == policy::Language::Dutch ? "nl" : "en").append(kCrLf);
    if (mail.html.empty()) return content + part("text/plain", text);
    const std::string boundary = boundary_of(mail);
    return content + "Content-Type: multipart/alternative; boundary=\"" + boundary + "\"\r\n\r\n--" + boundary + "\r\n" +
           part("text/plain", text) + "--" + boundary + "\r\n" + part("text/html", mail.html) + "--" + boundary + "--\r\n";
}

}  // namespace smarttls::portal
