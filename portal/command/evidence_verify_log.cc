// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "portal/command/evidence_open.h"
#include "portal/command/evidence_verify.h"
#include "portal/command/exit_status.h"
#include "portal/command/proof_page.h"
#include "store/checkpoints.h"
#include "store/content_audit.h"
#include "store/evidence_schema.h"
#include "store/log_audit.h"
#include "store/migrations.h"
#include "store/record_text.h"
#include "store/sealing/durable_file.h"

namespace smarttls::portal {
namespace {

using policy::because;
using policy::ErrorKind;
using policy::fail;
using policy::Result;
using store::ContentAudit;
using store::Findings;
using store::LogAudit;
using store::OutsideCheckpoint;

constexpr std::size_t kLongestCheckpointFile = std::size_t{512} * 1024 * 1024;

std::string number(std::uint64_t value) { return std::to_string(value); }

/// The key that the question names, or the one that lies here.
Result<store::NoteVerifier> verifier_for(const policy::StoreSettings& settings, const std::string& key) {
    if (!key.empty()) return read_verifier(key);
    const std::filesystem::path path(settings.log_key);
    auto signer = store::load_signer(path.parent_path().string(), path.filename().string());
    if (!signer) return because(signer, "the log's key cannot be read by you, and there is no --key");
    return signer->verifier();
}

Result<std::vector<OutsideCheckpoint>> read_outside(const std::string& file) {
    std::vector<OutsideCheckpoint> outside;
    if (file.empty()) return outside;
    const auto text = store::read_file(file, kLongestCheckpointFile);
    if (!text) return because(text, "--since-checkpoint");
    for (std::string& note : store::split_notes(*text)) {
        std::string name = "checkpoint " + number(outside.size() + 1) + " of " + file;
        outside.push_back({std::move(name), std::move(note)});
    }
    if (outside.empty()) return fail(ErrorKind::Malformed, "--since-checkpoint: " + file + " holds no checkpoint");
    return outside;
}

Result<LogAudit> audit_all(const policy::StoreSettings& settings, const store::AuditQuestion& question) {
    auto database = store::Database::open(settings.evidence, store::OpenMode::ReadOnly);
    if (!database) return tl::unexpected(database.error());
    auto same = store::require_version(*database, store::evidence_migrations().size());
    if (!same) return because(same, "evidence database " + settings.evidence);
    return store::audit_log(*database, question);
}

void take(const Findings& findings, std::vector<std::string>& sentences) {
    sentences.insert(sentences.end(), findings.first().begin(), findings.first().end());
    const std::uint64_t more = findings.count() - findings.first().size();
    if (more > 0) sentences.push_back("and " + number(more) + " more like these");
}

void tell_log(const LogAudit& audit, ProofPage& page) {
    take(audit.mistakes, page.wrong);
    if (audit.records > 0 && audit.signed_size == 0) page.wrong.emplace_back("no checkpoint that holds covers a single record");
    page.facts.push_back(number(audit.records) + " records with " + number(audit.parts) + " parts");
    if (page.wrong.empty()) page.proved.emplace_back("Each record makes the hash that the log has of it, and all hashes fit together.");
    if (audit.checkpoints > 0) {
        page.proved.push_back(number(audit.checkpoints) + " checkpoint(s) in the database are signed by the log's key over the hashes "
                              "that are here now; the last one that holds was signed on " + store::rfc3339(audit.signed_at) +
                              ", by this machine's clock.");
    }
    if (audit.checked_timestamps > 0) {
        page.proved.push_back(number(audit.checked_timestamps) + " of these carry a trusted timestamp that holds; the last is of " +
                              store::rfc3339(audit.stamped_at) + ", by the word of " + audit.authority + ".");
    } else if (audit.timestamps > 0) {
        page.limits.push_back(number(audit.timestamps) + " checkpoint(s) carry a timestamp, which was not looked at: nobody said whom to "
                              "trust with the time (--timestamp-ca, or [store] timestamp-ca).");
    }
    if (audit.outside > 0) {
        page.proved.push_back(number(audit.outside) + " checkpoint(s) that were kept elsewhere hold: of the first " + number(audit.outside_size) +
                              " hashes none was changed, left out or put in since, by whomever.");
    }
    if (audit.outside_size == 0) {
        page.limits.emplace_back("No checkpoint from elsewhere was shown (--since-checkpoint): whoever has this machine and its key "
                                 "could have written the log anew and signed that.");
    } else if (audit.outside_size < audit.records) {
        page.limits.push_back("Records after number " + number(audit.outside_size) + " are younger than what was kept elsewhere: for them "
                              "only this machine stands.");
    }
    if (audit.signed_size < audit.records) {
        page.limits.push_back("The last " + number(audit.records - audit.signed_size) + " record(s) are not signed yet.");
    }
    if (audit.erased > 0) page.limits.push_back(number(audit.erased) + " part(s) were erased: that they existed is proved, what they said is not.");
}

void tell_content(const ContentAudit& audit, ProofPage& page) {
    take(audit.mistakes, page.wrong);
    if (audit.opened > 0 && audit.mistakes.count() == 0) {
        page.proved.push_back(number(audit.opened) + " encrypted part(s) were opened: they say what the log commits to, and what stands in clear "
                              "beside them for searching says the same" +
                              (audit.knows_addresses ? "." : ", but for addresses, whose key ([store] address-key) is not at hand."));
    }
    if (audit.sealed > 0) {
        page.limits.push_back(number(audit.sealed) + " part(s) could not be opened here: that the domains, outcomes and addresses beside them, by "
                              "which a search goes, are what they say.");
    }
}

bool has_private_keys(const std::string& directory) {
    if (directory.empty()) return false;
    std::error_code failed;
    // NOLINTNEXTLINE(readability-use-anyofallof): the iterator is no range of Clang 14
    for (const auto& entry : std::filesystem::directory_iterator(directory, failed)) {
        if (entry.path().extension() == ".key" && store::read_file(entry.path().string(), 4096)) return true;
    }
    return false;
}

}  // namespace

int verify_whole_log(const policy::Config& config, const VerifyArguments& arguments, std::ostream& out, std::ostream& err,
                     Style style) {
    if (config.store.evidence.empty()) {
        return complain({ErrorKind::Misconfigured, "the configuration names no evidence database ([store] evidence)"}, err);
    }
    const auto verifier = verifier_for(config.store, arguments.key);
    if (!verifier) return complain(verifier.error(), err);
    auto outside = read_outside(arguments.since);
    if (!outside) return complain(outside.error(), err);
    const auto depth = arguments.quick ? store::AuditDepth::Log : store::AuditDepth::Content;
    const std::string& ca = arguments.timestamp_ca.empty() ? config.store.timestamp_ca : arguments.timestamp_ca;
    const auto audit = audit_all(config.store, {*verifier, *std::move(outside), depth, ca});
    if (!audit) return complain(audit.error(), err);
    ProofPage page;
    page.subject = "The evidence log " + verifier->name();
    tell_log(*audit, page);
    if (!arguments.quick && has_private_keys(config.portal.private_keys)) {
        const auto content = store::audit_content(config.store, config.portal.private_keys, audit->records);
        if (!content) return complain(content.error(), err);
        tell_content(*content, page);
    } else {
        page.limits.emplace_back("Nothing encrypted was opened: that domains, outcomes and addresses, by which a search goes, are what the "
                                 "encrypted parts say" + std::string(arguments.quick ? ", and that these parts are still whole." : "."));
    }
    page.limits.emplace_back("That what was written down was true: a log proves what its owner wrote and when, not that he was right.");
    return tell(page, out, style);
}

}  // namespace smarttls::portal
