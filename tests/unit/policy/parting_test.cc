// SPDX-License-Identifier: Apache-2.0
#include "policy/parting.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace smarttls::policy {
namespace {

using Indexes = std::vector<std::size_t>;
using Decisions = std::vector<RecipientDecision>;

constexpr std::array kOutcomes{Outcome::Direct, Outcome::Queue, Outcome::Portal, Outcome::Hold,
                               Outcome::Reject};

RecipientDecision decided(Outcome outcome, bool is_settled = false) {
    const ReplyCode reply = outcome == Outcome::Reject ? ReplyCode{"550", "5.7.4"} : ReplyCode{};
    return {outcome, "a-rule", reply, std::string(to_string(outcome)) + ".", is_settled};
}

/// Every list of up to three decisions.
std::vector<Decisions> all_lists() {
    std::vector<Decisions> all;
    for (const Outcome a : kOutcomes) {
        all.push_back({decided(a)});
        for (const Outcome b : kOutcomes) {
            all.push_back({decided(a), decided(b)});
            for (const Outcome c : kOutcomes) {
                for (const bool settled : {false, true}) {
                    all.push_back({decided(a), decided(b), decided(c, settled && c >= Outcome::Portal)});
                }
            }
        }
    }
    return all;
}

TEST(Combine, OfOneRecipientIsItsDecision) {
    for (const Outcome outcome : kOutcomes) {
        const MessageDecision whole = combine({decided(outcome)});
        EXPECT_EQ(whole.outcome, outcome);
        EXPECT_FALSE(whole.is_split);
        EXPECT_EQ(whole.explanation, decided(outcome).explanation);
        EXPECT_EQ(whole.reply.code.empty(), outcome != Outcome::Reject);
        EXPECT_EQ(whole.kept, outcome == Outcome::Portal ? Indexes{0} : Indexes{});
        EXPECT_EQ(whole.refused, Indexes{}) << "a message that is refused loses nobody";
    }
}

TEST(Combine, WhoGetsItDirectlyWaitsForNobody) {
    const MessageDecision whole = combine({decided(Outcome::Direct), decided(Outcome::Portal),
                                            decided(Outcome::Hold), decided(Outcome::Reject)});
    EXPECT_EQ(whole.outcome, Outcome::Portal) << "the severest of what goes on";
    EXPECT_TRUE(whole.is_split);
    EXPECT_EQ(whole.kept, (Indexes{1, 2}));
    EXPECT_EQ(whole.refused, Indexes{3});
    EXPECT_EQ(whole.explanation, "reject. The other recipients are not affected.");
}

TEST(Combine, IsHeldInTheQueueWhenNobodyGetsItDirectly) {
    const MessageDecision whole = combine({decided(Outcome::Hold), decided(Outcome::Portal),
                                            decided(Outcome::Hold), decided(Outcome::Reject)});
    EXPECT_EQ(whole.outcome, Outcome::Hold);
    EXPECT_TRUE(whole.is_split);
    EXPECT_EQ(whole.kept, Indexes{1});
    EXPECT_EQ(whole.refused, Indexes{3});
    EXPECT_FALSE(combine({decided(Outcome::Hold), decided(Outcome::Hold)}).is_split);
}

TEST(Combine, IsRefusedOnlyWhenEverybodyIs) {
    EXPECT_EQ(combine({decided(Outcome::Reject), decided(Outcome::Reject)}).outcome, Outcome::Reject);
    EXPECT_EQ(combine({decided(Outcome::Reject), decided(Outcome::Queue)}).outcome, Outcome::Queue);
    EXPECT_EQ(combine({decided(Outcome::Reject), decided(Outcome::Hold)}).outcome, Outcome::Hold);
}

TEST(Combine, WhomAnEarlierAttemptSetAsideIsNotHeldOnceMore) {
    const MessageDecision whole = combine({decided(Outcome::Hold, true)});
    EXPECT_NE(whole.outcome, Outcome::Hold);
    EXPECT_EQ(whole.kept, Indexes{0});
    EXPECT_EQ(combine({decided(Outcome::Hold, true), decided(Outcome::Hold)}).kept, Indexes{0});
}

TEST(Combine, OneWhoPicksUpIsNoSplit) {
    const MessageDecision whole = combine({decided(Outcome::Direct), decided(Outcome::Portal)});
    EXPECT_FALSE(whole.is_split);
    EXPECT_EQ(whole.explanation, "portal.");
}

TEST(Combine, EveryRecipientHasOnePlace) {
    for (const Decisions& decisions : all_lists()) {
        const MessageDecision whole = combine(decisions);
        if (whole.outcome == Outcome::Reject) continue;
        for (std::size_t i = 0; i < decisions.size(); ++i) {
            const auto in = [&](const Indexes& group) { return std::count(group.begin(), group.end(), i); };
            const Outcome own = decisions[i].outcome;
            ASSERT_LE(in(whole.kept) + in(whole.refused), 1);
            EXPECT_EQ(in(whole.refused) == 1, own == Outcome::Reject);
            if (own <= Outcome::Queue) {
                EXPECT_EQ(in(whole.kept), 0);
                EXPECT_NE(whole.outcome, Outcome::Hold);
            }
            const bool in_the_queue = whole.outcome == Outcome::Hold && !decisions[i].is_settled;
            const bool is_kept = own == Outcome::Portal || (own == Outcome::Hold && !in_the_queue);
            EXPECT_EQ(in(whole.kept) == 1, is_kept);
        }
    }
}

TEST(HoldTogether, LeavesNobodyToGoAheadAndSaysWhy) {
    Decisions decisions{decided(Outcome::Direct), decided(Outcome::Hold), decided(Outcome::Reject)};
    EXPECT_TRUE(sets_aside(decisions));
    hold_together(decisions);
    EXPECT_FALSE(sets_aside(decisions));
    EXPECT_EQ(combine(decisions).outcome, Outcome::Hold);
    EXPECT_EQ(combine(decisions).kept, Indexes{});
    EXPECT_EQ(combine(decisions).refused, Indexes{2});
    EXPECT_NE(decisions[0].explanation.find("held with the others"), std::string::npos);
    EXPECT_FALSE(sets_aside({decided(Outcome::Hold), decided(Outcome::Portal)}));
    EXPECT_FALSE(sets_aside({decided(Outcome::Direct), decided(Outcome::Hold, true)}));
}

TEST(KeepsForPickup, WhereverAClassNamesThePortal) {
    MailClass c;
    EXPECT_FALSE(keeps_for_pickup(c));
    c.insecure = Shortfall::Portal;
    EXPECT_TRUE(keeps_for_pickup(c));
    c = {};
    c.plaintext = Shortfall::Portal;
    EXPECT_TRUE(keeps_for_pickup(c));
    c = {};
    c.unknown = Uncertain::Portal;
    EXPECT_TRUE(keeps_for_pickup(c));
    Config config;
    config.classes.resize(2);
    EXPECT_FALSE(keeps_for_pickup(config));
    config.classes[1] = c;
    EXPECT_TRUE(keeps_for_pickup(config));
}

}  // namespace
}  // namespace smarttls::policy
