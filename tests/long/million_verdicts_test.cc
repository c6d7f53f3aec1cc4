// SPDX-License-Identifier: Apache-2.0
//
// A cache with a million domains against one with a thousand: start, answers from the file, a commit,
// and answers from memory over a real socket. Prints its figures; takes minutes and gigabytes, so it
// runs only where SMARTTLS_LONG is set.
#include <gtest/gtest.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <random>

#include "tests/unit/smarttls/raw_client.h"
#include "tests/unit/smarttls/running_server.h"

namespace smarttls::engine {
namespace {

using policy::Level;
using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr int kFew = 1'000;
constexpr int kMany = 1'000'000;
constexpr int kBatch = 1'000;
constexpr int kQuestions = 2'000;
const policy::WallTime kNow = at("2026-11-23T08:00:00Z");

std::string domain(int number) {
    return "domain" + std::to_string(number) + ".example";
}

/// Two kilobytes of JSON, as a real domain with two MX hosts has.
policy::Verdict typical(const std::string& name) {
    policy::HostVerdict one = host("mx1." + name, Level::Pkix);
    one.tls = policy::TlsFacts{"TLSv1.3", "TLS_AES_256_GCM_SHA384", "x25519"};
    policy::CertificateFacts certificate{"CN=mx1." + name, "CN=An Authority, O=Somebody, C=NL", {"mx1." + name, "mx2." + name}, kNow, kNow, "ecdsa-256", "sha256", std::string(64, 'a')};
    one.certificate = certificate;
    one.chain = {certificate};
    policy::HostVerdict two = one;
    two.name = "mx2." + name;
    return verdict(name, Level::Pkix, {one, two});
}

Milliseconds since(Clock::time_point begin) {
    return Clock::now() - begin;
}

class MillionVerdicts : public testing::Test {
  protected:
    void SetUp() override {
        if (std::getenv("SMARTTLS_LONG") == nullptr) GTEST_SKIP() << "SMARTTLS_LONG is not set";
    }

    std::unique_ptr<VerdictArchive> open(const std::string& path) {
        const ArchiveLimits limits{std::uint64_t{1} << 40, std::chrono::hours(24), 1};
        return VerdictArchive::open(path, limits, io_.get_executor()).value();
    }

    void settle() {
        io_.restart();
        io_.run();
    }

    /// The longest commit of a batch.
    Milliseconds fill(const std::string& path, int count) {
        const auto archive = open(path);
        Milliseconds longest{0};
        for (int i = 0; i < count; ++i) {
            const std::string name = domain(i);
            archive->put(name, {std::make_shared<const KeptVerdict>(typical(name)), {}, kNow});
            if ((i + 1) % kBatch != 0) continue;
            const auto begin = Clock::now();
            archive->commit(kNow);
            settle();
            longest = std::max(longest, since(begin));
        }
        return longest;
    }

    /// One after the other, from the file.
    Milliseconds answer_time(VerdictArchive& archive, int count) {
        std::mt19937 random(1);
        int found = 0;
        const auto begin = Clock::now();
        for (int i = 0; i < kQuestions; ++i) {
            archive.find(domain(static_cast<int>(random() % static_cast<unsigned>(count))),
                         [&](const auto& row) { found += row && row->verdict ? 1 : 0; });
            settle();
        }
        EXPECT_EQ(found, kQuestions);
        return since(begin) / kQuestions;
    }

    TemporaryDirectory directory_;
    boost::asio::io_context io_;
};

TEST_F(MillionVerdicts, StartInNoTimeAndAnswerAsAThousandDo) {
    struct Figures {
        Milliseconds commit{}, start{}, answer{};
    };
    const auto measure = [this](const std::string& name, int count) {
        Figures figures;
        const std::string path = directory_ / name;
        figures.commit = fill(path, count);
        const auto begin = Clock::now();
        const auto archive = open(path);
        figures.start = since(begin);
        figures.answer = answer_time(*archive, count);
        std::cout << count << " verdicts: start " << figures.start.count() << " ms, answer "
                  << figures.answer.count() << " ms, longest commit of " << kBatch << " "
                  << figures.commit.count() << " ms\n";
        return figures;
    };
    const Figures few = measure("few.db", kFew);
    const Figures many = measure("many.db", kMany);
    EXPECT_LT(many.start.count(), 2000);
    EXPECT_LT(many.answer.count(), 10 * few.answer.count() + 5);
}

double cpu_seconds(clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// Of the other threads: the server's.
double server_seconds() {
    return cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
}

struct Rate {
    double by_clock;
    double by_cpu;  // of the server's thread: what a machine with nothing else to do would reach
};

/// `clients` connections with `depth` questions on their way each.
Rate answers_per_second(const std::string& socket, const std::string& question, int clients,
                          int depth, std::size_t reply_size) {
    std::vector<std::unique_ptr<RawClient>> all;
    for (int i = 0; i < clients; ++i) all.push_back(std::make_unique<RawClient>(socket));
    std::string batch;
    for (int i = 0; i < depth; ++i) batch += encode_netstring(question);
    constexpr int kRounds = 100;
    const auto begin = Clock::now();
    const double cpu = server_seconds();
    for (int round = 0; round < kRounds; ++round) {
        for (const auto& client : all) EXPECT_TRUE(client->send(batch));
        for (const auto& client : all) {
            const std::size_t size = static_cast<std::size_t>(depth) * reply_size;
            EXPECT_EQ(client->receive(size).size(), size);
        }
    }
    const double answers = kRounds * clients * depth;
    return {answers / (since(begin).count() / 1000), answers / (server_seconds() - cpu)};
}

TEST_F(MillionVerdicts, AnswersFromMemoryOverASocket) {
    RunningServer server;
    server.probe.release("a.example", typical("a.example"));
    for (const std::string map : {"verdict", "pkix"}) {
        EngineConnection client = server.connect();
        ASSERT_TRUE(client.ask(map, "a.example"));
        const auto answer = client.read_answer(test_limit());
        ASSERT_TRUE(answer && *answer);
        const std::size_t size = encode_netstring("OK " + **answer).size();
        for (const auto& [clients, depth] : {std::pair(1, 64), {64, 1}, {64, 16}}) {
            const Rate rate =
                answers_per_second(server.socket, map + " a.example", clients, depth, size);
            std::cout << map << " (" << size << " bytes), " << clients << " clients, " << depth
                      << " questions on their way each: " << rate.by_clock << " answers/s, "
                      << rate.by_cpu << " per second of the server's processor\n";
        }
    }
}

}  // namespace
}  // namespace smarttls::engine
