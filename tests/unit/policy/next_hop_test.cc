// SPDX-License-Identifier: Apache-2.0
#include "policy/next_hop.h"

#include <gtest/gtest.h>

namespace smarttls::policy {
namespace {

TEST(NextHop, IsReadInEveryFormThatPostfixWrites) {
    struct Row {
        std::string_view text;
        std::string_view name;
        bool mx_lookup;
        std::uint16_t port;
        std::string_view canonical;
    };
    const Row rows[] = {
        {"example.nl", "example.nl", true, 25, "example.nl"},
        {"Example.NL.", "example.nl", true, 25, "example.nl"},
        {"example.nl:25", "example.nl", true, 25, "example.nl"},
        {"example.nl:587", "example.nl", true, 587, "example.nl:587"},
        {"[relay.nl]", "relay.nl", false, 25, "[relay.nl]"},
        {"[relay.nl]:25", "relay.nl", false, 25, "[relay.nl]"},
        {"[Relay.nl]:587", "relay.nl", false, 587, "[relay.nl]:587"},
        {"[relay.nl]:65535", "relay.nl", false, 65535, "[relay.nl]:65535"},
    };
    for (const Row& row : rows) {
        const auto parsed = NextHop::parse(row.text);
        ASSERT_TRUE(parsed) << row.text << ": " << parsed.error().what;
        EXPECT_EQ(parsed->name().str(), row.name) << row.text;
        EXPECT_EQ(parsed->has_mx_lookup(), row.mx_lookup) << row.text;
        EXPECT_EQ(parsed->port(), row.port) << row.text;
        EXPECT_EQ(parsed->str(), row.canonical) << row.text;
        EXPECT_EQ(NextHop::parse(parsed->str()).value(), *parsed) << row.text;
    }
}

TEST(NextHop, RefusesWhatNoCertificateOrTlsaRecordCanAuthenticate) {
    for (const std::string_view text :
         {"", ".example.nl", "[192.0.2.1]", "[192.0.2.1]:25", "[2001:db8::1]", "[ipv6:::1]",
          "192.0.2.1", "[", "[]", "[relay.nl", "[relay.nl]x", "[relay.nl]x:25", "[relay.nl]:",
          "example.nl:", "example.nl:0", "example.nl:65536", "example.nl:2x", "example.nl:-1",
          "example.nl:25:25", "a b"}) {
        const auto parsed = NextHop::parse(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().kind, ErrorKind::Malformed);
        EXPECT_TRUE(parsed.error().what.starts_with("next hop \"")) << parsed.error().what;
    }
}

TEST(NextHop, OfADomainLooksUpItsMailServers) {
    const NextHop hop = NextHop::of(DomainName::parse("example.nl").value());
    EXPECT_EQ(hop, NextHop::parse("example.nl").value());
    EXPECT_NE(hop, NextHop::parse("[example.nl]").value());
}

}  // namespace
}  // namespace smarttls::policy
