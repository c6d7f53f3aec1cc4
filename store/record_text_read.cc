// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json.hpp>

#include "policy/text.h"
#include "store/record_text.h"

namespace smarttls::store {
namespace {

namespace json = boost::json;
using policy::ErrorKind;
using policy::fail;

/// Reads members that may be missing; whatever has another type makes it Corrupt.
class Reading {
  public:
    static Result<Reading> of(std::string_view text) {
        json::error_code error;
        const json::value value = json::parse(text, error);
        if (error || !value.is_object()) return fail(ErrorKind::Corrupt, "a text of the evidence is no JSON object");
        return Reading(value.as_object());
    }
    explicit Reading(json::object object) : object_(std::move(object)) {}

    std::string text(std::string_view name) {
        const json::value* value = object_.if_contains(name);
        if (value == nullptr) return {};
        if (const json::string* found = value->if_string()) return std::string(*found);
        is_whole_ = false;
        return {};
    }
    std::int64_t number(std::string_view name) {
        const json::value* value = object_.if_contains(name);
        if (value == nullptr) return 0;
        if (const std::int64_t* found = value->if_int64()) return *found;
        is_whole_ = false;
        return 0;
    }
    /// The member, or its first element where it is an array; empty when it is missing.
    Reading inner(std::string_view name) {
        const json::value* value = object_.if_contains(name);
        if (value != nullptr && value->is_array() && !value->as_array().empty()) value = &value->as_array().front();
        if (value == nullptr) return Reading(json::object());
        if (const json::object* found = value->if_object()) return Reading(*found);
        is_whole_ = false;
        return Reading(json::object());
    }
    [[nodiscard]] Result<void> whole() const {
        if (is_whole_) return policy::ok();
        return fail(ErrorKind::Corrupt, "a text of the evidence has a member of the wrong type");
    }

  private:
    json::object object_;
    bool is_whole_ = true;
};

std::string event_of(std::string_view uri) {
    for (const std::string_view start : {kEventUri, kOwnEventUri}) {
        if (uri.starts_with(start)) return std::string(uri.substr(start.size()));
    }
    return std::string(uri);
}

/// The number whose digits begin at `start`; -1 when something else stands there.
int number_at(std::string_view text, std::size_t start, std::size_t digits) {
    int value = 0;
    for (const char byte : text.substr(start, digits)) {
        if (!policy::is_digit(byte)) return -1;
        value = value * 10 + (byte - '0');
    }
    return value;
}

/// As rfc3339() writes it, and nothing else.
std::optional<EvidenceTime> parse_rfc3339(std::string_view text) {
    constexpr std::string_view kExample = "2026-11-23T16:30:00.123Z";
    if (text.size() != kExample.size()) return std::nullopt;
    const int year = number_at(text, 0, 4);
    const int month = number_at(text, 5, 2);
    const int day = number_at(text, 8, 2);
    const int hour = number_at(text, 11, 2);
    const int minute = number_at(text, 14, 2);
    const int second = number_at(text, 17, 2);
    const int millisecond = number_at(text, 20, 3);
    if (std::min({year, month, day, hour, minute, second, millisecond}) < 0 || text.back() != 'Z') return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
           std::chrono::seconds(second) + std::chrono::milliseconds(millisecond);
}

}  // namespace

Result<EvidenceRecord> read_facts(std::string_view facts) {
    auto reading = Reading::of(facts);
    if (!reading) return tl::unexpected(reading.error());
    EvidenceRecord record;
    record.event = event_of(reading->text("ERDSEventId"));
    record.class_name = reading->text("class");
    record.queue_id = reading->text("queue");
    record.outcome = reading->text("outcome");
    record.floor = reading->text("floor");
    record.mode = reading->text("mode");
    record.config_version = reading->text("config");
    record.successor = reading->text("successor");
    const auto time = parse_rfc3339(reading->text("EventTime"));
    if (!time) return fail(ErrorKind::Corrupt, "a record of the evidence has no time");
    record.time = *time;
    if (auto whole = reading->whole(); !whole) return tl::unexpected(whole.error());
    return record;
}

Result<void> read_message(std::string_view text, EvidenceRecord& record) {
    auto reading = Reading::of(text);
    if (!reading) return tl::unexpected(reading.error());
    record.sender = reading->inner("SenderDetails").text("Identifier");
    record.client = reading->text("client");
    record.mark = reading->text("mark");
    record.reply = reading->text("reply");
    record.note = reading->text("note");
    record.content_sha256 = reading->inner("UserContentInfo").inner("PartsInfo").text("DigestValue");
    return reading->whole();
}

Result<RecipientEvidence> read_recipient(std::string_view text) {
    auto reading = Reading::of(text);
    if (!reading) return tl::unexpected(reading.error());
    RecipientEvidence one;
    one.address = reading->inner("RecipientDetails").text("Identifier");
    one.domain = reading->text("domain");
    one.outcome = reading->text("outcome");
    one.kind = reading->text("kind");
    one.floor = reading->text("floor");
    one.rule = reading->text("rule");
    one.explanation = reading->text("explanation");
    if (one.explanation.empty()) one.explanation = reading->inner("EventReasons").text("Details");
    one.exception = reading->number("exception");
    one.verdict_json = reading->text("verdict");
    if (auto whole = reading->whole(); !whole) return tl::unexpected(whole.error());
    return one;
}

}  // namespace smarttls::store
