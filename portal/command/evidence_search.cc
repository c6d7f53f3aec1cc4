// SPDX-License-Identifier: Apache-2.0
#include "portal/command/evidence_search.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "portal/command/evidence_arguments.h"
#include "portal/command/evidence_json.h"
#include "portal/command/evidence_open.h"
#include "portal/command/evidence_words.h"
#include "portal/command/exit_status.h"

namespace smarttls::portal {
namespace {

using store::EvidenceRecord;
using store::RecipientEvidence;
using store::StoredEvidence;

constexpr std::size_t kColumns = 6;
constexpr std::size_t kOutcomeColumn = 3;
using Row = std::array<std::string, kColumns>;

Row heading() {
    return {"TIME", "QUEUE-ID", "CLASS", "OUTCOME", "RECIPIENT", "SENDER"};
}

Row row_of(const EvidenceRecord& record, const RecipientEvidence& recipient) {
    const auto or_dash = [](const std::string& text) {
        return text.empty() ? "-" : printable(text);
    };
    return {local_time(std::chrono::floor<std::chrono::seconds>(record.time)),
            or_dash(record.queue_id),
            or_dash(record.class_name),
            outcome_of(record, recipient),
            record.recipients.empty() ? "-" : recipient_words(recipient),
            sender_words(record)};
}

std::vector<Row> rows_of(const std::vector<StoredEvidence>& found) {
    std::vector<Row> rows;
    for (const StoredEvidence& evidence : found) {
        const EvidenceRecord& record = evidence.record;
        if (record.recipients.empty()) rows.push_back(row_of(record, RecipientEvidence{}));
        for (const std::size_t index : evidence.concerned) {
            rows.push_back(row_of(record, record.recipients[index]));
        }
    }
    return rows;
}

/// Longer values break the alignment of their own line only.
std::array<std::size_t, kColumns> widths_of(const std::vector<Row>& rows) {
    constexpr std::array<std::size_t, kColumns> kGreatest{30, 20, 16, 20, 40, 40};
    std::array<std::size_t, kColumns> widths{};
    for (std::size_t column = 0; column < kColumns; ++column) {
        widths[column] = columns(heading()[column]);
        for (const Row& row : rows) {
            widths[column] = std::max(widths[column], columns(row[column]));
        }
        widths[column] = std::min(widths[column], kGreatest[column]);
    }
    return widths;
}

Tone tone_in(std::size_t column, const Row& row) {
    return column == kOutcomeColumn ? tone_of_outcome(row[column]) : Tone::Ordinary;
}

void print_table(const std::vector<Row>& rows, std::ostream& out, Style style) {
    const auto widths = widths_of(rows);
    const auto print = [&](const Row& row, bool heading) {
        for (std::size_t column = 0; column + 1 < kColumns; ++column) {
            const Tone tone = heading ? Tone::Strong : tone_in(column, row);
            out << painted(padded(row[column], widths[column]), tone, style) << "  ";
        }
        out << painted(row.back(), heading ? Tone::Strong : Tone::Ordinary, style) << "\n";
    };
    print(heading(), true);
    for (const Row& row : rows) print(row, false);
}

store::EvidenceTime now() {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace

int evidence_search(const policy::Config& config, const std::vector<std::string>& arguments,
                    std::ostream& out, std::ostream& err, Style style) {
    const auto search = parse_search(arguments, now());
    if (!search) return complain_about_usage(search.error(), "evidence search", err);
    if (search->help) {
        out << kSearchUsage;
        return kExitYes;
    }
    auto reader = open_evidence(config);
    if (!reader) return complain(reader.error(), err);
    auto found = reader->search(search->query, search->limit + 1, search->before);  // one more shows there is more
    if (!found) return complain(found.error(), err);
    if (found->empty()) {
        err << "smarttls: no evidence matches\n";
        return kExitNo;
    }
    const bool more = found->size() > search->limit;
    if (more) found->pop_back();
    if (!search->json) print_table(rows_of(*found), out, style);
    if (search->json) {
        for (const StoredEvidence& evidence : *found) out << evidence_json(evidence) << "\n";
    }
    if (more) {
        err << "smarttls: there is more: --before " << found->back().id << " shows the next page\n";
    }
    return kExitYes;
}

}  // namespace smarttls::portal
