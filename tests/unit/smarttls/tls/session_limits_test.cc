// SPDX-License-Identifier: Apache-2.0
//
// Servers that hang up, stall or talk without end: Unknown with its reason, in time.
#include "tests/unit/smarttls/tls/session_fixture.h"

namespace smarttls::engine {
namespace {

using policy::Reason;
using std::chrono::milliseconds;

TEST_F(RunSession, KnowsNothingWhenTheServerHangsUp) {
    const FakeMailServer closing(after_go([](MailPeer&) {}));
    expect_end(seen_at(closing), SessionOutcome::Unknown, Reason::ProtocolError);
    const FakeMailServer resetting(after_go([](MailPeer& peer) { peer.reset(); }));
    expect_end(seen_at(resetting), SessionOutcome::Unknown, Reason::ProtocolError);
    const FakeMailServer mute([](MailPeer&) {});
    expect_end(seen_at(mute), SessionOutcome::Unknown, Reason::ProtocolError);
}

TEST_F(RunSession, KnowsNothingWhenTheServerIsRefusedUnderTls) {
    const FakeMailServer server(after_go([this](MailPeer& peer) {
        peer.accept_tls(context_.get());
        peer.line();
        peer.send("421 4.3.2 going down\r\n");
        peer.line();
    }));
    const Observation facts = seen_at(server);
    expect_end(facts, SessionOutcome::Unknown, Reason::Busy);
    EXPECT_TRUE(facts.certificate);
}

TEST_F(RunSession, KnowsNothingWhenNobodyAnswersInTime) {
    const FakeMailServer silent([](MailPeer& peer) { peer.wait_for_end(); });
    SessionPlan wanted = plan(silent.port());
    wanted.limits.banner = milliseconds(50);
    Observation facts = run(run_session(wanted, tls_, soon()));
    EXPECT_TRUE(facts.connected);
    expect_end(facts, SessionOutcome::Unknown, Reason::Timeout);

    const FakeMailServer hanging(after_go([](MailPeer& peer) { peer.wait_for_end(); }));
    wanted = plan(hanging.port());
    wanted.limits.handshake = milliseconds(50);
    facts = run(run_session(wanted, tls_, soon()));
    expect_end(facts, SessionOutcome::Unknown, Reason::Timeout);
}

TEST_F(RunSession, EndsATarpitThatSendsNowAndThen) {
    const FakeMailServer tarpit([](MailPeer& peer) {
        while (peer.send("2")) std::this_thread::sleep_for(milliseconds(20));
    });
    SessionPlan wanted = plan(tarpit.port());
    wanted.limits.banner = milliseconds(100);
    const auto begin = std::chrono::steady_clock::now();
    const Observation facts = run(run_session(wanted, tls_, soon()));
    expect_end(facts, SessionOutcome::Unknown, Reason::Timeout);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST_F(RunSession, EndsATarpitBehindStarttls) {
    const FakeMailServer tarpit(after_go([](MailPeer& peer) {
        for (const char byte : std::string("\x16\x03\x03\x00\x7a", 5)) {
            if (!peer.send({&byte, 1})) return;
            std::this_thread::sleep_for(milliseconds(30));
        }
        while (peer.send("x")) std::this_thread::sleep_for(milliseconds(30));
    }));
    SessionPlan wanted = plan(tarpit.port());
    wanted.limits.handshake = milliseconds(400);
    const Observation facts = run(run_session(wanted, tls_, soon()));
    expect_end(facts, SessionOutcome::Unknown, Reason::Timeout);
}

TEST_F(RunSession, BoundsWhatTheServerSaysUnderTls) {
    const FakeMailServer chatty(after_go([this](MailPeer& peer) {
        peer.accept_tls(context_.get());
        peer.line();
        for (int i = 0; i < 10'000 && peer.send("250-AND-ONE-MORE\r\n"); ++i) {
        }
    }));
    expect_end(seen_at(chatty), SessionOutcome::Unknown, Reason::ProtocolError);
}

TEST_F(RunSession, SendsNothingOnAConnectionWhoseDeadlinePassed) {
    const FakeMailServer silent([](MailPeer& peer) {
        peer.send("220 mx\r\n");
        peer.line();
        peer.wait_for_end();
    });
    SessionPlan wanted = plan(silent.port());
    wanted.limits.reply = milliseconds(50);
    expect_end(run(run_session(wanted, tls_, soon())), SessionOutcome::Unknown, Reason::Timeout);
    EXPECT_EQ(silent.heard(), std::vector<std::string>{"EHLO probe.example"});
}

TEST_F(RunSession, LetsTheDeadlineOfTheWholeEndAStep) {
    const FakeMailServer silent([](MailPeer& peer) { peer.wait_for_end(); });
    const auto now = policy::Deadline::Clock::now();
    const Observation facts =
        run(run_session(plan(silent.port()), tls_, policy::Deadline::after(now, milliseconds(50))));
    expect_end(facts, SessionOutcome::Unknown, Reason::Timeout);
}

TEST_F(RunSession, IsNotDelayedByARudeGoodbye) {
    const FakeMailServer server(after_go([this](MailPeer& peer) {
        peer.accept_tls(context_.get());
        peer.line();
        peer.send("250 mx\r\n");
        peer.line();  // QUIT, never answered
        peer.wait_for_end();
    }));
    SessionPlan wanted = plan(server.port());
    wanted.limits.farewell = milliseconds(50);
    const Observation facts = run(run_session(wanted, tls_, soon()));
    EXPECT_EQ(facts.outcome, SessionOutcome::Tls);
}

TEST_F(RunSession, SaysThatItCouldNotConnect) {
    std::uint16_t port = 0;
    {
        const FakeMailServer gone([](MailPeer&) {});
        port = gone.port();
    }
    const Observation facts = run(run_session(plan(port), tls_, soon()));
    EXPECT_FALSE(facts.connected);
    expect_end(facts, SessionOutcome::Unknown, Reason::Refused);
}

}  // namespace
}  // namespace smarttls::engine
