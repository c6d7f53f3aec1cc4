// SPDX-License-Identifier: Apache-2.0
//
// What may be done by whoever has passed the second factor.
#include <algorithm>

#include "policy/text.h"
#include "portal/pickup/codes.h"
#include "portal/pickup/events.h"
#include "portal/pickup/pickups.h"
#include "portal/unsealing.h"

namespace smarttls::portal {
namespace {

using policy::ErrorKind;
using policy::ok;
using store::EvidenceTime;
using store::PickupRow;
using store::PortalTables;
using store::Secret;
using store::SessionRow;

constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kHashDigits = 16;

struct Found {
    SessionRow session;
    PickupRow pickup;
};

Result<std::optional<Found>> find_session(PortalTables& tables, const store::SecretHash& secret, EvidenceTime now) {
    auto session = tables.secrets.session(secret, now);
    if (!session) return tl::unexpected(session.error());
    if (!*session) return std::optional<Found>{};
    auto pickup = tables.pickups.find((*session)->pickup);
    if (!pickup) return tl::unexpected(pickup.error());
    if (!*pickup || (*pickup)->state != "open") return std::optional<Found>{};
    return std::optional(Found{**std::move(session), **std::move(pickup)});
}

std::string_view event_name(PickupEvent event) {
    switch (event) {
        case PickupEvent::Read:
        case PickupEvent::Attachment: return kContentAccessTracking;
        case PickupEvent::Downloaded: return kContentHandover;
        case PickupEvent::Replied: return store::kSubmissionAcceptance;
    }
    return kContentAccessTracking;
}

Happening happening_of(PickupEvent event, const std::string& client) {
    switch (event) {
        case PickupEvent::Read: return {"read", "The recipient read the message.", client};
        case PickupEvent::Attachment: return {"attachment", "The recipient took an attachment.", client};
        case PickupEvent::Downloaded: return {"downloaded", "The recipient took the message with him.", client};
        case PickupEvent::Replied: return {"replied", "The recipient sent a reply to the sender.", client};
    }
    return {};
}

std::string hex_of(const store::SecretHash& hash) {
    constexpr std::string_view kHex = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : hash) text += {kHex[byte >> 4], kHex[byte & 15]};
    return text.substr(0, kHashDigits);
}

}  // namespace

std::string Pickups::kept_client(const PickupRow& pickup, std::string_view client) const {
    switch (rules_of(pickup).client_address) {
        case policy::ClientAddress::No: return {};
        case policy::ClientAddress::Yes: return std::string(client);
        case policy::ClientAddress::Hashed: break;
    }
    return client.empty() ? std::string() : hex_of(store_.key().hash(Secret::Client, client));
}

Result<std::optional<PickupSession>> Pickups::session(std::string_view secret) {
    return store_.change([&](PortalTables& tables) -> Result<std::optional<PickupSession>> {
        auto found = find_session(tables, store_.key().hash(Secret::Session, secret), clock_());
        if (!found) return tl::unexpected(found.error());
        if (!*found) return std::optional<PickupSession>{};
        const PickupRow& pickup = (*found)->pickup;
        auto view = view_of(tables, pickup);
        if (!view) return tl::unexpected(view.error());
        const auto message = tables.messages.find(pickup.message);
        if (!message) return tl::unexpected(message.error());
        const std::uint64_t size = *message ? (*message)->size : 0;
        return std::optional(PickupSession{*std::move(view), pickup.recipient, factor_of((*found)->session.factor),
                                           (*found)->session.ends, size, pickup.message_id});
    });
}

Result<store::Unsealer> Pickups::open(std::string_view secret) {
    const auto find = [&](PortalTables& tables) -> Result<std::optional<store::MessageRow>> {
        const auto found = find_session(tables, store_.key().hash(Secret::Session, secret), clock_());
        if (!found) return tl::unexpected(found.error());
        if (!*found) return std::optional<store::MessageRow>{};
        return tables.messages.find((*found)->pickup.message);
    };
    const auto message = store_.change(find);
    if (!message) return tl::unexpected(message.error());
    if (!*message) return policy::fail(ErrorKind::Permanent, "there is no such session any more");
    return open_sealed(config_, sealed_of(**message));
}

Result<void> Pickups::read(std::string_view secret, const store::UnsealedSink& sink) {
    auto unsealer = open(secret);
    if (!unsealer) return tl::unexpected(unsealer.error());
    for (;;) {
        const auto chunk = unsealer->next();
        if (!chunk) return tl::unexpected(chunk.error());
        if (chunk->empty()) return ok();
        if (auto taken = sink(*chunk); !taken) return taken;
    }
}

Result<void> Pickups::tell(PortalTables& tables, const PickupRow& pickup, PickupEvent event, const std::string& client) {
    const EvidenceTime now = clock_();
    auto done = tables.events.add(pickup_event(event_name(event), pickup, happening_of(event, client), now));
    const bool is_first = pickup.seen == EvidenceTime{} && event != PickupEvent::Replied;
    if (done && is_first) done = tables.pickups.mark_seen(pickup.id, now);
    if (done && is_first && rules_of(pickup).tell_sender.read) done = notices_.put(tables, pickup, {NoticeKind::Read}, now);
    return done;
}

Result<bool> Pickups::record(std::string_view secret, PickupEvent event) {
    const store::SecretHash hash = store_.key().hash(Secret::Session, secret);
    return store_.change([&](PortalTables& tables) -> Result<bool> {
        const auto found = find_session(tables, hash, clock_());
        if (!found) return tl::unexpected(found.error());
        if (!*found) return false;
        const SessionRow& session = (*found)->session;
        const std::int64_t bit = std::int64_t{1} << static_cast<int>(event);
        const bool is_repeated = (session.done & bit) != 0 && event != PickupEvent::Replied;
        if (is_repeated) return true;
        auto done = tell(tables, (*found)->pickup, event, session.client);
        if (done) done = tables.secrets.mark_done(hash, session.done | bit);
        if (!done) return tl::unexpected(done.error());
        return true;
    });
}

Result<void> Pickups::end_session(std::string_view secret) {
    return store_.change([&](PortalTables& tables) {
        return tables.secrets.remove_session(store_.key().hash(Secret::Session, secret));
    });
}

Result<std::string> Pickups::trust_device(std::string_view secret) {
    return store_.change([&](PortalTables& tables) -> Result<std::string> {
        const EvidenceTime now = clock_();
        const auto found = find_session(tables, store_.key().hash(Secret::Session, secret), now);
        if (!found) return tl::unexpected(found.error());
        if (!*found || rules_of((*found)->pickup).trust_device.count() == 0) return std::string();
        const PickupRow& pickup = (*found)->pickup;
        const std::string device = store::random_token(kSecretBytes);
        const store::DeviceRow row{store_.key().hash(Secret::Address, pickup.recipient), pickup.class_name, (*found)->session.factor,
                                   now + rules_of(pickup).trust_device};
        auto added = tables.secrets.add(store_.key().hash(Secret::Device, device), row);
        if (!added) return tl::unexpected(added.error());
        return device;
    });
}

Result<std::optional<CodeVerdict>> Pickups::known_device(std::string_view token, std::string_view device) {
    return store_.change([&](PortalTables& tables) -> Result<std::optional<CodeVerdict>> {
        const auto pickup = by_token(tables, token);
        if (!pickup) return tl::unexpected(pickup.error());
        const auto known = tables.secrets.device(store_.key().hash(Secret::Device, device), clock_());
        if (!known) return tl::unexpected(known.error());
        if (!*pickup || !*known || rules_of(**pickup).trust_device.count() == 0) return std::optional<CodeVerdict>{};
        const auto address = store_.key().hash(Secret::Address, (*pickup)->recipient);
        const bool is_same = store::same_secret(address, (*known)->address) && (*known)->class_name == (*pickup)->class_name;
        if (!is_same) return std::optional<CodeVerdict>{};
        auto verdict = let_in(tables, **pickup, (*known)->factor, {}, "by a device that was remembered");
        if (!verdict) return tl::unexpected(verdict.error());
        return std::optional(*std::move(verdict));
    });
}

}  // namespace smarttls::portal
