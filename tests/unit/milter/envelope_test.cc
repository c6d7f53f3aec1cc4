// SPDX-License-Identifier: Apache-2.0
#include "milter/envelope.h"

#include <gtest/gtest.h>

namespace smarttls::milter {
namespace {

using policy::Floor;

constexpr Floor kFloors[] = {Floor::Encrypted, Floor::Pkix, Floor::MtaSts, Floor::Dane};

TEST(Envelope, TakesTheBracketsOff) {
    EXPECT_EQ(without_brackets("<alice@example.nl>"), "alice@example.nl");
    EXPECT_EQ(without_brackets(" <alice@example.nl> "), "alice@example.nl");
    EXPECT_EQ(without_brackets("alice@example.nl"), "alice@example.nl") << "as sendmail(1) submits";
    EXPECT_EQ(without_brackets("<>"), "");
    EXPECT_EQ(without_brackets(""), "");
    EXPECT_EQ(without_brackets("<"), "<");
    EXPECT_EQ(without_brackets("<\"a>b\"@example.nl>"), "\"a>b\"@example.nl");
}

TEST(Envelope, FindsTheDomainBehindTheLastAt) {
    EXPECT_EQ(domain_of("alice@Example.nl"), "Example.nl");
    EXPECT_EQ(domain_of("\"a@b\"@example.nl"), "example.nl");
    EXPECT_EQ(domain_of("a@[192.0.2.1]"), "[192.0.2.1]");
    EXPECT_EQ(domain_of("root"), "");
    EXPECT_EQ(domain_of("a@"), "");
    EXPECT_EQ(domain_of(""), "");
}

TEST(Envelope, KnowsAddressesThatNameAPath) {
    for (const auto* address : {"@gw.nl:u@b.nl", "@a.nl,@b.nl:u@c.nl", "u%b.nl@gw.nl", "b.nl!u@gw.nl",
                                "b.nl!u", "u%b.nl", "a@b@c.nl", "\"a@b\"@c.nl", "@"}) {
        EXPECT_TRUE(is_routed(address)) << address;
    }
    for (const auto* address : {"u@b.nl", "u+x@b.nl", "\"a b\"@b.nl", "root", "u@[192.0.2.1]",
                                "u.v_w-x=y@b.nl", "\xc3\xa9@b.nl", ""}) {
        EXPECT_FALSE(is_routed(address)) << address;
    }
}

TEST(Envelope, PutsTheFloorIntoTheLocalPart) {
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"alice@example.nl", "alice+smarttls-dane@example.nl"},
        {"alice+list@example.nl", "alice+list+smarttls-dane@example.nl"},
        {"\"a b\"@example.nl", "\"a b+smarttls-dane\"@example.nl"},
        {"\"a@b\"@example.nl", "\"a@b+smarttls-dane\"@example.nl"},
        {"\"a\\\"b\"@example.nl", "\"a\\\"b+smarttls-dane\"@example.nl"},
        {"\xc3\xa9ric@b\xc3\xbc" "cher.example", "\xc3\xa9ric+smarttls-dane@b\xc3\xbc" "cher.example"},
        {"root", "root+smarttls-dane"},
        {"a@[192.0.2.1]", "a+smarttls-dane@[192.0.2.1]"},
        {"\"\"@example.nl", "\"+smarttls-dane\"@example.nl"},
    };
    for (const auto& [address, tagged] : rows) {
        EXPECT_EQ(with_floor(address, Floor::Dane), tagged) << address;
        EXPECT_EQ(floor_of(tagged), Floor::Dane) << tagged;
        EXPECT_EQ(floor_of(address), std::nullopt) << address;
    }
}

TEST(Envelope, NamesEveryFloorByItsOwnTag) {
    for (const Floor floor : kFloors) {
        const std::string tagged = with_floor("a@b.nl", floor);
        EXPECT_EQ(tagged, "a+smarttls-" + std::string(to_string(floor)) + "@b.nl");
        EXPECT_EQ(floor_of(tagged), floor);
    }
}

TEST(Envelope, OnlyRaisesAFloorThatIsThere) {
    for (const Floor present : kFloors) {
        for (const Floor wanted : kFloors) {
            for (const std::string_view address : {"a@b.nl", "a+x@b.nl", "\"a b\"@b.nl"}) {
                const std::string tagged = with_floor(address, present);
                EXPECT_EQ(with_floor(tagged, wanted), with_floor(address, std::max(present, wanted)))
                    << tagged << " " << to_string(wanted);
            }
        }
    }
}

TEST(Envelope, TakesNoFloorFromATagThatPostfixDoesNotRoute) {
    for (const auto* address : {"a+smarttls-danes@b.nl", "a+smarttls-@b.nl", "a+smarttls-dane+x@b.nl",
                                "a-smarttls-dane@b.nl", "a@b+smarttls-dane.nl"}) {
        EXPECT_EQ(floor_of(address), std::nullopt) << address;
        EXPECT_EQ(floor_of(with_floor(address, Floor::Pkix)), Floor::Pkix) << address;
    }
}

TEST(Envelope, SaysInTheTagOfARemoteSenderThatNoticesNeedTheFloorToo) {
    EXPECT_EQ(with_floor("a@b.nl", Floor::Dane, Home::Remote), "a+smarttls-dane-dsn@b.nl");
    EXPECT_EQ(with_floor("\"a b\"@b.nl", Floor::Pkix, Home::Remote), "\"a b+smarttls-pkix-dsn\"@b.nl");
    EXPECT_EQ(floor_of("a+smarttls-mta-sts-dsn@b.nl"), Floor::MtaSts);
    EXPECT_EQ(floor_of("a+smarttls--dsn@b.nl"), std::nullopt);
    EXPECT_EQ(floor_of("a+smarttls-dane-dsn-dsn@b.nl"), std::nullopt);
    EXPECT_EQ(with_floor("a+smarttls-encrypted@b.nl", Floor::Dane, Home::Remote), "a+smarttls-dane-dsn@b.nl");
    EXPECT_EQ(with_floor("a+smarttls-dane@b.nl", Floor::Pkix, Home::Remote), "a+smarttls-dane-dsn@b.nl");
    EXPECT_EQ(with_floor("a+smarttls-dane-dsn@b.nl", Floor::Pkix, Home::Trusted), "a+smarttls-dane@b.nl")
        << "where the sender is at home, the client does not say";
}

// Postfix's regexp tables ignore case, so such a tag is in force.
TEST(Envelope, ReadsATagInAnyCase) {
    EXPECT_EQ(floor_of("a+SmartTLS-DANE@b.nl"), Floor::Dane);
    EXPECT_EQ(with_floor("a+SmartTLS-DANE@b.nl", Floor::Dane), "a+smarttls-dane@b.nl");
    EXPECT_EQ(with_floor("a+SmartTLS-DANE@b.nl", Floor::Pkix), "a+smarttls-dane@b.nl");
    EXPECT_EQ(with_floor("a+SmartTLS-PKIX@b.nl", Floor::Dane), "a+smarttls-dane@b.nl");
}

// A quoted local part whose last byte is an escaped quote is not closed by it.
TEST(Envelope, DoesNotTakeAnUnquotedEndForAQuote) {
    EXPECT_EQ(with_floor("a\"@b.nl", Floor::Dane), "a\"+smarttls-dane@b.nl");
    EXPECT_EQ(with_floor("\"@b.nl", Floor::Dane), "\"+smarttls-dane@b.nl");
}

TEST(Envelope, AnAddressWithoutItsFloorIsItsOwners) {
    EXPECT_EQ(without_floor("alice+smarttls-dane@org.nl"), "alice@org.nl");
    EXPECT_EQ(without_floor("alice+x+smarttls-mta-sts-dsn@org.nl"), "alice+x@org.nl");
    EXPECT_EQ(without_floor("\"a b+smarttls-dane\"@org.nl"), "\"a b\"@org.nl");
    EXPECT_EQ(without_floor("alice+smarttls-x@org.nl"), "alice+smarttls-x@org.nl");
    EXPECT_EQ(without_floor(""), "");
}

}  // namespace
}  // namespace smarttls::milter
