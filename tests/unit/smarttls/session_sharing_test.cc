// SPDX-License-Identifier: Apache-2.0
//
// SessionScheduler: for whom and for how long a result counts, and servers that are left alone.
#include "tests/unit/smarttls/session_stage.h"

namespace smarttls::engine {
namespace {

using policy::Reason;
using std::chrono::seconds;
using Sharing = SessionStage;

constexpr const char* kHost = "192.0.2.1";
constexpr const char* kOther = "192.0.2.2";

TEST_F(Sharing, SharesWhatIsKnownForAWhile) {
    ask(kHost, "mx.example");
    end("mx.example", known());
    now_ += manners_.share - seconds(1);
    EXPECT_TRUE(ask(kHost, "mx.example")->seen);
    EXPECT_EQ(opened(), Names{"mx.example"});
    now_ += seconds(1);
    EXPECT_FALSE(ask(kHost, "mx.example")->seen);
    EXPECT_EQ(opened(), Names{"mx.example"});
}

TEST_F(Sharing, SharesNothingBetweenNamesPortsOrAddresses) {
    ask(kHost, "mx.example");
    end("mx.example", known());
    Question submission;
    submission.port = 587;
    EXPECT_FALSE(ask(kHost, "other.example")->seen);
    end("other.example", known());
    EXPECT_FALSE(ask(kHost, "mx.example", submission)->seen);
    end("mx.example", known());
    EXPECT_FALSE(ask(kOther, "mx.example")->seen);
}

TEST_F(Sharing, OpensANewSessionForWhoWantsItNewer) {
    const Asker early = ask(kHost, "mx.example");
    now_ += seconds(1);
    Question fresh;
    fresh.not_before = now_;
    const Asker late = ask(kHost, "mx.example", fresh);
    const Asker with_it = ask(kHost, "mx.example", fresh);
    EXPECT_EQ(opened(), Names{"mx.example"});
    end("mx.example", known());
    EXPECT_TRUE(early->seen);
    EXPECT_FALSE(late->seen);
    EXPECT_EQ(opened(), Names{"mx.example"});
    end("mx.example", known(SessionOutcome::NoTls));
    ASSERT_TRUE(late->seen);
    EXPECT_EQ(late->seen->outcome, SessionOutcome::NoTls);
    EXPECT_EQ(late->seen, with_it->seen);
    EXPECT_EQ(ask(kHost, "mx.example")->seen, late->seen);
    now_ += seconds(1);
    fresh.not_before = now_;
    EXPECT_FALSE(ask(kHost, "mx.example", fresh)->seen);
}

TEST_F(Sharing, LeavesAServerAloneThatSaysNotNow) {
    const Asker first = ask(kHost, "mx.example");
    const Asker queued = ask(kHost, "two.example");
    end("mx.example", unknown(Reason::Busy));
    expect_unknown(first, Reason::Busy);
    expect_unknown(queued, Reason::Busy);
    now_ += manners_.failure_ttl - seconds(1);
    Question fresh;
    fresh.not_before = now_;
    expect_unknown(ask(kHost, "mx.example", fresh), Reason::Busy);
    expect_unknown(ask(kHost, "three.example"), Reason::Busy);
    EXPECT_EQ(opened(), Names{"mx.example"});
    EXPECT_FALSE(ask(kOther, "mx.example")->seen) << "another address is another server";
    now_ += seconds(1);
    end("mx.example", known());
    EXPECT_FALSE(ask(kHost, "three.example")->seen);
}

TEST_F(Sharing, LeavesItAloneForLongerEachTimeUntilItTalks) {
    Question fresh;
    for (const int factor : {1, 2, 4, 8, 16, 16}) {
        fresh.not_before = now_;
        ask(kHost, "mx.example", fresh);
        end("mx.example", unknown(Reason::Busy));
        now_ += factor * manners_.failure_ttl - seconds(1);
        EXPECT_TRUE(ask(kHost, "mx.example", fresh)->seen) << factor;
        now_ += seconds(1);
    }
    fresh.not_before = now_;
    ask(kHost, "mx.example", fresh);
    end("mx.example", known(SessionOutcome::NoTls));
    ask(kHost, "other.example");
    end("other.example", unknown(Reason::Busy));
    now_ += manners_.failure_ttl;
    EXPECT_FALSE(ask(kHost, "other.example")->seen) << "the first step again";
}

TEST_F(Sharing, GivesWhatIsKnownOfAServerThatIsLeftAlone) {
    ask(kHost, "mx.example");
    end("mx.example", known());
    ask(kHost, "other.example");
    end("other.example", unknown(Reason::Busy));
    const Asker asker = ask(kHost, "mx.example");
    ASSERT_TRUE(asker->seen);
    EXPECT_EQ(asker->seen->outcome, SessionOutcome::Tls);
}

TEST_F(Sharing, SharesAFailureBrieflyAndNeverInsteadOfWhatIsKnown) {
    manners_.share = seconds(600);
    ask(kHost, "mx.example");
    end("mx.example", unknown(Reason::Timeout));
    expect_unknown(ask(kHost, "mx.example"), Reason::Timeout);
    EXPECT_FALSE(ask(kHost, "other.example")->seen) << "somebody answered: the name may matter";
    end("other.example", known());
    now_ += manners_.failure_ttl;
    ask(kHost, "mx.example");
    end("mx.example", known());
    now_ += seconds(1);
    Question fresh;
    fresh.not_before = now_;
    const Asker unlucky = ask(kHost, "mx.example", fresh);
    end("mx.example", unknown(Reason::Timeout));
    expect_unknown(unlucky, Reason::Timeout);
    EXPECT_EQ(ask(kHost, "mx.example")->seen->outcome, SessionOutcome::Tls);
}

TEST_F(Sharing, RemembersForAllNamesThatNobodyCouldBeConnected) {
    ask(kHost, "mx.example");
    const Asker queued = ask(kHost, "two.example");
    Question submission;
    submission.port = 587;
    const Asker other_port = ask(kHost, "three.example", submission);
    Question fresh;
    fresh.not_before = now_ + seconds(1);
    const Asker wants_it_newer = ask(kHost, "four.example", fresh);
    end("mx.example", unknown(Reason::Refused, false));
    expect_unknown(queued, Reason::Refused);
    EXPECT_FALSE(other_port->seen);
    EXPECT_FALSE(wants_it_newer->seen);
    expect_unknown(ask(kHost, "five.example"), Reason::Refused);
    EXPECT_EQ(opened(), (Names{"mx.example", "three.example"}));
}

}  // namespace
}  // namespace smarttls::engine
