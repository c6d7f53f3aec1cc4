// SPDX-License-Identifier: Apache-2.0
#include "milter/keeping.h"

#include <algorithm>
#include <set>

#include "milter/content_hash.h"
#include "milter/envelope.h"
#include "milter/non_delivery_notice.h"

namespace smarttls::milter {
namespace {

using policy::Result;

constexpr std::size_t kNoticeIdSize = 32;

store::Notice notice_about(const PartedMessage& message, std::size_t index,
                           const std::string& identity, policy::WallTime now) {
    const policy::RecipientDecision& decision = message.decisions[index];
    NonDelivery notice;
    notice.recipient = message.recipients[index].address;
    notice.id = notice_id(identity, notice.recipient);
    notice.reporting_mta = message.mta;
    notice.sender = message.sender.address;
    notice.envelope_id = message.sender.envelope_id;
    notice.arrived = now;
    notice.original_recipient = message.envelope[index].original;
    notice.code = decision.reply.code;
    notice.status = decision.reply.enhanced;
    notice.explanation = decision.explanation;
    return {notice.recipient, notice.sender, non_delivery_notice(notice, message.fields), notice.recipient};
}

std::vector<store::SealedFor> to_be_sealed(const PartedMessage& message) {
    std::vector<store::SealedFor> kept;
    std::set<std::string> seen;
    for (const std::size_t index : message.whole.kept) {
        const std::string& address = message.recipients[index].address;
        if (message.decisions[index].is_settled || !seen.insert(address).second) continue;
        kept.push_back({address, std::string(to_string(message.decisions[index].outcome))});
    }
    return kept;
}

/// RFC 3461 §5.2.1 and RFC 5321 §6.1: never to the null sender, never against NOTIFY.
std::vector<store::Notice> notices_of(const PartedMessage& message, const std::string& identity,
                                      policy::WallTime now) {
    std::vector<store::Notice> notices;
    std::set<std::string> seen;
    if (message.sender.address.empty()) return notices;
    for (const std::size_t index : message.whole.refused) {
        if (message.decisions[index].is_settled || !message.envelope[index].wants_notice) continue;
        if (!seen.insert(message.recipients[index].address).second) continue;
        notices.push_back(notice_about(message, index, identity, now));
    }
    return notices;
}

Result<store::SealedFacts> seal(const PartedMessage& message, SealedCopy& copy,
                                const std::vector<store::SealedFor>& kept) {
    store::SealedEnvelope envelope{message.mail_class.name, message.queue_id, message.sender.address,
                                   with_floor(message.sender.address, message.mail_class.level), {}};
    envelope.access_code = message.keys.code;
    for (const store::SealedFor& one : kept) {
        envelope.recipients.push_back(one.address);
        const auto phone = message.keys.phones.find(one.address);
        if (phone != message.keys.phones.end()) envelope.phones.insert(*phone);
    }
    return copy.finish(envelope);
}

}  // namespace

std::string notice_id(const std::string& identity, const std::string& about) {
    const std::string name = identity + " " + about;
    ContentHash hash;
    hash.update({reinterpret_cast<const unsigned char*>(name.data()), name.size()});
    return "smarttls." + hash.finish().substr(0, kNoticeIdSize);
}

Result<std::optional<store::Registration>> keep(const PartedMessage& message,
                                                std::optional<SealedCopy>& copy,
                                                const std::string& identity, policy::WallTime now) {
    store::Registration registration{identity, {}, to_be_sealed(message),
                                     notices_of(message, identity, now)};
    if (registration.kept.empty() && registration.notices.empty()) {
        return std::optional<store::Registration>{};
    }
    if (!registration.kept.empty()) {
        if (!copy) return policy::fail(policy::ErrorKind::Bug, "there is no copy of the message");
        auto sealed = seal(message, *copy, registration.kept);
        if (!sealed) return tl::unexpected(sealed.error());
        registration.sealed = *std::move(sealed);
    }
    return std::optional(std::move(registration));
}

std::vector<std::string> leaving(const PartedMessage& message) {
    std::vector<std::string> paths;
    for (const auto* group : {&message.whole.kept, &message.whole.refused}) {
        for (const std::size_t index : *group) paths.push_back(message.envelope[index].path);
    }
    return paths;
}

}  // namespace smarttls::milter
