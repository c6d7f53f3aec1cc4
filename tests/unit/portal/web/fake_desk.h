// SPDX-License-Identifier: Apache-2.0
//
// FakeDesk: one message that waits for one recipient, in memory. The link is kToken; a code is "sent" by being kCode, and
// the access code is kAccessCode.
//
// Threads: internally locked.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "portal/web/pickup_desk.h"
#include "tests/unit/portal/mail/mail_sample.h"

namespace smarttls::portal {

inline constexpr std::string_view kToken = "hJ3kQ9wXv1ZpT7bN5cR2mA";
inline constexpr std::string_view kCode = "123456";
inline constexpr std::string_view kAccessCode = "BLAUWE-FIETS";
inline constexpr std::string_view kMessage = "00112233445566778899aabbccddeeff";

class FakeDesk : public PickupDesk {
  public:
    explicit FakeDesk(std::string mail = std::string(kNestedMail)) : mail_(std::move(mail)) {}

    policy::Result<std::optional<PickupView>> find(std::string_view token) override {
        const std::scoped_lock lock(mutex_);
        if (is_broken_) return policy::fail(policy::ErrorKind::Temporary, "the database is busy");
        if (token != kToken) return std::optional<PickupView>();
        return std::optional<PickupView>(view());
    }
    policy::Result<CodeRequest> request_code(std::string_view token, Factor, std::string_view client) override {
        const std::scoped_lock lock(mutex_);
        if (token != kToken) return CodeRequest::Unknown;
        sent_to_.emplace_back(client);
        return next_request_;
    }
    policy::Result<CodeVerdict> verify_code(std::string_view token, std::string_view code, std::string_view) override {
        const std::scoped_lock lock(mutex_);
        CodeVerdict verdict;
        if (token != kToken) return verdict;
        verdict.answer = ++tries_ > 5 ? CodeVerdict::Answer::TooMany : CodeVerdict::Answer::Wrong;
        if (tries_ > 5 || (code != kCode && code != kAccessCode)) return verdict;
        tries_ = 0;
        verdict.answer = CodeVerdict::Answer::Right;
        verdict.secret = "secret" + std::to_string(++sessions_made_);
        sessions_[verdict.secret] = true;
        return verdict;
    }
    policy::Result<std::optional<PickupSession>> session(std::string_view secret) override {
        const std::scoped_lock lock(mutex_);
        if (!sessions_.contains(std::string(secret))) return std::optional<PickupSession>();
        PickupSession session;
        session.pickup = view();
        session.recipient = "bob@home.example";
        session.size = mail_.size();
        return std::optional<PickupSession>(session);
    }
    policy::Result<Pieces> open(std::string_view) override { return pieces_from(mail_, 65'536); }
    policy::Result<bool> record(std::string_view, PickupEvent event) override {
        const std::scoped_lock lock(mutex_);
        events_.push_back(event);
        return true;
    }
    policy::Result<void> end_session(std::string_view secret) override {
        const std::scoped_lock lock(mutex_);
        sessions_.erase(std::string(secret));
        return policy::ok();
    }

    std::string mail_;
    bool is_broken_ = false;
    CodeRequest next_request_ = CodeRequest::Sent;
    std::vector<Factor> factors_{Factor::Sms, Factor::AccessCode};
    std::vector<std::string> sent_to_;
    std::vector<PickupEvent> events_;

  private:
    [[nodiscard]] PickupView view() const {
        PickupView view;
        view.message = kMessage;
        view.sender = "alice@org.example";
        view.organisation = "Gemeente Voorbeeld <&>";
        view.received = store::EvidenceTime(std::chrono::seconds(1795439100));
        view.expires = view.received + std::chrono::hours(14 * 24);
        view.factors = factors_;
        view.phone_hint = "42";
        return view;
    }

    std::mutex mutex_;
    std::map<std::string, bool> sessions_;
    int sessions_made_ = 0;
    int tries_ = 0;
};

}  // namespace smarttls::portal
