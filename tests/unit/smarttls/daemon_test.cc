// SPDX-License-Identifier: Apache-2.0
//
// The daemon's life in this process; the program itself is driven by tests/integration.
#include "smarttls/daemon.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sysexits.h>

#include <fstream>

#include "tests/unit/smarttls/running_server.h"

namespace smarttls::engine {
namespace {

using policy::Level;
using policy::Reason;

policy::EngineSettings settings(const TemporaryDirectory& directory) {
    policy::EngineSettings result;
    result.socket = directory / "engine.sock";
    result.ca_file = "/etc/ssl/certs/ca-certificates.crt";
    result.profile = SMARTTLS_SOURCE_DIR "/conf/profiles/ncsc-nl-2025-05.conf";
    result.probe_deadline = std::chrono::seconds(1);
    result.failure_ttl = std::chrono::seconds(60);
    result.cache_entries = 10;
    return result;
}

TEST(Daemon, LogsOneLinePerProbe) {
    using std::chrono::milliseconds;
    const auto dane = verdict("example.nl", Level::Dane, {host("mx1.example.nl", Level::Dane)});
    EXPECT_EQ(probe_line(dane, milliseconds(48)),
              "example.nl: level=dane grade=none reasons= hosts=1 ms=48");
    const auto unknown =
        verdict("[mx.nl]:587", Level::Unknown, {}, {Reason::Timeout, Reason::Busy});
    EXPECT_EQ(probe_line(unknown, milliseconds(90000)),
              "[mx.nl]:587: level=unknown grade=none reasons=timeout,busy hosts=0 ms=90000");
}

TEST(Daemon, EndsWithStatus78WhenTheCaFileCannotBeRead) {
    const TemporaryDirectory directory;
    auto wrong = settings(directory);
    wrong.ca_file = directory / "none.pem";
    testing::internal::CaptureStderr();
    EXPECT_EQ(run_daemon(wrong), EX_CONFIG);
    EXPECT_NE(testing::internal::GetCapturedStderr().find("ca-file"), std::string::npos);
}

TEST(Daemon, EndsWithStatus78WhenThereIsNoSuchProfile) {
    const TemporaryDirectory directory;
    auto wrong = settings(directory);
    wrong.profile = "none";
    testing::internal::CaptureStderr();
    EXPECT_EQ(run_daemon(wrong), EX_CONFIG);
    EXPECT_NE(testing::internal::GetCapturedStderr().find("profile: there is no profile"),
              std::string::npos);
}

TEST(Daemon, EndsWithStatus69WhenTheSocketCannotBeOpened) {
    const TemporaryDirectory directory;
    auto wrong = settings(directory);
    wrong.socket = directory / "none/engine.sock";
    testing::internal::CaptureStderr();
    EXPECT_EQ(run_daemon(wrong), EX_UNAVAILABLE);
    EXPECT_NE(testing::internal::GetCapturedStderr().find("does not exist"), std::string::npos);
}

TEST(Daemon, ServesUntilSigtermAndRemovesItsSocket) {
    const TemporaryDirectory directory;
    const auto chosen = settings(directory);
    testing::internal::CaptureStderr();
    std::future<int> status = std::async(std::launch::async, [&] { return run_daemon(chosen); });
    const policy::Deadline limit = test_limit();
    auto client = EngineConnection::open(chosen.socket, limit);
    while (!client && !limit.passed(policy::Deadline::Clock::now())) {
        client = EngineConnection::open(chosen.socket, limit);
    }
    ASSERT_TRUE(client);
    ASSERT_TRUE(client->ask("pkix", ".nl"));  // it runs, so its signals are caught
    EXPECT_TRUE(client->read_answer(test_limit()));
    ASSERT_EQ(::kill(::getpid(), SIGTERM), 0);
    ASSERT_EQ(status.wait_for(std::chrono::seconds(10)), std::future_status::ready);
    EXPECT_EQ(status.get(), EX_OK);
    EXPECT_FALSE(std::filesystem::exists(chosen.socket));
    const std::string log = testing::internal::GetCapturedStderr();
    EXPECT_NE(log.find("ready on " + chosen.socket), std::string::npos);
    EXPECT_NE(log.find("stopped"), std::string::npos);
}

}  // namespace
}  // namespace smarttls::engine
