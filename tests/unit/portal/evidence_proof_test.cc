// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "portal/command/evidence_checkpoint.h"
#include "portal/command/evidence_export.h"
#include "portal/command/evidence_verify.h"
#include "portal/command/exit_status.h"
#include "portal/command/proof_page.h"
#include "store/log/bundle.h"
#include "tests/unit/portal/evidence_sample.h"

namespace smarttls::portal {
namespace {

using test::held_message;

class EvidenceProofTest : public test::EvidenceCommandTest {
  protected:
    [[nodiscard]] std::string key() {
        std::string line = run(evidence_checkpoint, {"--key"}).out;
        EXPECT_TRUE(line.ends_with('\n'));
        line.pop_back();
        return line;
    }
    [[nodiscard]] std::string write(const std::string& name, const std::string& text) {
        std::ofstream(directory_.file(name)) << text;
        return directory_.file(name);
    }
    static bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
};

TEST_F(EvidenceProofTest, ACheckpointIsPrintedAsItIsKept) {
    append_sample();
    const auto first = run(evidence_checkpoint, {});
    ASSERT_EQ(first.status, kExitYes) << first.err;
    EXPECT_TRUE(first.out.starts_with("test.example/log\n3\n")) << first.out;
    EXPECT_EQ(run(evidence_checkpoint, {}).out, first.out);
    EXPECT_TRUE(key().starts_with("test.example/log+")) << key();
}

TEST_F(EvidenceProofTest, NothingIsSignedWhereThereIsNothing) {
    EXPECT_EQ(run(evidence_checkpoint, {}).status, kExitUnavailable);
    EXPECT_FALSE(std::filesystem::exists(store_.settings.log_key)) << "no key is made for a database that is not there";
    append({});
    const auto empty = run(evidence_checkpoint, {});
    EXPECT_EQ(empty.status, kExitNo);
    EXPECT_TRUE(says(empty.err, "the evidence log is empty")) << empty.err;
}

TEST_F(EvidenceProofTest, WhatIsExportedIsProvedWithTheKeyAlone) {
    append_sample();
    const std::string file = directory_.file("bundle.json");
    const auto exported = run(evidence_export, {held_message().queue_id, "-o", file});
    ASSERT_EQ(exported.status, kExitYes) << exported.err;
    EXPECT_EQ(exported.err, "1 record(s), 3 part(s) readable\n");
    struct stat found {};
    ASSERT_EQ(::stat(file.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 07777, 0600U);
    const auto verified = run(evidence_verify, {file, "--key", write("key", key() + "\n")});
    EXPECT_EQ(verified.status, kExitYes) << verified.out << verified.err;
    EXPECT_TRUE(says(verified.out, "proved\n")) << verified.out;
    EXPECT_TRUE(says(verified.out, "2 verdict(s)")) << verified.out;
    EXPECT_TRUE(says(verified.out, held_message().queue_id + ", 2026-11-23T09:00:00.123Z")) << verified.out;
    const auto again = run(evidence_export, {held_message().queue_id, "-o", file});
    EXPECT_EQ(again.status, kExitUnavailable);
    EXPECT_TRUE(says(again.err, "is there already")) << again.err;
}

TEST_F(EvidenceProofTest, WithoutPrivateKeysTheProofIsTheSameAndTheTextIsNotThere) {
    append_sample();
    config_.portal.private_keys.clear();
    const auto exported = run(evidence_export, {held_message().queue_id});
    ASSERT_EQ(exported.status, kExitYes) << exported.err;
    EXPECT_TRUE(says(exported.err, "3 sealed, since no private key is at hand")) << exported.err;
    EXPECT_FALSE(says(exported.out, "carol@example.org"));
    const auto verified = run(evidence_verify, {write("bundle", exported.out), "--key", key()});
    EXPECT_EQ(verified.status, kExitYes) << verified.out << verified.err;
}

TEST_F(EvidenceProofTest, WhoCannotSignIsTold) {
    append_sample();
    std::filesystem::remove(store_.settings.log_key);
    std::filesystem::create_directory(store_.settings.log_key);
    const auto exported = run(evidence_export, {held_message().queue_id});
    EXPECT_NE(exported.status, kExitYes);
    EXPECT_TRUE(says(exported.err, "no checkpoint covers this evidence yet")) << exported.err;
    EXPECT_EQ(exported.out, "");
}

TEST_F(EvidenceProofTest, AChangedBundleOrAnotherKeyProvesNothing) {
    append_sample();
    std::string text = run(evidence_export, {held_message().queue_id}).out;
    const std::string other = store::NoteSigner::create("test.example/log")->verifier().str();
    const auto untrusted = run(evidence_verify, {write("bundle", text), "--key", other});
    EXPECT_EQ(untrusted.status, kExitNo);
    EXPECT_TRUE(says(untrusted.out, "NOT proved")) << untrusted.out;
    text.replace(text.find("carol@"), 6, "karol@");
    EXPECT_EQ(run(evidence_verify, {write("bundle", text), "--key", key()}).status, kExitNo);
    EXPECT_EQ(run(evidence_verify, {write("bundle", "{}"), "--key", key()}).status, kExitNo);
}

TEST_F(EvidenceProofTest, TheWholeLogIsProvedAndWhatWasChangedIsNot) {
    append_sample();
    const std::string outside = write("outside", run(evidence_checkpoint, {}).out);
    append({held_message()});
    const auto proved = run(evidence_verify, {"--log", "--since-checkpoint", outside});
    EXPECT_EQ(proved.status, kExitYes) << proved.out << proved.err;
    EXPECT_TRUE(says(proved.out, "The last 1 record(s) are not signed yet.")) << proved.out;
    EXPECT_TRUE(says(proved.out, "1 checkpoint(s) that were kept elsewhere hold")) << proved.out;
    auto database = store::Database::open(store_.settings.evidence, store::OpenMode::Existing);
    ASSERT_TRUE(database->exec("UPDATE part SET domain = 'evil.example' WHERE record = 1 AND number = 1"));
    EXPECT_EQ(run(evidence_verify, {"--log"}).status, kExitNo);
    EXPECT_EQ(run(evidence_verify, {"--log", "--quick"}).status, kExitYes) << "nothing encrypted is opened";
    ASSERT_TRUE(database->exec("UPDATE record SET facts = '{}' WHERE id = 1"));
    EXPECT_EQ(run(evidence_verify, {"--log", "--quick"}).status, kExitNo);
}

TEST_F(EvidenceProofTest, ALogThatNobodySignedIsNotProved) {
    append_sample();
    static_cast<void>(key());
    const auto unsigned_log = run(evidence_verify, {"--log"});
    EXPECT_EQ(unsigned_log.status, kExitNo);
    EXPECT_TRUE(says(unsigned_log.out, "no checkpoint that holds covers a single record")) << unsigned_log.out;
}

TEST_F(EvidenceProofTest, ArgumentsThatDoNotFitAreNamed) {
    struct Row {
        std::vector<std::string> words;
        std::string sentence;
    };
    const std::vector<Row> table{
        {{}, "a file is missing, or --log"},
        {{"bundle"}, "--key is missing"},
        {{"bundle", "--log"}, "either --log or a file"},
        {{"bundle", "--key", "x", "--quick"}, "go with --log"},
        {{"--nonsense"}, "unrecognised option"},
    };
    for (const Row& row : table) {
        const auto refused = run(evidence_verify, row.words);
        EXPECT_EQ(refused.status, kExitUsage) << row.sentence;
        EXPECT_TRUE(says(refused.err, row.sentence)) << refused.err;
    }
    EXPECT_EQ(run(evidence_export, {}).status, kExitUsage);
    EXPECT_EQ(run(evidence_export, {"NOTHING"}).status, kExitUnavailable) << "there is no database";
    append_sample();
    EXPECT_EQ(run(evidence_export, {"NOTHING"}).status, kExitNo);
    static_cast<void>(key());
    const auto empty = run(evidence_verify, {"--log", "--since-checkpoint", write("empty", "\n")});
    EXPECT_EQ(empty.status, kExitUsage);
    EXPECT_TRUE(says(empty.err, "holds no checkpoint")) << empty.err;
}

TEST_F(EvidenceProofTest, NothingThatAStrangerWroteSteersTheTerminal) {
    std::ostringstream out;
    EXPECT_EQ(tell({"a\x1b[2J", {"b\x1b"}, {"c\x1b"}, {}, {}}, out, Style::Plain), kExitNo);
    EXPECT_EQ(out.str().find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace smarttls::portal
