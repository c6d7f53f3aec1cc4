// SPDX-License-Identifier: Apache-2.0
//
// ErasureSite: a store with messages about Bob, Carol and others, and a look into every file of it for what should not be
// there any more; for the tests of erasure, retention, backup and restore.
// Threads: one.
#pragma once

#include <fstream>
#include <iterator>

#include "store/exception_report.h"
#include "store/log_check.h"
#include "store/message_keys.h"
#include "tests/unit/store/keyed_store.h"

namespace smarttls::store::test {

inline constexpr std::string_view kSealedId = "0123456789abcdef0123456789abcdef";

class ErasureSite : public ::testing::Test {
  protected:
    static EvidenceRecord message(const std::string& queue_id, const std::vector<std::string>& recipients,
                                  const std::string& verdict = "") {
        EvidenceRecord one = record(queue_id);
        one.recipients.clear();
        for (const std::string& address : recipients) {
            one.recipients.push_back(recipient(address, "direct"));
            one.recipients.back().verdict_json = verdict;
        }
        return one;
    }
    /// For Bob and Carol; a notice about Bob waits for Alice.
    EvidenceRecord kept_message(const std::string& queue_id) {
        EvidenceRecord one = message(queue_id, {"bob@example.nl", "carol@example.org"});
        std::ofstream(sealed_file()) << "ciphertext";
        const auto epoch = Epoch::of(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
        const SealedFacts sealed{std::string(kSealedId), epoch, "0011223344556677", {1, 2, 3}, 10};
        const SealedFacts* const pointer = &sealed;
        { [[maybe_unused]] auto made = EvidenceWriter::open(store_.settings); }
        auto keys = MessageKeys::reopen(store_.settings.message_keys);
        EXPECT_TRUE(keys && keys->append({&pointer, 1}));
        one.registration = Registration{std::string(64, 'a'), sealed,
                                        {{"bob@example.nl", "portal"}, {"carol@example.org", "portal"}},
                                        {{"bob@example.nl", "alice@org.example", "To: alice\r\n\r\nbob@example.nl was refused\r\n", "bob@example.nl"}}};
        return one;
    }
    static EvidenceRecord refused_message(const std::string& queue_id) {
        EvidenceRecord one = message(queue_id, {"bob@example.nl"});
        one.event = kSubmissionRejection;
        one.outcome = "reject";
        one.reply = "550 5.7.1 Mail to bob@example.nl was refused";
        one.registration = Registration{std::string(64, 'b'), {}, {},
                                        {{"bob@example.nl", "alice@org.example", "From: alice@org.example\r\n\r\nbob@example.nl\r\n", "bob@example.nl"}}};
        return one;
    }
    static EvidenceRecord exception_turn(std::string_view event, policy::ExceptionState state) {
        policy::Exception one;
        one.id = 1;
        one.target = "bob@example.nl";
        one.waiver.grade = true;
        one.reason = "bob@example.nl gets a new gateway";
        one.until = policy::WallTime(std::chrono::seconds(4'000'000'000));
        one.state = state;
        return exception_record(event, one, {"security@org.example", at(1'000'000), "jan", ""});
    }
    void append(const std::vector<EvidenceRecord>& records) {
        const auto ids = store_.append(records);
        ASSERT_TRUE(ids) << ids.error().what;
    }
    [[nodiscard]] std::string sealed_file() const { return store_.settings.sealed + "/" + std::string(kSealedId); }

    /// Whatever the case of its letters.
    [[nodiscard]] std::vector<std::string> files_with(const std::string& text) const {
        const auto lower = [](std::string bytes) { return policy::to_lower(bytes); };
        std::vector<std::string> found;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_.file(""))) {
            if (!entry.is_regular_file() || entry.path().filename().string().ends_with(".copy")) continue;
            std::ifstream file(entry.path(), std::ios::binary);
            const std::string content{std::istreambuf_iterator<char>(file), {}};
            if (lower(content).find(lower(text)) != std::string::npos) found.push_back(entry.path().string());
        }
        return found;
    }
    [[nodiscard]] std::string address_bytes(const std::string& address) const {
        const AddressHash hash = AddressKey::load(store_.settings.address_key)->hash(address);
        return {hash.begin(), hash.end()};
    }
    [[nodiscard]] std::string hash_hex(const std::string& address) const {
        return to_hex(AddressKey::load(store_.settings.address_key)->hash(address));
    }
    /// r of one part, as it lies in the database of keys.
    [[nodiscard]] std::string part_secret(std::int64_t id, std::size_t number) {
        const auto identifier = store_.reader()->by_id(id).value()->identifier;
        const auto key = MessageKeys::open_read_only(store_.settings.message_keys)->find(*identifier).value();
        const auto start = key->secrets.begin() + static_cast<std::ptrdiff_t>(number * kPartSecretSize);
        return {start, start + kPartSecretSize};
    }
    [[nodiscard]] std::int64_t count(const std::string& table) const {
        return Database::open(store_.settings.evidence, OpenMode::ReadOnly)->query_integer("SELECT count(*) FROM " + table).value();
    }
    [[nodiscard]] Hash log_root(std::uint64_t size) const {
        Database database = *Database::open(store_.settings.evidence, OpenMode::ReadOnly);
        return stored_root(database, size).value();
    }
    /// Every leaf is what its record makes it.
    void expect_whole_log(std::uint64_t size) const {
        Database database = *Database::open(store_.settings.evidence, OpenMode::ReadOnly);
        const auto state = check_log(database);
        ASSERT_TRUE(state) << state.error().what;
        EXPECT_EQ(state->size, size);
    }
    void keep_copies() const {
        for (const char* name : {"evidence.db", "message-keys.db"}) {
            [[maybe_unused]] const auto emptied = Database::open(directory_.file(name), OpenMode::Existing)->checkpoint();
            std::filesystem::copy_file(directory_.file(name), directory_.file(name) + ".copy");
        }
    }
    void bring_copies_back(const std::string& only = "") const {
        for (const std::string name : {"evidence.db", "message-keys.db"}) {
            if (!only.empty() && only != name) continue;
            for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(directory_.file(name) + suffix);
            std::filesystem::copy_file(directory_.file(name) + ".copy", directory_.file(name),
                                       std::filesystem::copy_options::overwrite_existing);
        }
    }

    ScratchDirectory directory_;
    KeyedStore store_{directory_};
};

}  // namespace smarttls::store::test
