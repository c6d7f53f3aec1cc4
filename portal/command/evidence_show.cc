// SPDX-License-Identifier: Apache-2.0
#include "portal/command/evidence_show.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <iterator>

#include "portal/command/either_log.h"
#include "portal/command/evidence_arguments.h"
#include "portal/command/evidence_json.h"
#include "portal/command/evidence_open.h"
#include "portal/command/evidence_verdict.h"
#include "portal/command/evidence_words.h"
#include "portal/command/exit_status.h"

namespace smarttls::portal {
namespace {

using policy::Result;
using store::EvidenceRecord;
using store::RecipientEvidence;
using store::StoredEvidence;

constexpr std::size_t kIndent = 2;
constexpr std::size_t kLabelColumns = 10;

std::string weekday(std::chrono::sys_seconds time) {
    const std::time_t seconds = time.time_since_epoch().count();
    std::tm local{};
    localtime_r(&seconds, &local);
    std::array<char, 40> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%A", &local)};
}

void tell(std::ostream& out, std::string_view label, std::string_view value) {
    if (value.empty()) return;
    out << std::string(kIndent, ' ') << padded(label, kLabelColumns)
        << wrapped(printable(value), kIndent + kLabelColumns) << "\n";
}

std::string class_words(const EvidenceRecord& record) {
    if (record.floor.empty()) return record.class_name;
    return record.class_name + ", demands " + record.floor;
}

void tell_message(const StoredEvidence& evidence, std::ostream& out, Style style) {
    const EvidenceRecord& record = evidence.record;
    const std::string name = record.queue_id.empty() ? "NOQUEUE" : printable(record.queue_id);
    const auto seconds = std::chrono::floor<std::chrono::seconds>(record.time);
    out << painted(name, Tone::Strong, style) << ": "
        << painted(story_of(record), tone_of(record), style) << "\n\n";
    tell(out, "Time", weekday(seconds) + " " + local_time(seconds));
    tell(out, "Class", class_words(record));
    const bool is_null = record.sender.empty() && record.shown == store::Shown::Clear;
    tell(out, "From", is_null ? "<> (the null sender)" : sender_words(record));
    tell(out, "Client", record.client);
    tell(out, "Mark", record.mark);
    if (record.mode == store::kShadowMode) tell(out, "Mode", "shadow: nothing of this was done, the mail passed");
    tell(out, "Reply", record.reply);
    tell(out, "Note", record.note);
    tell(out, "Content", record.content_sha256.empty() ? "" : "SHA-256 " + record.content_sha256);
    tell(out, "Config", record.config_version);
    const std::string identifier = evidence.identifier ? ", " + store::to_text(*evidence.identifier) : "";
    tell(out, "Evidence", std::to_string(evidence.id) + ", " + record.event + identifier);
}

void tell_recipient(const EvidenceRecord& record, const RecipientEvidence& recipient,
                    std::ostream& out, Style style) {
    constexpr std::size_t kInner = 2 * kIndent;
    const std::string inner(kInner, ' ');
    const std::string outcome = outcome_of(record, recipient);
    out << "\n"
        << std::string(kIndent, ' ') << "To "
        << painted(recipient_words(recipient), Tone::Strong, style) << ": "
        << painted(outcome, tone_of_outcome(outcome), style) << "\n";
    if (!recipient.explanation.empty()) {
        out << inner << wrapped(printable(recipient.explanation), kInner) << "\n";
    }
    if (!recipient.kind.empty()) out << inner << "Kind: " << printable(recipient.kind) << "\n";
    if (!recipient.floor.empty()) {
        out << inner << "Leaves under level " << printable(recipient.floor) << "\n";
    }
    if (!recipient.rule.empty()) {
        out << inner << "Rule: " << wrapped(printable(recipient.rule), kInner + 6) << "\n";
    }
    out << verdict_lines(recipient.verdict_json, kInner, style);
}

void tell_all(const std::vector<StoredEvidence>& found, std::ostream& out, Style style) {
    std::string_view gap;
    for (const StoredEvidence& evidence : found) {
        out << gap;
        gap = "\n";
        tell_message(evidence, out, style);
        for (const auto& recipient : evidence.record.recipients) {
            tell_recipient(evidence.record, recipient, out, style);
        }
    }
}

/// The evidence of the milter and, where there is a portal, of the portal: one story in the order of time.
Result<std::vector<StoredEvidence>> story_about(const policy::Config& config, const std::string& queue_id) {
    auto reader = open_evidence(config);
    if (!reader) return tl::unexpected(reader.error());
    auto found = reader->by_queue_id(queue_id);
    const auto portal = at_portal_log(config);
    if (!found || !portal) return found;
    auto other = open_evidence(*portal);
    if (!other) return because(other, "the portal's evidence");
    auto more = other->by_queue_id(queue_id);
    if (!more) return because(more, "the portal's evidence");
    std::move(more->begin(), more->end(), std::back_inserter(*found));
    std::stable_sort(found->begin(), found->end(), [](const StoredEvidence& one, const StoredEvidence& next) {
        return one.record.time < next.record.time;
    });
    return found;
}

}  // namespace

int evidence_show(const policy::Config& config, const std::vector<std::string>& arguments,
                  std::ostream& out, std::ostream& err, Style style) {
    const auto show = parse_show(arguments);
    if (!show) return complain_about_usage(show.error(), "evidence show", err);
    if (show->help) {
        out << kShowUsage;
        return kExitYes;
    }
    const auto found = story_about(config, show->queue_id);
    if (!found) return complain(found.error(), err);
    if (found->empty()) {
        err << "smarttls: there is no evidence about " << printable(show->queue_id) << "\n";
        return kExitNo;
    }
    if (!show->json) tell_all(*found, out, style);
    if (show->json) {
        for (const StoredEvidence& evidence : *found) out << evidence_json(evidence) << "\n";
    }
    return kExitYes;
}

}  // namespace smarttls::portal
