// SPDX-License-Identifier: Apache-2.0
#include "store/log/bundle_report.h"

#include "golden.h"
#include "test_authority.h"

namespace smarttls::store {
namespace {

using test::GoldenLog;
using testing::Test;

std::string join(const std::vector<std::string>& sentences) {
    std::string all;
    for (const std::string& sentence : sentences) all += sentence + "\n";
    return all;
}

class BundleReportTest : public Test {
  protected:
    [[nodiscard]] Result<BundleReport> verify(const std::string& text) const {
        return verify_bundle(text, {verifier_, {}});
    }
    /// What is wrong with it, a line each.
    [[nodiscard]] std::string mistakes(const Bundle& bundle) const {
        const auto report = verify(write_bundle(bundle));
        return report ? join(report->mistakes) : report.error().what;
    }
    [[nodiscard]] bool holds(const std::string& text) const {
        const auto report = verify(text);
        return report && report->holds();
    }
    const GoldenLog golden_;
    const NoteVerifier verifier_ = golden_.signer().verifier();
    Bundle bundle_ = golden_.bundle({1, 3, 6});
};

TEST_F(BundleReportTest, AGoodBundleSaysWhatItProves) {
    const auto report = verify(write_bundle(bundle_));
    ASSERT_TRUE(report) << report.error().what;
    EXPECT_TRUE(report->holds()) << join(report->mistakes);
    EXPECT_EQ(report->checkpoint->origin, "mail.example.org/milter");
    EXPECT_EQ(report->checkpoint->size, 7U);
    ASSERT_EQ(report->records.size(), 3U);
    const RecordReport& second = report->records[1];
    EXPECT_EQ(second.index, 3U);
    EXPECT_EQ(second.id, test::golden_id(3));
    EXPECT_TRUE(second.in_log);
    EXPECT_EQ(second.parts, (std::vector{PartState::Intact, PartState::Intact, PartState::Erased,
                                         PartState::Intact}));
    EXPECT_EQ(report->verdicts.size(), 1U);
}

TEST_F(BundleReportTest, WhatNobodyCanConcludeIsSaid) {
    const auto some = verify(write_bundle(bundle_));
    EXPECT_EQ(
        join(some->limits),
        "there is no timestamp: when the checkpoint was signed is the log's own word\n"
        "the log has 7 records, the bundle 3; that no other is about the same is not proved\n");
    const auto all = verify(write_bundle(golden_.bundle({0, 1, 2, 3, 4, 5, 6})));
    EXPECT_TRUE(all->holds());
    EXPECT_EQ(all->limits.size(), 1U);
}

TEST_F(BundleReportTest, NoByteCanBeChanged) {
    const std::string text = write_bundle(bundle_);
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {  // the newline may be missing, see below
        for (const unsigned mask : {0x01U, 0x80U}) {
            std::string forged = text;
            forged[i] = static_cast<char>(static_cast<unsigned char>(forged[i]) ^ mask);
            EXPECT_FALSE(holds(forged)) << i;
        }
    }
    EXPECT_TRUE(holds(text.substr(0, text.size() - 1)));
}

TEST_F(BundleReportTest, ASignatureOfAWitnessMeansNothingYet) {
    bundle_.checkpoint += "— witness.example/w1 jWbPPwAAAABkGFDLEZMHwSRa\n";
    EXPECT_EQ(mistakes(bundle_), "");
}

TEST_F(BundleReportTest, ARecordThatIsNotTheLogsIsNotProved) {
    const std::string sentence =
        "record 019ab12c-3d4e-7001-8000-000000000003 (leaf 3): it is not proved to be in the log: "
        "the proof does not lead to the root, so its facts, a part, its id, its index or the proof "
        "is not the log's\n";
    BundleRecord& record = bundle_.records[1];
    const BundleRecord good = record;
    record.facts.replace(record.facts.find("gdpr"), 4, "none");
    EXPECT_EQ(mistakes(bundle_), sentence);
    record = good;
    std::get<PartContent>(record.parts[1].content).plaintext = "{\"address\":\"eve@example.nl\"}";
    EXPECT_EQ(mistakes(bundle_), sentence);
    record = good;
    std::get<ErasedPart>(record.parts[2].content).commitment[0] ^= 1;
    EXPECT_EQ(mistakes(bundle_), sentence);
    record = good;
    record.parts[0].digest[31] ^= 1;
    EXPECT_EQ(mistakes(bundle_), sentence);
    record = good;
    std::swap(record.parts[1], record.parts[3]);
    EXPECT_EQ(mistakes(bundle_), sentence);
    const auto report = verify(write_bundle(bundle_));
    EXPECT_FALSE(report->records[1].in_log);
    EXPECT_EQ(report->records[1].parts, std::vector(4, PartState::Unproved));
    EXPECT_TRUE(report->records[0].in_log);
    EXPECT_TRUE(report->records[2].in_log);
}

TEST_F(BundleReportTest, APartThatIsMissingIsCounted) {
    bundle_.records[1].parts.pop_back();
    EXPECT_NE(mistakes(bundle_).find("(leaf 3): its facts tell of 4 parts, and there are 3\n"),
              std::string::npos);
}

TEST_F(BundleReportTest, RecordsStandInTheOrderOfTheLogEachOnce) {
    Bundle swapped = bundle_;
    std::swap(swapped.records[0], swapped.records[1]);
    EXPECT_EQ(mistakes(swapped),
              "record 019ab12c-3d4e-7001-8000-000000000001 (leaf 1): it stands behind leaf 3\n");
    bundle_.records.push_back(bundle_.records[0]);
    EXPECT_EQ(mistakes(bundle_),
              "record 019ab12c-3d4e-7001-8000-000000000001 (leaf 1): its leaf is there twice\n");
}

TEST_F(BundleReportTest, ARecordThatIsLeftOutShowsInTheLimitsAlone) {
    bundle_.records.erase(bundle_.records.begin());
    EXPECT_EQ(mistakes(bundle_), "");
    EXPECT_NE(join(verify(write_bundle(bundle_))->limits).find("the bundle 2;"), std::string::npos);
    bundle_.records.clear();
    bundle_.verdicts.clear();
    EXPECT_EQ(mistakes(bundle_), "there is no record in the bundle\n");
}

TEST_F(BundleReportTest, AProofThatIsCutAndALeafThatIsNotThereAreSaid) {
    bundle_.records[1].proof.pop_back();
    EXPECT_NE(mistakes(bundle_).find("a proof for this place does not have 2 hashes\n"),
              std::string::npos);
    bundle_ = golden_.bundle({1, 3, 6});
    bundle_.records[2].index = 7;
    EXPECT_NE(mistakes(bundle_).find("there is no leaf 7 in a log of 7\n"), std::string::npos);
}

TEST_F(BundleReportTest, WithoutACheckpointNothingIsProved) {
    const std::string start = "the checkpoint proves nothing, and so no record is proved: ";
    Bundle changed = bundle_;
    changed.checkpoint.replace(changed.checkpoint.find("\n7\n"), 3, "\n8\n");
    EXPECT_TRUE(mistakes(changed).starts_with(start + "the signature of mail.example.org/milter"));
    const auto report = verify(write_bundle(changed));
    EXPECT_FALSE(report->checkpoint);
    for (const RecordReport& record : report->records) EXPECT_FALSE(record.in_log);
    const auto stranger = NoteSigner::create("mail.example.org/milter");
    const auto refused = verify_bundle(write_bundle(bundle_), {stranger->verifier(), {}});
    EXPECT_TRUE(refused->mistakes.front().starts_with(start + "the note is not signed by"));
}

TEST_F(BundleReportTest, VerdictsAreThoseThatPartsName) {
    Bundle changed = bundle_;
    changed.verdicts.begin()->second += " ";
    EXPECT_NE(mistakes(changed).find("its text has another SHA-256\n"), std::string::npos);
    changed = bundle_;
    changed.verdicts.clear();
    EXPECT_NE(mistakes(changed).find("a part names it, and it is missing\n"), std::string::npos);
    changed = bundle_;
    changed.verdicts[to_hex(sha256(bytes_of("{}")))] = "{}";
    EXPECT_NE(mistakes(changed).find("no proved part names it\n"), std::string::npos);
}

TEST_F(BundleReportTest, FactsThatTwoReadersCouldReadTwoWaysAreRefused) {
    BundleRecord& record = bundle_.records[0];
    record.facts = "{\"parts\":2,\"parts\":2}";
    EXPECT_NE(mistakes(bundle_).find("(leaf 1): facts: it is not canonical JSON"),
              std::string::npos);
    record.facts = "{}";
    EXPECT_NE(mistakes(bundle_).find("its facts do not tell how many parts it has\n"),
              std::string::npos);
}

TEST_F(BundleReportTest, ATimestampIsOverTheWholeCheckpoint) {
    const test::TestAuthority authority;
    const BundleTrust trust{verifier_, authority.file("ca.pem")};
    const auto request = make_timestamp_request(bytes_of(bundle_.checkpoint));
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto stamped = check_timestamp_response(*request, authority.reply(*request),
                                                  {trust.timestamp_ca_file, now});
    ASSERT_TRUE(stamped) << stamped.error().what;
    bundle_.timestamp = stamped->token;
    const auto report = verify_bundle(write_bundle(bundle_), trust);
    EXPECT_TRUE(report->holds()) << join(report->mistakes);
    EXPECT_EQ(report->timestamp, stamped->timestamp);
    EXPECT_EQ(report->limits.size(), 1U);

    const auto unchecked = verify(write_bundle(bundle_));
    EXPECT_TRUE(unchecked->holds());
    EXPECT_FALSE(unchecked->timestamp);
    EXPECT_EQ(unchecked->limits.front(), "the timestamp was not checked: no authority is trusted");

    const auto missing = verify_bundle(write_bundle(bundle_), {verifier_, "missing.pem"});
    EXPECT_EQ(missing.error().kind, policy::ErrorKind::Misconfigured);

    bundle_.checkpoint += "— witness.example/w1 jWbPPwAAAABkGFDLEZMHwSRa\n";
    const auto changed = verify_bundle(write_bundle(bundle_), trust);
    EXPECT_FALSE(changed->timestamp);
    ASSERT_EQ(changed->mistakes.size(), 1U);
    EXPECT_TRUE(changed->mistakes.front().starts_with(
        "the timestamp proves nothing: timestamp: message imprint mismatch"));
}

}  // namespace
}  // namespace smarttls::store
