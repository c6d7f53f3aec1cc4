// SPDX-License-Identifier: Apache-2.0
#include "smarttls/mta/submission.h"

#include <algorithm>

#include "smarttls/mta/smtp_connection.h"
#include "policy/text.h"

namespace smarttls::mta {
namespace {

using policy::Deadline;
using policy::ErrorKind;
using policy::Result;

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char byte) { return static_cast<unsigned char>(byte) < 0x80; });
}

/// RFC 5321 §4.5.2, and the line that ends the mail.
std::string dot_stuffed(const std::string& content) {
    std::string text;
    for (std::size_t at = 0; at < content.size();) {
        const std::size_t end = content.find("\r\n", at);
        const std::size_t next = end == std::string::npos ? content.size() : end + 2;
        if (content[at] == '.') text += '.';
        text.append(content, at, next - at);
        at = next;
    }
    return text.append(".\r\n");
}

Result<SmtpReply> expect(Result<SmtpReply> reply, char kind, std::string_view step) {
    if (!reply || reply->kind() == kind) return reply;
    const ErrorKind error = reply->kind() == '5' ? ErrorKind::Permanent : ErrorKind::Temporary;
    return policy::fail(error, std::string(step) + " was answered with " + policy::quote(reply->last));
}

}  // namespace

Result<std::string> submit(const policy::Endpoint& endpoint, const Envelope& envelope,
                           const std::string& content, Deadline deadline) {
    auto smtp = SmtpConnection::open(endpoint, deadline);
    if (!smtp) return because(smtp, endpoint.str());
    // RFC 6531 §3.1: an address beyond ASCII needs the extension, and an MTA without it refuses it.
    const bool needs_utf8 = !is_ascii(envelope.recipient) || !is_ascii(envelope.sender);
    const std::string mail = "MAIL FROM:<" + envelope.sender + (needs_utf8 ? "> SMTPUTF8" : ">");
    auto reply = expect(smtp->read_reply(deadline), '2', "the connection");
    if (reply) reply = expect(smtp->command("EHLO [127.0.0.1]", deadline), '2', "EHLO");
    if (reply) reply = expect(smtp->command(mail, deadline), '2', "MAIL FROM");
    if (reply) reply = expect(smtp->command("RCPT TO:<" + envelope.recipient + ">", deadline), '2', "RCPT TO");
    if (reply) reply = expect(smtp->command("DATA", deadline), '3', "DATA");
    if (reply) {
        auto written = smtp->write(dot_stuffed(content), deadline);
        if (!written) return because(written, endpoint.str());
        reply = expect(smtp->read_reply(deadline), '2', "the message");
    }
    if (!reply) return because(reply, endpoint.str());
    // It is the MTA's now; how it says goodbye changes nothing.
    [[maybe_unused]] const auto goodbye = smtp->command("QUIT", deadline);
    return reply->last;
}

}  // namespace smarttls::mta
