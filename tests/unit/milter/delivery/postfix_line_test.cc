// SPDX-License-Identifier: Apache-2.0
#include "milter/delivery/postfix_line.h"

#include <gtest/gtest.h>

namespace smarttls::milter {
namespace {

constexpr std::string_view kSmtp = "postfix/smarttls-dane/smtp";

Attempt attempt(std::string_view message, std::string_view identifier = kSmtp) {
    const LogFact fact = parse_postfix_line(identifier, message);
    const auto* found = std::get_if<Attempt>(&fact);
    EXPECT_NE(found, nullptr) << message;
    return found == nullptr ? Attempt() : *found;
}

template <class Fact>
bool is(std::string_view message, std::string_view identifier = kSmtp) {
    return std::holds_alternative<Fact>(parse_postfix_line(identifier, message));
}

TEST(PostfixLine, ADeliveryHasItsAttributes) {
    const Attempt sent = attempt(
        "165E1B820F3: to=<bob@dane.example>, orig_to=<fwd@org.example>, relay=mx.dane.example[127.25.0.1]:25, "
        "conn_use=2, delay=0.14, delays=0/0.03/0.06/0.05, dsn=2.0.0, status=sent (250 2.0.0 Ok: message 1)");
    EXPECT_EQ(sent.queue_id, "165E1B820F3");
    EXPECT_EQ(sent.recipients, std::vector<std::string_view>{"bob@dane.example"});
    EXPECT_EQ(sent.original_recipient, "fwd@org.example");
    EXPECT_EQ(sent.relay, "mx.dane.example[127.25.0.1]:25");
    EXPECT_EQ(sent.dsn, "2.0.0");
    EXPECT_EQ(sent.status, DeliveryStatus::Sent);
    EXPECT_EQ(sent.reply, "250 2.0.0 Ok: message 1");
    EXPECT_EQ(sent.tls_level, "");
}

TEST(PostfixLine, Postfix311TellsTheTlsLevel) {
    for (const std::string level : {"dane-only", "!encrypt", "may:none", "unknown?"}) {
        const std::string line = "4jXtP16qgmz1cB9b: to=<b@c.example>, relay=none, delay=1, delays=0/0/0/1, tls=" +
                                     level + ", dsn=4.7.4, status=deferred (TLS is required)";
        const Attempt sent = attempt(line);
        EXPECT_EQ(sent.tls_level, level);
        EXPECT_EQ(sent.status, DeliveryStatus::Deferred);
    }
}

// What stands in the reply is the server's to write.
TEST(PostfixLine, AReplyForgesNothing) {
    const std::string begin = "0FDD2B820E0: to=<a@grey.example>, relay=mx.grey.example[127.25.0.9]:25, delay=1, delays=0/0/0/1, ";
    const std::string line =
        begin + "dsn=4.7.1, status=deferred (host mx.grey.example[127.25.0.9] said: 451 4XYZ: to=<x@y>, "
        "relay=x[1.2.3.4]:25, delay=1, delays=0/0/0/1, tls=dane-only, dsn=2.0.0, status=sent (250 ok) (in reply to RCPT TO command))";
    const Attempt deferred = attempt(line);
    EXPECT_EQ(deferred.queue_id, "0FDD2B820E0");
    EXPECT_EQ(deferred.status, DeliveryStatus::Deferred);
    EXPECT_EQ(deferred.dsn, "4.7.1");
    EXPECT_EQ(deferred.tls_level, "");
    EXPECT_TRUE(deferred.reply.ends_with("(in reply to RCPT TO command)"));
}

TEST(PostfixLine, AnAddressForgesNothing) {
    const std::string rest = ", relay=mx.dane.example[127.25.0.1]:25, delay=0, delays=0/0/0/0, dsn=4.0.0, status=deferred (x)";
    for (const std::string address :
         {R"("x>, relay=evil[1.2.3.4]:25, dsn=2.0.0, status=sent (ok"@dane.example)", R"("a\">, status=sent (x"@b.example)",
          R"(a@[x>, relay=evil, status=sent (])", R"("a\\"@b.example)"}) {
        const std::string line = "19C4BB820F8: to=<" + address + ">" + rest;
        const Attempt deferred = attempt(line);
        EXPECT_EQ(deferred.recipients, std::vector<std::string_view>{address});
        EXPECT_EQ(deferred.relay, "mx.dane.example[127.25.0.1]:25");
        EXPECT_EQ(deferred.status, DeliveryStatus::Deferred);
    }
    // Without quotes (info_log_addr_form = internal) nobody can tell.
    EXPECT_TRUE(is<Unreadable>("19C4BB820F8: to=<x y@dane.example>" + rest));
    EXPECT_TRUE(is<Unreadable>("19C4BB820F8: to=<\"x@dane.example>" + rest));
}

TEST(PostfixLine, StatusWords) {
    const auto line = [](std::string_view word) {
        return "AAAAAA: to=<a@b>, relay=none, delay=0, delays=0/0/0/0, dsn=5.0.0, status=" + std::string(word) + " (x)";
    };
    EXPECT_EQ(attempt(line("bounced")).status, DeliveryStatus::Bounced);
    EXPECT_EQ(attempt(line("SOFTBOUNCE")).status, DeliveryStatus::Deferred);
    EXPECT_EQ(attempt(line("sent"), "postfix/discard").status, DeliveryStatus::Discarded);
    EXPECT_TRUE(is<std::monostate>(line("deliverable")));
    EXPECT_TRUE(is<std::monostate>(line("undeliverable")));
    EXPECT_TRUE(is<std::monostate>(line("sent"), "postfix/smtpd"));
}

TEST(PostfixLine, AForwardNamesItsSuccessor) {
    const std::string line = "13ACAB820EF: to=<f@org.example>, relay=local, delay=0, delays=0/0/0/0, dsn=2.0.0, status=sent (forwarded as 165E1B820F3)";
    EXPECT_EQ(attempt(line, "postfix/local").status, DeliveryStatus::Forwarded);
    EXPECT_EQ(attempt(line, "postfix/local").successor, "165E1B820F3");
    EXPECT_EQ(attempt(line, "postfix/smtp").status, DeliveryStatus::Sent) << "a server's words";
}

TEST(PostfixLine, TlsLines) {
    const LogFact fact = parse_postfix_line(
        kSmtp, "Verified TLS connection established to mx.dane.example[2001:db8::1]:25: TLSv1.3 with cipher "
               "TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519 server-signature ECDSA");
    const auto* tls = std::get_if<TlsStarted>(&fact);
    ASSERT_NE(tls, nullptr);
    EXPECT_EQ(tls->relay, "mx.dane.example[2001:db8::1]:25");
    EXPECT_EQ(tls->trust, Trust::Verified);
    EXPECT_EQ(tls->version, "TLSv1.3");
    EXPECT_EQ(tls->cipher, "TLS_AES_256_GCM_SHA384");
    EXPECT_EQ(tls->bits, 256);
    const std::string end = " TLS connection reused to mx[::1]:25: TLSv1.2 with cipher X (128/128 bits)";
    for (const char* trust : {"Verified", "Trusted", "Untrusted", "Anonymous"}) EXPECT_TRUE(is<TlsStarted>(trust + end));
    EXPECT_TRUE(is<std::monostate>("Half-verified" + end));
    EXPECT_TRUE(is<std::monostate>("Verified" + end, "postfix/tlsproxy")) << "smtp says it as well";
    EXPECT_TRUE(is<std::monostate>("Anonymous TLS connection established from mx[::1]: TLSv1.2 with cipher X (1/1 bits)"));
    EXPECT_TRUE(is<Unreadable>("Verified TLS connection established to mx[::1]:25: TLSv1.3"));
}

TEST(PostfixLine, EndsOfMessages) {
    EXPECT_EQ(std::get<MessageNews>(parse_postfix_line("postfix/qmgr", "D2F8BB820CD: removed")).status, DeliveryStatus::Removed);
    EXPECT_EQ(std::get<MessageNews>(parse_postfix_line("postfix/postsuper", "D2F8BB820CD: removed")).status, DeliveryStatus::Deleted);
    for (const char* word : {"expired", "force-expired"}) {
        const LogFact fact = parse_postfix_line("postfix/qmgr", "D2F8BB820CD: from=<a+x@b>, status=" + std::string(word) + ", returned to sender");
        ASSERT_TRUE(std::holds_alternative<MessageNews>(fact)) << word;
        EXPECT_EQ(std::get<MessageNews>(fact).status, DeliveryStatus::Expired);
    }
    EXPECT_TRUE(is<std::monostate>("D2F8BB820CD: from=<a@b>, size=328, nrcpt=4 (queue active)", "postfix/qmgr"));
    EXPECT_TRUE(is<std::monostate>("D2F8BB820CD: from=<\"x>, status=expired, \"@b>, size=328, nrcpt=4 (queue active)", "postfix/qmgr"));
    const LogFact again = parse_postfix_line("postfix/pickup", "A213BB82119: uid=102 from=<alice@org.example> orig_id=EE517B820DE");
    EXPECT_EQ(std::get<MessageNews>(again).queue_id, "EE517B820DE");
    EXPECT_EQ(std::get<MessageNews>(again).successor, "A213BB82119");
    EXPECT_TRUE(is<std::monostate>("A213BB82119: uid=102 from=<\" orig_id=EE517\"@org.example>", "postfix/pickup"));
}

TEST(PostfixLine, ALostConnectionEndsItsTls) {
    EXPECT_TRUE(is<ConnectionLost>("A213BB82119: lost connection with mx[::1] while sending end of data"));
    EXPECT_TRUE(is<ConnectionLost>("A213BB82119: conversation with mx[::1] timed out while sending message body"));
    EXPECT_TRUE(is<std::monostate>("A213BB82119: host mx[::1] said: 450 lost connection with mx[::1]"));
}

TEST(PostfixLine, OtherLinesSayNothing) {
    for (const char* message :
         {"", ":", "NOQUEUE: reject: RCPT from x[::1]: 550; from=<a@b> to=<c@d>", "warning: A213BB: to=<a@b>", "connect to mx[::1]:25: refused",
          "A213BB82119: message-id=<to=<a@b>>", "A213: to=<a@b>", "A213BB82119:to=<a@b>"}) {
        EXPECT_TRUE(is<std::monostate>(message)) << message;
    }
}

TEST(PostfixLine, WhatIsCutIsNotGuessed) {
    const std::string whole = "A213BB82119: to=<a@b>, relay=mx[::1]:25, delay=0, delays=0/0/0/0, dsn=2.0.0, status=sent (";
    for (std::size_t size = whole.find("to=<") + 4; size < whole.size(); ++size) {
        EXPECT_TRUE(is<Unreadable>(whole.substr(0, size))) << whole.substr(0, size);
    }
    const std::string long_line = whole + "250 2.0.0 a long repl";
    EXPECT_EQ(attempt(long_line).reply, "250 2.0.0 a long repl") << "syslog(3) cuts long lines";
}

}  // namespace
}  // namespace smarttls::milter
