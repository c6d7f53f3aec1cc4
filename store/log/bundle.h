// SPDX-License-Identifier: Apache-2.0
//
// A bundle: some records of the log with whatever somebody needs who wants to verify them without
// us, as one line of canonical JSON.
//
//     std::string text = write_bundle(bundle);
//     Result<Bundle> bundle = read_bundle(text);    // its form alone; see bundle_report.h
//
//     {"checkpoint":"<note>","format":"smarttls evidence bundle 1","records":[{"facts":"<text>",
//      "id":"<uuid>","index":7,"parts":[{"digest":"<b64>","plaintext":"<text>","salt":"<b64>"},
//      {"commitment":"<b64>","digest":"<b64>"}],"proof":["<b64>",...]}],"timestamp":"<b64>",
//      "verdicts":{"<sha256>":"<text>"}}
//
// The second part is one that was erased. The timestamp is optional: an RFC 3161 token (DER) over
// the SHA-256 of the checkpoint.
// Ownership: values. Threads: pure functions. Errors: Malformed, with the place in the bundle.
#pragma once

#include <map>
#include <variant>

#include "store/log/merkle_proof.h"
#include "store/log/record_leaf.h"

namespace smarttls::store {

constexpr std::string_view kBundleFormat = "smarttls evidence bundle 1";
constexpr std::size_t kLongestBundle = std::size_t{32} * 1024 * 1024;

struct PartContent {
    std::string plaintext;
    Hash salt{};

    bool operator==(const PartContent&) const = default;
};

struct ErasedPart {
    Hash commitment{};

    bool operator==(const ErasedPart&) const = default;
};

struct BundlePart {
    Hash digest{};
    std::variant<PartContent, ErasedPart> content;

    [[nodiscard]] PartStub stub() const;
    bool operator==(const BundlePart&) const = default;
};

struct BundleRecord {
    std::uint64_t index = 0;  // of its leaf
    RecordId id{};
    std::string facts;
    std::vector<BundlePart> parts;
    Proof proof;

    [[nodiscard]] Hash leaf() const;
    bool operator==(const BundleRecord&) const = default;
};

struct Bundle {
    std::string checkpoint;                       // a signed note
    Bytes timestamp;                              // empty: there is none
    std::map<std::string, std::string> verdicts;  // by the SHA-256 of their text, in hexadecimal
    std::vector<BundleRecord> records;            // by ascending index

    bool operator==(const Bundle&) const = default;
};

/// Ends in a newline. Its texts are UTF-8.
[[nodiscard]] std::string write_bundle(const Bundle& bundle);
/// The newline at the end may be missing.
[[nodiscard]] Result<Bundle> read_bundle(std::string_view text);

}  // namespace smarttls::store
