// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "portal/command/evidence_open.h"
#include "portal/command/evidence_verify.h"
#include "portal/command/exit_status.h"
#include "portal/command/proof_page.h"
#include "store/log/bundle_report.h"
#include "store/record_text.h"
#include "store/sealing/durable_file.h"

namespace smarttls::portal {
namespace {

using policy::Result;
using store::BundleReport;
using store::PartState;

std::string number(std::size_t value) { return std::to_string(value); }

/// "record 8, 2026-11-23T08:00:00.123Z: SubmissionAcceptance, direct, queue id 4Xy"
std::string record_line(const store::BundleRecord& record) {
    std::string name = "record " + number(record.index + 1) + " of the log, " + store::to_text(record.id);
    const auto facts = store::read_facts(record.facts);
    if (!facts) return name;
    std::string line = name + ": " + facts->event;
    if (!facts->outcome.empty()) line += ", " + facts->outcome;
    if (!facts->queue_id.empty()) line += ", queue id " + facts->queue_id;
    return line + ", " + store::rfc3339(facts->time);
}

std::size_t count(const BundleReport& report, PartState state) {
    std::size_t found = 0;
    for (const auto& record : report.records) found += static_cast<std::size_t>(std::count(record.parts.begin(), record.parts.end(), state));
    return found;
}

std::size_t records_in_log(const BundleReport& report) {
    return static_cast<std::size_t>(std::count_if(report.records.begin(), report.records.end(),
                                                  [](const auto& record) { return record.in_log; }));
}

std::vector<std::string> proved(const BundleReport& report) {
    std::vector<std::string> sentences;
    if (!report.checkpoint) return sentences;
    sentences.push_back("The log " + report.checkpoint->origin + " signed that it had " + number(report.checkpoint->size) +
                        " records, which ones, and in which order.");
    if (const std::size_t there = records_in_log(report); there > 0) {
        sentences.push_back(number(there) + " of the " + number(report.records.size()) +
                            " records in this file are among them; not a letter of their facts was changed since.");
    }
    if (const std::size_t intact = count(report, PartState::Intact); intact > 0) {
        sentences.push_back(number(intact) + " part(s), about the message and its recipients, are word for word what was written down then.");
    }
    if (!report.verdicts.empty()) {
        sentences.push_back(number(report.verdicts.size()) + " verdict(s) about mail servers are the ones on which was decided.");
    }
    if (report.timestamp) {
        sentences.push_back("All of this was there at " + store::rfc3339(store::EvidenceTime(report.timestamp->time)) + ", by the word of " +
                            report.timestamp->authority + " (timestamp " + report.timestamp->serial + ").");
    }
    return sentences;
}

std::vector<std::string> limits(const BundleReport& report) {
    std::vector<std::string> sentences = report.limits;
    if (const std::size_t erased = count(report, PartState::Erased); erased > 0) {
        sentences.push_back(number(erased) + " part(s) have no text in this file, because they were erased or whoever made it could "
                            "not read them: that they exist is proved, what they say is not.");
    }
    sentences.emplace_back("That what was written down was true: a log proves what its owner wrote and when, not that he was right.");
    return sentences;
}

}  // namespace

int verify_bundle_file(const VerifyArguments& arguments, std::ostream& out, std::ostream& err, Style style) {
    auto verifier = read_verifier(arguments.key);
    if (!verifier) return complain(verifier.error(), err);
    const auto text = store::read_file(arguments.file, store::kLongestBundle);
    if (!text) return complain(text.error(), err);
    const auto report = store::verify_bundle(*text, {*std::move(verifier), arguments.timestamp_ca});
    ProofPage page;
    page.subject = arguments.file;
    if (!report && report.error().kind != policy::ErrorKind::Malformed) return complain(report.error(), err);
    if (!report) {
        page.wrong.push_back("it is no evidence that can be read: " + report.error().what);
        return tell(page, out, style);
    }
    if (const auto bundle = store::read_bundle(*text)) {
        for (const auto& record : bundle->records) page.facts.push_back(record_line(record));
    }
    page.wrong = report->mistakes;
    page.proved = proved(*report);
    page.limits = limits(*report);
    return tell(page, out, style);
}

}  // namespace smarttls::portal
