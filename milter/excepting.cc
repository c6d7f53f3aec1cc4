// SPDX-License-Identifier: Apache-2.0
#include "milter/excepting.h"

#include <algorithm>

#include "policy/recipient_tag.h"
#include "store/exception_report.h"
#include "store/mail_text.h"

namespace smarttls::milter {
namespace {

using policy::Outcome;
using policy::RecipientDecision;
using policy::Result;

bool is_let_through(const RecipientDecision& decision) {
    return decision.exception != 0 && decision.outcome <= Outcome::Queue;
}

/// RFC 3461 §4.2: without an ORCPT of the client's own the tagged address would become the original one,
/// and servers with DSN would see it.
std::string parameters_of(const EnvelopeRecipient& named, const std::string& address) {
    const std::string original =
        named.original.empty() ? "rfc822;" + store::to_xtext(address) : named.original;
    return named.notify.empty() ? "ORCPT=" + original : "NOTIFY=" + named.notify + " ORCPT=" + original;
}

}  // namespace

Result<Exceptions> StandingExceptions::in_force(const std::string& path) {
    return readers_.use(path, [](store::Exceptions& reader) { return reader.open_ones(); });
}

RecipientDecision decide_excepting(const policy::MailClass& mail_class, const policy::Recipient& recipient,
                                   const Exceptions& exceptions, policy::WallTime now) {
    RecipientDecision decision = decide(mail_class, recipient, exceptions, now);
    if (!decision.floor || policy::with_lower_floor(recipient.address, *decision.floor)) return decision;
    return decide(mail_class, recipient);
}

bool lowers_a_floor(const std::vector<RecipientDecision>& decisions) {
    return std::any_of(decisions.begin(), decisions.end(),
                       [](const auto& one) { return one.floor.has_value(); });
}

std::optional<policy::Floor> lowest_floor(const std::vector<RecipientDecision>& decisions) {
    std::optional<policy::Floor> lowest;
    for (const RecipientDecision& one : decisions) {
        if (!is_let_through(one) || !one.floor) continue;
        lowest = std::min(lowest.value_or(*one.floor), *one.floor);
    }
    return lowest;
}

void report_uses(store::EvidenceRecord& record, const PartedMessage& message, const Exceptions& exceptions,
                 const std::string& identity, const std::string& contact) {
    if (contact.empty()) return;
    for (std::size_t i = 0; i < message.decisions.size(); ++i) {
        const RecipientDecision& decision = message.decisions[i];
        if (!is_let_through(decision)) continue;
        const auto used = std::find_if(exceptions.begin(), exceptions.end(),
                                       [&](const auto& one) { return one.id == decision.exception; });
        if (used == exceptions.end()) continue;
        const std::string& address = message.recipients[i].address;
        const store::ExceptionUse use{message.queue_id, message.sender.address, address,
                                      message.mail_class.name, decision.explanation};
        const std::string id = notice_id(identity, store::about_use(*used, address));
        if (!record.registration) record.registration = store::Registration{identity, {}, {}, {}};
        record.registration->notices.push_back(store::use_report(*used, use, id, contact, record.time));
    }
}

std::vector<Replacement> lowered(const PartedMessage& message) {
    std::vector<Replacement> replaced;
    for (std::size_t i = 0; i < message.decisions.size(); ++i) {
        const RecipientDecision& decision = message.decisions[i];
        if (!is_let_through(decision) || !decision.floor) continue;
        const std::string& address = message.recipients[i].address;
        const auto tagged = policy::with_lower_floor(address, *decision.floor);
        if (!tagged) continue;
        replaced.push_back({message.envelope[i].path, "<" + *tagged + ">",
                            parameters_of(message.envelope[i], address)});
    }
    return replaced;
}

}  // namespace smarttls::milter
