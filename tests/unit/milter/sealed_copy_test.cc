// SPDX-License-Identifier: Apache-2.0
#include "milter/sealed_copy.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "policy/text.h"
#include "tests/unit/store/scratch.h"

namespace smarttls::milter {
namespace {

using policy::ErrorKind;
using std::chrono_literals::operator""y;

const policy::WallTime kNow = std::chrono::sys_days(2026y / 11 / 23);
const HeaderFields kFields{{"From", "alice@org.example"},
                           {"Subject", "a long\n subject"},
                           {"X-SmartTLS-Class", "nta7516"}};

std::span<const unsigned char> bytes_of(std::string_view text) {
    return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

class SealedCopyTest : public testing::Test {
  protected:
    SealedCopyTest() {
        settings_.sealed = scratch_.file("sealed");
        settings_.public_keys = scratch_.file("keys");
        std::filesystem::create_directory(settings_.sealed);
        std::filesystem::create_directory(settings_.public_keys);
        EXPECT_TRUE(store_key(settings_.public_keys, key_->public_key()));
    }
    [[nodiscard]] auto files() const {
        return std::distance(std::filesystem::directory_iterator(settings_.sealed), {});
    }
    store::test::ScratchDirectory scratch_;
    policy::StoreSettings settings_;
    const policy::Result<store::PrivateKey> key_ =
        store::PrivateKey::create(store::Epoch::of(kNow));
};

TEST_F(SealedCopyTest, IsTheMessageWithItsHeader) {
    SealedCopy copy(settings_, kFields, kNow);
    copy.append(bytes_of("Hello\r\n"));
    copy.append(bytes_of("there\r\n"));
    const store::SealedEnvelope envelope{"nta7516", "4jX", "alice@org.example", {"bob@example.nl"}};
    const auto kept = copy.finish(envelope, "the identity");
    ASSERT_TRUE(kept) << kept.error().what;
    copy.keep();
    EXPECT_EQ(kept->identity, "the identity");
    EXPECT_EQ(kept->recipients, envelope.recipients);
    std::string message;
    const auto text = store::unseal(settings_.sealed, kept->sealed, *key_, [&](auto bytes) {
        message.append(bytes.begin(), bytes.end());
        return policy::ok();
    });
    ASSERT_TRUE(text) << text.error().what;
    EXPECT_EQ(store::read_envelope(*text).value(), envelope);
    EXPECT_EQ(message, "From: alice@org.example\r\nSubject: a long\r\n subject\r\n"
                       "X-SmartTLS-Class: nta7516\r\n\r\nHello\r\nthere\r\n");
}

TEST_F(SealedCopyTest, LeavesNothingWhenItIsNotKept) {
    {
        SealedCopy copy(settings_, kFields, kNow);
        ASSERT_TRUE(copy.finish({}, "identity"));
        EXPECT_EQ(files(), 1);
    }
    EXPECT_EQ(files(), 0);
}

TEST_F(SealedCopyTest, WithoutAKeyForTheMonthItFailsAndSaysWhatToDo) {
    SealedCopy copy(settings_, kFields, kNow + std::chrono::months(1));
    copy.append(bytes_of("Hello\r\n"));
    const auto kept = copy.finish({}, "identity");
    ASSERT_FALSE(kept);
    EXPECT_EQ(kept.error().kind, ErrorKind::Misconfigured);
    EXPECT_NE(kept.error().what.find("smarttls keys create"), std::string::npos) << kept.error().what;
    copy.keep();
    EXPECT_EQ(files(), 0);
}

TEST(Identity, StaysTheSameOverAttemptsAlthoughPostfixAddsFields) {
    HeaderFields first = kFields;
    HeaderFields second = kFields;
    first.emplace_back("Message-Id", "<20261123.4AAAA@gw.example>");
    first.emplace_back("Date", "Mon, 23 Nov 2026 12:00:00 +0000");
    second.emplace_back("Message-Id", "<20261124.4BBBB@gw.example>");
    second.emplace_back("Date", "Tue, 24 Nov 2026 12:00:00 +0000");
    EXPECT_EQ(identity_of("alice", first, "hash", "4AAAA"), identity_of("alice", second, "hash", "4BBBB"));
}

TEST(Identity, TellsMessagesApart) {
    HeaderFields own = kFields;
    own.emplace_back("Message-Id", "<1@client>");
    const std::string identity = identity_of("alice", own, "hash", "4AAAA");
    EXPECT_EQ(identity, identity_of("alice", own, "hash", "4BBBB"));
    EXPECT_NE(identity, identity_of("bob", own, "hash", "4AAAA"));
    EXPECT_NE(identity, identity_of("alice", own, "other", "4AAAA"));
    EXPECT_NE(identity, identity_of("alice", kFields, "hash", "4AAAA"));
    HeaderFields other = own;
    other.back().second = "<2@client>";
    EXPECT_NE(identity, identity_of("alice", other, "hash", "4AAAA"));
    EXPECT_NE(identity_of("a", {{"bc", "d"}}, "", ""), identity_of("ab", {{"c", "d"}}, "", ""));
    EXPECT_NE(identity_of("a", {{"b", "cd"}}, "", ""), identity_of("a", {{"bc", "d"}}, "", ""));
}

}  // namespace
}  // namespace smarttls::milter
