// SPDX-License-Identifier: Apache-2.0
#include "portal/pickup/intake.h"

#include "policy/log_line.h"
#include "policy/text.h"
#include "portal/pickup/codes.h"
#include "portal/pickup/events.h"
#include "portal/unsealing.h"
#include "smarttls/log.h"
#include "store/pickup/sealed_news.h"
#include "store/sealed_fates.h"
#include "store/sealed_register.h"

namespace smarttls::portal {
namespace {

using policy::ok;
using policy::Result;
using store::EvidenceTime;
using store::MessageRow;
using store::PickupRow;
using store::PortalTables;
using store::SealedMessage;

constexpr std::size_t kAtOnce = 100;
constexpr std::size_t kMostHeader = 65'536;

/// What the sealed file says beside what the evidence says.
struct Opened {
    store::SealedEnvelope envelope;
    std::string message_id;
};

Result<Opened> look_into(const policy::Config& config, const MessageRow& message) {
    std::string header;
    const auto keep = [&](std::span<const std::uint8_t> bytes) -> Result<void> {
        const std::size_t room = kMostHeader - header.size();
        header.append(reinterpret_cast<const char*>(bytes.data()), std::min(room, bytes.size()));
        return ok();
    };
    auto envelope = unseal_message(config, sealed_of(message), keep);
    if (!envelope) return tl::unexpected(envelope.error());
    header.resize(std::min(header.find("\r\n\r\n"), header.size()));
    return Opened{*std::move(envelope), field_of(header, "Message-ID")};
}

Result<std::optional<SealedMessage>> in_evidence(const policy::Config& config, const std::string& id) {
    auto seals = store::SealedRegister::open(config.store, config.portal.private_keys);
    if (!seals) return tl::unexpected(seals.error());
    return seals->find(id);
}

std::vector<PickupRow> pickups_of(const SealedMessage& message, const Opened& opened, const MessageRow& row,
                                  const policy::PickupRules& rules, EvidenceTime now) {
    std::vector<PickupRow> pickups;
    for (const std::string& recipient : message.recipients) {
        if (recipient.empty()) continue;  // erased in the meantime
        PickupRow pickup;
        pickup.message = row.id;
        pickup.identity = row.identity;
        pickup.recipient = recipient;
        pickup.sender = message.sender;
        const auto phone = opened.envelope.phones.find(recipient);
        if (phone != opened.envelope.phones.end()) pickup.phone = phone->second;
        pickup.message_id = opened.message_id;
        pickup.class_name = message.class_name;
        pickup.queue_id = message.queue_id;
        pickup.received = message.time;
        pickup.expires = now + rules.expiry;
        if (rules.reminder.count() > 0 && rules.reminder < rules.expiry) pickup.remind = pickup.expires - rules.reminder;
        pickups.push_back(std::move(pickup));
    }
    return pickups;
}

void log_notice(const PickupRow& pickup) {
    engine::log(engine::Severity::Info, policy::LogLine(pickup.queue_id)
                                            .add("pickup", pickup.message)
                                            .add("class", pickup.class_name)
                                            .add("status", "announced")
                                            .str());
}

}  // namespace

Result<void> forget_destroyed(const policy::Config& config, store::PortalStore& store) {
    const auto ended = store.change([](PortalTables& tables) { return tables.messages.in_state(store::kEndedMessage, kAtOnce); });
    if (!ended) return tl::unexpected(ended.error());
    if (ended->empty()) return ok();
    auto fates = store::SealedFates::open(config.store.evidence);
    if (!fates) return tl::unexpected(fates.error());
    for (const MessageRow& message : *ended) {
        const auto known = fates->knows(message.id);
        if (!known) return tl::unexpected(known.error());
        if (*known) continue;
        auto changed = store.change([&](PortalTables& tables) { return tables.messages.change(message.id, store::kDestroyedMessage); });
        if (!changed) return changed;
    }
    return ok();
}

std::string field_of(std::string_view header, std::string_view name) {
    std::string value;
    bool is_inside = false;
    for (const std::string_view line : policy::split(header, '\n')) {
        const bool continues = line.starts_with(' ') || line.starts_with('\t');
        if (is_inside && !continues) break;
        const std::size_t colon = line.find(':');
        if (!is_inside && !continues && colon != std::string_view::npos && policy::equal_ignoring_case(policy::trim(line.substr(0, colon)), name)) {
            is_inside = true;
            value = policy::trim(line.substr(colon + 1));
        } else if (is_inside) {
            value.append(value.empty() ? "" : " ").append(policy::trim(line));
        }
    }
    return value;
}

Result<int> Intake::round(EvidenceTime now) {
    if (auto learned = learn(); !learned) return tl::unexpected(learned.error());
    const auto fresh = store_.change([](PortalTables& tables) { return tables.messages.in_state(store::kNewMessage, kAtOnce); });
    if (!fresh) return tl::unexpected(fresh.error());
    int made = 0;
    Result<void> first = ok();
    for (const MessageRow& message : *fresh) {
        const auto count = open(message, now);
        if (count) made += *count;
        if (!count && first) first = because(count, "message " + message.id);
    }
    if (!first) return tl::unexpected(first.error());
    return made;
}

Result<void> Intake::learn() {
    auto news = store::SealedNews::open(config_.store.evidence);
    if (!news) return tl::unexpected(news.error());
    const auto position = store_.change([](PortalTables& tables) { return tables.messages.position(); });
    if (!position) return tl::unexpected(position.error());
    const auto found = news->after(*position, kAtOnce);
    if (!found) return tl::unexpected(found.error());
    if (found->empty()) return ok();
    return store_.change([&](PortalTables& tables) -> Result<void> {
        for (const store::SealedNotice& one : *found) {
            if (one.is_wanted && !one.is_for_pickup) continue;  // it waits for a person
            auto added = tables.messages.add(one.message, one.is_for_pickup ? store::kNewMessage : store::kEndedMessage);
            if (!added) return added;
        }
        return tables.messages.move_to(found->back().message.record);
    });
}

Result<int> Intake::open(const MessageRow& message, EvidenceTime now) {
    const auto known = in_evidence(config_, message.id);
    if (!known) return tl::unexpected(known.error());
    if (!*known) {  // erased before anybody was told
        auto ended = store_.change([&](PortalTables& tables) { return tables.messages.change(message.id, store::kEndedMessage); });
        if (!ended) return tl::unexpected(ended.error());
        return 0;
    }
    const auto opened = look_into(config_, message);
    if (!opened) return tl::unexpected(opened.error());
    const policy::MailClass* mail_class = config_.find_class((*known)->class_name);
    if (mail_class == nullptr) {
        return policy::fail(policy::ErrorKind::Misconfigured, "class " + policy::quote((*known)->class_name) + " is not in the configuration");
    }
    const auto pickups = pickups_of(**known, *opened, message, mail_class->pickup, now);
    return store_.change([&](PortalTables& tables) { return make(tables, message, pickups, opened->envelope.access_code, now); });
}

Result<int> Intake::make(PortalTables& tables, const MessageRow& message, const std::vector<PickupRow>& pickups,
                         const std::string& access_code, EvidenceTime now) const {
    int made = 0;
    for (PickupRow pickup : pickups) {
        const auto id = tables.pickups.add(pickup);
        if (!id) return tl::unexpected(id.error());
        if (*id == 0) continue;  // told already, of an earlier copy
        pickup.id = *id;
        if (auto announced = announce(tables, pickup, access_code, now); !announced) return tl::unexpected(announced.error());
        ++made;
    }
    auto done = tables.messages.change(message.id, store::kOpenMessage);
    if (done) done = tables.messages.end_unwanted();
    if (!done) return tl::unexpected(done.error());
    return made;
}

Result<bool> Intake::is_reachable(PortalTables& tables, const PickupRow& pickup, const std::string& access_code) const {
    const policy::PickupFactors& allowed = config_.find_class(pickup.class_name)->pickup.factors;
    if (allowed.email || (allowed.access_code && !access_code.empty())) return true;
    if (!allowed.sms || !pickup.phone.empty()) return allowed.sms;
    const auto number = tables.phones.find(pickup.recipient);
    if (!number) return tl::unexpected(number.error());
    return !number->empty();
}

Result<void> Intake::announce(PortalTables& tables, PickupRow pickup, const std::string& access_code, EvidenceTime now) const {
    const policy::PickupRules& rules = config_.find_class(pickup.class_name)->pickup;
    const auto link = notices_.make_link(tables, pickup.id);
    auto done = link ? notices_.put(tables, pickup, {NoticeKind::Notice, *link}, now) : tl::unexpected(link.error());
    const Happening what{"announced", "The message can be picked up by the recipient."};
    if (done) done = tables.events.add(pickup_event(kContentConsignment, pickup, what, now));
    if (done && rules.factors.access_code && !access_code.empty()) {
        done = tables.secrets.add({0, pickup.id, std::string(kAccessCodeFactor), code_hash(store_.key(), pickup.id, access_code),
                                   EvidenceTime{}, 0, false, "given by the sender"});
    }
    const auto reachable = done ? is_reachable(tables, pickup, access_code) : tl::unexpected(done.error());
    if (!reachable) return tl::unexpected(reachable.error());
    if (!*reachable && rules.tell_sender.missing_phone) done = notices_.put(tables, pickup, {NoticeKind::MissingPhone}, now);
    if (done) log_notice(pickup);
    return done;
}

}  // namespace smarttls::portal
