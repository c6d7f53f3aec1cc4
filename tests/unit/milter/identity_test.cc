// SPDX-License-Identifier: Apache-2.0
#include "milter/identity.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace smarttls::milter {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""y;

const policy::WallTime kNow = std::chrono::sys_days(2026y / 11 / 23) + 10h;
const HeaderFields kAnonymous{{"From", "alice@org.example"}, {"Subject", "a long\n subject"}};

HeaderFields with(HeaderFields fields, const std::string& name, const std::string& value) {
    fields.emplace_back(name, value);
    return fields;
}

const HeaderFields kNamed = with(kAnonymous, "Message-Id", "<1@client>");

std::vector<std::string> identities(const std::string& sender, const HeaderFields& fields,
                                    const std::string& hash, const std::string& queue_id,
                                    policy::WallTime now = kNow) {
    return identities_of({sender, fields, hash, queue_id}, now);
}

bool is_known(const std::vector<std::string>& later, const std::vector<std::string>& earlier) {
    return std::find(later.begin(), later.end(), earlier.front()) != later.end();
}

TEST(Identity, OfAMessageThatTheClientNamedStaysForEver) {
    const auto first = identities("alice", kNamed, "hash", "4AAAA");
    EXPECT_EQ(first.size(), 1U);
    EXPECT_EQ(first, identities("alice", kNamed, "hash", "4BBBB", kNow + 1000h));
}

TEST(Identity, OfSuchAMessageDoesNotHangOnTheDateThatPostfixAdded) {
    EXPECT_EQ(identities("alice", with(kNamed, "Date", "Mon, 23 Nov 2026 12:00:00"), "hash", "4AAAA"),
              identities("alice", with(kNamed, "Date", "Mon, 23 Nov 2026 12:00:01"), "hash", "4BBBB"));
}

TEST(Identity, TellsMessagesApart) {
    const auto one = identities("alice", kNamed, "hash", "4AAAA");
    EXPECT_NE(one, identities("bob", kNamed, "hash", "4AAAA"));
    EXPECT_NE(one, identities("alice", kNamed, "other", "4AAAA"));
    EXPECT_NE(one, identities("alice", kAnonymous, "hash", "4AAAA"));
    EXPECT_NE(one, identities("alice", with(kAnonymous, "Message-Id", "<2@client>"), "hash", "4AAAA"));
    EXPECT_NE(identities("a", {{"bc", "d"}}, "", ""), identities("ab", {{"c", "d"}}, "", ""));
    EXPECT_NE(identities("a", {{"b", "cd"}}, "", ""), identities("a", {{"bc", "d"}}, "", ""));
}

HeaderFields completed_by_postfix(const std::string& queue_id, const std::string& date) {
    return with(with(kAnonymous, "Message-Id", "<20261123." + queue_id + "@gw.example>"), "Date", date);
}

TEST(Identity, StaysTheSameOverAttemptsAlthoughPostfixAddsFields) {
    const auto first = identities("alice", completed_by_postfix("4AAAA", "Mon, 23 Nov 2026"), "hash", "4AAAA");
    const auto second = identities("alice", completed_by_postfix("4BBBB", "Tue, 24 Nov 2026"), "hash", "4BBBB", kNow + 3h);
    EXPECT_TRUE(is_known(second, first));
}

TEST(Identity, OfAMessageWithoutANameEnds) {
    const auto monday = identities("alice", kAnonymous, "hash", "4AAAA");
    EXPECT_TRUE(is_known(identities("alice", kAnonymous, "hash", "4BBBB", kNow + 4h), monday));
    EXPECT_FALSE(is_known(identities("alice", kAnonymous, "hash", "4BBBB", kNow + 9h), monday))
        << "the same words on another day are another message";
}

TEST(Identity, KnowsTheDateThatTheClientGave) {
    const HeaderFields monday = with(with({{"Date", "Mon, 23 Nov"}}, "Subject", "x"), "Message-Id", "<4AAAA@gw>");
    const HeaderFields tuesday = with(with({{"Date", "Tue, 24 Nov"}}, "Subject", "x"), "Message-Id", "<4AAAA@gw>");
    EXPECT_FALSE(is_known(identities("alice", tuesday, "hash", "4AAAA"), identities("alice", monday, "hash", "4AAAA")));
}

}  // namespace
}  // namespace smarttls::milter
