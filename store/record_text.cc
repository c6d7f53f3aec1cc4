// SPDX-License-Identifier: Apache-2.0
#include "store/record_text.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cstdio>
#include <set>

#include "policy/utf8.h"
#include "store/erasure_text.h"

namespace smarttls::store {
namespace {

namespace json = boost::json;
using policy::ErrorKind;
using policy::fail;

/// EN 319 522-1 Table 1, those that we can see.
constexpr std::array<std::string_view, 14> kEtsiEvents{
    "SubmissionAcceptance", "SubmissionRejection", "ConsignmentAcceptance", "ConsignmentRejection",
    "AcceptanceRejectionExpiry", "ContentConsignment", "ContentConsignmentFailure", "ConsignmentNotification",
    "ConsignmentNotificationFailure", "ContentAccessTracking", "ContentHandover", "ContentHandoverFailure",
    "RelayToNonERDS", "RelayToNonERDSFailure"};
constexpr std::string_view kSha256Uri = "http://www.w3.org/2001/04/xmlenc#sha256";
constexpr std::string_view kUnnamedReason = "other";

bool is_negative(std::string_view event) {
    return event.ends_with("Rejection") || event.ends_with("Failure") || event.ends_with("Expiry");
}

/// Members that are added in any order and written in the canonical one; empty text is left out.
class Members {
  public:
    Members& text(std::string_view name, std::string_view value) {
        if (!value.empty()) object_[name] = utf8_of(value);
        return *this;
    }
    Members& number(std::string_view name, std::int64_t value) {
        object_[name] = value;
        return *this;
    }
    Members& value(std::string_view name, json::value value) {
        object_[name] = std::move(value);
        return *this;
    }
    [[nodiscard]] const json::object& object() const { return object_; }

  private:
    json::object object_;
};

json::value sorted(const json::value& value);

json::object sorted(const json::object& object) {
    std::set<std::string_view> names;
    for (const auto& member : object) names.insert(member.key());
    json::object ordered;
    for (const std::string_view name : names) ordered.emplace(name, sorted(object.at(name)));
    return ordered;
}

json::value sorted(const json::value& value) {
    if (value.is_object()) return sorted(value.as_object());
    if (!value.is_array()) return value;
    json::array ordered;
    for (const json::value& element : value.as_array()) ordered.push_back(sorted(element));
    return ordered;
}

std::string canonical(const Members& members) { return json::serialize(sorted(members.object())); }

json::object reason(std::string_view rule, std::string_view details) {
    Members one;
    const std::string_view code = rule.empty() ? kUnnamedReason : rule;
    one.text("Code", std::string(kReasonUri).append(code)).text("Details", details);
    return one.object();
}

/// Each reason once; what it was in words is personal and stands with the recipient.
json::array reasons_of(const EvidenceRecord& record) {
    std::set<std::string> rules;
    for (const RecipientEvidence& recipient : record.recipients) rules.insert(recipient.rule);
    if (rules.empty()) rules.insert("");
    json::array reasons;
    for (const std::string& rule : rules) reasons.push_back(reason(rule, {}));
    return reasons;
}

std::string facts_of(const EvidenceRecord& record, const RecordId& id, std::string_view issuer) {
    Members facts;
    facts.text("version", kRecordVersion)
        .text("EvidenceIdentifier", to_text(id))
        .text("ERDSEventId", event_uri(record.event))
        .text("EventTime", rfc3339(record.time))
        .value("EvidenceIssuerDetails", json::object{{"Name", utf8_of(issuer)}})
        .text("class", record.class_name)
        .text("queue", record.queue_id)
        .text("outcome", record.outcome)
        .text("floor", record.floor)
        .text("mode", record.mode)
        .text("config", record.config_version)
        .text("successor", record.successor)
        .number("parts", static_cast<std::int64_t>(record.recipients.size() + 1));
    if (is_negative(record.event)) facts.value("EventReasons", reasons_of(record));
    if (record.erasure) facts.value("erased", erased_text(*record.erasure));
    if (record.pruning) facts.value("pruned", pruned_text(*record.pruning));
    return canonical(facts);
}

json::object exception_text(const policy::Exception& one) {
    Members members;
    members.number("id", one.id)
        .text("target", one.target)
        .text("class", one.class_name)
        .text("allows", to_string(one.waiver))
        .text("reason", one.reason)
        .text("ticket", one.ticket)
        .text("owner", one.owner)
        .text("created", rfc3339(one.created))
        .text("createdBy", one.created_by)
        .text("until", rfc3339(one.until))
        .text("approvedBy", one.approved_by)
        .text("state", to_string(one.state))
        .text("endedBy", one.ended_by)
        .text("endReason", one.end_reason);
    return members.object();
}

std::string message_of(const EvidenceRecord& record) {
    Members message;
    // The null sender is a sender, too.
    message.value("SenderDetails", json::object{{"Identifier", utf8_of(record.sender)}})
        .text("client", record.client)
        .text("mark", record.mark)
        .text("reply", record.reply)
        .text("note", record.note);
    if (!record.content_sha256.empty()) {
        const json::object digest{{"DigestMethod", kSha256Uri}, {"DigestValue", utf8_of(record.content_sha256)}};
        message.value("UserContentInfo", json::object{{"PartsInfo", json::array{digest}}});
    }
    if (record.exception) message.value("exception", exception_text(*record.exception));
    if (record.erasure) message.text("addressHash", record.erasure->address_hash);
    return canonical(message);
}

std::string recipient_of(const EvidenceRecord& record, std::size_t index) {
    const RecipientEvidence& one = record.recipients[index];
    Members recipient;
    recipient.value("RecipientDetails", json::object{{"Identifier", utf8_of(one.address)}})
        .number("EvidenceRefersToRecipient", static_cast<std::int64_t>(index + 1))  // 1-based: EN 319 522-3
        .text("domain", one.domain)
        .text("outcome", one.outcome)
        .text("kind", one.kind)
        .text("floor", one.floor)
        .text("rule", one.rule);
    if (is_negative(record.event)) {
        recipient.value("EventReasons", json::array{reason(one.rule, one.explanation)});
    } else {
        recipient.text("explanation", one.explanation);
    }
    if (one.exception != 0) recipient.number("exception", one.exception);
    if (!one.verdict_json.empty()) recipient.text("verdict", to_hex(sha256(bytes_of(one.verdict_json))));
    return canonical(recipient);
}

}  // namespace

std::string utf8_of(std::string_view text) {
    if (policy::is_utf8(text)) return std::string(text);
    std::string valid;
    while (!text.empty()) {
        const policy::CodePoint point = policy::first_code_point(text);
        const auto byte = static_cast<unsigned char>(text.front());
        if (point.valid) {
            valid.append(text.substr(0, point.size));
        } else {
            valid.push_back(static_cast<char>(0xC0U | (byte >> 6U)));
            valid.push_back(static_cast<char>(0x80U | (byte & 0x3FU)));
        }
        text.remove_prefix(point.size);
    }
    return valid;
}

std::string event_uri(std::string_view event) {
    const bool is_etsi = std::find(kEtsiEvents.begin(), kEtsiEvents.end(), event) != kEtsiEvents.end();
    return std::string(is_etsi ? kEventUri : kOwnEventUri).append(event);
}

std::string rfc3339(EvidenceTime time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    std::array<char, 40> text{};
    const int size = std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                                   static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                                   static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                                   static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
                                   static_cast<int>(clock.subseconds().count()));
    return {text.data(), static_cast<std::size_t>(size)};
}

RecordTexts write_record(const EvidenceRecord& record, const RecordId& id, std::string_view issuer) {
    RecordTexts texts{facts_of(record, id, issuer), {message_of(record)}};
    for (std::size_t index = 0; index < record.recipients.size(); ++index) {
        texts.parts.push_back(recipient_of(record, index));
    }
    return texts;
}

}  // namespace smarttls::store
