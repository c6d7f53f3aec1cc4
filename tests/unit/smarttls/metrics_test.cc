// SPDX-License-Identifier: Apache-2.0
#include "smarttls/metrics.h"

#include <gtest/gtest.h>

#include "tests/unit/smarttls/exposition_grammar.h"
#include "tests/unit/smarttls/running_server.h"

namespace smarttls::engine {
namespace {

using policy::Level;
using policy::Reason;

std::string shown(const Metrics& metrics) {
    Exposition text;
    metrics.show(text);
    EXPECT_EQ(grammar_mistake(text.str()), "");
    return text.str();
}

testing::AssertionResult has(const std::string& text, const std::string& line) {
    if (("\n" + text).find("\n" + line + "\n") != std::string::npos) {
        return testing::AssertionSuccess();
    }
    return testing::AssertionFailure() << line << " is not in\n" << text;
}

TEST(Metrics, ShowsZeroesBeforeAnythingHasHappened) {
    const std::string text = shown(Metrics());
    EXPECT_TRUE(has(text, "smarttls_engine_probes_total{level=\"mta-sts\"} 0"));
    EXPECT_TRUE(has(text, "smarttls_engine_probes_in_flight 0"));
    EXPECT_TRUE(has(text, "smarttls_engine_probe_duration_seconds_count 0"));
    EXPECT_TRUE(
        has(text, "smarttls_engine_cache_requests_total{cache=\"verdicts\",result=\"stale\"} 0"));
}

TEST(Metrics, CountsProbesByLevelAndReason) {
    Metrics metrics;
    policy::Verdict unknown = verdict("a.nl", Level::Unknown);
    unknown.reasons = {Reason::Busy, Reason::Timeout};
    {
        const ProbeInFlight one(metrics);
        const ProbeInFlight two(metrics);
        EXPECT_TRUE(has(shown(metrics), "smarttls_engine_probes_in_flight 2"));
        metrics.probe_ended(unknown, std::chrono::milliseconds(40));
    }
    const std::string text = shown(metrics);
    EXPECT_TRUE(has(text, "smarttls_engine_probes_in_flight 0"));
    EXPECT_TRUE(has(text, "smarttls_engine_probes_total{level=\"unknown\"} 1"));
    EXPECT_TRUE(has(text, "smarttls_engine_probe_reasons_total{reason=\"busy\"} 1"));
    EXPECT_TRUE(has(text, "smarttls_engine_probe_reasons_total{reason=\"timeout\"} 1"));
    EXPECT_TRUE(has(text, "smarttls_engine_probe_duration_seconds_bucket{le=\"0.025\"} 0"));
    EXPECT_TRUE(has(text, "smarttls_engine_probe_duration_seconds_bucket{le=\"0.05\"} 1"));
}

TEST(Metrics, TellsHitStaleAndMissApart) {
    Metrics metrics;
    policy::Verdict old = verdict("a.nl", Level::Dane);
    metrics.cache_asked(Cache::Probed, std::make_shared<const KeptVerdict>(old));
    old.stale = true;
    metrics.cache_asked(Cache::Probed, std::make_shared<const KeptVerdict>(old));
    metrics.cache_asked(Cache::Published, nullptr);
    const std::string text = shown(metrics);
    const std::string family = "smarttls_engine_cache_requests_total";
    EXPECT_TRUE(has(text, family + "{cache=\"verdicts\",result=\"hit\"} 1"));
    EXPECT_TRUE(has(text, family + "{cache=\"verdicts\",result=\"stale\"} 1"));
    EXPECT_TRUE(has(text, family + "{cache=\"verdicts\",result=\"miss\"} 0"));
    EXPECT_TRUE(has(text, family + "{cache=\"published\",result=\"miss\"} 1"));
}

TEST(Metrics, CountWhatTheServerDoes) {
    RunningServer server;
    server.probe.release("a.nl", verdict("a.nl", Level::Dane));
    EngineConnection client = server.connect();
    for (const auto& [map, key] : {std::pair("verdict", "a.nl"),
                                   {"pkix", "a.nl"},
                                   {"pkix", "[192.0.2.1]"},
                                   {"mta-sts", ".nl"},
                                   {"may", "a.nl"}}) {
        ASSERT_TRUE(client.ask(map, key));
        static_cast<void>(client.read_answer(test_limit()));
    }
    const std::string text = server.metrics_text();
    const std::string family = "smarttls_engine_answers_total";
    EXPECT_TRUE(has(text, family + "{map=\"verdict\",status=\"ok\"} 1"));
    EXPECT_TRUE(has(text, family + "{map=\"pkix\",status=\"ok\"} 1"));
    EXPECT_TRUE(has(text, family + "{map=\"pkix\",status=\"perm\"} 1"));
    EXPECT_TRUE(has(text, family + "{map=\"mta-sts\",status=\"notfound\"} 1"));
    EXPECT_TRUE(has(text, family + "{map=\"none\",status=\"perm\"} 1"));
    EXPECT_TRUE(has(text, "smarttls_engine_clients 1"));
    EXPECT_TRUE(has(text, "smarttls_engine_clients_total 1"));
    EXPECT_TRUE(
        has(text, "smarttls_engine_cache_requests_total{cache=\"verdicts\",result=\"miss\"} 1"));
    EXPECT_TRUE(
        has(text, "smarttls_engine_cache_requests_total{cache=\"verdicts\",result=\"hit\"} 1"));
}

}  // namespace
}  // namespace smarttls::engine
