// SPDX-License-Identifier: Apache-2.0
#include "policy/pickup_access.h"

#include <gtest/gtest.h>

namespace smarttls::policy {
namespace {

using Phones = std::map<std::string, std::string>;
const std::vector<std::string> kBob{"Bob@example.nl"};
const std::vector<std::string> kTwo{"Bob@example.nl", "carol@example.be"};

Result<PickupKeys> keys(const std::vector<std::string>& phones, const std::vector<std::string>& recipients = kBob) {
    PickupAccess access;
    for (const std::string& value : phones) access.saw_phones(value);
    return access.keys_for(recipients);
}

Result<PickupKeys> code(const std::vector<std::string>& codes) {
    PickupAccess access;
    for (const std::string& value : codes) access.saw_code(value);
    return access.keys_for(kBob);
}

TEST(PickupAccess, TakesANumberForTheOneRecipient) {
    EXPECT_EQ(keys({" +31 (6) 12-34.56\r\n 78 "}).value().phones, (Phones{{"Bob@example.nl", "+31612345678"}}));
    EXPECT_EQ(keys({"+31612345678", "+31 612345678"}).value().phones.size(), 1U) << "the same twice";
    EXPECT_EQ(keys({"+31612345678"}, {"bob@example.nl", "bob@example.nl"}).value().phones.size(), 1U) << "named twice";
    EXPECT_FALSE(keys({"+31612345678"}, kTwo)) << "whose is it?";
    EXPECT_TRUE(keys({"", " , "}).value().phones.empty());
}

TEST(PickupAccess, TakesNumbersByAddress) {
    EXPECT_EQ(keys({"bob@EXAMPLE.nl=+31612345678, carol@example.be = +32470123456", "dave@example.nl=+31600000000"}, kTwo).value().phones,
              (Phones{{"Bob@example.nl", "+31612345678"}, {"carol@example.be", "+32470123456"}}));
    EXPECT_FALSE(keys({"bob@example.nl=+31612345678", "bob@example.nl=+31612345679"})) << "two numbers for one";
    EXPECT_EQ(keys({"=bob=x@example.nl=+31612345678"}, {"=bob=x@example.nl"}).value().phones.size(), 1U);
}

TEST(PickupAccess, RefusesWhatIsNoNumberAndQuotesNothing) {
    for (const char* number : {"0612345678", "31612345678", "+0612345678", "+3161", "+3161234567890123", "+31612345678x", "call me",
                               "+31+612345678", "bob@example.nl=", "bob@example.nl=0612345678", "\xc3\xa9"}) {
        const auto read = keys({number});
        ASSERT_FALSE(read) << number;
        EXPECT_EQ(read.error().kind, ErrorKind::Malformed);
        EXPECT_EQ(read.error().what.find("061"), std::string::npos) << read.error().what;
    }
}

TEST(PickupAccess, TakesOneCode) {
    EXPECT_EQ(code({" oak 4815 "}).value().code, "oak 4815");
    EXPECT_EQ(code({"oak-4815", "oak-4815"}).value().code, "oak-4815");
    EXPECT_EQ(code({""}).value().code, "");
    for (const auto& codes : std::vector<std::vector<std::string>>{{"oak-4815", "elm-4815"}, {"12345"}, {std::string(65, '1')}, {"oak\n4815"}, {"\xc3\xa9\xc3\xa9\xc3\xa9"}}) {
        const auto read = code(codes);
        ASSERT_FALSE(read) << codes[0];
        EXPECT_EQ(read.error().what.find(codes[0]), std::string::npos);
    }
}

}  // namespace
}  // namespace smarttls::policy
