// SPDX-License-Identifier: Apache-2.0
#include "milter/delivery/sendmail_line.h"

#include <gtest/gtest.h>

#include "tests/unit/milter/delivery/log_sample.h"

namespace smarttls::milter {
namespace {

using test::only;

TEST(SendmailLine, DeliveriesWithTheirTls) {
    const auto all = test::read_all(test::sample_lines("sendmail-8.log"), policy::Mta::Sendmail);
    const Delivery bob = only(all, "x89Bx1iP007421", "bob@self.example");
    EXPECT_EQ(bob.status, DeliveryStatus::Sent);
    EXPECT_EQ(bob.relay, "mx.self.example. [192.0.2.26]");
    EXPECT_EQ(bob.reply, "OK 1568030342 message 1");
    ASSERT_TRUE(bob.tls);
    EXPECT_EQ(*bob.tls, (TlsSession{Trust::Untrusted, "TLSv1.3", "TLS_AES_256_GCM_SHA384", 256}));
    for (const char* recipient : {"a@pkix.example", "\"x>, stat=Sent\"@pkix.example"}) {
        const Delivery sent = only(all, "x89Bx1iP007422", recipient);
        ASSERT_TRUE(sent.tls) << recipient;
        EXPECT_EQ(sent.tls->trust, Trust::Trusted);
    }
    const Delivery unknown = only(all, "x89Bx1iP007423", "b@pkix.example");
    EXPECT_EQ(unknown.status, DeliveryStatus::Bounced);
    EXPECT_EQ(unknown.dsn, "5.1.1");
    EXPECT_TRUE(unknown.tls) << "the connection of the message before";
    const Delivery weak = only(all, "x89Bx1iP007424", "c@enc.example");
    EXPECT_EQ(weak.status, DeliveryStatus::Deferred);
    EXPECT_EQ(weak.reply, "454 4.7.0 encryption too weak 0 less than 112");
    EXPECT_FALSE(weak.tls);
    EXPECT_EQ(only(all, "x89Bx1iP007425", "root").status, DeliveryStatus::Sent);
    EXPECT_FALSE(only(all, "x89Bx1iP007426", "e@pkix.example").tls) << "another process";
    EXPECT_EQ(only(all, "x89Bx1iP007424", "").status, DeliveryStatus::Expired);
    EXPECT_EQ(all.size(), 9U);
}

TEST(SendmailLine, AFailedHandshakeEndsWhatWasBefore) {
    EXPECT_TRUE(std::holds_alternative<ConnectionLost>(parse_sendmail_line("STARTTLS=client, error: connect failed=-1, reason=x")));
    EXPECT_TRUE(std::holds_alternative<std::monostate>(parse_sendmail_line("STARTTLS=server, relay=x, version=TLSv1.3, verify=NO, cipher=X, bits=1/1")));
}

TEST(SendmailLine, WhatIsNoAttemptSaysNothing) {
    for (const char* message :
         {"", "x89Bx1iP007425: from=<a@b>, size=1", "x89Bx1iP007425: to=<a@b>, delay=0, mailer=esmtp, pri=1, stat=queued",
          "x89Bx1iP007425: to=<a@b>, quarantine=to=<c@d>, stat=quarantined"}) {
        EXPECT_TRUE(std::holds_alternative<std::monostate>(parse_sendmail_line(message))) << message;
    }
    EXPECT_TRUE(std::holds_alternative<Unreadable>(parse_sendmail_line("x89Bx1iP007425: to=<a@b")));
    EXPECT_TRUE(std::holds_alternative<Unreadable>(parse_sendmail_line("x89Bx1iP007425: to=<a@b>, delay=0")));
}

}  // namespace
}  // namespace smarttls::milter
