// SPDX-License-Identifier: Apache-2.0
#include "milter/delivery/delivery_judgement.h"

#include <gtest/gtest.h>

#include "tests/unit/milter/delivery/log_sample.h"

namespace smarttls::milter {
namespace {

using policy::Floor;
using policy::TrustedRoute;

const std::vector<TrustedRoute> kShipped{{"local", {}}, {"virtual", {}}, {"lmtp", {}}};
const TlsSession kTls{Trust::Verified, "TLSv1.3", "TLS_AES_256_GCM_SHA384", 256};

Delivery sent(const std::string& identifier, std::optional<TlsSession> tls, const std::string& level = "") {
    Delivery delivery;
    delivery.identifier = identifier;
    delivery.queue_id = "AAAAAA";
    delivery.recipient = "a@b.example";
    delivery.relay = "mx.b.example[192.0.2.1]:25";
    delivery.status = DeliveryStatus::Sent;
    delivery.tls = std::move(tls);
    delivery.tls_level = level;
    return delivery;
}

TlsSession with(Trust trust, const std::string& version = "TLSv1.3") {
    TlsSession tls = kTls;
    tls.trust = trust;
    tls.version = version;
    return tls;
}

struct Row {
    Delivery delivery;
    Floor decided;
    bool is_weaker;
};

TEST(DeliveryJudgement, WhatKeepsToAFloor) {
    const std::string dane = "postfix/smarttls-dane/smtp";
    const std::string sts = "postfix/smarttls-mta-sts/smtp";
    const std::string pkix = "postfix/smarttls-pkix/smtp";
    const std::string any = "postfix/smtp";
    TlsSession null = kTls;
    null.cipher = "ECDHE-ECDSA-NULL-SHA";
    const std::vector<Row> rows{
        {sent(dane, kTls), Floor::Dane, false},
        {sent(dane, kTls), Floor::Encrypted, false},
        {sent(sts, kTls), Floor::MtaSts, false},
        {sent(sts, kTls), Floor::Dane, true},
        {sent(pkix, kTls), Floor::Pkix, false},
        {sent(pkix, kTls), Floor::MtaSts, true},
        {sent(any, kTls), Floor::Pkix, false},
        {sent(any, kTls), Floor::MtaSts, true},
        {sent(any, kTls), Floor::Dane, true},
        {sent(any, kTls, "dane-only"), Floor::Dane, false},
        {sent(dane, kTls, "!dane-only"), Floor::Dane, true},
        {sent(any, kTls, "may:none"), Floor::Encrypted, true},
        {sent(any, kTls, "encrypt"), Floor::Encrypted, false},
        {sent(pkix, with(Trust::Trusted)), Floor::Pkix, true},
        {sent(pkix, with(Trust::Untrusted)), Floor::Pkix, true},
        {sent(any, with(Trust::Anonymous, "TLSv1.2")), Floor::Encrypted, false},
        {sent(any, with(Trust::Untrusted)), Floor::Encrypted, false},
        {sent(dane, with(Trust::Verified, "TLSv1")), Floor::Dane, true},
        {sent(any, with(Trust::Untrusted, "TLSv1.1")), Floor::Encrypted, true},
        {sent(any, null), Floor::Encrypted, true},
        {sent(dane, {}), Floor::Dane, true},
        {sent(any, {}), Floor::Encrypted, true},
        {sent("sm-mta", kTls), Floor::Dane, false},
        {sent("sm-mta", with(Trust::Trusted, "TLSv1.2")), Floor::Pkix, false},
        {sent("sm-mta", with(Trust::Trusted, "TLSv1.2")), Floor::Dane, true},
        {sent("sm-mta", with(Trust::Untrusted)), Floor::Pkix, true},
    };
    for (const Row& row : rows) {
        const Judgement judgement = judge(row.delivery, row.decided, kShipped);
        EXPECT_EQ(judgement.event, store::kRelayToNonErds);
        EXPECT_EQ(judgement.is_weaker, row.is_weaker)
            << row.delivery.identifier << ' ' << row.delivery.tls_level << ' ' << to_string(row.decided) << ": " << judgement.reason;
        EXPECT_EQ(judgement.reason.empty(), !row.is_weaker);
    }
}

TEST(DeliveryJudgement, TheReasonIsASentence) {
    EXPECT_EQ(judge(sent("postfix/smtp", {}), Floor::Dane, kShipped).reason,
              "delivered to mx.b.example[192.0.2.1]:25 without a TLS session in the log, though dane was decided");
    EXPECT_EQ(judge(sent("postfix/smarttls-pkix/smtp", with(Trust::Trusted)), Floor::Pkix, kShipped).reason,
              "delivered to mx.b.example[192.0.2.1]:25 by a server that was Trusted, though pkix was decided");
}

TEST(DeliveryJudgement, MailThatIsNotOursIsNeverTooWeak) {
    EXPECT_FALSE(judge(sent("postfix/smtp", {}), {}, kShipped).is_weaker);
}

TEST(DeliveryJudgement, TrustedRoutesMayCarryIt) {
    Delivery local = sent("postfix/local", {});
    local.relay = "local";
    EXPECT_FALSE(judge(local, Floor::Dane, kShipped).is_weaker);
    EXPECT_TRUE(judge(local, Floor::Dane, {}).is_weaker);
    EXPECT_FALSE(judge(sent("postfix/lmtp", {}), Floor::Dane, kShipped).is_weaker);
    Delivery pipe = sent("postfix/pipe", {});
    pipe.relay = "dovecot";
    EXPECT_TRUE(judge(pipe, Floor::Dane, kShipped).is_weaker);
    EXPECT_FALSE(judge(pipe, Floor::Dane, {{"dovecot", {}}}).is_weaker);
}

TEST(DeliveryJudgement, ATrustedRouteIsToItsNextHop) {
    Delivery relay = sent("postfix/smtp", {});
    relay.relay = "Relay.example.nl[192.0.2.9]:587";
    for (const char* next_hop : {"[relay.example.nl]:587", "[192.0.2.9]:587", "[relay.example.nl]", "relay.example.nl:587"}) {
        EXPECT_FALSE(judge(relay, Floor::Dane, {{"smtp", next_hop}}).is_weaker) << next_hop;
    }
    for (const char* next_hop : {"[relay.example.nl]:25", "[other.example.nl]:587", "[192.0.2.8]"}) {
        EXPECT_TRUE(judge(relay, Floor::Dane, {{"smtp", next_hop}}).is_weaker) << next_hop;
    }
    EXPECT_TRUE(judge(relay, Floor::Dane, {{"lmtp", {}}}).is_weaker);
    relay.identifier = "smtp/other";
    EXPECT_TRUE(judge(relay, Floor::Dane, {{"smtp", {}}}).is_weaker) << "an instance is no transport";
}

TEST(DeliveryJudgement, EventsAndTheirReasons) {
    Delivery delivery = sent("postfix/smarttls-dane/smtp", {});
    delivery.status = DeliveryStatus::Deferred;
    delivery.reply = "TLS is required, but was not offered by host mx";
    Judgement judgement = judge(delivery, Floor::Dane, kShipped);
    EXPECT_EQ(judgement.event, store::kDeliveryDeferral);
    EXPECT_EQ(judgement.code, "starttls-not-supported");
    EXPECT_EQ(judgement.reason, delivery.reply);
    delivery.reply = "host mx said: 450 TLS is required, but was not offered";
    EXPECT_EQ(judge(delivery, Floor::Dane, kShipped).code, "deferred") << "the server's words";
    delivery.reply = "";
    for (const auto& [status, code] : {std::pair(DeliveryStatus::Bounced, "bounced"), std::pair(DeliveryStatus::Expired, "expired"),
                                       std::pair(DeliveryStatus::Deleted, "deleted"), std::pair(DeliveryStatus::Discarded, "discarded")}) {
        delivery.status = status;
        judgement = judge(delivery, Floor::Dane, kShipped);
        EXPECT_EQ(judgement.event, store::kRelayToNonErdsFailure);
        EXPECT_EQ(judgement.code, code);
        EXPECT_EQ(judgement.reason, code) << "never empty";
        EXPECT_FALSE(judgement.is_weaker);
    }
    delivery.status = DeliveryStatus::Requeued;
    delivery.successor = "BBBBBB";
    EXPECT_EQ(judge(delivery, Floor::Dane, kShipped).event, store::kDeliveryForwarding);
    EXPECT_EQ(judge(delivery, Floor::Dane, kShipped).reason, "goes on as BBBBBB");
    delivery.status = DeliveryStatus::Removed;
    EXPECT_EQ(judge(delivery, Floor::Dane, kShipped).event, "");
}

/// The floor that the lab's sender asked for, by the transport that took the mail.
std::optional<Floor> decided_in(const Delivery& delivery) {
    for (const Floor floor : {Floor::Dane, Floor::Pkix, Floor::Encrypted}) {
        const std::string transport = "/smarttls-" + std::string(to_string(floor)) + "/";
        if (delivery.identifier.find(transport) != std::string::npos) return floor;
    }
    return {};
}

TEST(DeliveryJudgement, WhatFloorTransportsSentKeptToTheirFloors) {
    int judged = 0;
    for (const char* name : {"postfix-3.7.log", "postfix-3.7-ends.log", "postfix-3.7-interleaved.log"}) {
        for (const Delivery& one : test::read_all(test::sample_lines(name))) {
            const auto decided = decided_in(one);
            const Judgement judgement = judge(one, decided, kShipped);
            EXPECT_FALSE(judgement.is_weaker) << one.queue_id << ": " << judgement.reason;
            if (one.status == DeliveryStatus::Sent && decided) ++judged;
            if (decided != Floor::Encrypted || one.status != DeliveryStatus::Sent) continue;
            EXPECT_TRUE(judge(one, Floor::Dane, kShipped).is_weaker) << one.queue_id;
        }
    }
    EXPECT_GT(judged, 30);
}

}  // namespace
}  // namespace smarttls::milter
