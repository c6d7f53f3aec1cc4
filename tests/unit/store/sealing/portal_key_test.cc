// SPDX-License-Identifier: Apache-2.0
#include "store/sealing/portal_key.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "tests/unit/store/scratch.h"

namespace smarttls::store {
namespace {

TEST(PortalKey, IsMadeOnceForItsOwnerAlone) {
    const test::ScratchDirectory directory;
    const std::string path = directory.file("portal.key");
    const auto first = PortalKey::load_or_create(path);
    const auto second = PortalKey::load_or_create(path);
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->hash(Secret::Token, "x"), second->hash(Secret::Token, "x"));
    EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms::owner_read);
}

TEST(PortalKey, OneTextHasAnotherHashAsAnotherThing) {
    const test::ScratchDirectory directory;
    const auto key = PortalKey::load_or_create(directory.file("key"));
    EXPECT_NE(key->hash(Secret::Token, "x"), key->hash(Secret::Session, "x"));
    EXPECT_NE(key->hash(Secret::Token, "x"), key->hash(Secret::Token, "y"));
    EXPECT_NE(key->hash(Secret::Token, "x"), PortalKey::load_or_create(directory.file("other"))->hash(Secret::Token, "x"));
}

TEST(PortalKey, OpensWhatItSealedAndNothingElse) {
    const test::ScratchDirectory directory;
    const auto key = PortalKey::load_or_create(directory.file("key"));
    auto sealed = key->seal("bob@example.nl");
    EXPECT_NE(sealed, key->seal("bob@example.nl")) << "each time another";
    EXPECT_EQ(key->open(sealed).value(), "bob@example.nl");
    EXPECT_EQ(key->open({}).value(), "");
    EXPECT_EQ(PortalKey::load_or_create(directory.file("other"))->open(sealed).error().kind, policy::ErrorKind::Corrupt);
    sealed.back() ^= 1;
    EXPECT_EQ(key->open(sealed).error().kind, policy::ErrorKind::Corrupt);
    EXPECT_EQ(key->open(std::vector<std::uint8_t>(10)).error().kind, policy::ErrorKind::Corrupt);
}

TEST(PortalKey, AFileThatIsNoneIsNeverReplaced) {
    const test::ScratchDirectory directory;
    std::ofstream(directory.file("key")) << "smarttls-portal-key AAAA\n";
    EXPECT_EQ(PortalKey::load_or_create(directory.file("key")).error().kind, policy::ErrorKind::Corrupt);
}

TEST(RandomToken, IsLongAndEachTimeAnother) {
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) seen.insert(random_token(24));
    EXPECT_EQ(seen.size(), 100U);
    EXPECT_EQ(seen.begin()->size(), 32U);
    EXPECT_EQ(seen.begin()->find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), std::string::npos);
    EXPECT_EQ(random_digits(6).size(), 6U);
}

}  // namespace
}  // namespace smarttls::store
