// SPDX-License-Identifier: Apache-2.0
#include "store/log/bundle_report.h"

#include <boost/json.hpp>
#include <set>

#include "policy/text.h"
#include "store/log/canonical_json.h"

namespace smarttls::store {
namespace {

namespace json = boost::json;

constexpr std::size_t kDepth = 16;  // of facts and parts

std::string number(std::uint64_t value) {
    return std::to_string(value);
}

std::string name_of(const BundleRecord& record) {
    return "record " + to_text(record.id) + " (leaf " + number(record.index) + "): ";
}

/// The verdicts that the parts of proved records name.
struct NamedVerdicts {
    std::set<std::string, std::less<>> hashes;

    void take(const PartContent& part) {
        const auto value = parse_canonical(part.plaintext, kDepth);
        const json::object* object = value ? value->if_object() : nullptr;
        const json::value* verdict = object != nullptr ? object->if_contains("verdict") : nullptr;
        const json::string* hash = verdict != nullptr ? verdict->if_string() : nullptr;
        if (hash != nullptr && !hash->empty()) hashes.emplace(*hash);
    }
};

/// Fills a report, one step for each thing that a bundle may prove.
class Verification {
  public:
    explicit Verification(const Bundle& bundle) : bundle_(bundle) {}

    void check_checkpoint(const NoteVerifier& verifier) {
        auto checkpoint = open_checkpoint(bundle_.checkpoint, verifier);
        if (checkpoint) {
            report_.checkpoint = *std::move(checkpoint);
        } else {
            wrong("the checkpoint proves nothing, and so no record is proved: " +
                  checkpoint.error().what);
        }
    }

    Result<void> check_timestamp(const std::string& ca_file) {
        if (bundle_.timestamp.empty()) {
            limit("there is no timestamp: when the checkpoint was signed is the log's own word");
        } else if (ca_file.empty()) {
            limit("the timestamp was not checked: no authority is trusted");
        } else {
            auto checked =
                verify_timestamp(bundle_.timestamp, bytes_of(bundle_.checkpoint), ca_file);
            if (!checked && checked.error().kind == policy::ErrorKind::Misconfigured) {
                return tl::unexpected(checked.error());
            }
            if (checked) {
                report_.timestamp = *std::move(checked);
            } else {
                wrong("the timestamp proves nothing: " + checked.error().what);
            }
        }
        return policy::ok();
    }

    void check_records() {
        if (bundle_.records.empty()) wrong("there is no record in the bundle");
        for (const BundleRecord& record : bundle_.records) {
            check_place(record);
            check_facts(record);
            report_.records.push_back(judge(record));
        }
    }

    void check_verdicts() {
        for (const auto& [hash, text] : bundle_.verdicts) {
            if (to_hex(sha256(bytes_of(text))) != hash) {
                wrong("verdict " + policy::quote(hash) + ": its text has another SHA-256");
            } else if (!named_.hashes.contains(hash)) {
                wrong("verdict " + hash + ": no proved part names it");
            } else {
                report_.verdicts.push_back(hash);
            }
        }
        for (const std::string& hash : named_.hashes) {
            if (!bundle_.verdicts.contains(hash)) {
                wrong("verdict " + policy::quote(hash) + ": a part names it, and it is missing");
            }
        }
    }

    void say_limits() {
        if (report_.checkpoint && bundle_.records.size() < report_.checkpoint->size) {
            limit("the log has " + number(report_.checkpoint->size) + " records, the bundle " +
                  number(bundle_.records.size()) +
                  "; that no other is about the same is not proved");
        }
    }

    [[nodiscard]] BundleReport report() && { return std::move(report_); }

  private:
    void wrong(std::string sentence) { report_.mistakes.push_back(std::move(sentence)); }
    void limit(std::string sentence) { report_.limits.push_back(std::move(sentence)); }

    /// Records stand by ascending index, each once.
    void check_place(const BundleRecord& record) {
        const bool is_new = seen_.insert(record.index).second;
        if (!is_new) return wrong(name_of(record) + "its leaf is there twice");
        if (*seen_.rbegin() != record.index) {
            wrong(name_of(record) + "it stands behind leaf " + number(*seen_.rbegin()));
        }
    }

    void check_facts(const BundleRecord& record) {
        const auto facts = parse_canonical(record.facts, kDepth);
        if (!facts) return wrong(name_of(record) + "facts: " + facts.error().what);
        const json::object* object = facts->if_object();
        const json::value* parts = object != nullptr ? object->if_contains("parts") : nullptr;
        if (parts == nullptr || !parts->is_int64()) {
            return wrong(name_of(record) + "its facts do not tell how many parts it has");
        }
        if (*parts != record.parts.size()) {
            wrong(name_of(record) + "its facts tell of " + json::serialize(*parts) +
                  " parts, and there are " + number(record.parts.size()));
        }
    }

    [[nodiscard]] RecordReport judge(const BundleRecord& record) {
        RecordReport judged{record.index, record.id, is_in_log(record), {}};
        for (const BundlePart& part : record.parts) {
            const auto* content = std::get_if<PartContent>(&part.content);
            if (judged.in_log && content != nullptr) named_.take(*content);
            const PartState state = content != nullptr ? PartState::Intact : PartState::Erased;
            judged.parts.push_back(judged.in_log ? state : PartState::Unproved);
        }
        return judged;
    }

    [[nodiscard]] bool is_in_log(const BundleRecord& record) {
        if (!report_.checkpoint) return false;
        const LeafPlace place{record.index, report_.checkpoint->size};
        auto included =
            verify_inclusion(place, record.leaf(), record.proof, report_.checkpoint->root);
        if (included) return true;
        const bool changed = included.error().kind == policy::ErrorKind::Untrusted;
        wrong(name_of(record) + "it is not proved to be in the log: " + included.error().what +
              (changed ? ", so its facts, a part, its id, its index or the proof is not the log's"
                       : ""));
        return false;
    }

    const Bundle& bundle_;
    BundleReport report_;
    NamedVerdicts named_;
    std::set<std::uint64_t> seen_;  // leaves
};

}  // namespace

std::string_view to_string(PartState state) {
    switch (state) {
        case PartState::Intact:
            return "intact";
        case PartState::Erased:
            return "erased";
        case PartState::Unproved:
            break;
    }
    return "unproved";
}

Result<BundleReport> verify_bundle(std::string_view text, const BundleTrust& trust) {
    auto bundle = read_bundle(text);
    if (!bundle) return tl::unexpected(bundle.error());
    Verification verification(*bundle);
    verification.check_checkpoint(trust.log);
    auto timestamp = verification.check_timestamp(trust.timestamp_ca_file);
    if (!timestamp) return tl::unexpected(timestamp.error());
    verification.check_records();
    verification.check_verdicts();
    verification.say_limits();
    return std::move(verification).report();
}

}  // namespace smarttls::store
