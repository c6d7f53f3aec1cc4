// SPDX-License-Identifier: Apache-2.0
#include "smarttls/smtp/dialog.h"

#include <gtest/gtest.h>

#include <deque>

#include "tests/unit/smarttls/mail/run.h"

namespace smarttls::engine {
namespace {

namespace asio = boost::asio;
using policy::Reason;

/// Each read gives the next piece; then `end`.
class ScriptedTransport final : public Transport {
  public:
    ScriptedTransport(std::deque<std::string> pieces, IoStatus end)
        : pieces_(std::move(pieces)), end_(end) {}

    asio::awaitable<IoStatus> read(std::string& received, policy::Deadline) override {
        if (pieces_.empty()) co_return end_;
        received += pieces_.front();
        pieces_.pop_front();
        co_return IoStatus::Ok;
    }

    asio::awaitable<IoStatus> write(std::string bytes, policy::Deadline) override {
        sent += bytes;
        co_return IoStatus::Ok;
    }

    std::string sent;

  private:
    std::deque<std::string> pieces_;
    IoStatus end_;
};

asio::awaitable<Step> up_to_starttls(Transport& transport) {
    Dialog dialog(transport, SmtpLimits{});
    Step ended = co_await dialog.banner(soon());
    if (!ended) ended = co_await dialog.hello("probe.example", soon());
    if (!ended) ended = co_await dialog.starttls(soon());
    co_return ended;
}

struct Case {
    const char* about;
    std::deque<std::string> pieces;
    std::optional<Setback> wanted;
    IoStatus end = IoStatus::Closed;
};

const std::string kBanner = "220 mx ESMTP\r\n";
const std::string kEhlo = "250-mx greets you\r\n250-SIZE\r\n250 STARTTLS\r\n";
const std::string kGo = "220 go\r\n";

std::string lines(const std::string& line, int count) {
    std::string all;
    for (int i = 0; i < count; ++i) all += line;
    return all;
}

std::vector<Case> cases() {
    const auto unknown = unknown_because;
    const auto no_tls = no_tls_because;
    return {
        {"good", {kBanner, kEhlo, kGo}, {}},
        {"byte by byte banner", {"2", "20", " mx\r", "\n", kEhlo, kGo}, {}},
        {"lower case keyword", {kBanner, "250-mx\r\n250 starttls\r\n", kGo}, {}},
        {"4xx banner", {"450 later\r\n"}, unknown(Reason::Busy)},
        {"421 banner", {"421 later\r\n"}, unknown(Reason::Busy)},
        {"554 banner", {"554 no\r\n"}, unknown(Reason::Refused)},
        {"554 for the load", {"554 Too many connections\r\n"}, unknown(Reason::Busy)},
        {"binary banner",
         {std::string("\x16\x03\x01\0\xc8\r\n", 7)},
         unknown(Reason::ProtocolError)},
        {"NUL in a banner", {std::string("220 a\0b\r\n", 9)}, unknown(Reason::ProtocolError)},
        {"banner without end", {std::string(4000, '2')}, unknown(Reason::ProtocolError)},
        {"3xx banner", {"354 what\r\n"}, unknown(Reason::ProtocolError)},
        {"garbage banner", {"SSH-2.0-x\r\n"}, unknown(Reason::ProtocolError)},
        {"nothing", {}, unknown(Reason::ProtocolError)},
        {"silence", {}, unknown(Reason::Timeout), IoStatus::TimedOut},
        {"half a banner", {"220-mx\r\n"}, unknown(Reason::Timeout), IoStatus::TimedOut},
        {"reply before its command", {kBanner + kEhlo, kGo}, unknown(Reason::ProtocolError)},
        {"220 said in advance", {kBanner, kEhlo + kGo}, unknown(Reason::ProtocolError)},
        {"EHLO unknown", {kBanner, "500 what\r\n"}, no_tls(Reason::StarttlsNotSupported)},
        {"EHLO not implemented", {kBanner, "502 no\r\n"}, no_tls(Reason::StarttlsNotSupported)},
        {"EHLO name disliked", {kBanner, "550 who\r\n"}, unknown(Reason::Refused)},
        {"EHLO 451", {kBanner, "451 later\r\n"}, unknown(Reason::Busy)},
        {"EHLO 421", {kBanner, "421 bye\r\n"}, unknown(Reason::Busy)},
        {"EHLO for the load", {kBanner, "550 too many sessions\r\n"}, unknown(Reason::Busy)},
        {"EHLO of 10000 lines",
         {kBanner, lines("250-X\r\n", 10'000)},
         unknown(Reason::ProtocolError)},
        {"EHLO of 100 long lines",
         {kBanner, lines("250-" + std::string(1000, 'X') + "\r\n", 100)},
         unknown(Reason::ProtocolError)},
        {"EHLO hang-up", {kBanner}, unknown(Reason::ProtocolError)},
        {"EHLO silence", {kBanner}, unknown(Reason::Timeout), IoStatus::TimedOut},
        {"EHLO reset midway", {kBanner, "250-mx\r\n250-ST"}, unknown(Reason::ProtocolError)},
        {"no STARTTLS", {kBanner, "250-mx\r\n250 SIZE\r\n"}, no_tls(Reason::StarttlsNotSupported)},
        {"only a greeting called STARTTLS",
         {kBanner, "250 STARTTLS\r\n"},
         no_tls(Reason::StarttlsNotSupported)},
        {"a keyword that begins alike",
         {kBanner, "250-mx\r\n250 STARTTLSX\r\n"},
         no_tls(Reason::StarttlsNotSupported)},
        {"STARTTLS 454", {kBanner, kEhlo, "454 later\r\n"}, unknown(Reason::StarttlsRefused)},
        {"STARTTLS 421", {kBanner, kEhlo, "421 bye\r\n"}, unknown(Reason::Busy)},
        {"STARTTLS 502", {kBanner, kEhlo, "502 no\r\n"}, no_tls(Reason::StarttlsRefused)},
        {"STARTTLS 250", {kBanner, kEhlo, "250 hm\r\n"}, unknown(Reason::ProtocolError)},
        {"STARTTLS hang-up", {kBanner, kEhlo}, unknown(Reason::ProtocolError)},
        {"STARTTLS silence", {kBanner, kEhlo}, unknown(Reason::Timeout), IoStatus::TimedOut},
        {"CVE-2011-0411",
         {kBanner, kEhlo, kGo + "250 evil\r\n"},
         no_tls(Reason::StarttlsInjection)},
        {"one byte behind", {kBanner, kEhlo, kGo + "\n"}, no_tls(Reason::StarttlsInjection)},
    };
}

TEST(Dialog, TellsFindingsFromWhatCouldNotBeFoundOut) {
    for (const Case& one : cases()) {
        ScriptedTransport transport(one.pieces, one.end);
        const Step ended = run(up_to_starttls(transport));
        ASSERT_EQ(ended.has_value(), one.wanted.has_value()) << one.about;
        if (!ended) continue;
        EXPECT_EQ(ended->outcome, one.wanted->outcome) << one.about;
        EXPECT_EQ(ended->reason, one.wanted->reason) << one.about;
    }
}

TEST(Dialog, SpeaksInLockStepAndNeverSendsMail) {
    ScriptedTransport transport({kBanner, kEhlo, kGo}, IoStatus::Closed);
    run(up_to_starttls(transport));
    EXPECT_EQ(transport.sent, "EHLO probe.example\r\nSTARTTLS\r\n");
}

TEST(Dialog, DoesNotSendStarttlsThatWasNotOffered) {
    ScriptedTransport transport({kBanner, "250 mx\r\n"}, IoStatus::Closed);
    run(up_to_starttls(transport));
    EXPECT_EQ(transport.sent, "EHLO probe.example\r\n");
}

}  // namespace
}  // namespace smarttls::engine
