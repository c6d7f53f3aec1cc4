// SPDX-License-Identifier: Apache-2.0
//
// KeyedStore: a directory with the key pair of this month, where evidence can be kept and read again.
// Threads: one.
#pragma once

#include <filesystem>

#include "policy/config.h"
#include "store/evidence_appender.h"
#include "store/evidence_reader.h"
#include "store/evidence_writer.h"
#include "store/sealing/key.h"
#include "tests/unit/store/scratch.h"

namespace smarttls::store::test {

class KeyedStore {
  public:
    explicit KeyedStore(const ScratchDirectory& directory)
        : settings{.evidence = directory.file("evidence.db"),
                   .sealed = directory.file("sealed"),
                   .message_keys = directory.file("message-keys.db"),
                   .public_keys = directory.file("public"),
                   .address_key = directory.file("address.key"),
                   .log_key = directory.file("log.key"),
                   .log_origin = "test.example/log",
                   .events = {}},
          private_keys(directory.file("private")) {
        for (const std::string& name : {settings.sealed, settings.public_keys, private_keys}) {
            std::filesystem::create_directory(name);
        }
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        auto key = PrivateKey::create(Epoch::of(now));
        EXPECT_TRUE(key && store_key(private_keys, *key) && store_key(settings.public_keys, key->public_key()));
    }

    /// The databases, with a segment of terms (term_table.h) from each of these times on.
    void make_in_segments(const std::vector<std::int64_t>& starts) const {
        { EXPECT_TRUE(EvidenceWriter::open(settings)); }
        auto database = Database::open(settings.evidence, OpenMode::Existing);
        for (const std::int64_t start : starts) {
            EXPECT_TRUE(database->exec("INSERT INTO segment (start, first) VALUES (" + std::to_string(start) + ", 1)"));
        }
    }
    /// Makes the databases when they are missing.
    [[nodiscard]] Result<std::vector<std::int64_t>> append(const std::vector<EvidenceRecord>& records) const {
        if (!std::filesystem::exists(settings.evidence)) {
            auto writer = EvidenceWriter::open(settings);
            if (!writer) return tl::unexpected(writer.error());
        }
        return append_evidence(settings, records);
    }
    [[nodiscard]] Result<EvidenceReader> reader() const { return EvidenceReader::open(settings, private_keys); }

    policy::StoreSettings settings;
    std::string private_keys;
};

}  // namespace smarttls::store::test
