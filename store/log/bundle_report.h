// SPDX-License-Identifier: Apache-2.0
//
// What a bundle proves to somebody who trusts a verifier key, and perhaps some authorities of
// timestamps, and what it does not.
//
//     const BundleTrust trust{*NoteVerifier::parse(key), ca_file};
//     Result<BundleReport> report = verify_bundle(text, trust);
//     if (report && report->holds()) ...
//
// A record is in the log when its leaf, recomputed from id, facts and parts, leads to the root that
// the key has signed. That proves each byte of its facts and of its readable parts; of a part that
// was erased it proves that it existed. When it does not lead there, nothing can be said of any of
// them: the leaf commits to all at once.
// Ownership: values. Threads: pure functions (they read the file). Errors: Malformed (the text is
// no bundle), Misconfigured (the file). Whatever a bundle fails to prove is a finding.
#pragma once

#include <optional>

#include "store/log/bundle.h"
#include "store/log/checkpoint.h"
#include "store/log/timestamp.h"

namespace smarttls::store {

enum class PartState {
    Intact,    // its plaintext is what the log committed to
    Erased,    // it was there; its content is gone
    Unproved,  // its record is not proved
};

[[nodiscard]] std::string_view to_string(PartState state);

struct RecordReport {
    std::uint64_t index = 0;
    RecordId id{};
    bool in_log = false;
    std::vector<PartState> parts;
};

/// What the verifier believes before it reads the bundle.
struct BundleTrust {
    NoteVerifier log;
    std::string timestamp_ca_file;  // PEM; empty: timestamps are not checked
};

struct BundleReport {
    /// Signed by the key.
    std::optional<Checkpoint> checkpoint;
    /// When the checkpoint existed by the word of an authority.
    std::optional<Timestamp> timestamp;
    /// As the bundle has them.
    std::vector<RecordReport> records;
    /// By SHA-256: those that a proved part names and whose text is that one.
    std::vector<std::string> verdicts;
    /// What is wrong, a sentence each.
    std::vector<std::string> mistakes;
    /// What nobody can conclude although nothing is wrong, a sentence each.
    std::vector<std::string> limits;

    [[nodiscard]] bool holds() const { return mistakes.empty(); }
};

[[nodiscard]] Result<BundleReport> verify_bundle(std::string_view text, const BundleTrust& trust);

}  // namespace smarttls::store
