// SPDX-License-Identifier: Apache-2.0
#include "policy/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>

namespace smarttls::policy {
namespace {

TEST(Result, ThatNobodySetIsABugAndNotSuccess) {
    const Result<int> number;
    const Result<void> nothing;
    ASSERT_FALSE(number);
    ASSERT_FALSE(nothing);
    EXPECT_EQ(number.error().kind, ErrorKind::Bug);
    EXPECT_EQ(nothing.error().kind, ErrorKind::Bug);
}

TEST(Result, OfOkIsSuccess) { EXPECT_TRUE(ok()); }

TEST(Result, CarriesValuesThatCanOnlyBeMoved) {
    Result<std::unique_ptr<int>> owned = std::make_unique<int>(7);
    ASSERT_TRUE(owned);
    const std::unique_ptr<int> moved = *std::move(owned);
    EXPECT_EQ(*moved, 7);
}

TEST(Result, OfFailKeepsKindSentenceAndCode) {
    const Result<int> failed = fail(ErrorKind::Temporary, "the disk is full", 28);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().kind, ErrorKind::Temporary);
    EXPECT_EQ(failed.error().what, "the disk is full");
    EXPECT_EQ(failed.error().code, 28);
}

TEST(Result, GetsContextInFrontOncePerLayer) {
    const Result<int> innermost = fail(ErrorKind::Corrupt, "row 7 is cut", 11);
    const Result<std::string> inner = because(innermost, "table");
    const Result<void> outer = because(inner, "evidence");
    EXPECT_EQ(outer.error().what, "evidence: table: row 7 is cut");
    EXPECT_EQ(outer.error().kind, ErrorKind::Corrupt);
    EXPECT_EQ(outer.error().code, 11);
    EXPECT_EQ(innermost.error().what, "row 7 is cut") << "the original error stays as it was";
}

TEST(ErrorKind, NamesAreDistinct) {
    std::set<std::string_view> names;
    for (const ErrorKind kind :
         {ErrorKind::Temporary, ErrorKind::Permanent, ErrorKind::Malformed, ErrorKind::Untrusted,
          ErrorKind::Misconfigured, ErrorKind::Corrupt, ErrorKind::Bug}) {
        names.insert(to_string(kind));
    }
    EXPECT_EQ(names, (std::set<std::string_view>{"temporary", "permanent", "malformed", "untrusted",
                                                 "misconfigured", "corrupt", "bug"}));
}

}  // namespace
}  // namespace smarttls::policy
