// SPDX-License-Identifier: Apache-2.0
#include "milter/non_delivery_notice.h"

#include "milter/esmtp.h"
#include "policy/text.h"
#include "store/mail_text.h"

namespace smarttls::milter {
namespace {

using store::date_of;
using store::field;
using store::in_one_line;
using store::kCrLf;
using store::kLongestWord;
using store::plain;
using store::quoted_printable;

constexpr std::string_view kHex = "0123456789ABCDEF";

char32_t code_point(std::string_view text, std::size_t& at) {
    const auto first = static_cast<unsigned char>(text[at]);
    const std::size_t more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
    char32_t value = more == 0 ? first : first & (0x3fU >> more);
    for (std::size_t i = 0; i < more && at + 1 < text.size(); ++i) {
        value = (value << 6) | (static_cast<unsigned char>(text[++at]) & 0x3fU);
    }
    return value;
}

/// "rfc822; bob@b.example"; beyond ASCII the encoded form of RFC 6533 §3: "utf-8; b\x{F6}b@b.example".
std::string typed_address(std::string_view address) {
    std::string text;
    bool is_ascii = true;
    for (std::size_t at = 0; at < address.size(); ++at) {
        if (static_cast<unsigned char>(address[at]) < 0x80) {
            text += plain(address.substr(at, 1));
            continue;
        }
        is_ascii = false;
        std::string digits;
        for (char32_t value = code_point(address, at); value != 0; value >>= 4) {
            digits.insert(digits.begin(), kHex[value & 15]);
        }
        text.append("\\x{").append(digits).append("}");
    }
    return (is_ascii ? "rfc822; " : "utf-8; ") + text;
}

/// RFC 3464 §2.3.1: ORCPT with its address decoded.
std::string original_recipient(const std::string& orcpt) {
    const std::size_t type = orcpt.find(';');
    if (type == std::string::npos) return {};
    return plain(orcpt.substr(0, type) + "; " + from_xtext(orcpt.substr(type + 1)));
}

std::string text_for_people(const NonDelivery& notice) {
    std::string text;
    for (const std::string& line :
         {"This is the mail system at " + notice.reporting_mta + ".", std::string(),
          std::string("Your message could not be delivered to this recipient:"), std::string(),
          "    " + notice.recipient, std::string(), std::string("The reason:"), std::string(),
          "    " + notice.explanation, std::string(),
          std::string("The other recipients of the message are not affected. This mail system kept no "
                      "copy for this one: nothing was sent there, and nothing will be."),
          std::string(),
          std::string("The content of your message is not repeated here, since it is confidential.")}) {
        text += quoted_printable(line);
    }
    return text;
}

std::string delivery_status(const NonDelivery& notice) {
    std::string text = field("Reporting-MTA", "dns; " + plain(notice.reporting_mta));
    if (!notice.envelope_id.empty()) {
        text += field("Original-Envelope-Id", plain(from_xtext(notice.envelope_id)));
    }
    text += field("Arrival-Date", date_of(notice.arrived));
    text += kCrLf;
    const std::string original = original_recipient(notice.original_recipient);
    if (!original.empty()) text += field("Original-Recipient", original);
    text += field("Final-Recipient", typed_address(notice.recipient));
    text += field("Action", "failed");
    text += field("Status", notice.status);
    text += field("Diagnostic-Code",
                  "smtp; " + notice.code + " " + notice.status + " " + plain(notice.explanation));
    return text;
}

/// How the sender finds the message again: what identifies it, and nothing that it says.
std::string identifying_header(const HeaderFields& fields) {
    std::string text;
    for (const auto& [name, value] : fields) {
        const bool identifies = policy::equal_ignoring_case(name, "Message-ID") ||
                                policy::equal_ignoring_case(name, "Date");
        if (identifies && value.size() <= kLongestWord) text += field(name, plain(value));
    }
    return text;
}

std::string part(const std::string& boundary, std::string_view type, const std::string& content) {
    return "--" + boundary + "\r\nContent-Type: " + std::string(type) + "\r\n" + content;
}

}  // namespace

std::string non_delivery_notice(const NonDelivery& notice, const HeaderFields& fields) {
    const std::string mta = plain(notice.reporting_mta);
    const std::string boundary = "=_" + notice.id;
    std::string text = field("From", "Mail Delivery System <MAILER-DAEMON@" + mta + ">");
    // An address beyond ASCII goes by SMTPUTF8, where a header may hold it as it is (RFC 6532).
    text += field("To", "<" + in_one_line(notice.sender) + ">");
    text += field("Subject", "Undelivered mail: one recipient was refused");
    text += field("Date", date_of(notice.arrived));
    text += field("Message-ID", "<" + notice.id + "@" + mta + ">");
    text += field("Auto-Submitted", "auto-replied");  // RFC 3834 §5
    text += field("MIME-Version", "1.0");
    text += "Content-Type: multipart/report; report-type=delivery-status;\r\n boundary=\"" + boundary + "\"\r\n\r\n";
    text += part(boundary, "text/plain; charset=utf-8",
                 "Content-Transfer-Encoding: quoted-printable\r\n\r\n" + text_for_people(notice) + "\r\n");
    text += part(boundary, "message/delivery-status", "\r\n" + delivery_status(notice) + "\r\n");
    text += part(boundary, "text/rfc822-headers", "\r\n" + identifying_header(fields) + "\r\n");
    return text.append("--").append(boundary).append("--\r\n");
}

}  // namespace smarttls::milter
