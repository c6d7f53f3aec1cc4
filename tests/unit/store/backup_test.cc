// SPDX-License-Identifier: Apache-2.0
#include "store/backup.h"

#include <gtest/gtest.h>

#include <fstream>

#include "store/log/note_key.h"
#include "store/restore.h"
#include "tests/unit/store/erasure_site.h"

namespace smarttls::store {
namespace {

using policy::ErrorKind;
using test::ErasureSite;

class BackupTest : public ErasureSite {
  protected:
    [[nodiscard]] std::string place(const std::string& name = "backup") const { return directory_.file(name); }
    void back_up_to(const std::string& name, const std::string& keys = "") {
        const auto made = back_up(store_.settings, {place(name), keys.empty() ? "" : place(keys)});
        ASSERT_TRUE(made) << made.error().what;
    }
    [[nodiscard]] RestoreOrder order(const std::string& name = "backup") const { return {place(name), {}, {}, false, "jan", ""}; }
    void expect_refused(const RestoreOrder& refused, ErrorKind kind, const std::string& why) const {
        const auto done = restore(store_.settings, refused);
        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().kind, kind) << done.error().what;
        EXPECT_NE(done.error().what.find(why), std::string::npos) << done.error().what;
    }
    [[nodiscard]] std::size_t found(const std::string& queue_id) const { return store_.reader()->by_queue_id(queue_id).value().size(); }
    /// The log as it is now, for keeping elsewhere.
    std::string checkpoint_file(const std::string& name) const {
        const auto size = static_cast<std::uint64_t>(count("record"));
        const auto signer = NoteSigner::create(store_.settings.log_origin);
        std::ofstream(place(name), std::ios::app) << sign_checkpoint({store_.settings.log_origin, size, log_root(size), {}}, *signer).value();
        return place(name);
    }
};

TEST_F(BackupTest, ACopyIsTheLogAsItsManifestSaysAndOneFile) {
    append({message("A1", {"bob@example.nl"}), message("B2", {"carol@example.org"})});
    const auto writer = EvidenceWriter::open(store_.settings);
    const auto made = back_up(store_.settings, {place() + "/", place("keys")});
    ASSERT_TRUE(made) << made.error().what;
    EXPECT_EQ(made->size, 2U);
    const auto manifest = read_manifest(place());
    ASSERT_TRUE(manifest);
    EXPECT_EQ(manifest->size, 2U);
    EXPECT_EQ(manifest->root, log_root(2));
    EXPECT_EQ(manifest->origin, "test.example/log");
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(place())) names.insert(entry.path().filename());
    EXPECT_EQ(names, (std::set<std::string>{"evidence.db", "manifest"}));
    EXPECT_TRUE(std::filesystem::exists(place("keys") + "/message-keys.db"));
    EXPECT_FALSE(std::filesystem::exists(place() + ".new"));
}

TEST_F(BackupTest, ADirectoryThatIsThereIsLeftAlone) {
    append({message("A1", {"bob@example.nl"})});
    back_up_to("backup");
    const auto again = back_up(store_.settings, {place(), ""});
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().kind, ErrorKind::Misconfigured);
}

TEST_F(BackupTest, WhatACrashHasLeftIsReplaced) {
    append({message("A1", {"bob@example.nl"})});
    std::filesystem::create_directory(place() + ".new");
    std::ofstream(place() + ".new/evidence.db") << "half";
    back_up_to("backup");
}

TEST_F(BackupTest, ADatabaseThatWasTamperedWithIsNotBackedUp) {
    append({message("A1", {"bob@example.nl"}), message("B2", {"bob@example.nl"})});
    ASSERT_TRUE(Database::open(store_.settings.evidence, OpenMode::Existing)
                    ->exec("UPDATE record SET facts = replace(facts, 'medical', 'secular') WHERE id = 2"));
    const auto made = back_up(store_.settings, {place(), ""});
    ASSERT_FALSE(made);
    EXPECT_NE(made.error().what.find("record 2 "), std::string::npos) << made.error().what;
    EXPECT_FALSE(std::filesystem::exists(place()));
}

TEST_F(BackupTest, WhatWasLostComesBack) {
    append({message("A1", {"bob@example.nl"}), message("B2", {"carol@example.org"})});
    back_up_to("backup", "keys");
    for (const char* name : {"evidence.db", "evidence.db-wal", "evidence.db-shm", "message-keys.db", "message-keys.db-wal", "message-keys.db-shm"}) {
        std::filesystem::remove(directory_.file(name));
    }
    RestoreOrder all = order();
    all.keys = place("keys");
    const auto done = restore(store_.settings, all);
    ASSERT_TRUE(done) << done.error().what;
    EXPECT_EQ(done->size, 2U);
    EXPECT_FALSE(done->tombstones_known);
    EXPECT_EQ(store_.reader()->by_queue_id("A1").value()[0].record.recipients[0].address, "bob@example.nl");
    append({message("C3", {"bob@example.nl"})});
    expect_whole_log(3);
}

TEST_F(BackupTest, ABackupAsLongAsTheLogReplacesIt) {
    append({message("A1", {"bob@example.nl"})});
    back_up_to("backup");
    const auto done = restore(store_.settings, order());
    ASSERT_TRUE(done) << done.error().what;
    EXPECT_EQ(done->replaced, 1U);
    expect_whole_log(1);
}

TEST_F(BackupTest, AShorterBackupIsRefusedUntilItIsForced) {
    append({message("A1", {"bob@example.nl"})});
    back_up_to("backup");
    append({message("B2", {"bob@example.nl"})});
    expect_refused(order(), ErrorKind::Permanent, "knows 2 records, the backup 1: to restore it would roll the log back");
    EXPECT_EQ(found("B2"), 1U);
    RestoreOrder forced = order();
    forced.force_rollback = true;
    ASSERT_TRUE(restore(store_.settings, forced));
    EXPECT_EQ(found("B2"), 0U);
    expect_whole_log(1);
}

TEST_F(BackupTest, ACheckpointThatWasKeptElsewhereForbidsARollback) {
    append({message("A1", {"bob@example.nl"})});
    back_up_to("backup");
    checkpoint_file("checkpoints");
    append({message("B2", {"bob@example.nl"})});
    RestoreOrder shown = order();
    shown.checkpoint = checkpoint_file("checkpoints");
    std::filesystem::remove(store_.settings.evidence);
    expect_refused(shown, ErrorKind::Permanent, "checkpoints knows 2 records, the backup 1");
    EXPECT_FALSE(std::filesystem::exists(store_.settings.evidence));
}

TEST_F(BackupTest, AnotherHistoryIsRefused) {
    append({message("A1", {"bob@example.nl"})});
    keep_copies();
    append({message("B2", {"bob@example.nl"})});
    RestoreOrder shown = order();
    shown.checkpoint = checkpoint_file("checkpoint");
    bring_copies_back();
    append({message("X9", {"eve@example.org"}), message("Y9", {"eve@example.org"})});
    back_up_to("backup");
    expect_refused(shown, ErrorKind::Permanent, "the first 2 are not the same");
}

TEST_F(BackupTest, ACheckpointOfAnotherLogIsNone) {
    append({message("A1", {"bob@example.nl"})});
    back_up_to("backup");
    RestoreOrder shown = order();
    shown.checkpoint = checkpoint_file("checkpoint");
    store_.settings.log_origin = "other.example/log";
    expect_refused(shown, ErrorKind::Malformed, "not of other.example/log");
}

TEST_F(BackupTest, ABackupThatIsNotWhatItSaysIsRefused) {
    append({message("A1", {"bob@example.nl"})});
    back_up_to("backup");
    back_up_to("other");
    append({message("B2", {"bob@example.nl"})});
    back_up_to("longer");
    std::filesystem::copy_file(place("longer") + "/manifest", place() + "/manifest", std::filesystem::copy_options::overwrite_existing);
    expect_refused(order(), ErrorKind::Corrupt, "manifest");
    std::filesystem::remove(place() + "/manifest");
    expect_refused(order(), ErrorKind::Misconfigured, "manifest");
    ASSERT_TRUE(Database::open(place("other") + "/evidence.db", OpenMode::Existing)->exec("UPDATE part SET digest = commitment"));
    expect_refused(order("other"), ErrorKind::Corrupt, "record 1 ");
    EXPECT_EQ(found("B2"), 1U);
}

TEST_F(BackupTest, NothingIsRestoredUnderneathWhoeverWrites) {
    append({message("A1", {"bob@example.nl"})});
    back_up_to("backup");
    {
        const auto writer = EvidenceWriter::open(store_.settings);
        expect_refused(order(), ErrorKind::Temporary, "stop the milter");
    }
    EXPECT_TRUE(restore(store_.settings, order()));
}

TEST_F(BackupTest, ADatabaseThatCannotBeReadIsReplacedWhenThatIsForced) {
    append({message("A1", {"bob@example.nl"})});
    back_up_to("backup");
    std::ofstream(store_.settings.evidence, std::ios::trunc) << std::string(8192, 'x');
    expect_refused(order(), ErrorKind::Permanent, "cannot be read");
    RestoreOrder forced = order();
    forced.force_rollback = true;
    const auto done = restore(store_.settings, forced);
    ASSERT_TRUE(done) << done.error().what;
    EXPECT_FALSE(done->tombstones_known);
    expect_whole_log(1);
}

TEST_F(BackupTest, WhatWasErasedSinceTheBackupStaysErased) {
    append({message("A1", {"bob@example.nl", "carol@example.org"})});
    const auto secret = part_secret(1, 1);
    back_up_to("backup", "keys");
    ASSERT_TRUE(erase_evidence(store_.settings, {"bob@example.nl", "", "jan", "asked", ""}));
    RestoreOrder all = order();
    all.keys = place("keys");
    all.force_rollback = true;
    const auto done = restore(store_.settings, all);
    ASSERT_TRUE(done) << done.error().what;
    EXPECT_EQ(done->erased_again.parts, 1U);
    for (const char* name : {"backup", "keys"}) std::filesystem::remove_all(place(name));
    EXPECT_TRUE(files_with(secret).empty());
    EXPECT_EQ(store_.reader()->by_queue_id("A1").value()[0].record.recipients[0].shown, Shown::Erased);
    EXPECT_EQ(store_.reader()->by_queue_id("A1").value()[0].record.recipients[1].address, "carol@example.org");
    expect_whole_log(2);
}

}  // namespace
}  // namespace smarttls::store
