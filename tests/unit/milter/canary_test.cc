// SPDX-License-Identifier: Apache-2.0
//
// The canary against a server that stands for Postfix with this milter attached, and against the real
// postconf(1) on the shipped configuration.
#include "milter/canary.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>

#include "tests/unit/milter/fake_mta.h"
#include "tests/unit/milter/postfix_directory.h"

namespace smarttls::milter {
namespace {

using namespace std::chrono_literals;
using policy::ErrorKind;
using store::test::eventually;
using store::test::soon;
using test::FakeMta;

class CanaryTest : public ::testing::Test {
  protected:
    ~CanaryTest() override { canary_.reset(); }  // before the server, which calls it

    void SetUp() override {
        ASSERT_TRUE(std::filesystem::exists("/usr/sbin/postconf")) << "the package postfix is needed";
    }

    /// The transport that Postfix chooses for a sender; nothing: it does not ask the milter.
    using Routing = std::function<std::optional<std::string>(const std::string& sender)>;

    static std::optional<std::string> right(const std::string& sender) {
        const std::size_t plus = sender.find('+');
        return sender.substr(plus + 1, sender.find('@') - plus - 1);
    }

    void start_mta(Routing routing, FakeMta::Reply reply = FakeMta::usual) {
        mta_.emplace([this, routing, reply, sender = std::string()](const std::string& command) mutable {
            if (command.starts_with("MAIL FROM:<")) sender = command.substr(11, command.size() - 12);
            if (command.starts_with("RCPT")) report(sender, routing);
            return reply(command);
        });
        settings_.canary = mta_->endpoint();
    }

    /// As a session of the milter does it.
    void report(const std::string& sender, const Routing& routing) {
        std::unique_lock lock(mutex_);
        built_.wait(lock, [&] { return asker_ != nullptr; });
        if (!asker_->is_sender(sender)) return;
        if (const auto transport = routing(sender)) asker_->saw(sender, *transport);
    }

    Canary& start_canary() {
        settings_.postfix_config = postfix_.path();
        settings_.control_header = "X-SmartTLS-Class";
        const std::lock_guard lock(mutex_);
        canary_.emplace(settings_);
        asker_ = &*canary_;
        built_.notify_all();
        return *canary_;
    }

    static policy::MilterSettings defaults() {
        policy::MilterSettings settings;
        settings.canary_recipient = "probe@example.invalid";
        settings.canary_interval = 3600s;
        return settings;
    }

    test::PostfixDirectory postfix_;
    policy::MilterSettings settings_ = defaults();
    std::optional<FakeMta> mta_;
    std::mutex mutex_;
    std::condition_variable built_;
    Canary* asker_ = nullptr;  // stays while the canary is being destroyed
    std::optional<Canary> canary_;
};

TEST_F(CanaryTest, ProvesTheRoutesOfAllFloors) {
    start_mta(right);
    const auto proof = start_canary().prove(soon());
    EXPECT_TRUE(proof) << proof.error().what;
    std::vector<std::string> tags;
    for (const std::string& command : mta_->commands()) {
        EXPECT_FALSE(command.starts_with("DATA")) << "no message is ever begun";
        if (command.starts_with("MAIL")) tags.push_back(command.substr(command.find('+')));
    }
    EXPECT_EQ(tags, (std::vector<std::string>{"+smarttls-encrypted@gw.example>", "+smarttls-pkix@gw.example>",
                                              "+smarttls-mta-sts@gw.example>", "+smarttls-dane@gw.example>"}));
}

TEST_F(CanaryTest, ProvesNothingWhenOneFloorLeavesByAnotherTransport) {
    for (const std::string floor : {"encrypted", "pkix", "mta-sts", "dane"}) {
        for (const std::string wrong : {"smtp", "smarttls-", ""}) {
            canary_.reset();
            asker_ = nullptr;
            start_mta([=](const std::string& sender) -> std::optional<std::string> {
                return sender.find("+smarttls-" + floor + "@") == std::string::npos ? right(sender) : wrong;
            });
            const auto proof = start_canary().prove(soon());
            ASSERT_FALSE(proof) << floor;
            EXPECT_EQ(proof.error().kind, ErrorKind::Misconfigured);
            EXPECT_EQ(proof.error().what, "mail with floor " + floor + " would leave by transport \"" + wrong +
                                              "\", not by smarttls-" + floor +
                                              " (sender_dependent_default_transport_maps)");
        }
    }
}

TEST_F(CanaryTest, ProvesNothingWhenTheMtaDoesNotAskTheMilterForOneFloor) {
    start_mta([](const std::string& sender) -> std::optional<std::string> {
        if (sender.find("dane") != std::string::npos) return std::nullopt;
        return right(sender);
    });
    const auto proof = start_canary().prove(soon());
    ASSERT_FALSE(proof);
    EXPECT_EQ(proof.error().kind, ErrorKind::Misconfigured);
    EXPECT_EQ(proof.error().what, "the MTA at " + settings_.canary.str() +
                                      " does not ask this milter (smtpd_milters in main.cf)");
}

TEST_F(CanaryTest, ForgetsWhatItSawInAnEarlierRound) {
    auto asked = std::make_shared<std::atomic<bool>>(true);
    start_mta([asked](const std::string& sender) { return *asked ? right(sender) : std::nullopt; });
    settings_.canary_interval = 0s;  // no proof is young enough
    Canary& canary = start_canary();
    ASSERT_TRUE(canary.prove(soon()));
    *asked = false;
    EXPECT_TRUE(eventually([&] { return !canary.prove(soon()); }));
}

TEST_F(CanaryTest, ProvesNothingWhenTheRecipientIsRefused) {
    start_mta(right, [](const std::string& command) {
        return command.starts_with("RCPT") ? "550 5.1.1 unknown\r\n" : FakeMta::usual(command);
    });
    const auto proof = start_canary().prove(soon());
    ASSERT_FALSE(proof);
    EXPECT_EQ(proof.error().kind, ErrorKind::Misconfigured);
    EXPECT_EQ(proof.error().what, "the canary at " + settings_.canary.str() +
                                      ": RCPT TO:<probe@example.invalid> (canary-recipient): was answered "
                                      "with \"550 5.1.1 unknown\"");
}

TEST_F(CanaryTest, ProvesNothingWhenTheMtaIsBusy) {
    start_mta(right, [](const std::string& command) {
        return command.starts_with("RCPT") ? "451 4.3.0 later\r\n" : FakeMta::usual(command);
    });
    const auto proof = start_canary().prove(soon());
    ASSERT_FALSE(proof);
    EXPECT_EQ(proof.error().kind, ErrorKind::Temporary);
}

TEST_F(CanaryTest, ProvesNothingWhenNobodyListens) {
    start_mta(right);
    mta_.reset();
    const auto proof = start_canary().prove(soon());
    ASSERT_FALSE(proof);
    EXPECT_EQ(proof.error().kind, ErrorKind::Temporary);
    EXPECT_EQ(proof.error().what, "the canary at " + settings_.canary.str() + ": Connection refused");
}

TEST_F(CanaryTest, ProvesNothingWhenATransportHasLostALine) {
    postfix_.replace("master.cf", "    -o smtp_tls_security_level=dane-only\n", "");
    start_mta(right);
    const auto proof = start_canary().prove(soon());
    ASSERT_FALSE(proof);
    EXPECT_EQ(proof.error().what,
              "transport smarttls-dane in master.cf lacks -o smtp_tls_security_level=dane-only");
    EXPECT_EQ(mta_->connections(), 0) << "it need not ask any more";
}

TEST_F(CanaryTest, AnswersAFreshProofWithoutAskingAgain) {
    start_mta(right);
    Canary& canary = start_canary();
    ASSERT_TRUE(canary.prove(soon()));
    const int before = mta_->connections();
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(canary.prove(policy::Deadline(policy::Deadline::Clock::time_point{})));
    EXPECT_EQ(mta_->connections(), before);
}

TEST_F(CanaryTest, TakesAProofFromBeforeAChangeOfPostfixForNone) {
    start_mta(right);
    Canary& canary = start_canary();
    ASSERT_TRUE(canary.prove(soon()));
    postfix_.replace("master.cf", "    -o smtp_tls_security_level=encrypt\n", "");
    const auto broken = canary.prove(soon());
    ASSERT_FALSE(broken);
    EXPECT_NE(broken.error().what.find("smarttls-encrypted"), std::string::npos);
    postfix_.write("master.cf", test::PostfixDirectory::shipped("master.cf"));
    EXPECT_TRUE(canary.prove(soon())) << "and a repair is seen at once";
}

TEST_F(CanaryTest, AsksOnceForManyWhoWait) {
    constexpr int kWaiters = 20;
    start_mta(right);
    std::atomic<int> proven = 0;
    std::vector<std::thread> waiters;
    Canary* canary = nullptr;
    {
        // Nothing is reported, and so no round can end, before all of them are on their way.
        std::unique_lock lock(mutex_);
        settings_.postfix_config = postfix_.path();
        settings_.control_header = "X-SmartTLS-Class";
        canary_.emplace(settings_);
        canary = &*canary_;
        std::atomic<int> started = 0;
        for (int i = 0; i < kWaiters; ++i) {
            waiters.emplace_back([&, canary] {
                ++started;
                if (canary->prove(soon())) ++proven;
            });
        }
        ASSERT_TRUE(eventually([&] { return started == kWaiters; }));
        asker_ = canary;
    }
    built_.notify_all();
    for (std::thread& waiter : waiters) waiter.join();
    EXPECT_EQ(proven, kWaiters);
    EXPECT_LE(mta_->connections(), 2) << "the round that ran, and the one that they wanted";
}

TEST_F(CanaryTest, WaitersGiveUpAtTheirDeadline) {
    start_mta(right, [](const std::string&) { return std::string(FakeMta::kSilence); });
    const auto proof = start_canary().prove(soon(50ms));
    ASSERT_FALSE(proof);
    EXPECT_EQ(proof.error().kind, ErrorKind::Temporary);
    EXPECT_EQ(proof.error().what, "the canary's proof took too long");
}

TEST_F(CanaryTest, KnowsItsOwnSenderAndNoOther) {
    start_mta(right);
    Canary& canary = start_canary();
    ASSERT_TRUE(canary.prove(soon()));
    std::string sender;
    for (const std::string& command : mta_->commands()) {
        if (command.starts_with("MAIL FROM:<")) sender = command.substr(11, command.size() - 12);
    }
    EXPECT_TRUE(canary.is_sender(sender));
    EXPECT_FALSE(canary.is_sender("smarttls-canary-" + std::string(24, '0') + "+smarttls-dane@gw.example"));
    EXPECT_FALSE(canary.is_sender(sender.substr(0, sender.find('+'))));
    EXPECT_FALSE(canary.is_sender(""));
    const Canary other(settings_);
    EXPECT_FALSE(other.is_sender(sender)) << "each process has a secret of its own";
}

TEST_F(CanaryTest, EndsAtOnceWhileItIsIdle) {
    start_mta(right);
    ASSERT_TRUE(start_canary().prove(soon()));
    const auto begin = std::chrono::steady_clock::now();
    canary_.reset();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

TEST_F(CanaryTest, EndsSoonAlsoWhileTheMtaIsSilent) {
    start_mta(right, [](const std::string&) { return std::string(FakeMta::kSilence); });
    start_canary();
    ASSERT_TRUE(eventually([&] { return mta_->connections() == 1; }));
    const auto begin = std::chrono::steady_clock::now();
    canary_.reset();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 20s) << "the limit of its dialog is 10 s";
}

}  // namespace
}  // namespace smarttls::milter
