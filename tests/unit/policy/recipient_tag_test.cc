// SPDX-License-Identifier: Apache-2.0
#include "policy/recipient_tag.h"

#include <gtest/gtest.h>

namespace smarttls::policy {
namespace {

TEST(RecipientTag, RepeatsTheAddressThatItHoldsFor) {
    EXPECT_EQ(with_lower_floor("bob@example.nl", Floor::Pkix), "bob+smarttls-to-pkix=bob=example.nl@example.nl");
    EXPECT_EQ(with_lower_floor("Bob+news@Example.NL", Floor::MtaSts),
              "Bob+news+smarttls-to-mta-sts=Bob+news=Example.NL@Example.NL");
}

TEST(RecipientTag, IsForAddressesThatPostfixWritesAsWeDo) {
    for (const char* address : {"\"a b\"@example.nl", "b\xc3\xb6" "b@example.nl", "bob", "@example.nl", "bob@[192.0.2.1]", "bob@example.nl.",
                                "bob@ex\xc3\xa4" "mple.nl", "bob+smarttls-to-pkix=bob=example.nl@example.nl"}) {
        EXPECT_FALSE(with_lower_floor(address, Floor::Pkix)) << address;
    }
    EXPECT_FALSE(with_lower_floor(std::string(65, 'a') + "@example.nl", Floor::Pkix));
    EXPECT_FALSE(with_lower_floor("bob@example.nl", Floor::Dane)) << "there is nothing lower to be excepted to";
}

TEST(RecipientTag, IsSeenInAnyForm) {
    EXPECT_TRUE(has_lower_floor("bob+smarttls-to-pkix=bob=example.nl@example.nl"));
    EXPECT_TRUE(has_lower_floor("x+SmartTLS-To-anything@example.nl"));
    EXPECT_FALSE(has_lower_floor("bob+smarttls-dane@example.nl"));
    EXPECT_FALSE(has_lower_floor("bob@a+smarttls-to-pkix=b"));
}

}  // namespace
}  // namespace smarttls::policy
