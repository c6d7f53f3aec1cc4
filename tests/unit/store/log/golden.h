// SPDX-License-Identifier: Apache-2.0
//
// A log of seven records with nothing random in it, from key to bundle: tests/golden/evidence shows
// what it looks like, and a change of the format as a difference. It follows the format by itself:
// encryption, too, is written down here once more.
// Threads: one.
#pragma once

#include <sodium.h>

#include <algorithm>
#include <boost/json.hpp>

#include "memory_log.h"
#include "store/log/bundle.h"
#include "store/log/canonical_json.h"
#include "store/log/checkpoint.h"

namespace smarttls::store::test {

namespace json = boost::json;

/// Stands for 32 random bytes.
inline Hash fixed(const std::string& label) {
    return sha256(bytes_of("golden " + label));
}

struct GoldenPart {
    std::string plaintext;
    Hash random{};  // destroyed with the part
    bool erased = false;
    Bytes ciphertext;
    Hash salt{};

    [[nodiscard]] PartStub stub() const {
        return {sha256(ciphertext), part_commitment(salt, plaintext)};
    }
};

struct GoldenRecord {
    RecordId id{};
    std::string facts;
    Hash secret{};  // wrapped to the epoch's key
    std::vector<GoldenPart> parts;

    [[nodiscard]] std::vector<PartStub> stubs() const {
        std::vector<PartStub> stubs;
        for (const GoldenPart& part : parts) stubs.push_back(part.stub());
        return stubs;
    }
};

inline RecordId golden_id(std::size_t number) {
    RecordId id{0x01, 0x9a, 0xb1, 0x2c, 0x3d, 0x4e, 0x70, 0x01, 0x80};
    id.back() = static_cast<std::uint8_t>(number);
    return id;
}

/// XChaCha20-Poly1305-IETF under a key of its own, nonce zero, bound to record and place.
inline Bytes encrypt_part(const RecordId& id, std::size_t place, const Hash& key,
                          const std::string& plaintext) {
    Bytes bound(id.begin(), id.end());
    bound.insert(bound.end(), {0, 0, 0, static_cast<std::uint8_t>(place)});
    const Bytes nonce(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
    Bytes ciphertext(plaintext.size() + crypto_aead_xchacha20poly1305_ietf_ABYTES);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        ciphertext.data(), nullptr, bytes_of(plaintext).data(), plaintext.size(), bound.data(),
        bound.size(), nullptr, nonce.data(), key.data());
    return ciphertext;
}

class GoldenLog {
  public:
    static constexpr std::size_t kSize = 7;
    static constexpr const char* kOrigin = "mail.example.org/milter";
    const std::string verdict =
        canonical_json({{"domain", "example.nl"}, {"level", "dane"}, {"reasons", json::array{}}});

    GoldenLog() {
        for (std::size_t i = 0; i < kSize; ++i) {
            records_.push_back(make_record(i));
            log_.append(
                leaf_hash(record_entry(records_[i].id, records_[i].facts, records_[i].stubs())));
        }
    }

    [[nodiscard]] NoteSigner signer() const {
        Bytes typed{0x01};
        const Hash seed = fixed("seed");
        typed.insert(typed.end(), seed.begin(), seed.end());
        // The id of the key that this seed makes; parse() holds it against the key.
        return NoteSigner::parse(std::string("PRIVATE+KEY+") + kOrigin + "+" + kKeyId + "+" +
                                 to_base64(typed))
            .value();
    }
    [[nodiscard]] std::string checkpoint() const {
        return sign_checkpoint({kOrigin, kSize, log_.tree().root(), {}}, signer()).value();
    }
    [[nodiscard]] Bundle bundle(const std::vector<std::size_t>& leaves) const {
        Bundle bundle{checkpoint(), {}, {}, {}};
        bundle.verdicts[to_hex(sha256(bytes_of(verdict)))] = verdict;
        for (const std::size_t leaf : leaves) bundle.records.push_back(bundle_record(leaf));
        return bundle;
    }
    [[nodiscard]] const std::vector<GoldenRecord>& records() const { return records_; }
    [[nodiscard]] const MemoryLog& log() const { return log_; }

  private:
    static constexpr const char* kKeyId = "5b1041d6";

    [[nodiscard]] static std::string make_facts(std::size_t number, std::size_t parts) {
        json::object facts{{"version", "EN319522v1.2.1"},
                           {"ERDSEventId", "http://uri.etsi.org/19522/Event/SubmissionAcceptance"},
                           {"EventTime", "2026-11-23T08:00:0" + std::to_string(number) + ".000Z"},
                           {"EvidenceIssuerDetails", {{"Name", kOrigin}}},
                           {"class", "gdpr"},
                           {"queue", "4Q3d0c2Tqz9" + std::to_string(number)},
                           {"outcome", "direct"},
                           {"floor", "dane"},
                           {"config", "0123456789abcdef"},
                           {"parts", parts}};
        return canonical_json(facts);
    }
    [[nodiscard]] std::string plaintext_of(std::size_t number, std::size_t place) const {
        if (place == 0) {
            return canonical_json({{"client", "192.0.2.1"},
                                   {"note", "caf\u00e9 \"\\\n\u0001\u007f"},
                                   {"sender", "alice@example.org"}});
        }
        json::object part{{"address", "bob" + std::to_string(number) + "@example.nl"}};
        if (place == 1) part["verdict"] = to_hex(sha256(bytes_of(verdict)));
        return canonical_json(part);
    }
    /// Record i has i mod 4 recipients; the second recipient of record 3 was erased.
    [[nodiscard]] GoldenRecord make_record(std::size_t number) const {
        const std::string label = std::to_string(number);
        const std::size_t parts = 1 + number % 4;
        GoldenRecord record{
            golden_id(number), make_facts(number, parts), fixed("secret " + label), {}};
        for (std::size_t place = 0; place < parts; ++place) {
            GoldenPart part;
            part.plaintext = plaintext_of(number, place);
            part.random = fixed("part " + label + " " + std::to_string(place));
            part.erased = number == 3 && place == 2;
            Bytes key(record.secret.begin(), record.secret.end());
            key.insert(key.end(), part.random.begin(), part.random.end());
            part.salt = hmac_sha256(key, bytes_of("smarttls evidence commitment"));
            part.ciphertext = encrypt_part(
                record.id, place, hmac_sha256(key, bytes_of("smarttls evidence encryption")),
                part.plaintext);
            record.parts.push_back(std::move(part));
        }
        return record;
    }
    [[nodiscard]] BundleRecord bundle_record(std::size_t leaf) const {
        const GoldenRecord& record = records_.at(leaf);
        BundleRecord bundled{leaf, record.id, record.facts, {}, {}};
        for (const GoldenPart& part : record.parts) {
            const PartStub stub = part.stub();
            if (part.erased) {
                bundled.parts.push_back({stub.digest, ErasedPart{stub.commitment}});
            } else {
                bundled.parts.push_back({stub.digest, PartContent{part.plaintext, part.salt}});
            }
        }
        bundled.proof = inclusion_proof({leaf, kSize}, log_.reader()).value();
        return bundled;
    }

    std::vector<GoldenRecord> records_;
    MemoryLog log_;
};

}  // namespace smarttls::store::test
