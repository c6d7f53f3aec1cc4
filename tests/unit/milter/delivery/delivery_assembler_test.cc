// SPDX-License-Identifier: Apache-2.0
#include "milter/delivery/delivery_assembler.h"

#include <gtest/gtest.h>

#include "tests/unit/milter/delivery/log_sample.h"

namespace smarttls::milter {
namespace {

using test::only;
using namespace std::chrono_literals;

const TlsSession kDane13{Trust::Verified, "TLSv1.3", "TLS_AES_256_GCM_SHA384", 256};
const TlsSession kDane12{Trust::Verified, "TLSv1.2", "ECDHE-ECDSA-AES256-GCM-SHA384", 256};
const TlsSession kAnonymous{Trust::Anonymous, "TLSv1.2", "AECDH-AES256-SHA", 256};
const TlsSession kTrusted{Trust::Trusted, "TLSv1.3", "TLS_AES_256_GCM_SHA384", 256};
const TlsSession kUntrusted{Trust::Untrusted, "TLSv1.3", "TLS_AES_256_GCM_SHA384", 256};

TEST(DeliveryAssembler, ReadsWhatARealPostfixWrote) {
    const auto all = test::read_all(test::sample_lines("postfix-3.7.log"));
    EXPECT_EQ(only(all, "CA0BEB820C9", "a@dane.example").tls, kDane13);
    EXPECT_EQ(only(all, "D0611B820CC", "a@dane12.example").tls, kDane12);
    EXPECT_EQ(only(all, "EEBADB820DF", "a@anon.example").tls, kAnonymous);
    EXPECT_EQ(only(all, "EF1E1B820E0", "a@pkix.example").tls, kTrusted);
    EXPECT_EQ(only(all, "F3C34B820E3", "a@self.example").tls, kUntrusted);
    EXPECT_EQ(only(all, "0C0D9B820DD", "a@plain.example").tls, std::nullopt);
    EXPECT_EQ(only(all, "0EA07B820DD", "a@plain.example").tls, std::nullopt) << "by a connection kept in clear";
    EXPECT_EQ(only(all, "11F23B820EB", "a@old.example").tls->version, "TLSv1");
    EXPECT_EQ(only(all, "102FAB820E3", "a@two.example").relay, "mx20.two.example[127.25.0.11]:25");
    EXPECT_EQ(only(all, "102FAB820E3", "a@two.example").tls, kDane13);
    EXPECT_EQ(only(all, "108C5B820E7", "a@two.example").tls, std::nullopt);
}

TEST(DeliveryAssembler, RecipientsOfOneMessageHaveWhatIsTheirs) {
    const auto all = test::read_all(test::sample_lines("postfix-3.7.log"));
    EXPECT_EQ(only(all, "D2F8BB820CD", "a@dane.example").tls, kDane13);
    EXPECT_EQ(only(all, "D2F8BB820CD", "b@dane.example").tls, kDane13);
    EXPECT_EQ(only(all, "D2F8BB820CD", "bob@org.example").relay, "local");
    const Delivery waits = only(all, "D2F8BB820CD", "c@plain.example");
    EXPECT_EQ(waits.status, DeliveryStatus::Deferred);
    EXPECT_EQ(waits.reply, "non DNSSEC destination");
    EXPECT_EQ(waits.identifier, "postfix/smarttls-dane/smtp");
}

TEST(DeliveryAssembler, HostileWordsStayWords) {
    const auto all = test::read_all(test::sample_lines("postfix-3.7.log"));
    EXPECT_EQ(only(all, "0F02DB820DF", "a@refuse.example").status, DeliveryStatus::Bounced);
    EXPECT_EQ(only(all, "0FDD2B820E0", "a@grey.example").status, DeliveryStatus::Deferred);
    EXPECT_EQ(only(all, "19C4BB820F8", R"("x>, relay=evil[1.2.3.4]:25, status=sent (ok"@dane.example)").tls, kDane13);
    for (const Delivery& one : all) EXPECT_NE(one.recipient, "x@y.example");
}

TEST(DeliveryAssembler, AConnectionThatIsUsedAgainHasItsTls) {
    const auto all = test::read_all(test::sample_lines("postfix-3.7.log"));
    for (const char* id : {"1C47EB820EF", "405C6B820E3", "4B5C7B820E3", "532B3B820E3"}) {
        EXPECT_EQ(only(all, id, "a@reuse.example").tls, kTrusted) << id;
    }
}

TEST(DeliveryAssembler, TellsTheEndsOfMessages) {
    const auto all = test::read_all(test::sample_lines("postfix-3.7-ends.log"));
    EXPECT_EQ(only(all, "D7F9CB820D4", "").status, DeliveryStatus::Deleted);
    const Delivery requeued = only(all, "EE517B820DE", "");
    EXPECT_EQ(requeued.status, DeliveryStatus::Requeued);
    EXPECT_EQ(requeued.successor, "A213BB82119");
    const auto forced = test::of(all, "D2F8BB820CD", "");
    ASSERT_EQ(forced.size(), 2U);
    EXPECT_EQ(forced[0].status, DeliveryStatus::Expired);
    EXPECT_EQ(forced[1].status, DeliveryStatus::Removed);
    EXPECT_EQ(test::of(all, "DBFFCB820D7", "").front().status, DeliveryStatus::Expired);
}

/// Which TLS the lab's server of the recipient's domain has.
TlsSession expected_for(const std::string& recipient) {
    if (recipient.ends_with("@dane12.example")) return kDane12;
    if (recipient.ends_with("@dane.example")) return kDane13;
    return recipient.ends_with("@pkix.example") ? kTrusted : kUntrusted;
}

TEST(DeliveryAssembler, ClientsThatWriteAtOnceAreToldApart) {
    const auto all = test::read_all(test::sample_lines("postfix-3.7-interleaved.log"));
    int sent = 0;
    for (const Delivery& one : all) {
        if (one.recipient.empty()) continue;
        EXPECT_EQ(one.status, DeliveryStatus::Sent);
        EXPECT_EQ(one.tls, expected_for(one.recipient)) << one.queue_id << ' ' << one.recipient;
        ++sent;
    }
    EXPECT_EQ(sent, 45);
}

constexpr const char* kTls = "Verified TLS connection established to mx.b[192.0.2.1]:25: TLSv1.3 with cipher X (256/256 bits)";

std::string line(const std::string& message, const std::string& tag = "postfix/smtp[1]") {
    return "Nov 23 16:41:01 gw " + tag + ": " + message;
}
std::string sent(const std::string& id, const std::string& relay = "mx.b[192.0.2.1]:25") {
    return id + ": to=<a@b>, relay=" + relay + ", delay=0, delays=0/0/0/0, dsn=2.0.0, status=sent (ok)";
}

struct Reuse {
    std::vector<std::string> lines;
    bool has_tls;
    const char* why;
};

TEST(DeliveryAssembler, ATlsLineServesOneMessageOfOneProcess) {
    const std::vector<Reuse> cases{
        {{line(kTls), line(sent("AAAAAA"))}, true, "the usual case"},
        {{line(kTls), line(sent("AAAAAA")), line(sent("AAAAAA"))}, true, "another recipient"},
        {{line(kTls), line(sent("AAAAAA")), line(sent("BBBBBB"))}, false, "another message"},
        {{line(kTls), line(sent("AAAAAA", "none")), line(sent("BBBBBB"))}, false, "another message, after a failure"},
        {{line(kTls), line(sent("AAAAAA"), "postfix/smtp[2]")}, false, "another process"},
        {{line(kTls), line(sent("AAAAAA"), "postfix-out/smtp[1]")}, false, "another instance, same pid"},
        {{line(kTls), line(sent("AAAAAA"), "postfix/smarttls-dane/smtp[1]")}, false, "another transport, same pid"},
        {{line(kTls), line(sent("AAAAAA", "mx.b[192.0.2.2]:25"))}, false, "another address"},
        {{line(kTls), line(sent("AAAAAA", "mx.b[192.0.2.1]:26"))}, false, "another port"},
        {{line(kTls), line("AAAAAA: lost connection with mx.b[192.0.2.1] while sending end of data"), line(sent("AAAAAA"))},
         false, "Postfix tries again in clear"},
        {{line(kTls), line("AAAAAA: removed", "postfix/qmgr[9]"), line(sent("AAAAAA"))}, true, "of which nothing was said yet"},
        {{line(kTls), line(sent("AAAAAA")), line("AAAAAA: removed", "postfix/qmgr[9]"), line(sent("AAAAAA"))},
         false, "the queue id is used again"},
        {{line(kTls), line("AAAAAA: to=<a b>, relay=x"), line(sent("BBBBBB"))}, false, "a line that cannot be read"},
    };
    for (const Reuse& one : cases) {
        DeliveryAssembler assembler(policy::Mta::Postfix);
        std::vector<Delivery> news;
        for (const std::string& text : one.lines) test::feed(assembler, text, news);
        ASSERT_FALSE(news.empty()) << one.why;
        EXPECT_EQ(news.back().tls.has_value(), one.has_tls) << one.why;
    }
}

// A restart between any two lines changes nothing.
TEST(DeliveryAssembler, StateGoesOnWhereItWas) {
    for (const char* name : {"postfix-3.7.log", "postfix-3.7-interleaved.log"}) {
        const auto lines = test::sample_lines(name);
        DeliveryAssembler assembler(policy::Mta::Postfix);
        std::vector<Delivery> news;
        for (const std::string& text : lines) {
            DeliveryAssembler next(policy::Mta::Postfix);
            ASSERT_TRUE(next.restore(assembler.state()));
            EXPECT_EQ(next.state(), assembler.state());
            assembler = DeliveryAssembler(policy::Mta::Postfix);
            ASSERT_TRUE(assembler.restore(next.state()));
            test::feed(assembler, text, news);
        }
        EXPECT_EQ(news, test::read_all(lines)) << name;
    }
}

TEST(DeliveryAssembler, RefusesAStateThatIsNone) {
    DeliveryAssembler assembler(policy::Mta::Postfix);
    std::vector<Delivery> news;
    test::feed(assembler, line(kTls), news);
    for (const char* state : {"x", "postfix/smtp 1 mx[::1]:25 - Verified TLSv1.3 X 256", "a 1 b - Verifed c d 1 2", "a 1 b - Verified c d e 2"}) {
        EXPECT_FALSE(assembler.restore(state)) << state;
    }
    EXPECT_EQ(assembler.open_connections(), 1U);
}

TEST(DeliveryAssembler, MemoryIsBoundedAndOldSessionsGo) {
    DeliveryAssembler assembler(policy::Mta::Postfix);
    std::vector<Delivery> news;
    for (std::size_t pid = 1; pid <= DeliveryAssembler::kMostConnections + 10; ++pid) {
        test::feed(assembler, line(kTls, "postfix/smtp[" + std::to_string(pid) + "]"), news);
    }
    EXPECT_EQ(assembler.open_connections(), DeliveryAssembler::kMostConnections);
    test::feed(assembler, line(sent("AAAAAA"), "postfix/smtp[5]"), news);
    EXPECT_FALSE(news.back().tls) << "one of the first, which gave way";
    test::feed(assembler, line(sent("AAAAAA"), "postfix/smtp[15]"), news);
    EXPECT_TRUE(news.back().tls);
    test::feed(assembler, line("connect"), news, LogTime(1h) + 2h + 1ms);
    EXPECT_EQ(assembler.open_connections(), 0U);
}

TEST(DeliveryAssembler, WhatIsNoWordIsNotKept) {
    DeliveryAssembler assembler(policy::Mta::Sendmail);
    std::vector<Delivery> news;
    assembler.add({LogTime(1h), "sm-mta", "1", "STARTTLS=client, relay=mx, version=a\nb, verify=OK, cipher=c d, bits=1/1"}, news);
    EXPECT_EQ(assembler.open_connections(), 0U);
    assembler.add({LogTime(1h), "sm-mta x\n", "1", "STARTTLS=client, relay=mx, version=a, verify=OK, cipher=c, bits=1/1"}, news);
    EXPECT_EQ(assembler.open_connections(), 0U);
}

}  // namespace
}  // namespace smarttls::milter
