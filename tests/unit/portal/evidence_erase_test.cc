// SPDX-License-Identifier: Apache-2.0
#include "portal/command/evidence_erase.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "portal/command/backup.h"
#include "portal/command/exit_status.h"
#include "portal/command/keys.h"
#include "tests/unit/portal/evidence_sample.h"

namespace smarttls::portal {
namespace {

using test::Answer;

class EvidenceEraseTest : public test::EvidenceCommandTest {
  protected:
    [[nodiscard]] bool has(const std::string& queue_id, store::Shown shown) const {
        return store_.reader()->by_queue_id(queue_id).value()[0].record.shown == shown;
    }
};

TEST_F(EvidenceEraseTest, WrongWordsAreRefusedBeforeAnythingIsTouched) {
    append_sample();
    for (const std::vector<std::string>& words :
         std::vector<std::vector<std::string>>{{}, {"--address", "bob"}, {"--address", "@example.nl"}, {"--address", "bob@"},
                                               {"--address", "bob@example.nl", "A1"}, {"A1", "B2"},
                                               {"A1", "--reason", std::string(401, 'x')}}) {
        const Answer answer = run(evidence_erase, words);
        EXPECT_EQ(answer.status, kExitUsage);
        EXPECT_NE(answer.err.find("smarttls evidence erase --help"), std::string::npos) << answer.err;
    }
    EXPECT_EQ(run(evidence_erase, {"--help"}).status, kExitYes);
}

TEST_F(EvidenceEraseTest, APersonIsErasedAndASecondTimeThereIsNothing) {
    append_sample();
    const Answer done = run(evidence_erase, {"--address", "carol@example.org", "--reason", "asked", "--yes"});
    EXPECT_EQ(done.status, kExitYes) << done.err;
    EXPECT_EQ(done.out, "Erased 1 parts of 1 records. Proofs of the log stay valid.\n");
    const Answer again = run(evidence_erase, {"--address", "carol@example.org", "--yes"});
    EXPECT_EQ(again.status, kExitNo);
    EXPECT_EQ(again.err, "smarttls: the evidence holds nothing about carol@example.org\n");
}

TEST_F(EvidenceEraseTest, APortalThatCannotBeLookedAtIsNotLeftOut) {
    append_sample();
    std::filesystem::create_symlink(config_.portal.directory, config_.portal.directory);  // to itself
    const Answer done = run(evidence_erase, {"--address", "carol@example.org", "--yes"});
    EXPECT_EQ(done.status, kExitUnavailable) << done.err;
    EXPECT_NE(done.err.find("the portal: "), std::string::npos) << done.err;
    EXPECT_TRUE(has("4XyZ2m0Fk7z9", store::Shown::Clear));
}

TEST_F(EvidenceEraseTest, AMessageIsErasedByItsQueueId) {
    append_sample();
    EXPECT_EQ(run(evidence_erase, {"4XyZ2m0Fk7z9", "--yes"}).status, kExitYes);
    EXPECT_TRUE(has("4XyZ2m0Fk7z9", store::Shown::Erased));
    EXPECT_TRUE(has("4XyZ1k3Qz1z9", store::Shown::Clear));
}

TEST_F(EvidenceEraseTest, RetentionGoesByTheClass) {
    store::EvidenceRecord old = test::direct_message();
    old.time = store::test::at(1000);
    append({old, test::held_message()});
    config_.classes.emplace_back().name = "medical";
    EXPECT_EQ(run(evidence_prune, {}).out, "medical: kept for ever (evidence-retention = 0s)\n");
    config_.classes.front().evidence_retention = std::chrono::hours(24 * 365);
    const Answer dry = run(evidence_prune, {"--dry-run"});
    EXPECT_NE(dry.out.find("2 parts of 1 records"), std::string::npos) << dry.out;
    EXPECT_TRUE(has("4XyZ1k3Qz1z9", store::Shown::Clear));
    const Answer done = run(evidence_prune, {});
    EXPECT_EQ(done.status, kExitYes) << done.err;
    EXPECT_NE(done.out.find(" are gone\n"), std::string::npos) << done.out;
    EXPECT_TRUE(has("4XyZ1k3Qz1z9", store::Shown::Erased));
}

TEST_F(EvidenceEraseTest, AKeyIsDestroyedWhenItsMonthIsOverAndNothingOfItIsKept) {
    append_sample();
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const std::string past = store::Epoch::of(now).later(-1).str();
    const auto key = store::PrivateKey::create(store::Epoch::of(now).later(-1));
    ASSERT_TRUE(key && store_key(store_.private_keys, *key) && store_key(store_.settings.public_keys, key->public_key()));
    EXPECT_NE(run(evidence_prune, {}).out.find("smarttls keys destroy " + past), std::string::npos);
    EXPECT_EQ(run(keys_destroy, {store::Epoch::of(now).str(), "--yes"}).status, kExitNo) << "the month is not over";
    EXPECT_EQ(run(keys_destroy, {"November"}).status, kExitUsage);
    EXPECT_EQ(run(keys_destroy, {past, "--yes"}).status, kExitYes);
    EXPECT_FALSE(std::filesystem::exists(store_.private_keys + "/" + past + ".key"));
    EXPECT_FALSE(std::filesystem::exists(store_.settings.public_keys + "/" + past + ".pub"));
    EXPECT_EQ(store_.reader()->by_id(4).value()->record.note, "the private key of " + past);
    EXPECT_NE(run(keys_destroy, {past, "--yes"}).status, kExitYes) << "there is none";
}

TEST_F(EvidenceEraseTest, AKeyOfWhatIsKeptIsDestroyedOnlyByForce) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const store::Epoch past = store::Epoch::of(now).later(-1);
    const auto key = store::PrivateKey::create(past);
    ASSERT_TRUE(key && store_key(store_.private_keys, *key) && store_key(store_.settings.public_keys, key->public_key()));
    const std::string this_month = store_.settings.public_keys + "/" + store::Epoch::of(now).str() + ".pub";
    std::filesystem::rename(this_month, this_month + ".aside");
    append_sample();  // sealed to the last one there is
    EXPECT_EQ(run(keys_destroy, {past.str(), "--yes", "--force"}).status, kExitConfig) << "nothing else could be sealed to";
    std::filesystem::rename(this_month + ".aside", this_month);
    const Answer refused = run(keys_destroy, {past.str(), "--yes"});
    EXPECT_EQ(refused.status, kExitNo);
    EXPECT_NE(refused.err.find("is still kept"), std::string::npos) << refused.err;
    EXPECT_EQ(run(keys_destroy, {past.str(), "--yes", "--force"}).status, kExitYes);
    EXPECT_TRUE(has("4XyZ1k3Qz1z9", store::Shown::Sealed));
}

TEST_F(EvidenceEraseTest, ABackupIsMadeAndRestored) {
    append_sample();
    const std::string place = directory_.file("backup");
    const Answer made = run(backup, {place});
    EXPECT_EQ(made.status, kExitYes) << made.err;
    EXPECT_TRUE(made.out.starts_with("Backed up 3 records to ")) << made.out;
    EXPECT_EQ(run(backup, {place}).status, kExitConfig) << "it is there";
    EXPECT_EQ(run(backup, {}).status, kExitUsage);
    EXPECT_EQ(run(restore, {place}).status, kExitYes);
    append({test::direct_message()});
    const Answer refused = run(restore, {place});
    EXPECT_EQ(refused.status, kExitNo);
    EXPECT_NE(refused.err.find("roll the log back"), std::string::npos) << refused.err;
    const Answer forced = run(restore, {place, "--force-rollback"});
    EXPECT_EQ(forced.out, "Restored 3 records in the place of 4; each is what the log says.\n");
}

}  // namespace
}  // namespace smarttls::portal
