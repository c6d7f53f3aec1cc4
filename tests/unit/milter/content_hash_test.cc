// SPDX-License-Identifier: Apache-2.0
#include "milter/content_hash.h"

#include <gtest/gtest.h>

#include <string_view>

namespace smarttls::milter {
namespace {

void update(ContentHash& hash, std::string_view text) {
    hash.update({reinterpret_cast<const unsigned char*>(text.data()), text.size()});
}

// FIPS 180-4, examples of SHA-256.
constexpr std::string_view kEmpty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr std::string_view kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr std::string_view kMillion = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

TEST(ContentHash, OfNothingIsTheHashOfTheEmptyText) { EXPECT_EQ(ContentHash().finish(), kEmpty); }

TEST(ContentHash, IsSha256) {
    ContentHash hash;
    update(hash, "abc");
    EXPECT_EQ(hash.finish(), kAbc);
}

TEST(ContentHash, DoesNotDependOnTheCutsBetweenChunks) {
    ContentHash hash;
    update(hash, "");
    update(hash, "a");
    update(hash, "bc");
    update(hash, "");
    EXPECT_EQ(hash.finish(), kAbc);
    ContentHash large;
    const std::string chunk(1000, 'a');
    for (int i = 0; i < 1000; ++i) update(large, chunk);
    EXPECT_EQ(large.finish(), kMillion);
}

TEST(ContentHash, GoesOnAfterAMove) {
    ContentHash first;
    update(first, "ab");
    ContentHash second = std::move(first);
    update(second, "c");
    EXPECT_EQ(second.finish(), kAbc);
}

}  // namespace
}  // namespace smarttls::milter
