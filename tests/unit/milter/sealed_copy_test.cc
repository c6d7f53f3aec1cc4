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
    const store::SealedEnvelope envelope{"nta7516", "4jX", "alice@org.example", "alice+smarttls-dane@org.example", {"bob@example.nl"}};
    const auto kept = copy.finish(envelope);
    ASSERT_TRUE(kept) << kept.error().what;
    copy.keep();
    std::string message;
    const auto text = store::unseal(settings_.sealed, *kept, *key_, [&](auto bytes) {
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
        ASSERT_TRUE(copy.finish({}));
        EXPECT_EQ(files(), 1);
    }
    EXPECT_EQ(files(), 0);
}

TEST_F(SealedCopyTest, WithoutAKeyForTheMonthItFailsAndSaysWhatToDo) {
    SealedCopy copy(settings_, kFields, kNow + std::chrono::months(1));
    copy.append(bytes_of("Hello\r\n"));
    const auto kept = copy.finish({});
    ASSERT_FALSE(kept);
    EXPECT_EQ(kept.error().kind, ErrorKind::Misconfigured);
    EXPECT_NE(kept.error().what.find("smarttls keys create"), std::string::npos) << kept.error().what;
    copy.keep();
    EXPECT_EQ(files(), 0);
    EXPECT_FALSE(copy.is_possible());
    EXPECT_TRUE(SealedCopy(settings_, kFields, kNow).is_possible());
}

}  // namespace
}  // namespace smarttls::milter
