// SPDX-License-Identifier: Apache-2.0
#include "milter/verdict_request.h"

#include <gtest/gtest.h>

#include "tests/unit/milter/fake_engine.h"
#include "tests/unit/store/scratch.h"

namespace smarttls::milter {
namespace {

using policy::DomainName;
using policy::ErrorKind;
using policy::Level;
using store::test::eventually;
using store::test::soon;
using test::FakeEngine;

class VerdictRequestTest : public ::testing::Test {
  protected:
    static std::set<DomainName> domains(int count) {
        std::set<DomainName> all;
        for (int i = 0; i < count; ++i) {
            all.insert(DomainName::parse("d" + std::to_string(i) + ".example").value());
        }
        return all;
    }
    static std::optional<std::string> dane(const std::string& question) {
        return test::verdicts({{question.substr(question.find(' ') + 1), Level::Dane}})(question);
    }
    store::test::ScratchDirectory directory_;
    std::string socket_ = directory_.file("engine.sock");
};

TEST_F(VerdictRequestTest, GivesOneVerdictPerDomainHoweverManyThereAre) {
    FakeEngine engine(socket_, dane);
    VerdictRequest request(socket_);
    const auto asked = domains(3 * VerdictRequest::kWindow + 7);
    request.start(asked, soon());
    const auto verdicts = request.collect(soon());
    ASSERT_TRUE(verdicts) << verdicts.error().what;
    ASSERT_EQ(verdicts->size(), asked.size());
    for (const auto& [domain, verdict] : *verdicts) EXPECT_EQ(verdict.domain, domain.str());
    EXPECT_EQ(engine.questions().size(), asked.size()) << "each is asked once";
    EXPECT_EQ(engine.connections(), 1);
}

TEST_F(VerdictRequestTest, AsksAWindowAtOnceAndNoMore) {
    std::optional<FakeEngine> engine(std::in_place, socket_, [](const std::string&) {
        return std::string(FakeEngine::kSilence);
    });
    VerdictRequest request(socket_);
    request.start(domains(2 * VerdictRequest::kWindow), soon());
    // What the socket does not take at once is sent while answers are awaited.
    std::thread collector([&] { EXPECT_FALSE(request.collect(soon())); });
    const auto window = static_cast<std::size_t>(VerdictRequest::kWindow);
    EXPECT_TRUE(eventually([&] { return engine->questions().size() >= window; }));
    EXPECT_EQ(engine->questions().size(), window);
    engine.reset();
    collector.join();
}

TEST_F(VerdictRequestTest, WithoutDomainsAsksNobody) {
    VerdictRequest request("/does/not/exist");
    request.start({}, soon());
    const auto verdicts = request.collect(soon());
    ASSERT_TRUE(verdicts) << verdicts.error().what;
    EXPECT_TRUE(verdicts->empty());
}

TEST_F(VerdictRequestTest, ThatWasNeverStartedHasNoVerdicts) {
    VerdictRequest request(socket_);
    const auto verdicts = request.collect(soon());
    ASSERT_TRUE(verdicts);
    EXPECT_TRUE(verdicts->empty());
}

TEST_F(VerdictRequestTest, OfAnAbsentEngineIsATemporaryError) {
    VerdictRequest request(socket_);
    request.start(domains(1), soon());
    const auto verdicts = request.collect(soon());
    ASSERT_FALSE(verdicts);
    EXPECT_EQ(verdicts.error().kind, ErrorKind::Temporary);
    EXPECT_TRUE(verdicts.error().what.starts_with("while connecting to the engine: ")) << verdicts.error().what;
}

TEST_F(VerdictRequestTest, OfASilentEngineEndsAtTheDeadline) {
    FakeEngine engine(socket_, [](const std::string&) { return std::string(FakeEngine::kSilence); });
    VerdictRequest request(socket_);
    request.start(domains(1), soon());
    const auto verdicts = request.collect(soon(std::chrono::milliseconds(50)));
    ASSERT_FALSE(verdicts);
    EXPECT_EQ(verdicts.error().kind, ErrorKind::Temporary);
    EXPECT_TRUE(verdicts.error().what.starts_with("while waiting for the verdict on d0.example: "))
        << verdicts.error().what;
    EXPECT_EQ(engine.connections(), 1) << "what is too late is not asked again";
}

TEST_F(VerdictRequestTest, AsksEverythingOnceMoreWhenTheConnectionBreaks) {
    int questions = 0;  // of the engine's thread
    FakeEngine engine(socket_, [&](const std::string& question) -> std::optional<std::string> {
        return ++questions == 3 ? std::nullopt : dane(question);
    });
    VerdictRequest request(socket_);
    request.start(domains(5), soon());
    const auto verdicts = request.collect(soon());
    ASSERT_TRUE(verdicts) << verdicts.error().what;
    EXPECT_EQ(verdicts->size(), 5U);
    EXPECT_EQ(engine.connections(), 2);
}

TEST_F(VerdictRequestTest, GivesUpWhenTheConnectionBreaksTwice) {
    FakeEngine engine(socket_, [](const std::string&) { return std::nullopt; });
    VerdictRequest request(socket_);
    request.start(domains(1), soon());
    ASSERT_TRUE(eventually([&] { return engine.questions().size() == 1; }));
    const auto verdicts = request.collect(soon());
    ASSERT_FALSE(verdicts);
    EXPECT_EQ(verdicts.error().kind, ErrorKind::Temporary);
    EXPECT_EQ(engine.connections(), 2);
}

TEST_F(VerdictRequestTest, TakesNoVerdictAboutAnotherDomain) {
    FakeEngine engine(socket_, [](const std::string&) { return dane("verdict evil.example"); });
    VerdictRequest request(socket_);
    request.start(domains(1), soon());
    const auto verdicts = request.collect(soon());
    ASSERT_FALSE(verdicts);
    EXPECT_EQ(verdicts.error().kind, ErrorKind::Malformed) << verdicts.error().what;
}

}  // namespace
}  // namespace smarttls::milter
