// SPDX-License-Identifier: Apache-2.0
//
// The client against engines that do not behave; a behaving one is in server_test.cc.
#include "smarttls/client.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "smarttls/unix_socket.h"
#include "smarttls/verdict_json.h"
#include "tests/unit/smarttls/running_server.h"

namespace smarttls::engine {
namespace {

using policy::Deadline;
using policy::ErrorKind;
using policy::Level;

/// A listening socket whose one client is fed by hand.
class FakeEngine {
  public:
    FakeEngine()
        : listener_(std::move(UnixListener::open(path_)).value()),
          listening_(listener_.release()) {}

    EngineConnection connect() {
        auto client = EngineConnection::open(path_, test_limit());
        peer_ = UniqueFd(::accept(listening_.get(), nullptr, nullptr));
        return std::move(client).value();
    }
    void send(std::string_view bytes) {
        ASSERT_EQ(::send(peer_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(bytes.size()));
    }
    void close() { peer_.reset(); }
    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    TemporaryDirectory directory_;
    std::string path_ = directory_ / "engine.sock";
    UnixListener listener_;
    UniqueFd listening_;
    UniqueFd peer_;
};

std::string reply(const policy::Verdict& verdict) {
    return encode_netstring("OK " + to_json(verdict));
}

Deadline now() {
    return Deadline(Deadline::Clock::now());
}

TEST(EngineConnection, IsTemporaryWhenNobodyListens) {
    const TemporaryDirectory directory;
    const auto client = EngineConnection::open(directory / "none", test_limit());
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().kind, ErrorKind::Temporary);
    EXPECT_EQ(client.error().what, "smarttlsd does not answer on " + (directory / "none") +
                                       ": No such file or directory");
}

TEST(EngineConnection, IsTemporaryWhenTheEngineAcceptsNobodyInTime) {
    const TemporaryDirectory directory;
    const UniqueFd full = std::move(unix_stream_socket()).value();
    const sockaddr_un address = unix_address(directory / "s").value();
    const void* generic = &address;
    ASSERT_EQ(::bind(full.get(), static_cast<const sockaddr*>(generic), sizeof address), 0);
    ASSERT_EQ(::listen(full.get(), 0), 0);
    const auto first = EngineConnection::open(directory / "s", test_limit());
    ASSERT_TRUE(first);
    const auto second = EngineConnection::open(
        directory / "s", Deadline::after(Deadline::Clock::now(), std::chrono::milliseconds(20)));
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, ErrorKind::Temporary);
}

struct Status {
    const char* reply;
    ErrorKind kind;
    const char* what;
};

TEST(EngineConnection, KnowsTheStatusWordsAndStaysUsable) {
    FakeEngine engine;
    EngineConnection client = engine.connect();
    for (const Status& status : {Status{"TEMP x is busy", ErrorKind::Temporary, "x is busy"},
                                 Status{"TIMEOUT slow", ErrorKind::Temporary, "slow"},
                                 Status{"PERM no map", ErrorKind::Permanent, "no map"}}) {
        ASSERT_TRUE(client.ask("pkix", "a.nl"));
        engine.send(encode_netstring(status.reply));
        const auto answer = client.read_answer(test_limit());
        ASSERT_FALSE(answer) << status.reply;
        EXPECT_EQ(answer.error().kind, status.kind);
        EXPECT_EQ(answer.error().what, status.what);
    }
    ASSERT_TRUE(client.ask("pkix", "a.nl"));
    engine.send("12:OK dane-only,");
    EXPECT_EQ(client.read_answer(test_limit())->value_or(""), "dane-only");
}

TEST(EngineConnection, NeverTakesALateAnswerForTheNextQuestion) {
    FakeEngine engine;
    EngineConnection client = engine.connect();
    ASSERT_TRUE(client.ask("verdict", "slow.nl"));
    const auto late = client.read_verdict(now());
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().kind, ErrorKind::Temporary);
    EXPECT_EQ(late.error().what, "smarttlsd did not answer in time");
    EXPECT_FALSE(client.ask("verdict", "next.nl"));
    EXPECT_EQ(client.read_verdict(test_limit()).error().what, "smarttlsd did not answer in time");
}

TEST(EngineConnection, TakesAnAnswerThatIsThereEvenAtTheDeadline) {
    FakeEngine engine;
    EngineConnection client = engine.connect();
    ASSERT_TRUE(client.ask("verdict", "a.nl"));
    ASSERT_TRUE(client.ask("verdict", "b.nl"));
    engine.send(reply(verdict("a.nl", Level::Dane)) + reply(verdict("b.nl", Level::Dane)));
    EXPECT_TRUE(client.read_verdict(now()));
    EXPECT_TRUE(client.read_verdict(now()));
}

TEST(EngineConnection, RefusesAVerdictAboutAnotherDomain) {
    FakeEngine engine;
    EngineConnection client = engine.connect();
    ASSERT_TRUE(client.ask("verdict", "a.nl"));
    engine.send(reply(verdict("b.nl", Level::Dane)));
    EXPECT_EQ(client.read_verdict(test_limit()).error().kind, ErrorKind::Malformed);
    EXPECT_FALSE(client.ask("verdict", "a.nl"));
}

TEST(EngineConnection, AcceptsAVerdictUnderTheCanonicalForm) {
    FakeEngine engine;
    EngineConnection client = engine.connect();
    ASSERT_TRUE(client.ask("verdict", "A.NL.:25"));
    engine.send(reply(verdict("a.nl", Level::Dane)));
    EXPECT_TRUE(client.read_verdict(test_limit()));
}

TEST(EngineConnection, GivesUpOnAnEngineThatBreaksTheProtocol) {
    for (const std::string bytes :
         {"HTTP/1.1 400\r\n", "200000:", "2:OK;", "5:WHAT?,", "0:,", "8:OK {\"a\":,", "4:OK x,"}) {
        FakeEngine engine;
        EngineConnection client = engine.connect();
        ASSERT_TRUE(client.ask("verdict", "a.nl"));
        engine.send(bytes);
        EXPECT_EQ(client.read_verdict(test_limit()).error().kind, ErrorKind::Malformed) << bytes;
        EXPECT_FALSE(client.ask("verdict", "a.nl"));
    }
}

TEST(EngineConnection, IsTemporaryWhenTheEngineGoesAway) {
    FakeEngine engine;
    EngineConnection client = engine.connect();
    ASSERT_TRUE(client.ask("verdict", "a.nl"));
    engine.send("100:OK half of it");
    engine.close();
    const auto answer = client.read_answer(test_limit());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, ErrorKind::Temporary);
    EXPECT_EQ(answer.error().what, "smarttlsd closed the connection");
    EXPECT_EQ(client.ask("verdict", "b.nl").error().what, "smarttlsd closed the connection");
}

TEST(EngineConnection, ReadsTheAnswersThatCameBeforeTheEngineWentAway) {
    FakeEngine engine;
    EngineConnection client = engine.connect();
    ASSERT_TRUE(client.ask("pkix", "a.nl"));
    ASSERT_TRUE(client.ask("pkix", "b.nl"));
    engine.send("12:OK dane-only,");
    engine.close();
    EXPECT_EQ(client.read_answer(test_limit())->value_or(""), "dane-only");
    EXPECT_EQ(client.read_answer(test_limit()).error().kind, ErrorKind::Temporary);
}

TEST(EngineConnection, AsksAnEngineThatHasGoneWithoutASignal) {
    FakeEngine engine;
    EngineConnection client = engine.connect();
    engine.close();
    const auto asked = client.ask("verdict", "a.nl");
    ASSERT_FALSE(asked);
    EXPECT_EQ(asked.error().kind, ErrorKind::Temporary);
}

TEST(EngineConnection, SaysThatReadingWithoutAskingIsABug) {
    FakeEngine engine;
    EngineConnection client = engine.connect();
    EXPECT_EQ(client.read_answer(test_limit()).error().kind, ErrorKind::Bug);
    EXPECT_TRUE(client.ask("verdict", "a.nl"));
}

TEST(EngineConnection, RefusesAQuestionThatIsTooLong) {
    FakeEngine engine;
    EngineConnection client = engine.connect();
    EXPECT_EQ(client.ask("verdict", std::string(5000, 'a')).error().kind, ErrorKind::Permanent);
    EXPECT_EQ(client.unanswered(), 0U);
}

TEST(EngineConnection, NeverWaitsWhileAsking) {
    FakeEngine engine;  // reads nothing
    EngineConnection client = engine.connect();
    const std::string key = std::string(60, 'a') + ".nl";
    for (std::size_t i = 0; i < EngineConnection::kMostQuestions; ++i) {
        ASSERT_TRUE(client.ask("verdict", key));
    }
    EXPECT_EQ(client.unanswered(), EngineConnection::kMostQuestions);
}

TEST(EngineConnection, MovesWithItsState) {
    FakeEngine engine;
    EngineConnection first = engine.connect();
    ASSERT_TRUE(first.ask("pkix", "a.nl"));
    EngineConnection second = std::move(first);
    engine.send("12:OK dane-only,");
    EXPECT_EQ(second.read_answer(test_limit())->value_or(""), "dane-only");
}

}  // namespace
}  // namespace smarttls::engine
