// SPDX-License-Identifier: Apache-2.0
#include "portal/command/evidence_json.h"

#include <boost/json.hpp>

#include "portal/command/evidence_words.h"
#include "portal/command/render.h"
#include "store/record_text.h"

namespace smarttls::portal {
namespace {

namespace json = boost::json;

/// What is stored but is no JSON is shown as a string: evidence is never hidden.
json::value verdict_of(const std::string& text) {
    if (text.empty()) return nullptr;
    json::error_code error;
    json::value verdict = json::parse(text, error);
    return error ? json::value(text) : verdict;
}

json::object recipient_of(const store::RecipientEvidence& recipient) {
    return {
        {"shown", to_string(recipient.shown)},
        {"address", recipient.address},         {"domain", recipient.domain},
        {"outcome", recipient.outcome},         {"rule", recipient.rule},
        {"explanation", recipient.explanation}, {"kind", recipient.kind},
        {"floor", recipient.floor},             {"exception", recipient.exception},
        {"verdict", verdict_of(recipient.verdict_json)}};
}

}  // namespace

std::string utc_time(store::EvidenceTime time) { return store::rfc3339(time); }

std::string evidence_json(const store::StoredEvidence& evidence) {
    const store::EvidenceRecord& record = evidence.record;
    json::array recipients;
    for (const auto& recipient : record.recipients) recipients.push_back(recipient_of(recipient));
    const json::object object{{"id", evidence.id},
                              {"identifier", evidence.identifier ? store::to_text(*evidence.identifier) : ""},
                              {"event", record.event},
                              {"shown", to_string(record.shown)},
                              {"time", utc_time(record.time)},
                              {"class", record.class_name},
                              {"queue_id", record.queue_id},
                              {"sender", record.sender},
                              {"client", record.client},
                              {"mark", record.mark},
                              {"mode", record.mode},
                              {"outcome", record.outcome},
                              {"floor", record.floor},
                              {"content_sha256", record.content_sha256},
                              {"config_version", record.config_version},
                              {"reply", record.reply},
                              {"note", record.note},
                              {"recipients", std::move(recipients)}};
    return safe_json(json::serialize(object));
}

}  // namespace smarttls::portal
