// SPDX-License-Identifier: Apache-2.0
//
// The maps `cache` and `flush` over a real socket.
#include "smarttls/cache_control.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/unit/smarttls/running_server.h"

namespace smarttls::engine {
namespace {

namespace json = boost::json;
using policy::Level;

std::optional<std::string> ask(EngineConnection& client, std::string_view map, std::string_view key) {
    EXPECT_TRUE(client.ask(map, key));
    auto answer = client.read_answer(test_limit());
    EXPECT_TRUE(answer) << answer.error().what;
    return answer ? *answer : std::nullopt;
}

TEST(CacheControl, ShowsWhatIsKeptAndForgetsIt) {
    RunningServer server;
    server.probe.release("a.nl", verdict("a.nl", Level::Dane));
    EngineConnection client = server.connect();
    EXPECT_FALSE(ask(client, "cache", "a.nl"));
    ASSERT_TRUE(ask(client, "verdict", "a.nl"));
    const json::value shown = json::parse(ask(client, "cache", "A.NL").value());
    EXPECT_EQ(shown.at("domain"), "a.nl");
    EXPECT_EQ(shown.at("level"), "dane");
    EXPECT_EQ(shown.at("in"), "memory");
    EXPECT_EQ(shown.at("verdict").at("domain"), "a.nl");
    const json::value all = json::parse(ask(client, "cache", "*").value());
    EXPECT_EQ(all.at("memory").at("entries"), 1);
    EXPECT_EQ(all.at("entries").at(0).at("domain"), "a.nl");
    EXPECT_EQ(ask(client, "flush", "a.nl"), "flushed");
    EXPECT_FALSE(ask(client, "cache", "a.nl"));
    EXPECT_EQ(ask(client, "flush", "*"), "flushed");
}

TEST(CacheControl, ListsNoMoreThanFitsIntoAReply) {
    RunningServer server;
    EngineConnection client = server.connect();
    for (int i = 0; i < 99; ++i) {
        const std::string name = std::to_string(i) + "." + std::string(60, 'a') + "." +
                                 std::string(60, 'b') + "." + std::string(60, 'c') + ".nl";
        server.probe.release(name, verdict(name, Level::Dane));
        ASSERT_TRUE(ask(client, "verdict", name));
    }
    const auto all = ask(client, "cache", "*");
    ASSERT_TRUE(all);
    EXPECT_EQ(json::parse(*all).at("entries").as_array().size(), 99U);
    EXPECT_LT(all->size() / 99 * kMostListed, kLongestReply);
}

TEST(CacheControl, RefusesKeysThatAreNoNextHop) {
    RunningServer server;
    EngineConnection client = server.connect();
    for (const std::string map : {"cache", "flush"}) {
        ASSERT_TRUE(client.ask(map, "a b"));
        EXPECT_EQ(client.read_answer(test_limit()).error().kind, policy::ErrorKind::Permanent);
    }
}

TEST(CacheControl, LetsRootAndTheEnginesOwnUserFlush) {
    EXPECT_TRUE(may_flush(0, 104));
    EXPECT_TRUE(may_flush(104, 104));
    EXPECT_FALSE(may_flush(105, 104));
    EXPECT_FALSE(may_flush(std::nullopt, 104));
}

}  // namespace
}  // namespace smarttls::engine
