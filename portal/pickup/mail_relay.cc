// SPDX-License-Identifier: Apache-2.0
#include "portal/pickup/mail_relay.h"

#include "policy/log_line.h"
#include "portal/pickup/events.h"
#include "smarttls/log.h"
#include "smarttls/mta/submission.h"

namespace smarttls::portal {
namespace {

using policy::ok;
using policy::Result;
using store::EvidenceTime;
using store::OutboxAttempt;
using store::OutboxState;
using store::PickupRow;
using store::PortalMail;
using store::PortalTables;
using std::chrono_literals::operator""s;

constexpr std::size_t kAtOnce = 50;
constexpr auto kDialogLimit = 60s;

bool is_notice(std::string_view kind) {
    return kind == to_string(NoticeKind::Notice) || kind == to_string(NoticeKind::Reminder);
}

void log_attempt(const PortalMail& mail, const OutboxAttempt& attempt, const std::string& queue_id) {
    const bool sent = attempt.state == OutboxState::Sent;
    engine::log(sent ? engine::Severity::Info : engine::Severity::Error,
                policy::LogLine(queue_id.empty() ? "NOQUEUE" : queue_id)
                    .add("mail", std::to_string(mail.id))
                    .add("kind", mail.kind)
                    .add("status", store::to_string(attempt.state))
                    .add("reason", attempt.reply)
                    .str());
}

}  // namespace

Result<int> MailRelay::round(EvidenceTime now) {
    const auto due = store_.change([&](PortalTables& tables) { return tables.mails.due(now, kAtOnce); });
    if (!due) return tl::unexpected(due.error());
    int sent = 0;
    for (const PortalMail& mail : *due) {
        const auto deadline = policy::Deadline::after(policy::Deadline::Clock::now(), kDialogLimit);
        const mta::Envelope envelope{mail.text.sender, mail.text.recipient};
        const auto reply = mta::submit(config_.portal.relay, envelope, mail.text.content, deadline);
        const OutboxAttempt attempt = attempt_of(mail.item, reply, now);
        // What cannot be written down would be sent again at once: better wait.
        if (auto settled = settle(mail, attempt, now); !settled) return tl::unexpected(settled.error());
        if (attempt.state == OutboxState::Sent) ++sent;
    }
    return sent;
}

Result<void> MailRelay::settle(const PortalMail& mail, const OutboxAttempt& attempt, EvidenceTime now) {
    std::string queue_id;
    auto done = store_.change([&](PortalTables& tables) -> Result<void> {
        auto settled = tables.mails.settle(attempt);
        const auto pickup = settled ? tables.pickups.find(mail.pickup) : tl::unexpected(settled.error());
        if (!pickup) return tl::unexpected(pickup.error());
        if (!*pickup) return ok();
        queue_id = (*pickup)->queue_id;
        if (!is_notice(mail.kind) || (*pickup)->state != "open") return ok();
        const Happening what{"notified", "The recipient's notice was handed to the mail system: " + attempt.reply};
        if (attempt.state == OutboxState::Sent) return tables.events.add(pickup_event(kConsignmentNotification, **pickup, what, now));
        return attempt.state == OutboxState::Dead ? failed(tables, **pickup, attempt.reply, now) : ok();
    });
    if (done) log_attempt(mail, attempt, queue_id);
    return done;
}

Result<void> MailRelay::failed(PortalTables& tables, const PickupRow& pickup, const std::string& words, EvidenceTime now) const {
    const Happening what{"unreachable", "The recipient could not be told: " + words};
    auto done = tables.events.add(pickup_event(kConsignmentNotificationFailure, pickup, what, now));
    const policy::MailClass* mail_class = config_.find_class(pickup.class_name);
    const bool is_told = mail_class != nullptr && mail_class->pickup.tell_sender.bounced;
    if (done && is_told) done = notices_.put(tables, pickup, {NoticeKind::Bounced}, now);
    return done;
}

Result<bool> MailRelay::bounced(std::string_view address, const std::string& words, EvidenceTime now) {
    const auto id = notices_.mail_of(address);
    if (!id) return false;
    return store_.change([&](PortalTables& tables) -> Result<bool> {
        const auto mail = tables.mails.find(*id);
        if (!mail) return tl::unexpected(mail.error());
        if (!*mail || !is_notice((*mail)->kind)) return false;
        const auto pickup = tables.pickups.find((*mail)->pickup);
        if (!pickup) return tl::unexpected(pickup.error());
        if (!*pickup || (*pickup)->state != "open") return false;
        auto done = failed(tables, **pickup, words, now);
        if (!done) return tl::unexpected(done.error());
        return true;
    });
}

}  // namespace smarttls::portal
