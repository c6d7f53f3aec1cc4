// SPDX-License-Identifier: Apache-2.0
#include "policy/values.h"

#include <gtest/gtest.h>

namespace smarttls::policy {
namespace {

using namespace std::chrono_literals;

/// The value is refused as Malformed and the sentence shows what it was.
template <class T>
void expect_refused(const Result<T>& result, std::string_view text) {
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error().kind, ErrorKind::Malformed) << text;
    EXPECT_FALSE(result.error().what.empty()) << text;
}

TEST(Values, APathIsAbsolute) {
    EXPECT_EQ(read_path("/run/a b").value(), "/run/a b");
    for (const auto* text : {"", "run/x", "./x", "~/x"}) expect_refused(read_path(text), text);
    EXPECT_EQ(read_path("run/x").error().what, "\"run/x\" is not an absolute path");
}

TEST(Values, AProfileIsANameOrAPath) {
    for (const auto* text : {"ncsc-nl-2025-05", "own_1.2", "/etc/own.conf"}) EXPECT_EQ(read_profile(text).value(), text);
    for (const auto* text : {"", "../x", "a/b", ".x", "a b", "a\n"}) expect_refused(read_profile(text), text);
}

TEST(Values, AnEndpointHasAnAddressAndMayHaveAPort) {
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"127.0.0.1", "127.0.0.1:53"}, {"127.0.0.1:5353", "127.0.0.1:5353"},
        {"::1", "[::1]:53"},           {"[::1]", "[::1]:53"},
        {"[::1]:5353", "[::1]:5353"},  {"2001:db8::53", "[2001:db8::53]:53"},
        {"127.0.0.1:65535", "127.0.0.1:65535"},
    };
    for (const auto& [text, expected] : rows) {
        const auto endpoint = read_endpoint(text, 53);
        ASSERT_TRUE(endpoint) << text << ": " << endpoint.error().what;
        EXPECT_EQ(endpoint->str(), expected);
    }
}

TEST(Values, AnEndpointIsNothingElse) {
    for (const auto* text : {"", "localhost", "localhost:53", "127.0.0.1:", "127.0.0.1:x",
                             "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:-1", "[::1", "[::1]53",
                             "[::1]:", "[::1]x", "[]", ":53", "127.0.0.1:53:54"}) {
        expect_refused(read_endpoint(text, 53), text);
    }
}

TEST(Values, ADurationHasSecondsOrAUnit) {
    const std::pair<std::string_view, std::chrono::seconds> rows[] = {
        {"90", 90s}, {"90s", 90s}, {"5m", 300s}, {"1h", 3600s}, {"2d", 48h}, {"0", 0s}, {"3650d", 24h * 3650}};
    for (const auto& [text, expected] : rows) {
        ASSERT_TRUE(read_duration(text)) << text;
        EXPECT_EQ(*read_duration(text), expected) << text;
    }
}

TEST(Values, ADurationIsNothingElseAndNoEternity) {
    for (const auto* text : {"", "s", "-1", "1.5h", "1 h", "1w", "1H", "five", "1ms", "+1", "3651d",
                             "4294967295d", "4294967296", "99999999999999999999"}) {
        expect_refused(read_duration(text), text);
    }
    EXPECT_EQ(read_duration("1w").error().what,
              "\"1w\" is not a duration such as 90s, 5m, 1h or 2d");
}

TEST(Values, ACountIsAWholeNumberAboveZero) {
    EXPECT_EQ(read_count("50000").value(), 50000U);
    for (const auto* text : {"", "0", "-1", "1k", "4294967296", " 1"}) expect_refused(read_count(text), text);
}

TEST(Values, ASizeIsInBytesOrBinaryUnits) {
    EXPECT_EQ(read_size("65536").value(), 65536U);
    EXPECT_EQ(read_size("64K").value(), 65536U);
    EXPECT_EQ(read_size("256M").value(), 256U << 20);
    EXPECT_EQ(read_size("8G").value(), std::uint64_t{8} << 30);
    for (const auto* text : {"", "0", "0M", "-1", "1k", "M", "1T", " 1", "4294967296"}) {
        expect_refused(read_size(text), text);
    }
}

TEST(Values, AHeaderFieldHasANameAndAValue) {
    const auto field = read_header_field("X-Note:  two: colons ");
    ASSERT_TRUE(field);
    EXPECT_EQ(field->name, "X-Note");
    EXPECT_EQ(field->value, "two: colons");
    EXPECT_EQ(read_header_field("X-Empty:").value().value, "");
    for (const auto* text : {"", "X-Note", ": value", "X Note: value", "X\x7f: v", "Caf\xc3\xa9: v"}) {
        expect_refused(read_header_field(text), text);
    }
}

TEST(Values, AHeaderNameIsPrintableAsciiWithoutColon) {
    EXPECT_EQ(read_header_name("X-SmartTLS-Class").value(), "X-SmartTLS-Class");
    for (const auto* text : {"", "X:", "X Y", "X\tY", "\xc3\xa9"}) expect_refused(read_header_name(text), text);
}

TEST(Values, ATrustedRouteIsATransportThatMayHaveANextHop) {
    EXPECT_EQ(read_trusted_route("LMTP").value().transport, "lmtp");
    EXPECT_FALSE(read_trusted_route("lmtp").value().next_hop);
    EXPECT_FALSE(read_trusted_route("lmtp:").value().next_hop) << "an empty next hop is any";
    const auto relay = read_trusted_route("smtp:[Relay.example.nl]:587");
    ASSERT_TRUE(relay);
    EXPECT_EQ(relay->transport, "smtp");
    EXPECT_EQ(relay->next_hop, "[relay.example.nl]:587");
    expect_refused(read_trusted_route(""), "");
    expect_refused(read_trusted_route(":[relay]"), ":[relay]");
}

TEST(Values, AShortfallIsPortalHoldOrRejectAndSaysWhyItIsNotDeliver) {
    EXPECT_EQ(read_shortfall("portal").value(), Shortfall::Portal);
    EXPECT_EQ(read_shortfall("hold").value(), Shortfall::Hold);
    EXPECT_EQ(read_shortfall("reject").value(), Shortfall::Reject);
    EXPECT_EQ(read_shortfall("drop").error().what, "\"drop\" is none of portal, hold, reject");
    EXPECT_EQ(read_shortfall("deliver").error().what,
              "\"deliver\" is not available in this version, which has no exceptions yet; use "
              "portal, hold or reject");
}

TEST(Values, AMailboxFitsIntoRcptTo) {
    EXPECT_EQ(read_mailbox("smarttls-canary@example.invalid").value(), "smarttls-canary@example.invalid");
    for (const auto* text : {"", "root", "@example.nl", "a@", "a@[192.0.2.1]", "a b@example.nl",
                             "a@example.nl>", "<a@example.nl", "a\r@example.nl", "\xc3\xa9@example.nl"}) {
        expect_refused(read_mailbox(text), text);
    }
}

TEST(Values, AMilterSocketIsAPathOrAnInetSocket) {
    EXPECT_EQ(read_milter_socket("/run/milter.sock").value(), "/run/milter.sock");
    EXPECT_EQ(read_milter_socket("unix:/run/milter.sock").value(), "/run/milter.sock");
    EXPECT_EQ(read_milter_socket("inet:8891@127.0.0.1").value(), "inet:8891@127.0.0.1");
    EXPECT_EQ(read_milter_socket("inet6:8891@::1").value(), "inet6:8891@::1");
    EXPECT_EQ(read_milter_socket("unix:milter.sock").error().what,
              "\"unix:milter.sock\" is neither an absolute path nor inet:port@host");
    for (const auto* text : {"", "milter.sock", "8891"}) expect_refused(read_milter_socket(text), text);
}

TEST(Values, WhatIsUnknownWaitsOrIsKept) {
    EXPECT_EQ(read_uncertain("queue").value(), Uncertain::Queue);
    EXPECT_EQ(read_uncertain("portal").value(), Uncertain::Portal);
    for (const char* wrong : {"", "hold", "reject", "deliver", "Portal"}) EXPECT_FALSE(read_uncertain(wrong)) << wrong;
}

}  // namespace
TEST(Values, EhloNamesAreHostNamesOrAddressLiterals) {
    for (const char* text : {"gw.example.nl", "gw", "[192.0.2.1]", "[IPv6:2001:db8::1]"}) {
        EXPECT_EQ(read_helo_name(text).value(), text);
    }
    // A line break would let the configuration speak SMTP to strangers.
    for (const char* text : {"gw example", "gw\r\nRSET", "[192.0.2]", "[gw]", "192.0.2.1", "-"}) {
        expect_refused(read_helo_name(text), text);
    }
}

}  // namespace smarttls::policy
