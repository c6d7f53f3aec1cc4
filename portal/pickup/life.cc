// SPDX-License-Identifier: Apache-2.0
#include "portal/pickup/life.h"

#include "policy/text.h"
#include "portal/pickup/codes.h"
#include "portal/pickup/events.h"

namespace smarttls::portal {
namespace {

using policy::ok;
using policy::Result;
using store::EvidenceTime;
using store::PickupRow;
using store::PortalTables;
using std::chrono_literals::operator""h;

constexpr std::size_t kAtOnce = 100;
constexpr auto kLongestWindow = 24h;  // of what is limited
constexpr auto kAloud = 1h;           // for a code that is read aloud
constexpr std::size_t kAloudDigits = 8;

std::string told_by(const Person& person) { return person.why.empty() ? person.who : person.who + ": " + person.why; }

}  // namespace

std::string_view to_string(Ending ending) {
    switch (ending) {
        case Ending::Expired: return "expired";
        case Ending::Revoked: return "revoked";
        case Ending::Discarded: return "discarded";
    }
    return "expired";
}

policy::PickupRules Life::rules_of(const PickupRow& pickup) const {
    const policy::MailClass* mail_class = config_.find_class(pickup.class_name);
    return mail_class == nullptr ? policy::PickupRules{} : mail_class->pickup;
}

Result<void> Life::finish(PortalTables& tables, const PickupRow& pickup, Ending ending, const Person& person, EvidenceTime now) {
    const bool was_seen = pickup.seen != EvidenceTime{};
    const std::string state(to_string(ending));
    Happening what{state, "The message is no longer there for pickup: " + state + (was_seen ? "; it was read." : ", and was not read."),
                   {}, told_by(person)};
    auto done = tables.events.add(pickup_event(kContentHandoverFailure, pickup, what, now));
    if (done) done = tables.mails.withdraw(pickup.id, to_string(NoticeKind::Notice));
    if (done) done = tables.mails.withdraw(pickup.id, to_string(NoticeKind::Reminder));
    if (done && ending == Ending::Expired && !was_seen && rules_of(pickup).tell_sender.expired) {
        done = notices_.put(tables, pickup, {NoticeKind::Expired}, now);
    }
    if (done) done = tables.pickups.end(pickup.id, state);
    if (done) done = tables.messages.end_unwanted();
    return done;
}

Result<int> Life::expire_due(EvidenceTime now) {
    return store_.change([&](PortalTables& tables) -> Result<int> {
        const auto due = tables.pickups.expired(now, kAtOnce);
        if (!due) return tl::unexpected(due.error());
        for (const PickupRow& pickup : *due) {
            auto done = finish(tables, pickup, Ending::Expired, {}, now);
            if (!done) return tl::unexpected(done.error());
        }
        return static_cast<int>(due->size());
    });
}

Result<int> Life::remind_due(EvidenceTime now) {
    return store_.change([&](PortalTables& tables) -> Result<int> {
        const auto due = tables.pickups.to_remind(now, kAtOnce);
        if (!due) return tl::unexpected(due.error());
        for (const PickupRow& pickup : *due) {
            const auto link = notices_.make_link(tables, pickup.id);
            auto done = link ? notices_.put(tables, pickup, {NoticeKind::Reminder, *link}, now) : tl::unexpected(link.error());
            if (done) done = tables.pickups.set_reminded(pickup.id);
            if (!done) return tl::unexpected(done.error());
        }
        return static_cast<int>(due->size());
    });
}

Result<void> Life::sweep(EvidenceTime now) {
    return store_.change([&](PortalTables& tables) { return tables.secrets.sweep(now, now - kLongestWindow); });
}

Result<int> Life::each(const std::string& message, const std::string& recipient, const Step& step) {
    return store_.change([&](PortalTables& tables) -> Result<int> {
        const auto pickups = tables.pickups.of_message(message);
        if (!pickups) return tl::unexpected(pickups.error());
        int count = 0;
        for (const PickupRow& pickup : *pickups) {
            const bool is_meant = recipient.empty() || policy::equal_ignoring_case(recipient, pickup.recipient);
            if (pickup.state != "open" || !is_meant) continue;
            if (auto done = step(tables, pickup); !done) return tl::unexpected(done.error());
            ++count;
        }
        return count;
    });
}

Result<int> Life::end(const std::string& message, const std::string& recipient, Ending ending, const Person& person,
                      EvidenceTime now) {
    return each(message, recipient, [&](PortalTables& tables, const PickupRow& pickup) {
        return finish(tables, pickup, ending, person, now);
    });
}

Result<int> Life::extend(const std::string& message, const std::string& recipient, EvidenceTime until, const Person& person,
                         EvidenceTime now) {
    return each(message, recipient, [&](PortalTables& tables, const PickupRow& pickup) -> Result<void> {
        const auto reminder = rules_of(pickup).reminder;
        const EvidenceTime remind = reminder.count() > 0 && until - reminder > now ? until - reminder : EvidenceTime{};
        const Happening what{"extended", "A person gave the recipient more time.", {}, told_by(person)};
        auto done = tables.pickups.extend(pickup.id, until, remind);
        if (done) done = tables.events.add(pickup_event(kPickupExtension, pickup, what, now));
        return done;
    });
}

Result<int> Life::resend(const std::string& message, const std::string& recipient, EvidenceTime now) {
    return each(message, recipient, [&](PortalTables& tables, const PickupRow& pickup) -> Result<void> {
        const auto link = notices_.make_link(tables, pickup.id);
        if (!link) return tl::unexpected(link.error());
        return notices_.put(tables, pickup, {NoticeKind::Notice, *link}, now);
    });
}

Result<std::string> Life::give_code(const std::string& message, const std::string& recipient, const Person& person,
                                    EvidenceTime now) {
    std::string code;
    auto done = each(message, recipient, [&](PortalTables& tables, const PickupRow& pickup) -> Result<void> {
        code = store::random_digits(kAloudDigits);
        const store::CodeRow row{0, pickup.id, std::string(kAccessCodeFactor), code_hash(store_.key(), pickup.id, code), now + kAloud,
                                 0, true, told_by(person)};
        const Happening what{"code", "A person who has identified the recipient read a code aloud.", {}, told_by(person)};
        auto added = tables.secrets.add(row);
        if (added) added = tables.events.add(pickup_event(kPickupCode, pickup, what, now));
        return added;
    });
    if (!done) return tl::unexpected(done.error());
    return code;
}

}  // namespace smarttls::portal
