// SPDX-License-Identifier: Apache-2.0
#include "policy/route.h"

#include <gtest/gtest.h>

namespace smarttls::policy {
namespace {

const std::vector<TrustedRoute> kTrusted{{"local", std::nullopt},
                                         {"lmtp", std::nullopt},
                                         {"smtp", "[archive.example.nl]:587"}};

RouteKind kind(std::string_view transport, std::string_view next_hop,
               std::string_view domain = "example.nl", std::optional<Floor> tag = std::nullopt) {
    return classify_route(transport, next_hop, domain, tag, kTrusted).kind;
}

TEST(Route, OfTheMtaItselfIsEnforced) {
    EXPECT_EQ(kind("smtp", "example.nl"), RouteKind::Enforced);
    EXPECT_EQ(kind("SMTP", "Example.NL"), RouteKind::Enforced);
    EXPECT_EQ(kind("smtp", "example.nl", "EXAMPLE.nl"), RouteKind::Enforced);
    EXPECT_EQ(kind("esmtp", "example.nl."), RouteKind::Enforced) << "as Sendmail says it";
}

TEST(Route, ThatTheMtaDoesNotTellIsEnforced) {
    EXPECT_EQ(kind("", ""), RouteKind::Enforced) << "sendmail(1) submission has no such macros";
}

TEST(Route, OfTheSiteIsUntrustedUnlessItIsListed) {
    EXPECT_EQ(kind("smtp", "[relay.example.nl]:25"), RouteKind::Untrusted);
    EXPECT_EQ(kind("smtp", "[example.nl]"), RouteKind::Untrusted) << "a host, not its MX";
    EXPECT_EQ(kind("smtp", "example.nl:587"), RouteKind::Untrusted);
    EXPECT_EQ(kind("smtp", "other.nl"), RouteKind::Untrusted);
    EXPECT_EQ(kind("smtp", ""), RouteKind::Untrusted);
    EXPECT_EQ(kind("relay", "example.nl"), RouteKind::Untrusted);
    EXPECT_EQ(kind("uucp", "example.nl"), RouteKind::Untrusted);
    EXPECT_EQ(kind("smtp", "mx.example.nl."), RouteKind::Untrusted);
}

TEST(Route, IsTrustedByItsTransport) {
    EXPECT_EQ(kind("local", "mail.example.nl"), RouteKind::Trusted);
    EXPECT_EQ(kind("LMTP", "unix:/run/lmtp"), RouteKind::Trusted);
    EXPECT_EQ(kind("locals", "x"), RouteKind::Untrusted);
}

TEST(Route, IsTrustedByTransportAndNextHopWhereBothAreListed) {
    EXPECT_EQ(kind("smtp", "[Archive.example.nl]:587"), RouteKind::Trusted);
    EXPECT_EQ(kind("smtp", "[archive.example.nl]"), RouteKind::Untrusted);
    EXPECT_EQ(kind("relay", "[archive.example.nl]:587"), RouteKind::Untrusted);
}

TEST(Route, ToTheErrorTransportIsAnAlias) {
    EXPECT_EQ(kind("error", "5.1.1 User unknown in virtual alias table"), RouteKind::Alias);
}

TEST(Route, OverAFloorTransportIsEnforcedWhenTheSendersTagChoseIt) {
    EXPECT_EQ(kind("smarttls-dane", "example.nl", "example.nl", Floor::Dane), RouteKind::Enforced);
    EXPECT_EQ(kind("smarttls-pkix", "example.nl", "example.nl", Floor::Pkix), RouteKind::Enforced);
}

// A transport_maps entry beats the sender's floor: the mail would leave by the floor of that entry.
TEST(Route, OverAFloorTransportThatTheSiteChoseIsItsOwn) {
    EXPECT_EQ(kind("smarttls-encrypted", "example.nl"), RouteKind::Untrusted);
    EXPECT_EQ(kind("smarttls-dane", "example.nl"), RouteKind::Untrusted) << "no tag, so not ours";
    EXPECT_EQ(kind("smarttls-encrypted", "example.nl", "example.nl", Floor::Dane), RouteKind::Untrusted);
    EXPECT_EQ(kind("smarttls-dane", "[relay.nl]", "example.nl", Floor::Dane), RouteKind::Untrusted);
    EXPECT_EQ(kind("smarttls-", "example.nl", "example.nl", Floor::Dane), RouteKind::Untrusted);
}

TEST(Route, KeepsWhatTheMtaSaidInLowerCase) {
    const Route route = classify_route("SMTP", "[Relay.NL]:25", "example.nl", std::nullopt, {});
    EXPECT_EQ(route.transport, "smtp");
    EXPECT_EQ(route.next_hop, "[relay.nl]:25");
    EXPECT_EQ(route.kind, RouteKind::Untrusted);
}

}  // namespace
}  // namespace smarttls::policy
