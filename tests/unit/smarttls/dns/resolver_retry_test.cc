// SPDX-License-Identifier: Apache-2.0
//
// How a Resolver gets an answer: TCP, forged packets, retries, deadlines, cancellation.
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/system/system_error.hpp>

#include <set>

#include "tests/unit/smarttls/dns/resolver_fixture.h"

namespace smarttls::engine {
namespace {

using namespace std::chrono_literals;
using namespace wire;
using policy::Deadline;

TEST_F(ResolverTest, AsksAgainOverTcpWhenTheAnswerIsTruncated) {
    FakeServer& server = serve([](const Asked& asked) -> Replies {
        if (!asked.over_tcp) return {Wire(asked.bytes).flags(kTc)};
        Wire reply(asked.bytes);
        for (unsigned count = 0; count < 99; ++count) {
            reply.answer("example.org", kMx, 60,
                         mx_data(count, std::string(60, 'a') + ".example.org"));
        }
        return {reply};
    });
    EXPECT_EQ(mx().records.size(), 99U);
    ASSERT_EQ(server.asked().size(), 2U);
    EXPECT_TRUE(server.asked()[1].over_tcp);
}

TEST_F(ResolverTest, FailsWhenTcpIsTruncatedTooOrAnswersAnotherQuestion) {
    serve(always([](Wire& reply) { reply.flags(kTc); }));
    EXPECT_EQ(mx().status, DnsStatus::Failed);

    settings_.servers.clear();
    serve([](const Asked& asked) -> Replies {
        if (!asked.over_tcp) return {Wire(asked.bytes).flags(kTc)};
        return {Wire(asked.bytes).question("example.com", kMx)};
    });
    EXPECT_EQ(mx().status, DnsStatus::Failed);
}

TEST_F(ResolverTest, DropsForgedAnswersAndWaitsForTheRightOne) {
    FakeServer& server = serve([](const Asked& asked) -> Replies {
        const auto forged = [&] {
            return Wire(asked.bytes).answer("example.org", kMx, 60, mx_data(1, "evil.example"));
        };
        const auto other_id = static_cast<std::uint16_t>(asked.query.id + 1);
        return {forged().id(other_id), forged().question("example.com", kMx), Bytes{1, 2, 3},
                asked.bytes, one_mx(asked).front()};
    });
    const MxAnswer answer = mx();
    ASSERT_EQ(answer.records.size(), 1U);
    EXPECT_EQ(answer.records[0].exchange, "mx.example.org");
    EXPECT_EQ(server.asked().size(), 1U);
}

TEST_F(ResolverTest, AsksOnceMoreWithoutEdnsWhereEdnsIsRefused) {
    for (const Rcode rcode : {Rcode::FormErr, Rcode::NotImp, Rcode::BadVers}) {
        settings_.servers.clear();
        FakeServer& server = serve([rcode](const Asked& asked) -> Replies {
            if (asked.query.rest.empty()) return one_mx(asked);
            Wire refusal(asked.bytes);
            refusal.rcode(static_cast<unsigned>(rcode));
            if (rcode == Rcode::BadVers) refusal.opt();
            return {refusal};
        });
        EXPECT_EQ(mx().status, DnsStatus::Secure) << to_string(rcode);
        ASSERT_EQ(server.asked().size(), 2U) << to_string(rcode);
        EXPECT_EQ(server.asked()[1].query.flags & kAd, kAd);
        EXPECT_NE(server.asked()[0].query.id, server.asked()[1].query.id);
    }
}

TEST_F(ResolverTest, FailsWhereTheQueryWithoutEdnsIsRefusedToo) {
    FakeServer& server = serve(always([](Wire& reply) { reply.rcode(1); }));
    EXPECT_EQ(mx().status, DnsStatus::Failed);
    EXPECT_EQ(server.asked().size(), 2U);
}

TEST_F(ResolverTest, AsksFromAnotherPortEachTime) {
    FakeServer& server = serve(one_mx);
    std::set<std::uint16_t> ports;
    for (int query = 0; query < 20; ++query) static_cast<void>(mx());
    for (const Asked& asked : server.asked()) ports.insert(asked.client_port);
    EXPECT_GT(ports.size(), 15U);  // drawn by the kernel: a few may meet
}

TEST_F(ResolverTest, DoesNotHearAnotherServer) {
    wait_at_most(200ms);
    const auto loopback = boost::asio::ip::address_v4::loopback();
    boost::asio::ip::udp::socket stranger(io_, {loopback, 0});
    serve([&](const Asked& asked) -> Replies {  // the right id and port, from the wrong source
        stranger.send_to(boost::asio::buffer(one_mx(asked).front()), {loopback, asked.client_port});
        return {};
    });
    EXPECT_EQ(mx().status, DnsStatus::Failed);
}

TEST_F(ResolverTest, AsksTheSecondServerWhenTheFirstIsSilent) {
    wait_at_most(50ms);
    FakeServer& first = serve(silence);
    serve(one_mx);
    EXPECT_EQ(mx().outcome, DnsOutcome::Records);
    EXPECT_GE(first.asked().size(), 1U);
}

TEST_F(ResolverTest, AsksASilentServerAgainInTheNextRound) {
    wait_at_most(50ms);
    FakeServer* server = nullptr;
    server = &serve([&](const Asked& asked) -> Replies {
        return server->asked().size() == 1 ? Replies{} : one_mx(asked);
    });
    EXPECT_EQ(mx().outcome, DnsOutcome::Records);
    EXPECT_GE(server->asked().size(), 2U);
}

TEST_F(ResolverTest, TimesOutAfterAllRounds) {
    wait_at_most(20ms);
    FakeServer& first = serve(silence);
    FakeServer& second = serve(silence);
    const MxAnswer answer = mx();
    EXPECT_EQ(answer.status, DnsStatus::Failed);
    EXPECT_EQ(answer.outcome, DnsOutcome::None);
    EXPECT_TRUE(answer.timed_out);
    EXPECT_NE(answer.failure.find("MX of example.org"), std::string::npos) << answer.failure;
    EXPECT_EQ(first.asked().size(), 3U);
    EXPECT_EQ(second.asked().size(), 3U);
}

TEST_F(ResolverTest, StopsAtTheDeadlineThoughTriesAreLeft) {
    FakeServer& server = serve(silence);
    const auto begin = Deadline::Clock::now();
    const MxAnswer answer = mx(in(200ms));
    EXPECT_TRUE(answer.timed_out);
    EXPECT_LT(Deadline::Clock::now() - begin, 3s) << "not try_timeout";
    EXPECT_EQ(server.asked().size(), 1U);
}

TEST_F(ResolverTest, AsksNobodyAfterTheDeadline) {
    FakeServer& server = serve(one_mx);
    const MxAnswer answer = mx(in(-1ms));
    EXPECT_EQ(answer.status, DnsStatus::Failed);
    EXPECT_TRUE(answer.timed_out);
    EXPECT_EQ(server.asked().size(), 0U);
}

TEST_F(ResolverTest, FailsWithoutServers) {
    const MxAnswer answer = mx();
    EXPECT_EQ(answer.status, DnsStatus::Failed);
    EXPECT_FALSE(answer.timed_out);
    EXPECT_NE(answer.failure, "");
}

TEST_F(ResolverTest, GoesOnAtOnceWhenAPortIsClosed) {
    boost::asio::ip::udp::socket closed(io_, {boost::asio::ip::address_v4::loopback(), 0});
    const auto endpoint = closed.local_endpoint();
    closed.close();
    add_dead_server(endpoint);
    const MxAnswer refused = mx();  // the ICMP error ends the wait of 3 s, and nobody is left
    EXPECT_EQ(refused.status, DnsStatus::Failed);
    EXPECT_FALSE(refused.timed_out);
    serve(one_mx);
    EXPECT_EQ(mx().outcome, DnsOutcome::Records);
}

TEST_F(ResolverTest, GoesOnWhenAServerRefusesOrTalksNonsense) {
    FakeServer& refusing = serve(always([](Wire& reply) { reply.rcode(5); }));
    FakeServer& confused =
        serve(always([](Wire& reply) { reply.answer("example.org", kMx, 1, {}); }));
    FakeServer& lame =
        serve(always([](Wire& reply) { reply.authority("org", kNs, 1, name("ns.example.org")); }));
    const MxAnswer failed = mx();
    EXPECT_EQ(failed.status, DnsStatus::Failed);
    EXPECT_FALSE(failed.timed_out);
    serve(one_mx);
    EXPECT_EQ(mx().outcome, DnsOutcome::Records);
    for (const FakeServer* server : {&refusing, &confused, &lame}) {
        EXPECT_EQ(server->asked().size(), 2U)
            << "once in each look-up: who spoke is not asked again";
    }
}

TEST_F(ResolverTest, RemembersWhatAServerSaidWhenAnotherIsSilent) {
    wait_at_most(20ms);
    serve(always([](Wire& reply) { reply.rcode(5); }));
    serve(silence);
    const MxAnswer answer = mx();
    EXPECT_FALSE(answer.timed_out);
    EXPECT_NE(answer.failure.find("REFUSED"), std::string::npos) << answer.failure;
}

TEST_F(ResolverTest, EndsWhenItIsCancelled) {
    boost::asio::cancellation_signal signal;
    serve([&](const Asked& /*asked*/) -> Replies {
        signal.emit(boost::asio::cancellation_type::terminal);
        return {};
    });
    Resolver resolver(settings_);
    std::exception_ptr thrown;
    bool over = false;
    boost::asio::co_spawn(
        io_, resolver.mx(domain("example.org"), in(20s)),
        boost::asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr error, MxAnswer) {
            thrown = error;
            over = true;
        }));
    const auto begin = Deadline::Clock::now();
    while (!over && Deadline::Clock::now() - begin < 30s) io_.run_one_for(1s);
    ASSERT_TRUE(over);
    EXPECT_LT(Deadline::Clock::now() - begin, 3s) << "not after try_timeout";
    EXPECT_THROW(std::rethrow_exception(thrown), boost::system::system_error);
}

}  // namespace
}  // namespace smarttls::engine
