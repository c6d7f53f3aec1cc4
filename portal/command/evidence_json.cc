// SPDX-License-Identifier: Apache-2.0
#include "portal/command/evidence_json.h"

#include <array>
#include <boost/json.hpp>
#include <cstdio>

#include "portal/command/render.h"

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
        {"address", recipient.address},         {"domain", recipient.domain},
        {"outcome", recipient.outcome},         {"rule", recipient.rule},
        {"explanation", recipient.explanation}, {"kind", recipient.kind},
        {"floor", recipient.floor},             {"exception", recipient.exception},
        {"verdict", verdict_of(recipient.verdict_json)}};
}

}  // namespace

std::string utc_time(store::EvidenceTime time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const std::time_t count = seconds.time_since_epoch().count();
    std::tm parts{};
    gmtime_r(&count, &parts);
    std::array<char, 40> date{};
    const std::size_t size = std::strftime(date.data(), date.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    const std::string fraction = std::to_string(1000 + (time - seconds).count()).substr(1);
    return std::string(date.data(), size) + "." + fraction + "Z";
}

std::string evidence_json(const store::StoredEvidence& evidence) {
    const store::EvidenceRecord& record = evidence.record;
    json::array recipients;
    for (const auto& recipient : record.recipients) recipients.push_back(recipient_of(recipient));
    const json::object object{{"id", evidence.id},
                              {"event", record.event},
                              {"time", utc_time(record.time)},
                              {"class", record.class_name},
                              {"queue_id", record.queue_id},
                              {"sender", record.sender},
                              {"client", record.client},
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
