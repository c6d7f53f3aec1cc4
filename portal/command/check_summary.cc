// SPDX-License-Identifier: Apache-2.0
#include "portal/command/check_summary.h"

#include <algorithm>

#include "policy/decision.h"
#include "policy/explanation.h"
#include "portal/command/evidence_verdict.h"

namespace smarttls::portal {
namespace {

constexpr std::size_t kMostReasons = 8;
constexpr std::size_t kBar = 20;  // characters of one hundred per cent

std::string percent(std::size_t part, std::size_t whole) {
    return whole == 0 ? "" : std::to_string((200 * part + whole) / (2 * whole)) + " %";
}

std::string bar(std::size_t part, std::size_t whole) {
    if (whole == 0 || part == 0) return {};
    return std::string(std::max<std::size_t>(1, kBar * part / whole), '#');
}

/// "Level" stands beside the first row of its group alone.
void add_count(Table& table, std::string& group, Cell name, std::size_t part, std::size_t whole) {
    table.add({{std::exchange(group, "")}, std::move(name), {std::to_string(part)},
               {percent(part, whole)}, {bar(part, whole)}});
}

std::string seconds_of(std::chrono::milliseconds span) {
    const auto tenths = (span.count() + 50) / 100;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

std::string domains(std::size_t count) {
    return std::to_string(count) + (count == 1 ? " domain" : " domains");
}

}  // namespace

Summary::Summary(const std::vector<policy::MailClass>& classes) {
    for (const policy::MailClass& mail_class : classes) classes_.push_back({mail_class});
}

void Summary::count(const policy::Verdict& verdict) {
    ++verdicts_;
    ++levels_[verdict.level];
    ++grades_[verdict.grade];
    for (const policy::Reason reason : verdict.reasons) ++reasons_[reason];
    for (ClassCount& one : classes_) {
        const policy::Reach reach = policy::reach(verdict, one.mail_class);
        if (reach == policy::Reach::Enough) ++one.met;
        if (reach == policy::Reach::Unknown) ++one.unknown;
    }
}

std::string Summary::heading(std::size_t targets, std::chrono::milliseconds elapsed) const {
    std::string text = "Summary of " + domains(done());
    if (done() < targets) text += " of " + std::to_string(targets) + ", interrupted";
    text += " in " + seconds_of(elapsed);
    if (unanswered_ > 0) text += "; no answer about " + std::to_string(unanswered_);
    if (unreadable_ > 0) text += "; no domain in " + std::to_string(unreadable_);
    if (repeated_ > 0) text += "; " + std::to_string(repeated_) + " named again";
    return text;
}

void Summary::add_classes(Table& table) const {
    std::string group = "Meets";
    for (const ClassCount& one : classes_) {
        const std::string unknown =
            one.unknown > 0 ? " (" + std::to_string(one.unknown) + " unknown)" : "";
        add_count(table, group, {"class " + one.mail_class.name + unknown}, one.met, verdicts_);
    }
}

void Summary::add_reasons(Table& table) const {
    std::vector<std::pair<policy::Reason, std::size_t>> reasons(reasons_.begin(), reasons_.end());
    std::stable_sort(reasons.begin(), reasons.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    if (reasons.size() > kMostReasons) reasons.resize(kMostReasons);
    std::string group = "Reasons";
    for (const auto& [reason, count] : reasons) {
        add_count(table, group, {std::string(to_string(reason))}, count, verdicts_);
    }
}

std::string Summary::text(std::size_t targets, std::chrono::milliseconds elapsed,
                          const Layout& layout) const {
    Table table;
    std::string group = "Level";
    // Clang 14 cannot compile the view of libstdc++ that the check would like.
    for (auto row = levels_.rbegin(); row != levels_.rend(); ++row) {  // NOLINT(modernize-loop-convert)
        const std::string name(to_string(row->first));
        add_count(table, group, {name, tone_of_level(name)}, row->second, verdicts_);
    }
    group = "Grade";
    for (auto row = grades_.rbegin(); row != grades_.rend(); ++row) {  // NOLINT(modernize-loop-convert)
        const std::string name(to_string(row->first));
        add_count(table, group, {name, tone_of_grade(name)}, row->second, verdicts_);
    }
    add_classes(table);
    add_reasons(table);
    Layout inner = layout;
    inner.indent += 2;
    return painted(heading(targets, elapsed), Tone::Strong, layout.style) + "\n" +
           table.text(inner);
}

}  // namespace smarttls::portal
