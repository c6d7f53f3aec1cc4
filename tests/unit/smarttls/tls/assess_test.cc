// SPDX-License-Identifier: Apache-2.0
#include "smarttls/tls/assess.h"

#include <gtest/gtest.h>

#include "smarttls/tls/peer_chain.h"
#include "tests/unit/smarttls/mail/certificates.h"

namespace smarttls::engine {
namespace {

using policy::DaneStatus;
using policy::Reason;
using Reasons = std::vector<Reason>;

policy::DomainName name(const char* text) {
    return policy::DomainName::parse(text).value();
}

class Assess : public testing::Test {
  protected:
    [[nodiscard]] Observation seen(const std::vector<const Identity*>& chain) const {
        Observation observation;
        observation.connected = true;
        observation.outcome = SessionOutcome::Tls;
        observation.peer = std::make_shared<const PeerChain>(chain_of(chain));
        return observation;
    }

    const policy::DomainName host_ = name("mx.example.nl");
    const Identity root_ = issue({.common_name = "Root", .is_ca = true});
    const Identity leaf_ = issue({.dns_names = {"mx.example.nl"}, .issuer = &root_});
    const TlsContext tls_ = trusting({&root_});
};

TEST_F(Assess, JudgesOneObservationForEachDomainByItsOwnDemand) {
    const Observation shared = seen({&leaf_, &root_});
    const DaneDemand none{{}, {host_}};
    const DaneDemand right{{tlsa_of(3, 1, 1, leaf_)}, {host_}};
    const DaneDemand wrong{{tlsa_of(3, 1, 1, root_)}, {host_}};
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(assess(shared, host_, right, tls_, kNow).dane.status, DaneStatus::Verified);
        EXPECT_EQ(assess(shared, host_, wrong, tls_, kNow).dane.status, DaneStatus::Mismatch);
        EXPECT_EQ(assess(shared, host_, none, tls_, kNow).dane.status, DaneStatus::None);
    }
}

TEST_F(Assess, TakesTheNamesOfADomainForThatDomainAlone) {
    const Identity domain = issue({.dns_names = {"one.example"}, .issuer = &root_});
    const Observation shared = seen({&domain, &root_});
    const std::vector<TlsaRecord> records{tlsa_of(2, 0, 1, root_)};
    const DaneDemand one{records, {host_, name("one.example")}};
    const DaneDemand other{records, {host_, name("other.example")}};
    EXPECT_EQ(assess(shared, host_, one, tls_, kNow).dane.status, DaneStatus::Verified);
    EXPECT_EQ(assess(shared, host_, other, tls_, kNow).dane.status, DaneStatus::Mismatch);
}

TEST_F(Assess, JudgesByTheMxHostTheTrustAndTheDayOfTheQuestion) {
    const Observation shared = seen({&leaf_, &root_});
    const DaneDemand none{{}, {host_}};
    EXPECT_EQ(assess(shared, host_, none, tls_, kNow).pkix, Reasons{});
    EXPECT_EQ(assess(shared, name("mx.other.nl"), none, tls_, kNow).pkix,
              Reasons{Reason::CertificateHostMismatch});
    const auto later = kNow + std::chrono::hours(24 * 20);
    EXPECT_EQ(assess(shared, host_, none, tls_, later).pkix, Reasons{Reason::CertificateExpired});
    const Identity other_root = issue({.common_name = "Other", .is_ca = true});
    EXPECT_NE(assess(shared, host_, none, trusting({&other_root}), kNow).pkix, Reasons{});
    EXPECT_EQ(assess(shared, host_, none, tls_, kNow).pkix, Reasons{});
}

TEST_F(Assess, LooksAtCaCertificatesUnlessAMatchDecides) {
    const Identity own = issue({.dns_names = {"mx.example.nl"}});
    const Observation shared = seen({&own});
    DaneDemand demand{{tlsa_of(3, 1, 1, own)}, {host_}};
    EXPECT_EQ(assess(shared, host_, demand, tls_, kNow).pkix,
              Reasons{Reason::CertificateSelfSigned});
    demand.decides = true;
    EXPECT_EQ(assess(shared, host_, demand, tls_, kNow).pkix, Reasons{});
    demand.records = {tlsa_of(3, 1, 1, root_)};
    EXPECT_EQ(assess(shared, host_, demand, tls_, kNow).pkix,
              Reasons{Reason::CertificateSelfSigned});
}

TEST_F(Assess, FindsRecordsUnmetWhereNoCertificateWasShown) {
    const Observation plain;
    const DaneDemand usable{{tlsa_of(3, 1, 1, leaf_)}, {host_}};
    const DaneDemand unusable{{tlsa_of(1, 1, 1, leaf_)}, {host_}};
    EXPECT_EQ(assess(plain, host_, usable, tls_, kNow).dane.status, DaneStatus::Mismatch);
    EXPECT_EQ(assess(plain, host_, unusable, tls_, kNow).dane.status, DaneStatus::Unusable);
    EXPECT_NE(assess(plain, host_, {{}, {host_}}, tls_, kNow).pkix, Reasons{});
}

}  // namespace
}  // namespace smarttls::engine
