// SPDX-License-Identifier: Apache-2.0
#include "milter/evidence_of.h"

#include "milter/envelope.h"
#include "policy/log_line.h"
#include "smarttls/verdict_json.h"

namespace smarttls::milter {
namespace {

using policy::Outcome;

store::RecipientEvidence evidence_of(const policy::Recipient& recipient,
                                     const policy::RecipientDecision& decision) {
    store::RecipientEvidence evidence;
    evidence.address = recipient.address;
    evidence.domain =
        recipient.domain ? recipient.domain->str() : std::string(domain_of(recipient.address));
    evidence.outcome = to_string(decision.outcome);
    evidence.rule = decision.rule;
    evidence.explanation = decision.explanation;
    evidence.kind = to_string(recipient.kind);
    evidence.exception = decision.exception;
    if (decision.floor) evidence.floor = to_string(*decision.floor);
    if (recipient.verdict) evidence.verdict_json = engine::to_json(*recipient.verdict);
    return evidence;
}

}  // namespace

void describe_decision(store::EvidenceRecord& record, const policy::MessageDecision& whole,
                       const std::vector<policy::RecipientDecision>& decisions,
                       const std::vector<policy::Recipient>& recipients) {
    const bool refused = whole.outcome == Outcome::Reject;
    record.event = refused ? store::kSubmissionRejection : store::kSubmissionAcceptance;
    record.outcome = whole.is_split ? store::kMixed : to_string(whole.outcome);
    if (refused) {
        record.reply = std::string(whole.reply.code) + " " + std::string(whole.reply.enhanced) +
                       " " + whole.explanation;
    }
    for (std::size_t i = 0; i < recipients.size(); ++i) {
        record.recipients.push_back(evidence_of(recipients[i], decisions[i]));
    }
}

std::string decision_line(const store::EvidenceRecord& record,
                          const policy::MessageDecision& whole, std::int64_t id) {
    policy::LogLine line(record.queue_id);
    line.add("class", record.class_name);
    if (!record.mark.empty()) line.add("mark", record.mark);
    if (!record.mode.empty()) line.add("mode", record.mode);
    line.add("outcome", record.outcome)
        .add("floor", record.floor)
        .add("from", "<" + record.sender + ">")
        .add("nrcpt", std::to_string(record.recipients.size()));
    if (!record.recipients.empty()) line.add("to", "<" + record.recipients.front().address + ">");
    line.add("evidence", std::to_string(id)).add("reason", whole.explanation);
    return line.str();
}

}  // namespace smarttls::milter
