// SPDX-License-Identifier: Apache-2.0
#include "policy/grading.h"

#include <gtest/gtest.h>

#include "tests/unit/policy/shipped_profile.h"

namespace smarttls::policy {
namespace {

CertificateFacts certificate(std::string key, std::string signature, std::string curve = "") {
    CertificateFacts facts;
    facts.subject = "CN=" + key + signature + curve;
    facts.issuer = "CN=Authority";
    facts.key = std::move(key);
    facts.signature = std::move(signature);
    facts.curve = std::move(curve);
    return facts;
}

/// As good as it gets without a hybrid group: sufficient.
HostVerdict sound_host() {
    HostVerdict host;
    host.tls = TlsFacts{"TLSv1.3", "TLS_AES_256_GCM_SHA384", "x25519"};
    host.certificate = certificate("ecdsa-256", "sha256", "secp256r1");
    host.chain = {certificate("rsa-4096", "sha256")};
    return host;
}

class Grading2025 : public testing::Test {
  protected:
    /// "phase-out weak-key rsa-2048 1": grade, reason, what and depth of each weakness.
    [[nodiscard]] std::vector<std::string> weaknesses(const HostVerdict& host) const {
        std::vector<std::string> texts;
        for (const Weakness& weak : grade(profile_, host).weak) {
            texts.push_back(std::string(to_string(weak.grade)) + " " +
                            std::string(to_string(weak.reason)) + " " + weak.what + " " +
                            std::to_string(weak.depth));
        }
        return texts;
    }

    const Profile profile_ = test::shipped_profile("ncsc-nl-2025-05");
};

using Texts = std::vector<std::string>;

TEST_F(Grading2025, OfAHostWithoutTlsIsNone) {
    HostVerdict host = sound_host();
    host.tls.reset();
    EXPECT_EQ(grade(profile_, host).grade, Grade::None);
    EXPECT_TRUE(grade(profile_, host).weak.empty());
}

TEST_F(Grading2025, IsTheWorstOfAllParts) {
    HostVerdict host = sound_host();
    EXPECT_EQ(grade(profile_, host).grade, Grade::Sufficient);
    EXPECT_EQ(weaknesses(host), Texts{}) << "sufficient is no weakness";
    host.tls->group = "ffdhe3072";
    EXPECT_EQ(grade(profile_, host).grade, Grade::PhaseOut);
    host.tls->group = "ffdhe2048";
    EXPECT_EQ(grade(profile_, host).grade, Grade::Insufficient);
}

TEST_F(Grading2025, IsGoodWhenAllIsGood) {
    HostVerdict host = sound_host();
    host.tls->group = "X25519MLKEM768";
    host.certificate.reset();  // no key of certificates is good in this edition
    host.chain.clear();
    EXPECT_EQ(grade(profile_, host).grade, Grade::Good);
}

TEST_F(Grading2025, NamesEachWeaknessByItsOwnReason) {
    HostVerdict host = sound_host();
    host.tls = TlsFacts{"TLSv1.1", "AES128-SHA", "secp256k1"};
    host.certificate = certificate("rsa-1024", "sha1");
    EXPECT_EQ(weaknesses(host), (Texts{"insufficient old-protocol TLSv1.1 0",
                                       "insufficient weak-cipher AES128-SHA 0",
                                       "insufficient weak-group secp256k1 0",
                                       "insufficient weak-key rsa-1024 0",
                                       "insufficient weak-signature sha1 0"}));
}

TEST_F(Grading2025, NamesTheWorstFirst) {
    HostVerdict host = sound_host();
    host.tls->group = "ffdhe3072";
    host.certificate = certificate("rsa-2048", "sha1");
    EXPECT_EQ(weaknesses(host), (Texts{"insufficient weak-signature sha1 0",
                                       "phase-out weak-group ffdhe3072 0",
                                       "phase-out weak-key rsa-2048 0"}));
}

TEST_F(Grading2025, JudgesSuitesWithoutAGroupBySuiteAlone) {
    HostVerdict host = sound_host();
    host.tls = TlsFacts{"TLSv1.2", "AES256-GCM-SHA384", ""};
    EXPECT_EQ(weaknesses(host), Texts{"insufficient weak-cipher AES256-GCM-SHA384 0"});
}

TEST_F(Grading2025, JudgesTheChainAsSentButNotItsRoot) {
    HostVerdict host = sound_host();
    CertificateFacts root = certificate("rsa-1024", "md5");
    root.issuer = root.subject;
    host.chain = {certificate("rsa-2048", "sha256"), certificate("rsa-2048", "sha1"), root};
    EXPECT_EQ(weaknesses(host),
              (Texts{"insufficient weak-signature sha1 2", "phase-out weak-key rsa-2048 1"}));
}

TEST_F(Grading2025, JudgesTheServersOwnCertificateAlsoWhenItSignsItself) {
    HostVerdict host = sound_host();
    host.certificate = certificate("rsa-1024", "sha1");
    host.certificate->issuer = host.certificate->subject;
    host.chain.clear();
    EXPECT_EQ(grade(profile_, host).grade, Grade::Insufficient);
}

TEST_F(Grading2025, JudgesKeysByCurveSizeOrAlgorithm) {
    const std::tuple<CertificateFacts, Grade> rows[] = {
        {certificate("ecdsa-256", "sha256", "brainpoolP256r1"), Grade::Sufficient},
        {certificate("ecdsa-256", "sha256", "secp256k1"), Grade::Insufficient},
        {certificate("ecdsa-256", "sha256"), Grade::Insufficient},
        {certificate("ecdsa-224", "sha256", "secp224r1"), Grade::PhaseOut},
        {certificate("ed25519", "ed25519"), Grade::Sufficient},
        {certificate("ed25519", "sha256"), Grade::Sufficient},
        {certificate("dsa-3072", "sha256"), Grade::Insufficient},
        {certificate("rsa-3072", "sha512"), Grade::Sufficient},
        {certificate("rsa-", "sha256"), Grade::Insufficient},
        {certificate("", ""), Grade::Insufficient},
        {certificate("rsa-3072", "ed25519"), Grade::Sufficient},
        {certificate("rsa-3072", "sha3-256"), Grade::Insufficient},
    };
    for (const auto& [facts, expected] : rows) {
        HostVerdict host = sound_host();
        host.certificate = facts;
        EXPECT_EQ(grade(profile_, host).grade, expected) << facts.subject;
    }
}

}  // namespace
}  // namespace smarttls::policy
