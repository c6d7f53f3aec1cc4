// SPDX-License-Identifier: Apache-2.0
#include "store/sealing/record_wrapping.h"

#include <gtest/gtest.h>

#include "../scratch.h"
#include "store/sealing/sealing_keys.h"

namespace smarttls::store {
namespace {

const Epoch kEpoch = *Epoch::parse("2026-11");
constexpr RecordId kId{1, 2, 3};
constexpr RecordId kOther{1, 2, 4};
using Secret = std::array<std::uint8_t, kRecordSecretSize>;

class RecordWrappingTest : public testing::Test {
  protected:
    [[nodiscard]] std::optional<Secret> opened(const RecordId& id, std::span<const std::uint8_t> wrapped) const {
        Secret found{};
        if (!unwrap(id, wrapped, *key_, found)) return std::nullopt;
        return found;
    }
    const Result<PrivateKey> key_ = PrivateKey::create(kEpoch);
    const Result<WrappingKey> wrapping_ = WrappingKey::create(key_->public_key());
    const Secret secret_{7, 7, 7};
};

TEST_F(RecordWrappingTest, ThePrivateKeyOpensUnderTheSameIdAlone) {
    const auto wrapped = wrapping_->wrap(kId, secret_);
    EXPECT_EQ(opened(kId, wrapped), secret_);
    EXPECT_EQ(opened(kOther, wrapped), std::nullopt);
}

TEST_F(RecordWrappingTest, AnotherPrivateKeyDoesNotOpen) {
    const auto wrapped = wrapping_->wrap(kId, secret_);
    const Result<PrivateKey> other = PrivateKey::create(kEpoch);
    Secret found{};
    EXPECT_FALSE(unwrap(kId, wrapped, *other, found));
}

TEST_F(RecordWrappingTest, TwoRecordsOfOneWrappingKeyShareNoKeystream) {
    const auto one = wrapping_->wrap(kId, secret_), two = wrapping_->wrap(kOther, secret_);
    const auto box = [](const auto& wrapped) { return std::vector(wrapped.begin() + PublicKey::kSize, wrapped.end()); };
    EXPECT_NE(box(one), box(two));
}

TEST_F(RecordWrappingTest, EachChangedByteAndEachOtherLengthIsRefused) {
    const auto wrapped = wrapping_->wrap(kId, secret_);
    for (std::size_t i = 0; i < wrapped.size(); ++i) {
        auto changed = wrapped;
        changed[i] ^= 1U;
        EXPECT_EQ(opened(kId, changed), std::nullopt) << i;
        EXPECT_EQ(opened(kId, std::span(wrapped).first(i)), std::nullopt) << i;
    }
}

TEST_F(RecordWrappingTest, WhatIsNoPublicKeyIsRefused) {
    const auto made = WrappingKey::create(PublicKey{kEpoch, {}});  // a point of low order
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().kind, policy::ErrorKind::Misconfigured);
}

TEST_F(RecordWrappingTest, OneWrappingKeyServesForASecond) {
    const test::ScratchDirectory scratch;
    ASSERT_TRUE(store_key(scratch.file(""), key_->public_key()));
    SealingKeys keys(scratch.file(""));
    const std::chrono::sys_seconds now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23};
    const auto first = keys.wrapping_for(now), again = keys.wrapping_for(now),
               later = keys.wrapping_for(now + std::chrono::seconds{1});
    ASSERT_TRUE(first && again && later);
    EXPECT_EQ(*first, *again);
    EXPECT_NE(*first, *later);
    EXPECT_EQ(opened(kId, (*later)->wrap(kId, secret_)), secret_);
}

}  // namespace
}  // namespace smarttls::store
