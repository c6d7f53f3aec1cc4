// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>

#include "policy/exception.h"
#include "portal/command/evidence_json.h"
#include "portal/command/evidence_open.h"
#include "portal/command/exception.h"
#include "portal/command/exception_arguments.h"
#include "portal/command/exit_status.h"
#include "portal/command/table.h"
#include "store/exceptions.h"

namespace smarttls::portal {
namespace {

namespace json = boost::json;
using policy::Exception;
using policy::ExceptionState;

/// One whose end has come has ended, also before the milter has noted that.
ExceptionState state_of(const Exception& one, policy::WallTime now) {
    const bool is_open = one.state == ExceptionState::Waiting || one.state == ExceptionState::Active;
    return is_open && one.until <= now ? ExceptionState::Expired : one.state;
}

std::string json_of(const Exception& one, policy::WallTime now) {
    json::array waived;
    if (one.waiver.grade) waived.emplace_back("grade");
    if (one.waiver.nta_record) waived.emplace_back("nta-record");
    if (one.waiver.consumer) waived.emplace_back("consumer");
    const json::object object{
        {"id", one.id},
        {"target", one.target},
        {"class", one.class_name.empty() ? "all" : one.class_name},
        {"level", one.waiver.level ? json::value(to_string(*one.waiver.level)) : json::value(nullptr)},
        {"waive", std::move(waived)},
        {"state", to_string(state_of(one, now))},
        {"created", utc_time(one.created)},
        {"created_by", one.created_by},
        {"approved_by", one.approved_by},
        {"until", utc_time(one.until)},
        {"reason", one.reason},
        {"ticket", one.ticket},
        {"owner", one.owner},
        {"ended_by", one.ended_by},
        {"end_reason", one.end_reason}};
    return safe_json(json::serialize(object));
}

Tone tone_of(ExceptionState state) {
    switch (state) {
        case ExceptionState::Active: return Tone::Good;
        case ExceptionState::Waiting: return Tone::Doubtful;
        default: return Tone::Ordinary;
    }
}

void add_row(Table& table, const Exception& one, policy::WallTime now) {
    const ExceptionState state = state_of(one, now);
    table.add({{std::to_string(one.id)},
               {std::string(to_string(state)), tone_of(state)},
               {one.target},
               {one.class_name.empty() ? "all" : one.class_name},
               {to_string(one.waiver)},
               {local_time(one.until)},
               {one.ticket},
               {one.owner},
               {one.reason}});
}

}  // namespace

int exception_list(const policy::Config& config, const std::vector<std::string>& words, std::ostream& out,
                   std::ostream& err, Style style) {
    const auto arguments = parse_list(words);
    if (!arguments) return complain_about_usage(arguments.error(), "exception list", err);
    if (arguments->help) {
        out << kListUsage;
        return kExitYes;
    }
    auto exceptions = store::Exceptions::open(config.store.evidence);
    if (!exceptions) return complain(exceptions.error(), err);
    const auto found = arguments->all ? exceptions->all() : exceptions->open_ones();
    if (!found) return complain(found.error(), err);
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    Table table({"Id", "State", "For", "Class", "Allows", "Until", "Ticket", "Owner", "Reason"});
    for (const Exception& one : *found) {
        if (arguments->json) out << json_of(one, now) << "\n";
        add_row(table, one, now);
    }
    if (found->empty()) {
        err << "smarttls: there is no exception\n";
        return kExitNo;
    }
    if (!arguments->json) out << table.text({.indent = 0, .columns = output_columns(), .style = style});
    return kExitYes;
}

}  // namespace smarttls::portal
