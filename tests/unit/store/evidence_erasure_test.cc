// SPDX-License-Identifier: Apache-2.0
#include "store/evidence_erasure.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>

#include "store/evidence_schema.h"
#include "store/evidence_table.h"
#include "store/naming.h"
#include "store/residue.h"
#include "tests/unit/store/erasure_site.h"

namespace smarttls::store {
namespace {

using test::ErasureSite;
using test::kSealedId;

class EvidenceErasureTest : public ErasureSite {
  protected:
    static ErasureOrder for_address(const std::string& address) {
        return {address, {}, "jan (uid 1000)", "asked to be forgotten", "0123456789abcdef"};
    }
    ErasureCount erase(const std::string& address) {
        const auto done = erase_evidence(store_.settings, for_address(address));
        EXPECT_TRUE(done) << done.error().what;
        return done.value_or(ErasureCount{});
    }
    std::vector<Erasure> tombstones() {
        Database database = *Database::open(store_.settings.evidence, OpenMode::ReadOnly);
        return read_tombstones(database).value();
    }
    std::vector<StoredEvidence> of_address(const std::string& address) {
        EvidenceQuery query;
        query.address = address;
        return store_.reader()->search(query, 100).value();
    }
};

TEST_F(EvidenceErasureTest, ARecipientIsGoneFromEveryFileAndTheOthersStay) {
    append({message("A1", {"bob@example.nl", "carol@example.org"}), kept_message("B2"), refused_message("C3")});
    ASSERT_FALSE(files_with("bob@example.nl").empty()) << "a search that finds nothing before proves nothing after";
    const auto secret = part_secret(1, 1);
    ASSERT_FALSE(files_with(secret).empty());
    const Hash root = log_root(3);

    const ErasureCount done = erase("Bob@Example.NL");
    EXPECT_EQ(done.records, 3U);
    EXPECT_EQ(done.parts, 4U) << "and part 0 of the refused message, whose reply names him";
    EXPECT_EQ(done.tombstones, 1U);
    EXPECT_TRUE(files_with("bob@example.nl").empty());
    EXPECT_TRUE(files_with(secret).empty());
    EXPECT_TRUE(files_with(address_bytes("bob@example.nl")).empty());
    EXPECT_TRUE(of_address("bob@example.nl").empty());

    const auto found = store_.reader()->by_queue_id("A1").value();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].record.sender, "alice@org.example");
    EXPECT_EQ(found[0].record.recipients[0].shown, Shown::Erased);
    EXPECT_TRUE(found[0].record.recipients[0].domain.empty());
    EXPECT_EQ(found[0].record.recipients[1].address, "carol@example.org");
    EXPECT_EQ(of_address("carol@example.org").size(), 2U);
    EXPECT_EQ(log_root(3), root);
    expect_whole_log(4);
}

/// Puts `bytes` where the first page is free: between the pointers to its cells and the cells (SQLite's file format §1.6).
void leave_in_free_space(const std::string& path, const std::string& bytes) {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    std::array<char, 8> header{};
    file.seekg(100).read(header.data(), header.size());
    const auto two = [&](std::size_t at) {
        return static_cast<unsigned char>(header.at(at)) * 256 + static_cast<unsigned char>(header.at(at + 1));
    };
    const int pointers_end = 100 + 12 + 2 * two(3);
    const int cells = two(5);
    ASSERT_GT(cells - pointers_end, static_cast<int>(bytes.size())) << "no room";
    file.seekp(cells - static_cast<int>(bytes.size())).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

TEST_F(EvidenceErasureTest, WhatMovingEntriesHasLeftInAPageGoesAsWell) {
    append({message("A1", {"bob@example.nl", "carol@example.org"})});
    const std::string hash = address_bytes("bob@example.nl");
    ASSERT_TRUE(Database::open(store_.settings.evidence, OpenMode::Existing)->checkpoint());
    leave_in_free_space(store_.settings.evidence, hash);
    erase("bob@example.nl");
    EXPECT_TRUE(files_with(hash).empty());
    EXPECT_EQ(of_address("carol@example.org").size(), 1U);
    expect_whole_log(2);
}

TEST_F(EvidenceErasureTest, AFileIsSearchedToItsEndAndAcrossWhatIsReadAtOnce) {
    const std::string path = directory_.file("large");
    const std::string needle = "needle";
    const auto has = [&] { return file_has(path, {reinterpret_cast<const std::uint8_t*>(needle.data()), needle.size()}).value(); };
    for (const std::size_t before : {std::size_t{0}, (std::size_t{1} << 20) - 3, (std::size_t{2} << 20) - 1, std::size_t{3} << 20}) {
        std::ofstream(path, std::ios::binary) << std::string(before, 'n') << "needl";
        EXPECT_FALSE(has()) << before;
        std::ofstream(path, std::ios::binary) << std::string(before, 'n') << needle;
        EXPECT_TRUE(has()) << before;
    }
    EXPECT_FALSE(file_has(directory_.file("absent"), Hash{}));
}

TEST_F(EvidenceErasureTest, ASenderIsGoneWithTheMailThatNamesHim) {
    append({refused_message("C3")});
    ASSERT_FALSE(files_with("alice@org.example").empty());
    const ErasureCount done = erase("alice@org.example");
    EXPECT_EQ(done.parts, 1U);
    EXPECT_TRUE(files_with("alice@org.example").empty());
    EXPECT_EQ(count("outbox"), 0);
    EXPECT_EQ(store_.reader()->by_queue_id("C3").value()[0].record.shown, Shown::Erased);
}

TEST_F(EvidenceErasureTest, AMessageGoesWithItsLastRecipient) {
    append({kept_message("B2")});
    ASSERT_TRUE(std::filesystem::exists(sealed_file()));
    EXPECT_EQ(erase("bob@example.nl").messages, 0U) << "carol may still pick it up";
    ASSERT_TRUE(std::filesystem::exists(sealed_file()));
    EXPECT_EQ(count("sealed_recipient"), 1);
    EXPECT_EQ(erase("carol@example.org").messages, 1U);
    EXPECT_FALSE(std::filesystem::exists(sealed_file()));
    EXPECT_EQ(count("sealed") + count("sealed_recipient"), 0);
    auto keys = MessageKeys::open_read_only(store_.settings.message_keys);
    EXPECT_FALSE(keys->find(std::string(kSealedId)).value());
    EXPECT_EQ(tombstones().back().messages, std::vector<std::string>{std::string(kSealedId)});
}

TEST_F(EvidenceErasureTest, ADomainIsFoundAsLongAsAnotherPartHasIt) {
    append({message("A1", {"bob@example.nl", "dora@example.nl"}), message("B2", {"bob@example.nl"})});
    erase("bob@example.nl");
    EvidenceQuery query;
    query.domain = "example.nl";
    const auto found = store_.reader()->search(query, 10).value();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].record.queue_id, "A1");
    query = {};
    query.outcome = "direct";
    EXPECT_EQ(store_.reader()->search(query, 10).value().size(), 2U) << "the message's own outcome is no part's";
}

TEST_F(EvidenceErasureTest, AQueueIdTakesAllPartsOfItsMessage) {
    append({message("A1", {"bob@example.nl", "carol@example.org"}), message("B2", {"bob@example.nl"})});
    const auto done = erase_evidence(store_.settings, {{}, "A1", "jan", "wrong class", ""});
    ASSERT_TRUE(done) << done.error().what;
    EXPECT_EQ(done->parts, 3U);
    EXPECT_EQ(of_address("bob@example.nl").size(), 1U);
    expect_whole_log(3);
}

TEST_F(EvidenceErasureTest, TheTombstoneSaysWhatByWhomAndWhyAndNeverWhose) {
    append({message("A1", {"bob@example.nl"})});
    const auto identifier = store_.reader()->by_queue_id("A1").value()[0].identifier;
    erase("bob@example.nl");
    ASSERT_EQ(tombstones().size(), 1U);
    EXPECT_EQ(tombstones()[0].parts, (std::vector<RecordParts>{{*identifier, {1}}}));
    const auto stone = store_.reader()->by_id(2).value();
    ASSERT_TRUE(stone);
    EXPECT_EQ(stone->record.event, kErasure);
    EXPECT_EQ(stone->record.client, "jan (uid 1000)");
    EXPECT_EQ(stone->record.note, "asked to be forgotten");
    auto reader = *store_.reader();
    const auto stored = reader.load(2).value();
    EXPECT_NE(reader.open_parts(*stored).value()[0].opened.plaintext.find(hash_hex("bob@example.nl")), std::string::npos);
}

TEST_F(EvidenceErasureTest, ASecondErasureFindsNothingAndTellsNothing) {
    append({message("A1", {"bob@example.nl"})});
    EXPECT_EQ(erase("bob@example.nl").tombstones, 1U);
    EXPECT_EQ(erase("bob@example.nl").tombstones, 0U);
    EXPECT_EQ(count("record"), 2);
}

TEST_F(EvidenceErasureTest, AnExceptionInForceIsNamedAndNothingIsErased) {
    append({message("A1", {"bob@example.nl"}), exception_turn(kExceptionCreation, policy::ExceptionState::Active)});
    const auto refused = erase_evidence(store_.settings, for_address("BOB@example.nl"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, policy::ErrorKind::Permanent);
    EXPECT_NE(refused.error().what.find("smarttls exception revoke 1 "), std::string::npos) << refused.error().what;
    EXPECT_EQ(of_address("bob@example.nl").size(), 2U);
}

TEST_F(EvidenceErasureTest, AnExceptionThatHasEndedLosesItsAddress) {
    append({exception_turn(kExceptionCreation, policy::ExceptionState::Active),
            exception_turn(kExceptionRevocation, policy::ExceptionState::Revoked)});
    ASSERT_FALSE(files_with("bob@example.nl").empty());
    EXPECT_EQ(erase("bob@example.nl").exceptions, 1U);
    EXPECT_TRUE(files_with("bob@example.nl").empty());
    EXPECT_EQ(tombstones()[0].exceptions, std::vector<std::int64_t>{1});
    EXPECT_EQ(store_.reader()->by_id(1).value()->record.shown, Shown::Erased) << "part 0 names the target";
}

TEST_F(EvidenceErasureTest, AVerdictGoesWithTheLastPartThatRefersToIt) {
    append({message("A1", {"bob@example.nl"}, R"({"domain":"example.nl"})"),
            message("B2", {"dora@example.nl"}, R"({"domain":"example.nl"})")});
    ASSERT_EQ(count("verdict"), 1);
    erase("bob@example.nl");
    EXPECT_EQ(count("verdict"), 1);
    erase("dora@example.nl");
    EXPECT_EQ(count("verdict"), 0);
}

TEST_F(EvidenceErasureTest, MoreThanOneTransactionTakesIsErasedWhole) {
    std::vector<EvidenceRecord> many;
    for (int i = 0; i < 2100; ++i) many.push_back(message("Q" + std::to_string(i), {"bob@example.nl"}));
    append(many);
    const ErasureCount done = erase("bob@example.nl");
    EXPECT_EQ(done.parts, 2100U);
    EXPECT_EQ(done.tombstones, 2U);
    EXPECT_TRUE(of_address("bob@example.nl").empty());
    expect_whole_log(2102);
}

TEST_F(EvidenceErasureTest, TheMilterWritesMeanwhile) {
    append({message("A1", {"bob@example.nl"})});
    const auto secret = part_secret(1, 1);
    auto writer = EvidenceWriter::open(store_.settings);
    ASSERT_TRUE(writer);
    std::atomic<bool> enough = false;
    std::atomic<int> written = 0;
    std::thread milter([&] {
        while (!enough) {
            const auto id = (*writer)->append(message("B" + std::to_string(written), {"carol@example.org"}), test::soon());
            EXPECT_TRUE(id) << id.error().what;
            ++written;
        }
    });
    EXPECT_TRUE(test::eventually([&] { return written > 20; }));
    erase("bob@example.nl");
    const int before = written;
    EXPECT_TRUE(test::eventually([&] { return written > before + 20; }));
    enough = true;
    milter.join();
    EXPECT_TRUE(files_with(secret).empty());
    EXPECT_TRUE(files_with(address_bytes("bob@example.nl")).empty());
    expect_whole_log(static_cast<std::uint64_t>(written) + 2);
}

TEST_F(EvidenceErasureTest, AnAddressIsNoPartOfAnother) {
    for (const char* text : {"to bob@example.nl", "<BOB@Example.NL>", "for bob@example.nl.", "bob@example.nl", "'bob@example.nl'",
                             "rfc822;bob@example.nl\r\n", "jacob@example.nl, bob@example.nl"}) {
        EXPECT_TRUE(names_address(text, "bob@example.nl")) << text;
    }
    for (const char* text : {"", "jacob@example.nl", "j.bob@example.nl", "bob@example.nl.example", "bob@example.nlx", "bob@example"}) {
        EXPECT_FALSE(names_address(text, "bob@example.nl")) << text;
    }
}

TEST_F(EvidenceErasureTest, WithoutADatabaseItSaysSo) {
    EXPECT_FALSE(erase_evidence(store_.settings, for_address("bob@example.nl")));
    EXPECT_FALSE(std::filesystem::exists(store_.settings.evidence));
}

TEST_F(EvidenceErasureTest, TombstonesAreAppliedToOlderDatabases) {
    append({message("A1", {"bob@example.nl", "carol@example.org"}), kept_message("B2")});
    keep_copies();
    erase("bob@example.nl");
    const auto stones = tombstones();
    bring_copies_back();
    ASSERT_EQ(of_address("bob@example.nl").size(), 2U);
    const auto again = repeat_erasures(store_.settings, {stones, "restore", ""});
    ASSERT_TRUE(again) << again.error().what;
    EXPECT_EQ(again->parts, 2U);
    EXPECT_EQ(again->tombstones, 1U);
    EXPECT_TRUE(of_address("bob@example.nl").empty());
    EXPECT_EQ(repeat_erasures(store_.settings, {stones, "restore", ""})->tombstones, 0U);
    expect_whole_log(3);
}

TEST_F(EvidenceErasureTest, TombstonesAreAppliedToAnOlderDatabaseOfKeys) {
    append({message("A1", {"bob@example.nl"})});
    const auto secret = part_secret(1, 1);
    keep_copies();
    erase("bob@example.nl");
    bring_copies_back("message-keys.db");
    ASSERT_FALSE(files_with(secret).empty());
    ASSERT_TRUE(repeat_erasures(store_.settings, {}));
    EXPECT_TRUE(files_with(secret).empty());
    EXPECT_EQ(count("record"), 2) << "its own tombstones are told already";
}

}  // namespace
}  // namespace smarttls::store
