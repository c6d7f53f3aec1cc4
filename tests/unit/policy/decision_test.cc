// SPDX-License-Identifier: Apache-2.0
#include "policy/decision.h"

#include <gtest/gtest.h>

#include "tests/unit/policy/facts.h"

namespace smarttls::policy {
namespace {

using test::mail_class;
using test::recipient;
using test::recipient_at;
using test::recipient_by;
using test::recipient_without_domain;

const MailClass kStrict = mail_class("strict", Floor::Dane, Shortfall::Hold, Shortfall::Reject);

/// One recipient for each route and each level.
std::vector<Recipient> plain_recipients() {
    std::vector<Recipient> all{recipient(std::nullopt),
                               recipient_by(RouteKind::Trusted, "local", ""),
                               recipient_by(RouteKind::Untrusted, "smtp", "[relay.nl]"),
                               recipient_by(RouteKind::Alias, "error", "5.1.1 unknown"),
                               recipient_without_domain()};
    for (const Level level : test::levels()) all.push_back(recipient_at(level));
    return all;
}

/// Every recipient that differs in what the decision looks at.
std::vector<Recipient> all_recipients() {
    std::vector<Recipient> all = plain_recipients();
    for (const Level level : test::levels()) {
        for (const Grade grade : test::grades()) all.push_back(recipient(test::graded(level, grade)));
    }
    return all;
}

std::string describe(const MailClass& c, Level level) {
    return c.name + " level=" + std::string(to_string(c.level)) + " at " + std::string(to_string(level));
}

Outcome expected_of(Shortfall shortfall) {
    if (shortfall == Shortfall::Portal) return Outcome::Portal;
    return shortfall == Shortfall::Hold ? Outcome::Hold : Outcome::Reject;
}

/// The rules once more, in the words of the design (§5), for a recipient with an enforced route.
Outcome expected(const MailClass& c, Level level) {
    if (level == Level::Unknown) return Outcome::Queue;
    if (level == Level::NoMail) return Outcome::Reject;
    const bool reached = static_cast<int>(level) - static_cast<int>(Level::Encrypted) >=
                         static_cast<int>(c.level) - static_cast<int>(Floor::Encrypted);
    if (reached) return Outcome::Direct;
    const bool no_tls = level == Level::Plaintext;
    return expected_of(no_tls ? c.plaintext.value_or(c.insecure) : c.insecure);
}

TEST(Decision, FollowsTheTableForEveryLevelFloorAndShortfall) {
    for (const MailClass& c : test::classes()) {
        for (const Level level : test::levels()) {
            EXPECT_EQ(decide(c, recipient_at(level)).outcome, expected(c, level)) << describe(c, level);
        }
    }
}

TEST(Decision, NamesTheRuleThatMatched) {
    EXPECT_EQ(decide(kStrict, recipient_at(Level::Dane)).rule, "meets-level");
    EXPECT_EQ(decide(kStrict, recipient_at(Level::MtaSts)).rule, "below-level");
    EXPECT_EQ(decide(kStrict, recipient_at(Level::Plaintext)).rule, "plaintext");
    EXPECT_EQ(decide(mail_class("c", Floor::Dane), recipient_at(Level::Plaintext)).rule, "below-level");
    EXPECT_EQ(decide(kStrict, recipient_at(Level::Forbidden)).rule, "forbidden");
    EXPECT_EQ(decide(kStrict, recipient_at(Level::NoMail)).rule, "no-mail");
    EXPECT_EQ(decide(kStrict, recipient_at(Level::Unknown)).rule, "unknown");
    EXPECT_EQ(decide(kStrict, recipient_without_domain()).rule, "address-literal");
    EXPECT_EQ(decide(kStrict, recipient_by(RouteKind::Trusted, "local", "")).rule, "trusted-route");
    EXPECT_EQ(decide(kStrict, recipient_by(RouteKind::Untrusted, "uucp", "")).rule, "untrusted-route");
    EXPECT_EQ(decide(kStrict, recipient_by(RouteKind::Alias, "error", "")).rule, "alias");
}

TEST(Decision, NeverYieldsAWeakerOutcomeForAStricterLevel) {
    for (const Recipient& one : all_recipients()) {
        for (const MailClass& c : test::classes()) {
            MailClass stricter = c;
            for (const Floor floor : test::floors()) {
                if (floor <= c.level) continue;
                stricter.level = floor;
                EXPECT_GE(decide(stricter, one).outcome, decide(c, one).outcome)
                    << describe(stricter, one.verdict ? one.verdict->level : Level::Unknown);
            }
        }
    }
}

TEST(Decision, NeverYieldsAWeakerOutcomeForAStricterShortfall) {
    for (const Recipient& one : all_recipients()) {
        for (const MailClass& c : test::classes()) {
            for (const Shortfall shortfall : {Shortfall::Hold, Shortfall::Reject}) {
                MailClass stricter = c;
                stricter.insecure = std::max(c.insecure, shortfall);
                if (c.plaintext) stricter.plaintext = std::max(*c.plaintext, shortfall);
                EXPECT_GE(decide(stricter, one).outcome, decide(c, one).outcome) << one.address;
            }
        }
    }
}

TEST(Decision, NeverYieldsAWeakerOutcomeForAWeakerServer) {
    constexpr Level kRanked[] = {Level::Plaintext, Level::Encrypted, Level::Pkix, Level::MtaSts, Level::Dane};
    for (const MailClass& c : test::classes()) {
        if (c.plaintext.value_or(c.insecure) < c.insecure) continue;  // the site wants it otherwise
        for (std::size_t i = 1; i < std::size(kRanked); ++i) {
            EXPECT_GE(decide(c, recipient_at(kRanked[i - 1])).outcome,
                      decide(c, recipient_at(kRanked[i])).outcome)
                << describe(c, kRanked[i]);
        }
    }
}

MailClass with_grade(MailClass c, Grade grade) {
    c.grade = grade;
    return c;
}

TEST(Decision, FollowsTheTableForEveryGrade) {
    for (const MailClass& c : test::classes()) {
        for (const Grade demanded : test::grades()) {
            for (const Level level : test::levels()) {
                for (const Grade found : test::grades()) {
                    const Outcome by_level = expected(c, level);
                    const bool enough = static_cast<int>(found) >= static_cast<int>(demanded);
                    const bool stopped = by_level == Outcome::Direct && !enough;
                    EXPECT_EQ(decide(with_grade(c, demanded), recipient(test::graded(level, found))).outcome,
                              stopped ? expected_of(c.insecure) : by_level)
                        << describe(c, level) << " " << to_string(demanded) << " " << to_string(found);
                }
            }
        }
    }
}

TEST(Decision, NeverYieldsAWeakerOutcomeForAStricterGrade) {
    for (const Recipient& one : all_recipients()) {
        for (const MailClass& c : test::classes()) {
            Outcome milder = Outcome::Direct;
            for (const Grade grade : test::grades()) {
                const Outcome outcome = decide(with_grade(c, grade), one).outcome;
                EXPECT_GE(outcome, milder) << c.name << " " << to_string(grade);
                milder = outcome;
            }
        }
    }
}

TEST(Decision, NeverYieldsAWeakerOutcomeForAWeakerGrade) {
    for (const MailClass& base : test::classes()) {
        for (const Grade demanded : test::grades()) {
            const MailClass c = with_grade(base, demanded);
            Outcome severer = Outcome::Reject;
            for (const Grade found : test::grades()) {
                const Outcome outcome = decide(c, recipient(test::graded(Level::Dane, found))).outcome;
                EXPECT_LE(outcome, severer) << to_string(found);
                severer = outcome;
            }
        }
    }
}

TEST(Decision, NeitherHoldsNorRefusesWhatWasNotGraded) {
    for (const MailClass& c : test::classes()) {
        for (const Grade demanded : {Grade::PhaseOut, Grade::Sufficient, Grade::Good}) {
            const auto decision = decide(with_grade(c, demanded), recipient(test::graded(Level::Dane, Grade::None)));
            EXPECT_EQ(decision.outcome, Outcome::Queue) << to_string(demanded);
            EXPECT_EQ(decision.rule, "ungraded");
        }
    }
}

TEST(Reach, ComparesLevelAndGrade) {
    MailClass c = mail_class("c", Floor::Pkix);
    c.grade = Grade::Sufficient;
    EXPECT_EQ(reach(test::graded(Level::Dane, Grade::Good), c), Reach::Enough);
    EXPECT_EQ(reach(test::graded(Level::Pkix, Grade::Sufficient), c), Reach::Enough);
    EXPECT_EQ(reach(test::graded(Level::Pkix, Grade::PhaseOut), c), Reach::TooLittle);
    EXPECT_EQ(reach(test::graded(Level::Encrypted, Grade::Good), c), Reach::TooLittle);
    EXPECT_EQ(reach(test::graded(Level::Forbidden, Grade::None), c), Reach::TooLittle);
    EXPECT_EQ(reach(test::graded(Level::Pkix, Grade::None), c), Reach::Unknown);
    EXPECT_EQ(reach(test::graded(Level::Unknown, Grade::Good), c), Reach::Unknown);
    c.grade = Grade::Insufficient;
    EXPECT_EQ(reach(test::graded(Level::Pkix, Grade::None), c), Reach::Enough);
}

TEST(Decision, NeverHoldsOrRefusesForAnUnknownVerdict) {
    for (const MailClass& c : test::classes()) {
        EXPECT_EQ(decide(c, recipient_at(Level::Unknown)).outcome, Outcome::Queue) << c.name;
        EXPECT_EQ(decide(c, recipient(std::nullopt)).outcome, Outcome::Queue)
            << c.name << ": whoever was not asked about is not known";
        for (const Reason reason : test::reasons()) {
            EXPECT_EQ(decide(c, recipient(test::verdict(Level::Unknown, {reason}))).outcome, Outcome::Queue)
                << c.name << " " << to_string(reason);
        }
    }
}

TEST(Decision, GivesDirectOnlyToEnforcedOrTrustedRoutesThatDeserveIt) {
    for (const MailClass& c : test::classes()) {
        for (const Recipient& one : all_recipients()) {
            if (decide(c, one).outcome != Outcome::Direct) continue;
            const bool deserved = one.route.kind == RouteKind::Trusted ||
                                  one.route.kind == RouteKind::Alias ||
                                  (one.verdict && meets(one.verdict->level, c.level));
            EXPECT_TRUE(deserved) << c.name << " " << decide(c, one).rule;
        }
    }
}

TEST(Decision, IgnoresAGoodVerdictOnAnUntrustedRoute) {
    Recipient one = recipient_at(Level::Dane);
    one.route = {RouteKind::Untrusted, "smtp", "[relay.nl]"};
    EXPECT_EQ(decide(kStrict, one).outcome, Outcome::Hold);
}

TEST(Decision, GivesTheReplyCodeThatFitsTheReason) {
    const MailClass refusing = mail_class("c", Floor::Dane, Shortfall::Reject);
    struct Row {
        Recipient recipient;
        std::string_view code;
        std::string_view enhanced;
    };
    const Row rows[] = {
        {recipient_by(RouteKind::Untrusted, "smtp", "[relay.nl]"), "550", "5.7.1"},
        {recipient_without_domain(), "550", "5.7.1"},
        {recipient(test::verdict(Level::NoMail, {Reason::NullMx})), "556", "5.1.10"},
        {recipient(test::verdict(Level::NoMail, {Reason::NoSuchDomain})), "550", "5.1.2"},
        {recipient_at(Level::Plaintext), "550", "5.7.4"},
        {recipient_at(Level::Encrypted), "550", "5.7.5"},
        {recipient_at(Level::Forbidden), "550", "5.7.5"},
    };
    for (const Row& row : rows) {
        const RecipientDecision decision = decide(refusing, row.recipient);
        EXPECT_EQ(decision.outcome, Outcome::Reject) << decision.rule;
        EXPECT_EQ(decision.reply.code, row.code) << decision.rule;
        EXPECT_EQ(decision.reply.enhanced, row.enhanced) << decision.rule;
    }
    const RecipientDecision weak = decide(with_grade(refusing, Grade::PhaseOut),
                                          recipient(test::graded(Level::Dane, Grade::Insufficient)));
    EXPECT_EQ(weak.rule, "below-grade");
    EXPECT_EQ(weak.reply.enhanced, "5.7.6");
}

TEST(Decision, HasAReplyCodeOnlyForRefusals) {
    for (const MailClass& c : test::classes()) {
        for (const Recipient& one : all_recipients()) {
            const RecipientDecision decision = decide(c, one);
            const bool refused = decision.outcome == Outcome::Reject;
            EXPECT_EQ(!decision.reply.code.empty(), refused) << decision.rule;
            if (refused) {
                EXPECT_EQ(decision.reply.code.front(), '5');
                EXPECT_TRUE(decision.reply.enhanced.starts_with("5."));
            }
        }
    }
}

TEST(Decide, UnknownMailIsKeptForPickupOnlyWhereTheClassSaysSo) {
    MailClass c = mail_class("c", Floor::Dane, Shortfall::Hold);
    EXPECT_EQ(decide(c, recipient_at(Level::Unknown)).outcome, Outcome::Queue);
    c.unknown = Uncertain::Portal;
    const RecipientDecision kept = decide(c, recipient_at(Level::Unknown));
    EXPECT_EQ(kept.outcome, Outcome::Portal);
    EXPECT_EQ(kept.rule, "unknown") << "and not one that calls the domain insecure";
    EXPECT_NE(kept.explanation.find("is kept for pickup in the portal"), std::string::npos) << kept.explanation;
    EXPECT_EQ(kept.explanation.find("as soon as"), std::string::npos) << kept.explanation;
}

TEST(Outcome, HasADistinctName) {
    EXPECT_EQ(to_string(Outcome::Direct), "direct");
    EXPECT_EQ(to_string(Outcome::Queue), "queue");
    EXPECT_EQ(to_string(Outcome::Portal), "portal");
    EXPECT_EQ(to_string(Outcome::Hold), "hold");
    EXPECT_EQ(to_string(Outcome::Reject), "reject");
}

TEST(Strictest, PrefersTheHigherLevelThenTheSevererShortfallThenTheName) {
    const MailClass pkix = mail_class("pkix", Floor::Pkix, Shortfall::Reject);
    const MailClass dane = mail_class("dane", Floor::Dane, Shortfall::Hold);
    const MailClass dane_reject = mail_class("z-dane-reject", Floor::Dane, Shortfall::Reject);
    const MailClass dane_plain = mail_class("z-dane-plain", Floor::Dane, Shortfall::Hold, Shortfall::Reject);
    const MailClass twin = mail_class("b-dane", Floor::Dane, Shortfall::Hold);
    EXPECT_EQ(strictest({&pkix, &dane}), &dane);
    EXPECT_EQ(strictest({&dane, &dane_reject}), &dane_reject);
    EXPECT_EQ(strictest({&dane, &dane_plain}), &dane_plain);
    EXPECT_EQ(strictest({&dane, &twin}), &twin);
    EXPECT_EQ(strictest({&twin, &dane}), &twin) << "the order of the headers does not matter";
    const MailClass graded = with_grade(mail_class("z-graded", Floor::Dane, Shortfall::Hold), Grade::PhaseOut);
    EXPECT_EQ(strictest({&dane_reject, &graded}), &graded);
    EXPECT_EQ(strictest({&pkix}), &pkix);
    EXPECT_EQ(strictest({}), nullptr);
}

TEST(Strictest, OfTwoClassesNeverDecidesMoreMildlyThanEitherUnderOneShortfall) {
    for (const MailClass& left : test::classes()) {
        for (const MailClass& right : test::classes()) {
            if (left.insecure != right.insecure || left.plaintext != right.plaintext) continue;
            const MailClass& winner = *strictest({&left, &right});
            for (const Recipient& one : all_recipients()) {
                EXPECT_GE(decide(winner, one).outcome,
                          std::max(decide(left, one).outcome, decide(right, one).outcome));
            }
        }
    }
}

Recipient recipient_with_nta(Level level, std::optional<NtaFacts> nta) {
    Recipient result = recipient(test::graded(level, Grade::Good));
    result.verdict->nta7516 = std::move(nta);
    return result;
}

NtaFacts not_valid(Reason why) {
    NtaFacts facts;
    facts.why = why;
    return facts;
}

TEST(DecisionByNtaRecord, DemandsAValidOneOnlyWhereItIsRequired) {
    MailClass c = mail_class("c", Floor::Dane);
    for (const std::optional<NtaFacts>& nta :
         {std::optional<NtaFacts>(), std::optional(NtaFacts()), std::optional(not_valid(Reason::NtaMissing)),
          std::optional(not_valid(Reason::DnsFailure))}) {
        EXPECT_EQ(decide(c, recipient_with_nta(Level::Dane, nta)).rule, "meets-level");
    }
    c.nta_record = NtaRecord::Required;
    EXPECT_EQ(decide(c, recipient_with_nta(Level::Dane, NtaFacts())).rule, "meets-level");
    for (const Reason why : {Reason::NtaMissing, Reason::NtaInvalid, Reason::NtaInsecure,
                             Reason::NtaNotYetValid, Reason::NtaExpired}) {
        const auto decision = decide(c, recipient_with_nta(Level::Dane, not_valid(why)));
        EXPECT_EQ(decision.rule, "nta-record");
        EXPECT_EQ(decision.outcome, Outcome::Hold);
    }
    c.insecure = Shortfall::Reject;
    const auto refused = decide(c, recipient_with_nta(Level::Dane, not_valid(Reason::NtaMissing)));
    EXPECT_EQ(refused.outcome, Outcome::Reject);
    EXPECT_EQ(refused.reply.enhanced, "5.7.1");
}

TEST(DecisionByNtaRecord, IsUnknownWhereNobodyKnows) {
    MailClass c = mail_class("c", Floor::Dane);
    c.nta_record = NtaRecord::Required;
    for (const Reason why : {Reason::DnssecInvalid, Reason::DnsFailure, Reason::Timeout}) {
        EXPECT_EQ(decide(c, recipient_with_nta(Level::Dane, not_valid(why))).rule, "nta-unknown");
    }
    const auto unasked = decide(c, recipient_with_nta(Level::Dane, std::nullopt));
    EXPECT_EQ(unasked.rule, "nta-unknown");
    EXPECT_EQ(unasked.outcome, Outcome::Queue);
}

TEST(DecisionByNtaRecord, DoesNotReplaceTheLevel) {
    MailClass c = mail_class("c", Floor::Dane);
    c.nta_record = NtaRecord::Required;
    EXPECT_EQ(decide(c, recipient_with_nta(Level::Pkix, NtaFacts())).rule, "below-level");
    EXPECT_EQ(decide(c, recipient_with_nta(Level::Pkix, std::nullopt)).rule, "below-level");
    EXPECT_EQ(decide(c, recipient_with_nta(Level::Unknown, not_valid(Reason::NtaMissing))).rule, "unknown");
    EXPECT_EQ(decide(c, recipient_with_nta(Level::Forbidden, NtaFacts())).rule, "forbidden");
    MailClass recorded = mail_class("a", Floor::Dane);
    EXPECT_EQ(strictest({&recorded, &c}), &c);
}

}  // namespace
}  // namespace smarttls::policy
