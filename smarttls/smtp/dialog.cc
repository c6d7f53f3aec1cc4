// SPDX-License-Identifier: Apache-2.0
#include "smarttls/smtp/dialog.h"

#include <algorithm>

#include "policy/text.h"

namespace smarttls::engine {
namespace {

namespace asio = boost::asio;
using policy::Deadline;
using policy::Reason;

constexpr int kServiceNotAvailable = 421;  // may answer any command (RFC 5321 §3.8, §4.2.2)

bool is_positive(const SmtpReply& reply) {
    return reply.code / 100 == 2;
}
bool is_transient(const SmtpReply& reply) {
    return reply.code / 100 == 4;
}
bool is_permanent(const SmtpReply& reply) {
    return reply.code / 100 == 5;
}

/// "554 too many connections from your address": permanent by its code, and not by its meaning.
bool says_too_many(const SmtpReply& reply) {
    return std::any_of(reply.lines.begin(), reply.lines.end(), [](const std::string& line) {
        return policy::to_lower(line).find("too many") != std::string::npos;
    });
}

/// Refused as a client (name, address, load): it says nothing about the server's TLS.
Setback refused_us(const SmtpReply& reply) {
    if (is_transient(reply) || says_too_many(reply)) return unknown_because(Reason::Busy);
    if (is_permanent(reply)) return unknown_because(Reason::Refused);
    return unknown_because(Reason::ProtocolError);
}

/// RFC 5321 §4.1.1.1: one keyword per line, behind the line that greets. RFC 3207 §4.1: STARTTLS
/// has no parameters; a server that writes some still offers it.
bool has_keyword(const SmtpReply& ehlo, std::string_view keyword) {
    return std::any_of(ehlo.lines.begin() + 1, ehlo.lines.end(), [&](const std::string& line) {
        return policy::equal_ignoring_case(policy::split(policy::trim(line), ' ').front(), keyword);
    });
}

}  // namespace

Setback setback_of(IoStatus status) {
    switch (status) {
        case IoStatus::TimedOut:
            return unknown_because(Reason::Timeout);
        // RFC 8460 §4.3.1: the failure without a name of its own. The server cannot do TLS as the
        // floors demand it.
        case IoStatus::TlsFailed:
            return no_tls_because(Reason::ValidationFailure);
        case IoStatus::Ok:
        case IoStatus::Closed:
            break;
    }
    return unknown_because(Reason::ProtocolError);
}

asio::awaitable<Step> Dialog::banner(Deadline deadline) {
    const Step failed = co_await read_reply(limits_.banner, deadline);
    if (failed) co_return failed;
    if (!is_positive(reply_)) co_return refused_us(reply_);
    co_return std::nullopt;
}

asio::awaitable<Step> Dialog::hello(std::string helo_name, Deadline deadline) {
    const Step failed = co_await command("EHLO " + helo_name, deadline);
    if (failed) co_return failed;
    // Only "command not recognised" and "not implemented" mean a server without extensions
    // (RFC 5321 §4.1.4, §4.2.4); other 5xx replies dislike our name or address.
    if (reply_.code == 500 || reply_.code == 502) {
        co_return no_tls_because(Reason::StarttlsNotSupported);
    }
    if (!is_positive(reply_)) co_return refused_us(reply_);
    offers_starttls_ = has_keyword(reply_, "STARTTLS");
    co_return std::nullopt;
}

asio::awaitable<Step> Dialog::starttls(Deadline deadline) {
    if (!offers_starttls_) co_return no_tls_because(Reason::StarttlsNotSupported);
    const Step failed = co_await command("STARTTLS", deadline);
    if (failed) co_return failed;
    // RFC 3207 §4: 454 is temporary, so nothing is known yet; a 5xx is the server's last word.
    if (is_transient(reply_)) co_return unknown_because(Reason::StarttlsRefused);
    if (is_permanent(reply_)) co_return no_tls_because(Reason::StarttlsRefused);
    if (reply_.code != 220) co_return unknown_because(Reason::ProtocolError);
    // CVE-2011-0411: behind the 220 the server waits for our ClientHello. Bytes that are here
    // already were put there in clear; such a session must not be called protected.
    if (!received_.empty()) co_return no_tls_because(Reason::StarttlsInjection);
    co_return std::nullopt;
}

asio::awaitable<void> Dialog::quit(Deadline deadline) {
    limits_.reply = limits_.farewell;
    [[maybe_unused]] const Step over = co_await command("QUIT", deadline);
}

asio::awaitable<Step> Dialog::command(std::string line, Deadline deadline) {
    // Lock-step: a reply that came before its command answers nothing (RFC 5321 §4.2.1); taken for
    // an answer it would let "220" be said for STARTTLS in advance.
    if (!received_.empty()) co_return unknown_because(Reason::ProtocolError);
    const Deadline sent_by = within(limits_.reply, deadline);
    line += "\r\n";
    const IoStatus written = co_await transport_.write(std::move(line), sent_by);
    if (written != IoStatus::Ok) co_return setback_of(written);
    const Step failed = co_await read_reply(limits_.reply, deadline);
    if (failed) co_return failed;
    if (reply_.code == kServiceNotAvailable) co_return unknown_because(Reason::Busy);
    co_return std::nullopt;
}

asio::awaitable<Step> Dialog::read_reply(std::chrono::milliseconds limit, Deadline deadline) {
    const Deadline read_by =
        within(limit, deadline);  // of the whole reply: a byte a second is late
    ReplyParser parser;
    for (;;) {
        received_.erase(0, parser.feed(received_));
        if (parser.state() == ReplyParser::State::Malformed) {
            co_return unknown_because(Reason::ProtocolError);
        }
        if (parser.state() == ReplyParser::State::Complete) break;
        const IoStatus got = co_await transport_.read(received_, read_by);
        if (got != IoStatus::Ok) co_return setback_of(got);
    }
    reply_ = std::move(parser).reply();
    co_return std::nullopt;
}

Deadline Dialog::within(std::chrono::milliseconds limit, Deadline deadline) {
    return Deadline::after(Deadline::Clock::now(), limit).sooner(deadline);
}

}  // namespace smarttls::engine
