// SPDX-License-Identifier: Apache-2.0
//
// Server and client over a real socket.
#include "smarttls/server.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "smarttls/verdict_json.h"
#include "tests/unit/smarttls/raw_client.h"
#include "tests/unit/smarttls/running_server.h"

namespace smarttls::engine {
namespace {

using policy::Deadline;
using policy::ErrorKind;
using policy::Level;

std::string text(const policy::Result<std::optional<std::string>>& answer) {
    if (!answer) return std::string(to_string(answer.error().kind)) + ": " + answer.error().what;
    return answer->value_or("NOTFOUND");
}

TEST(Server, AnswersEachMap) {
    RunningServer server;
    const auto dane = verdict("a.nl", Level::Dane);
    server.probe.release("a.nl", dane);
    server.probe.release("a.nl", dane);
    server.publications.release("a.nl", verdict("a.nl", Level::Plaintext));
    EngineConnection client = server.connect();
    for (const std::string map : {"verdict", "fresh", "pkix", "mta-sts", "default"}) {
        ASSERT_TRUE(client.ask(map, "a.nl"));
    }
    ASSERT_TRUE(client.ask("pkix", ".nl"));
    ASSERT_TRUE(client.ask("pkix", "[192.0.2.1]"));
    EXPECT_EQ(text(client.read_answer(test_limit())), to_json(dane));
    EXPECT_EQ(text(client.read_answer(test_limit())), to_json(dane));
    EXPECT_EQ(text(client.read_answer(test_limit())), "dane-only");
    EXPECT_EQ(text(client.read_answer(test_limit())), "dane-only");
    EXPECT_EQ(text(client.read_answer(test_limit())), "NOTFOUND") << "default: nothing published";
    EXPECT_EQ(text(client.read_answer(test_limit())), "NOTFOUND");
    EXPECT_TRUE(
        text(client.read_answer(test_limit())).starts_with("permanent: no certificate or TLSA"));
    EXPECT_EQ(client.unanswered(), 0U);
}

TEST(Server, StartsTheSecondProbeWhileTheFirstIsSlowAndAnswersInOrder) {
    RunningServer server;
    EngineConnection client = server.connect();
    ASSERT_TRUE(client.ask("verdict", "slow.nl"));
    ASSERT_TRUE(client.ask("verdict", "quick.nl"));
    ASSERT_TRUE(client.ask("pkix", ".nl"));
    ASSERT_TRUE(server.probe.has_started("quick.nl"));
    server.probe.release("quick.nl", verdict("quick.nl", Level::Pkix));
    server.probe.release("slow.nl", verdict("slow.nl", Level::Dane));
    EXPECT_EQ(client.read_verdict(test_limit())->domain, "slow.nl");
    EXPECT_EQ(client.read_verdict(test_limit())->domain, "quick.nl");
    EXPECT_EQ(text(client.read_answer(test_limit())), "NOTFOUND");
}

TEST(Server, SharesAProbeBetweenClients) {
    RunningServer server;
    EngineConnection one = server.connect();
    EngineConnection two = server.connect();
    ASSERT_TRUE(one.ask("verdict", "a.nl"));
    ASSERT_TRUE(two.ask("fresh", "a.nl"));
    ASSERT_TRUE(two.ask("pkix", "b.nl"));
    ASSERT_TRUE(server.probe.has_started("b.nl"));
    ASSERT_TRUE(server.probe.has_started("a.nl"));
    server.probe.release("a.nl", verdict("a.nl", Level::Dane));
    EXPECT_TRUE(one.read_verdict(test_limit()));
    EXPECT_TRUE(two.read_verdict(test_limit()));
    EXPECT_EQ(server.probe.started().size(), 2U);
}

TEST(Server, AnswersTempWhenAProbeTakesTooLong) {
    RunningServer server({std::chrono::milliseconds(1)});
    EngineConnection client = server.connect();
    ASSERT_TRUE(client.ask("pkix", "a.nl"));
    EXPECT_EQ(text(client.read_answer(test_limit())),
              "temporary: nothing is known about the mail servers of a.nl now: their examination "
              "takes too long");
}

TEST(Server, NeverSendsMoreThanPostfixTakes) {
    RunningServer server;
    auto huge = verdict("a.nl", Level::Dane);
    huge.hosts.assign(1000, host("mx.a.nl", Level::Dane));
    server.probe.release("a.nl", huge);
    EngineConnection client = server.connect();
    ASSERT_TRUE(client.ask("verdict", "a.nl"));
    ASSERT_TRUE(client.ask("pkix", "a.nl"));
    EXPECT_EQ(text(client.read_answer(test_limit())), "permanent: the answer is too long");
    EXPECT_EQ(text(client.read_answer(test_limit())), "dane-only");
}

TEST(Server, ReadsNoFurtherAheadThanItsLimit) {
    ConnectionLimits limits{std::chrono::seconds(60)};
    limits.read_ahead = 2;
    RunningServer server(limits);
    EngineConnection client = server.connect();
    for (const std::string key : {"a.nl", "b.nl", "c.nl"}) ASSERT_TRUE(client.ask("verdict", key));
    ASSERT_TRUE(server.probe.has_started("b.nl"));
    EXPECT_EQ(server.probe.started(), (std::vector<std::string>{"a.nl", "b.nl"}));
    server.probe.release("a.nl", verdict("a.nl", Level::Dane));
    EXPECT_TRUE(client.read_verdict(test_limit()));
    EXPECT_TRUE(server.probe.has_started("c.nl"));
}

TEST(Server, AnswersMoreQuestionsThanSocketAndReadAheadHold) {
    RunningServer server;
    server.probe.release("a.nl", verdict("a.nl", Level::Dane));
    EngineConnection client = server.connect();
    for (std::size_t i = 0; i < EngineConnection::kMostQuestions; ++i) {
        ASSERT_TRUE(client.ask("verdict", "a.nl"));
    }
    EXPECT_EQ(client.ask("verdict", "a.nl").error().kind, ErrorKind::Temporary);
    for (std::size_t i = 0; i < EngineConnection::kMostQuestions; ++i) {
        ASSERT_TRUE(client.read_verdict(test_limit())) << i;
    }
}

TEST(Server, TakesRequestsInPieces) {
    RunningServer server;
    RawClient client(server.socket);
    for (const char byte : std::string("8:pkix .nl,")) ASSERT_TRUE(client.send({&byte, 1}));
    EXPECT_EQ(client.receive(12), "9:NOTFOUND ,");
}

TEST(Server, DropsClientsThatBreakTheProtocolAndServesTheOthers) {
    RunningServer server;
    EngineConnection good = server.connect();
    testing::internal::CaptureStderr();
    for (const std::string bytes :
         {"GET / HTTP/1.1\r\n", "5000:pkix", "12:pkix test.nl;", "01:x,"}) {
        RawClient client(server.socket);
        ASSERT_TRUE(client.send(bytes));
        EXPECT_TRUE(client.is_closed()) << bytes;
    }
    const std::string log = testing::internal::GetCapturedStderr();
    EXPECT_NE(log.find("a client of the socket is dropped: netstring: it is too long"),
              std::string::npos);
    ASSERT_TRUE(good.ask("pkix", ".nl"));
    EXPECT_EQ(text(good.read_answer(test_limit())), "NOTFOUND");
}

TEST(Server, DropsAClientThatTakesNoAnswers) {
    ConnectionLimits limits{std::chrono::seconds(60)};
    limits.write = std::chrono::milliseconds(20);
    RunningServer server(limits);
    server.probe.release("a.nl", verdict("a.nl", Level::Dane));
    RawClient client(server.socket);
    std::string requests;
    for (int i = 0; i < 20000; ++i) requests += "12:verdict a.nl,";
    EXPECT_FALSE(client.send(requests));
    EXPECT_TRUE(client.was_dropped());
}

TEST(Server, AnswersAClientThatHasClosedItsSendingSide) {
    RunningServer server;
    RawClient client(server.socket);
    ASSERT_TRUE(client.send("12:verdict a.nl,8:pkix .nl,"));
    client.close_sending_side();
    ASSERT_TRUE(server.probe.has_started("a.nl"));
    const auto dane = verdict("a.nl", Level::Dane);
    server.probe.release("a.nl", dane);
    const std::string expected = encode_netstring("OK " + to_json(dane)) + "9:NOTFOUND ,";
    EXPECT_EQ(client.receive(expected.size()), expected);
    EXPECT_TRUE(client.is_closed());
}

/// A dead client with a full queue is noticed without waiting for its probes.
TEST(Server, ForgetsAClientThatLeavesWithItsQueueFull) {
    ConnectionLimits limits{std::chrono::seconds(60)};
    limits.read_ahead = 1;
    RunningServer server(limits);
    {
        RawClient client(server.socket);
        ASSERT_TRUE(client.send("12:verdict a.nl,12:verdict b.nl,12:verdict c.nl,"));
        ASSERT_TRUE(server.probe.has_started("a.nl"));
    }
    const Deadline limit = test_limit();
    while (server.metrics_text().find("engine_clients 0") == std::string::npos) {
        ASSERT_FALSE(limit.passed(Deadline::Clock::now()));
    }
    EXPECT_EQ(server.probe.started(), (std::vector<std::string>{"a.nl"}));
}

TEST(Server, SendsWhatIsKnownInOrderBehindWhatIsNot) {
    RunningServer server;
    server.probe.release("warm.nl", verdict("warm.nl", Level::Dane));
    EngineConnection first = server.connect();
    ASSERT_TRUE(first.ask("pkix", "warm.nl"));
    ASSERT_TRUE(first.read_answer(test_limit()));
    EngineConnection client = server.connect();
    ASSERT_TRUE(client.ask("pkix", "warm.nl"));
    ASSERT_TRUE(client.ask("pkix", "cold.nl"));
    ASSERT_TRUE(client.ask("verdict", "warm.nl"));
    EXPECT_EQ(text(client.read_answer(test_limit())), "dane-only");
    ASSERT_TRUE(server.probe.has_started("cold.nl"));
    ASSERT_TRUE(client.ask("pkix", "warm.nl"));
    server.probe.release("cold.nl", verdict("cold.nl", Level::Plaintext));
    EXPECT_TRUE(text(client.read_answer(test_limit())).starts_with("temporary: cold.nl does not"));
    EXPECT_EQ(client.read_verdict(test_limit())->domain, "warm.nl");
    EXPECT_EQ(text(client.read_answer(test_limit())), "dane-only");
}

TEST(Server, OutlivesClientsThatLeaveInTheMiddle) {
    RunningServer server;
    {
        EngineConnection client = server.connect();
        ASSERT_TRUE(client.ask("verdict", "a.nl"));
        ASSERT_TRUE(server.probe.has_started("a.nl"));
        RawClient half(server.socket);
        ASSERT_TRUE(half.send("12:verd"));
    }
    server.probe.release("a.nl", verdict("a.nl", Level::Dane));
    EngineConnection client = server.connect();
    ASSERT_TRUE(client.ask("verdict", "a.nl"));
    EXPECT_TRUE(client.read_verdict(test_limit()));
    EXPECT_EQ(server.probe.started().size(), 1U) << "the probe of the dead client is not lost";
}

TEST(Server, AnswersWhatIsInFlightWhenItShutsDown) {
    RunningServer server;
    EngineConnection client = server.connect();
    EngineConnection idle = server.connect();
    ASSERT_TRUE(client.ask("verdict", "a.nl"));
    ASSERT_TRUE(server.probe.has_started("a.nl"));
    auto done = server.shutdown(test_limit());
    const Deadline limit = test_limit();
    while (EngineConnection::open(server.socket, limit)) {  // until the server's thread has begun
    }
    server.probe.release("a.nl", verdict("a.nl", Level::Dane));
    EXPECT_TRUE(client.read_verdict(test_limit()));
    ASSERT_EQ(done.wait_for(std::chrono::seconds(10)), std::future_status::ready);
    ASSERT_FALSE(idle.ask("verdict", "a.nl"));
}

TEST(Server, ShutsDownAtTheDeadlineWhateverIsInFlight) {
    RunningServer server;
    EngineConnection client = server.connect();
    ASSERT_TRUE(client.ask("verdict", "a.nl"));
    ASSERT_TRUE(server.probe.has_started("a.nl"));
    auto done = server.shutdown(Deadline(Deadline::Clock::now()));
    EXPECT_EQ(done.wait_for(std::chrono::seconds(10)), std::future_status::ready);
}

TEST(Server, ShutsDownAtOnceWithoutClients) {
    RunningServer server;
    auto done = server.shutdown(test_limit());
    EXPECT_EQ(done.wait_for(std::chrono::seconds(5)), std::future_status::ready);
}

TEST(Server, RefusesASecondServerOnItsSocket) {
    RunningServer server;
    boost::asio::io_context io;
    ScriptedProbe probe;
    VerdictCache cache(io.get_executor(), {}, probe.function(),
                       [] { return at("2026-11-23T08:00:00Z"); });
    Metrics metrics;
    const auto second =
        Server::open(io.get_executor(), server.socket, {cache, cache}, {}, metrics);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().what, "socket " + server.socket + ": another process answers on it");
    EXPECT_TRUE(EngineConnection::open(server.socket, test_limit()))
        << "the first one is untouched";
}

}  // namespace
}  // namespace smarttls::engine
