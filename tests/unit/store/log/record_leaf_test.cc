// SPDX-License-Identifier: Apache-2.0
#include "store/log/record_leaf.h"

#include <gtest/gtest.h>

namespace smarttls::store {
namespace {

const std::string kId = "0190163d-8694-739b-aea5-966c26f8ad91";

TEST(RecordLeafTest, AnIdSurvivesItsText) {
    const auto id = parse_record_id(kId);
    ASSERT_TRUE(id);
    EXPECT_EQ(id->front(), 0x01);
    EXPECT_EQ(id->back(), 0x91);
    EXPECT_EQ(to_text(*id), kId);
}

TEST(RecordLeafTest, AnIdHasOneSpelling) {
    for (const std::string& text :
         {std::string(), kId + "0", kId.substr(1), "{" + kId.substr(2) + "}",
          std::string("0190163D-8694-739b-aea5-966c26f8ad91"),
          std::string("0190163d-8694-439b-aea5-966c26f8ad91"),  // version 4
          std::string("0190163d-8694-739b-cea5-966c26f8ad91"),  // another variant
          std::string("0190163d08694-739b-aea5-966c26f8ad91"),
          std::string("0190163d-8694-739b-aea5-966c26f8ad9g"),
          std::string("-190163d-8694-739b-aea5-966c26f8ad91")}) {
        const auto id = parse_record_id(text);
        ASSERT_FALSE(id) << text;
        EXPECT_EQ(id.error().kind, policy::ErrorKind::Malformed);
    }
}

TEST(RecordLeafTest, AnEntryCommitsToAllAndTellsNothing) {
    const RecordId id = *parse_record_id(kId);
    const Hash salt = sha256(bytes_of("salt"));
    const PartStub part{sha256(bytes_of("ciphertext")), part_commitment(salt, "bob@example.nl")};
    const Bytes entry = record_entry(id, "{}", {part, part});
    // "smarttls evidence record 1\n", the id, two hashes
    EXPECT_EQ(entry.size(), 27U + 16U + 32U + 32U);
    EXPECT_NE(entry, record_entry(id, "{ }", {part, part}));
    EXPECT_NE(entry, record_entry(id, "{}", {part}));
    EXPECT_NE(entry, record_entry(id, "{}", {part, {part.commitment, part.digest}}));
    EXPECT_NE(part.commitment, part_commitment(salt, "eve@example.nl"));
    EXPECT_NE(part.commitment, part_commitment(part.digest, "bob@example.nl"));
}

}  // namespace
}  // namespace smarttls::store
