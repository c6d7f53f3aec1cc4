// SPDX-License-Identifier: Apache-2.0
#include "portal/command/check_extras.h"

#include <boost/json.hpp>

namespace smarttls::portal {
namespace {

namespace json = boost::json;

constexpr std::string_view kClause = "NTA 7516 DNS record";

std::string text_at(const json::object& parent, std::string_view key) {
    const json::value* value = parent.if_contains(key);
    const json::string* text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string() : std::string(*text);
}

bool true_at(const json::object& parent, std::string_view key) {
    const json::value* value = parent.if_contains(key);
    return value != nullptr && value->is_bool() && value->get_bool();
}

Protection nta7516(const json::object& record) {
    std::string fact = true_at(record, "valid") ? "a valid record" : "a record that is not valid";
    const std::string provider = text_at(record, "provider");
    const std::string start = text_at(record, "start");
    const std::string end = text_at(record, "end");
    if (!provider.empty()) fact += " of provider " + provider;
    if (!start.empty()) fact += ", from " + start;
    if (!end.empty()) fact += " to " + end;
    const State state = true_at(record, "valid") ? State::Ok : State::Failed;
    return {"NTA 7516", state, std::move(fact), std::string(kClause)};
}

}  // namespace

Extras extras_of(std::string_view verdict_json) {
    Extras extras;
    json::error_code error;
    const json::value value = json::parse({verdict_json.data(), verdict_json.size()}, error);
    const json::object* verdict = error ? nullptr : value.if_object();
    if (verdict == nullptr) return extras;
    extras.best_seen = policy::parse_level(text_at(*verdict, "best_seen"));
    extras.stale = true_at(*verdict, "stale");
    const json::value* record = verdict->if_contains("nta7516");
    if (record != nullptr && record->is_object()) extras.nta7516 = nta7516(record->get_object());
    return extras;
}

}  // namespace smarttls::portal
