// SPDX-License-Identifier: Apache-2.0
//
// What holds for every decision, tried on thousands of random ones: a stricter demand never makes more possible,
// unknown is never insecure, nobody's fate depends on anybody else, an exception for one never opens another.
// The seed is printed; SMARTTLS_SEED repeats a run.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "policy/exception.h"
#include "policy/parting.h"
#include "policy/text.h"
#include "tests/unit/policy/facts.h"

namespace smarttls::policy {
namespace {

constexpr int kCases = 5000;
const WallTime kNow{std::chrono::seconds(1'800'000'000)};

class Generator {
  public:
    explicit Generator(unsigned seed) : random_(seed) {}

    template <class T>
    const T& one_of(const std::vector<T>& values) {
        return values[std::uniform_int_distribution<std::size_t>(0, values.size() - 1)(random_)];
    }
    bool flip() { return std::bernoulli_distribution(0.5)(random_); }

    MailClass mail_class() {
        const std::vector shortfalls{Shortfall::Portal, Shortfall::Hold, Shortfall::Reject};
        MailClass result = test::mail_class(flip() ? "gdpr" : "nta7516", one_of(test::floors()), one_of(shortfalls));
        if (flip()) result.plaintext = one_of(shortfalls);
        result.grade = one_of(test::grades());
        if (flip()) result.nta_record = NtaRecord::Required;
        if (flip()) result.unknown = Uncertain::Portal;
        if (flip()) result.consumer = ConsumerMail::Portal;
        return result;
    }

    Recipient recipient() {
        const std::vector grades{Grade::None, Grade::Insufficient, Grade::PhaseOut, Grade::Sufficient, Grade::Good};
        Recipient result = test::recipient(test::graded(one_of(test::levels()), one_of(grades)));
        if (flip()) {
            NtaFacts nta;
            if (flip()) nta.why = flip() ? Reason::NtaMissing : Reason::DnsFailure;
            result.verdict->nta7516 = nta;
        }
        if (flip() && flip() && flip()) result.verdict.reset();
        if (flip()) result.kind = RecipientKind::Consumer;
        const std::vector kinds{RouteKind::Enforced, RouteKind::Enforced, RouteKind::Enforced, RouteKind::Trusted,
                                RouteKind::Alias, RouteKind::Untrusted};
        result.route.kind = one_of(kinds);
        const std::string domain = one_of<std::string>({"example.nl", "example.be"});
        result.domain = DomainName::parse(domain).value();
        result.address = one_of<std::string>({"bob", "Bob", "carol"}) + "@" + domain;
        return result;
    }

    Exception exception() {
        Exception result;
        result.id = std::uniform_int_distribution<std::int64_t>(1, 99)(random_);
        result.target = one_of<std::string>({"example.nl", "bob@example.nl", "carol@example.be"});
        result.class_name = one_of<std::string>({"", "gdpr", "nta7516"});
        if (flip()) result.waiver.level = one_of<Floor>({Floor::Encrypted, Floor::Pkix, Floor::MtaSts});
        result.waiver.grade = flip();
        result.waiver.nta_record = flip();
        result.waiver.consumer = flip();
        result.until = kNow + std::chrono::seconds(one_of<int>({0, 1, 1, 1, 1}));
        result.state = one_of<ExceptionState>({ExceptionState::Active, ExceptionState::Active, ExceptionState::Active,
                                               ExceptionState::Active, ExceptionState::Active, ExceptionState::Waiting,
                                               ExceptionState::Revoked, ExceptionState::Expired});
        result.reason = "r";
        result.ticket = "t";
        return result;
    }

    std::vector<Exception> exceptions() {
        std::vector<Exception> all;
        while (flip()) all.push_back(exception());
        return all;
    }

    /// The same class, or a stricter one: more of one of its demands.
    MailClass stricter(MailClass c) {
        const auto more = [this](auto& value, const auto& all) {
            const auto higher = one_of(all);
            if (higher > value) value = higher;
        };
        if (flip()) more(c.level, test::floors());
        if (flip()) more(c.grade, test::grades());
        if (flip()) c.nta_record = NtaRecord::Required;
        if (flip()) c.consumer = ConsumerMail::Portal;
        return c;
    }

  private:
    std::mt19937 random_;
};

bool goes(Outcome outcome) { return outcome <= Outcome::Queue; }

/// Directly, or as soon as the level is reached: not merely accepted.
bool goes_now(Outcome outcome) { return outcome == Outcome::Direct; }

class DecisionProperty : public ::testing::Test {
  protected:
    DecisionProperty() {
        const char* const given = std::getenv("SMARTTLS_SEED");
        seed_ = given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 10)) : std::random_device()();
        RecordProperty("seed", std::to_string(seed_));
    }
    void TearDown() override {
        if (HasFailure()) std::printf("SMARTTLS_SEED=%u\n", seed_);
    }
    unsigned seed_ = 0;
};

TEST_F(DecisionProperty, AStricterClassNeverMakesMorePossible) {
    Generator random(seed_);
    int different = 0;
    for (int i = 0; i < kCases; ++i) {
        const MailClass mild = random.mail_class();
        const MailClass strict = random.stricter(mild);
        const Recipient recipient = random.recipient();
        const auto exceptions = random.exceptions();
        const auto with_mild = decide(mild, recipient, exceptions, kNow);
        const auto with_strict = decide(strict, recipient, exceptions, kNow);
        if (goes_now(with_strict.outcome)) {
            ASSERT_TRUE(goes_now(with_mild.outcome)) << with_strict.explanation << "\n" << with_mild.explanation;
        }
        different += with_mild.outcome != with_strict.outcome;
    }
    EXPECT_GT(different, kCases / 50) << "the generator makes no cases that matter";
}

TEST_F(DecisionProperty, UnknownIsNeverTakenForInsecure) {
    Generator random(seed_);
    int seen = 0;
    for (int i = 0; i < kCases; ++i) {
        const MailClass c = random.mail_class();
        Recipient recipient = random.recipient();
        if (recipient.route.kind != RouteKind::Enforced) continue;
        if (recipient.verdict) recipient.verdict->level = Level::Unknown;
        const auto one = decide(c, recipient, random.exceptions(), kNow);
        const bool may_be_kept = c.unknown == Uncertain::Portal || c.consumer == ConsumerMail::Portal;
        ASSERT_TRUE(one.outcome == Outcome::Queue || (may_be_kept && one.outcome == Outcome::Portal)) << one.explanation;
        ASSERT_TRUE(one.rule == "unknown" || one.rule == "consumer" || one.rule == "exception") << one.rule;
        ++seen;
    }
    EXPECT_GT(seen, kCases / 4);
}

TEST_F(DecisionProperty, AnotherRecipientNeverChangesAnOutcome) {
    Generator random(seed_);
    for (int i = 0; i < kCases; ++i) {
        const MailClass c = random.mail_class();
        const auto exceptions = random.exceptions();
        std::vector<RecipientDecision> decisions;
        for (int n = 0; n < 3; ++n) decisions.push_back(decide(c, random.recipient(), exceptions, kNow));
        const MessageDecision before = combine({decisions.begin(), decisions.end() - 1});
        const MessageDecision after = combine(decisions);
        const auto contains = [](const auto& all, std::size_t index) {
            return std::find(all.begin(), all.end(), index) != all.end();
        };
        for (std::size_t n = 0; n + 1 < decisions.size(); ++n) {
            const Outcome outcome = decisions[n].outcome;
            if (goes(outcome)) {
                ASSERT_FALSE(contains(after.kept, n) || contains(after.refused, n));
                ASSERT_LE(after.outcome, Outcome::Portal) << "the message itself goes on";
            }
            if (outcome == Outcome::Portal) {
                ASSERT_TRUE(contains(after.kept, n) && contains(before.kept, n));
            }
            const bool all_refused = after.outcome == Outcome::Reject;
            if (outcome == Outcome::Reject) {
                ASSERT_TRUE(all_refused || contains(after.refused, n));
            }
        }
    }
}

TEST_F(DecisionProperty, AnExceptionForOneNeverChangesAnother) {
    Generator random(seed_);
    int used = 0;
    for (int i = 0; i < kCases; ++i) {
        const MailClass c = random.mail_class();
        const Recipient recipient = random.recipient();
        const Exception one = random.exception();
        const auto without = decide(c, recipient);
        const auto with = decide(c, recipient, {one}, kNow);
        const bool same_address = to_lower(recipient.address) == one.target;
        const bool same_domain = recipient.domain->str() == one.target;
        const bool in_force = one.state == ExceptionState::Active && one.until > kNow &&
                              (one.class_name.empty() || one.class_name == c.name);
        if ((!same_address && !same_domain) || !in_force) {
            ASSERT_EQ(with.outcome, without.outcome);
            ASSERT_EQ(with.rule, without.rule);
            ASSERT_EQ(with.exception, 0);
            ASSERT_FALSE(with.floor);
        }
        used += with.exception != 0;
    }
    EXPECT_GT(used, kCases / 200) << "the generator makes no exceptions that matter";
}

TEST_F(DecisionProperty, AnExceptionGivesNoMoreThanItSays) {
    Generator random(seed_);
    for (int i = 0; i < kCases; ++i) {
        const MailClass c = random.mail_class();
        const Recipient recipient = random.recipient();
        const auto exceptions = random.exceptions();
        const auto with = decide(c, recipient, exceptions, kNow);
        const auto without = decide(c, recipient);
        ASSERT_LE(with.outcome, without.outcome) << with.explanation;
        if (with.exception == 0) continue;
        ASSERT_EQ(recipient.route.kind, RouteKind::Enforced);
        const Level level = recipient.verdict ? recipient.verdict->level : Level::Unknown;
        ASSERT_TRUE(level == Level::Unknown || level >= Level::Encrypted) << with.explanation;
        if (with.floor) {
            ASSERT_LT(*with.floor, c.level);
        }
        const Floor enforced = with.floor.value_or(c.level);
        if (with.outcome == Outcome::Direct) {
            ASSERT_TRUE(meets(level, enforced)) << with.explanation;
        }
    }
}

}  // namespace
}  // namespace smarttls::policy
