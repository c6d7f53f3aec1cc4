// SPDX-License-Identifier: Apache-2.0
#include "store/mail_text.h"

#include <array>
#include <ctime>

#include "policy/text.h"

namespace smarttls::store {
namespace {

constexpr std::string_view kHex = "0123456789ABCDEF";
constexpr std::size_t kLongestLine = 76;  // RFC 2045 §6.7

bool is_ascii_print(char byte) { return byte >= 0x20 && byte < 0x7f; }

}  // namespace

std::string date_of(policy::WallTime time) {
    const std::time_t seconds = time.time_since_epoch().count();
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    std::array<char, 40> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S +0000", &utc)};
}

std::string plain(std::string_view text) {
    std::string line(text);
    for (char& byte : line) {
        if (!is_ascii_print(byte)) byte = '?';
    }
    return line;
}

std::string in_one_line(std::string_view address) {
    std::string line(address);
    for (char& byte : line) {
        if (static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f) byte = '?';
    }
    return line;
}

std::string quoted_printable(std::string_view line) {
    std::string text;
    std::size_t column = 0;
    for (const char byte : line) {
        const auto number = static_cast<unsigned char>(byte);
        std::string piece(1, byte);
        if (!is_ascii_print(byte) || byte == '=') piece = {'=', kHex[number >> 4], kHex[number & 15]};
        if (column + piece.size() >= kLongestLine) {
            text.append("=").append(kCrLf);
            column = 0;
        }
        text += piece;
        column += piece.size();
    }
    return text.append(kCrLf);
}

std::string field(std::string_view name, std::string_view value) {
    std::string text = std::string(name) + ":";
    std::size_t column = text.size();
    for (std::string_view word : policy::split(value, ' ')) {
        if (word.empty()) continue;
        word = word.substr(0, kLongestWord);
        if (column + 1 + word.size() > kLongestLine) {
            text.append(kCrLf);
            column = 0;
        }
        text.append(" ").append(word);
        column += 1 + word.size();
    }
    return text.append(kCrLf);
}

std::string to_xtext(std::string_view text) {
    std::string encoded;
    for (const char byte : text) {
        const auto number = static_cast<unsigned char>(byte);
        if (number > 0x20 && number < 0x7f && byte != '+' && byte != '=') {
            encoded += byte;
        } else {
            encoded.append("+").append({kHex[number >> 4], kHex[number & 15]});
        }
    }
    return encoded;
}

std::string report_mail(const ReportHead& head, const std::string& text) {
    const std::string domain = head.contact.substr(head.contact.rfind('@') + 1);
    std::string mail = field("From", "smarttls <" + in_one_line(head.contact) + ">");
    mail += field("To", "<" + in_one_line(head.contact) + ">");
    mail += field("Subject", plain(head.subject));
    mail += field("Date", date_of(std::chrono::floor<std::chrono::seconds>(head.time)));
    mail += field("Message-ID", "<" + plain(head.id) + "@" + plain(domain) + ">");
    mail += field("Auto-Submitted", "auto-generated");  // RFC 3834 §5
    mail += field("MIME-Version", "1.0");
    mail += field("Content-Type", "text/plain; charset=utf-8");
    mail += field("Content-Transfer-Encoding", "quoted-printable");
    return mail.append(kCrLf).append(text);
}

}  // namespace smarttls::store
