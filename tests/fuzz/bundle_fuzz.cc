// SPDX-License-Identifier: Apache-2.0
//
// A bundle, as whoever wants to prove something hands it in; the key is the golden log's. A record
// of that log that is proved has to be one of the golden bundle: nobody else has the key.
#include <algorithm>

#include "store/log/bundle_report.h"
#include "tests/fuzz/fuzz.h"

namespace smarttls::fuzz {
namespace {

constexpr std::string_view kKey =
    "mail.example.org/milter+5b1041d6+AZcDvGEQ0Nmh3YZI6uu0RLqyBlThGgLoFHTJ2926TE3l";

void judge_report(const store::BundleReport& report, const store::Bundle& bundle) {
    require(report.records.size() == bundle.records.size(), "each record is reported");
    require(report.holds() || std::all_of(report.mistakes.begin(), report.mistakes.end(),
                                          [](const auto& what) { return is_printable(what); }),
            "mistakes are printable");
    for (std::size_t i = 0; i < report.records.size(); ++i) {
        const store::RecordReport& record = report.records[i];
        require(record.parts.size() == bundle.records[i].parts.size(), "each part is reported");
        require(!record.in_log || report.checkpoint.has_value(), "a checkpoint proves records");
        require(!record.in_log ||
                    bundle.records[i].facts.find("mail.example.org/milter") != std::string::npos,
                "nobody adds a record to the log");
    }
}

}  // namespace

void judge(std::string_view input) {
    static const store::BundleTrust trust{store::NoteVerifier::parse(kKey).value(), {}};
    const auto report = store::verify_bundle(input, trust);
    const auto bundle = store::read_bundle(input);
    require(report.has_value() == bundle.has_value(), "what is read is verified");
    if (!bundle) {
        require(is_printable(bundle.error().what), "an error is printable");
        return;
    }
    const std::string line = store::write_bundle(*bundle);
    require(line == input || line == std::string(input) + "\n", "a bundle has one spelling");
    judge_report(*report, *bundle);
}

}  // namespace smarttls::fuzz
