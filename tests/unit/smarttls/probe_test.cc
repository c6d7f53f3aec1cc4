// SPDX-License-Identifier: Apache-2.0
#include "smarttls/probe.h"

#include <gtest/gtest.h>

#include "smarttls/profile_file.h"
#include "tests/unit/smarttls/mail/fake_mail_server.h"
#include "tests/unit/smarttls/mail/run.h"
#include "tests/unit/smarttls/mail/table_lookup.h"

namespace smarttls::engine {
namespace {

using policy::DaneStatus;
using policy::Level;
using policy::Reason;
using policy::Verdict;
using std::chrono::seconds;
using Reasons = std::vector<Reason>;

policy::IpAddress ip(const char* text) {
    return policy::IpAddress::parse(text).value();
}

class Probe : public testing::Test {
  protected:
    Verdict probe(const std::string& next_hop) {
        boost::asio::io_context io;
        ProbeSettings settings;
        settings.mx = scope_;
        settings.helo_name = "probe.example";
        settings.min_ttl = seconds(60);
        settings.max_ttl = seconds(7200);
        settings.failure_ttl = seconds(30);
        settings.limits.banner = std::chrono::milliseconds(200);
        settings.clock = [] { return kNow; };
        settings.profile = profile_;
        settings.sts = sts_;
        const AddressGuard guard({policy::Network::parse("127.0.0.0/24").value()});
        Prober prober(io.get_executor(), dns_, guard, tls_, settings);
        return run(io, prober.probe(policy::NextHop::parse(next_hop).value(), soon()));
    }
    static std::string at(const char* domain, const FakeMailServer& server) {
        return domain + (":" + std::to_string(server.port()));
    }
    void mx(std::vector<MxRecord> all, DnsStatus status = DnsStatus::Secure, int ttl = 3600) {
        dns_.mx_answers["example.nl"] = records<MxRecord>(status, std::move(all), ttl);
    }
    void address(const char* host, std::vector<policy::IpAddress> all,
                 DnsStatus status = DnsStatus::Secure) {
        dns_.address_answers[host] = records<policy::IpAddress>(status, std::move(all));
    }
    void tlsa(const char* base, const TlsaRecord& record) {
        dns_.tlsa_answers[base] = records<TlsaRecord>(DnsStatus::Secure, {record}, 1800);
    }

    void grade_by(const char* name) {
        profile_ = std::make_shared<const policy::Profile>(
            load_profile(name, {SMARTTLS_SOURCE_DIR "/conf/profiles"}).value());
    }

    void policy(policy::StsMode mode, std::vector<std::string> mx) {
        StsFinding finding;
        finding.policy = policy::StsFacts{mode, "1", 86400, std::move(mx)};
        finding.ttl = seconds(600);
        says(std::move(finding));
    }
    void says(StsFinding finding) {
        sts_ = [this, finding](policy::DomainName domain,
                               policy::Deadline) -> boost::asio::awaitable<StsFinding> {
            asked_for_sts_.push_back(domain.str());
            co_return finding;
        };
    }

    StsQuestion sts_;
    std::vector<std::string> asked_for_sts_;
    policy::MxScope scope_ = policy::MxScope::All;
    std::shared_ptr<const policy::Profile> profile_;  // nullptr: nothing is graded
    TableLookup dns_;
    const Identity root_ = issue({.common_name = "Root", .is_ca = true});
    const Identity leaf_ = issue({.dns_names = {"mx.example.nl"}, .issuer = &root_});
    const TlsContext tls_ = trusting({&root_});
    const SslCtxHandle context_ = server_context({&leaf_});
};

TEST_F(Probe, FindsDane) {
    const FakeMailServer server(good_server(context_.get()));
    mx({{10, "mx.example.nl"}});
    address("mx.example.nl", {ip("127.0.0.1")});
    tlsa("mx.example.nl", tlsa_of(3, 1, 1, leaf_));
    const Verdict verdict = probe(at("example.nl", server));
    EXPECT_EQ(verdict.domain, at("example.nl", server));
    EXPECT_EQ(verdict.level, Level::Dane);
    EXPECT_EQ(verdict.reasons, Reasons{});
    EXPECT_TRUE(verdict.mx_secure);
    EXPECT_EQ(verdict.checked, kNow);
    EXPECT_EQ(verdict.expires, kNow + seconds(1800));  // the TLSA answer is the shortest
    ASSERT_EQ(verdict.hosts.size(), 1U);
    const policy::HostVerdict& host = verdict.hosts[0];
    EXPECT_EQ(host.name, "mx.example.nl");
    EXPECT_EQ(host.preference, 10);
    EXPECT_EQ(host.addresses, std::vector<std::string>{"127.0.0.1"});
    EXPECT_EQ(host.level, Level::Dane);
    EXPECT_EQ(host.dane.status, DaneStatus::Verified);
    EXPECT_EQ(host.dane.usage, 3);
    EXPECT_TRUE(host.tls);
    EXPECT_TRUE(host.certificate);
    EXPECT_EQ(dns_.asked, (std::vector<std::string>{
                              "MX example.nl", "A mx.example.nl",
                              "TLSA _" + std::to_string(server.port()) + "._tcp.mx.example.nl",
                              "TXT example.nl"}));
}

TEST_F(Probe, DoesNotCallAHostBehindAnInsecureMxDane) {
    const FakeMailServer server(good_server(context_.get()));
    mx({{10, "mx.example.nl"}}, DnsStatus::Insecure);
    address("mx.example.nl", {ip("127.0.0.1")});
    tlsa("mx.example.nl", tlsa_of(3, 1, 1, leaf_));
    const Verdict verdict = probe(at("example.nl", server));
    EXPECT_FALSE(verdict.mx_secure);
    EXPECT_EQ(verdict.level, Level::Pkix);
    EXPECT_EQ(verdict.hosts.at(0).dane.status, DaneStatus::Verified);
}

TEST_F(Probe, TakesTheNextHopAsNameOfUsage2OnlyBehindASecureMx) {
    const Identity domain = issue({.dns_names = {"example.nl"}, .issuer = &root_});
    const SslCtxHandle context = server_context({&domain, &root_});
    const FakeMailServer server(good_server(context.get()));
    address("mx.example.nl", {ip("127.0.0.1")});
    tlsa("mx.example.nl", tlsa_of(2, 0, 1, root_));
    mx({{10, "mx.example.nl"}});
    EXPECT_EQ(probe(at("example.nl", server)).level, Level::Dane);
    mx({{10, "mx.example.nl"}}, DnsStatus::Insecure);
    const Verdict verdict = probe(at("example.nl", server));
    EXPECT_EQ(verdict.level, Level::Forbidden);
    EXPECT_EQ(verdict.reasons, Reasons{Reason::TlsaInvalid});
}

TEST_F(Probe, ForbidsAMismatch) {
    const FakeMailServer server(good_server(context_.get()));
    mx({{10, "mx.example.nl"}});
    address("mx.example.nl", {ip("127.0.0.1")});
    tlsa("mx.example.nl", tlsa_of(3, 1, 1, root_));
    const Verdict verdict = probe(at("example.nl", server));
    EXPECT_EQ(verdict.level, Level::Forbidden);
    EXPECT_EQ(verdict.reasons, Reasons{Reason::TlsaInvalid});
}

TEST_F(Probe, ForbidsAStrippedStarttls) {
    const FakeMailServer server(plain_server());
    mx({{10, "mx.example.nl"}});
    address("mx.example.nl", {ip("127.0.0.1")});
    tlsa("mx.example.nl", tlsa_of(3, 1, 1, leaf_));
    const Verdict verdict = probe(at("example.nl", server));
    EXPECT_EQ(verdict.level, Level::Forbidden);
    EXPECT_EQ(verdict.reasons, Reasons{Reason::StarttlsNotSupported});
}

TEST_F(Probe, FindsPkixWithoutDnssecAndAsksNoTlsa) {
    const FakeMailServer server(good_server(context_.get()));
    mx({{10, "mx.example.nl"}}, DnsStatus::Insecure);
    address("mx.example.nl", {ip("127.0.0.1")}, DnsStatus::Insecure);
    const Verdict verdict = probe(at("example.nl", server));
    EXPECT_EQ(verdict.level, Level::Pkix);
    EXPECT_EQ(verdict.hosts.at(0).dane.status, DaneStatus::Insecure);
    EXPECT_EQ(dns_.asked, (std::vector<std::string>{"MX example.nl", "A mx.example.nl",
                                                    "TXT example.nl"}));
}

TEST_F(Probe, FindsMtaStsAndSaysForHowLong) {
    const FakeMailServer server(good_server(context_.get()));
    mx({{10, "mx.example.nl"}}, DnsStatus::Insecure);
    address("mx.example.nl", {ip("127.0.0.1")}, DnsStatus::Insecure);
    policy(policy::StsMode::Enforce, {"mx.example.nl"});
    const Verdict verdict = probe(at("example.nl", server));
    EXPECT_EQ(verdict.level, Level::MtaSts);
    EXPECT_EQ(verdict.hosts.at(0).level, Level::MtaSts);
    ASSERT_TRUE(verdict.sts);
    EXPECT_EQ(verdict.sts->mode, policy::StsMode::Enforce);
    EXPECT_EQ(verdict.expires, kNow + seconds(600));
    EXPECT_EQ(asked_for_sts_, std::vector<std::string>{"example.nl"});
}

TEST_F(Probe, ForbidsAHostThatThePolicyLeavesOut) {
    const FakeMailServer server(good_server(context_.get()));
    mx({{10, "mx.example.nl"}}, DnsStatus::Insecure);
    address("mx.example.nl", {ip("127.0.0.1")}, DnsStatus::Insecure);
    policy(policy::StsMode::Enforce, {"mx.other.example"});
    Verdict verdict = probe(at("example.nl", server));
    EXPECT_EQ(verdict.level, Level::Forbidden);
    EXPECT_EQ(verdict.reasons, Reasons{Reason::StsMxMismatch});
    policy(policy::StsMode::Testing, {"mx.other.example"});
    verdict = probe(at("example.nl", server));
    EXPECT_EQ(verdict.level, Level::Pkix);
    EXPECT_EQ(verdict.sts->mode, policy::StsMode::Testing);
}

TEST_F(Probe, DoesNotRescueDaneByMtaSts) {
    const FakeMailServer server(good_server(context_.get()));
    mx({{10, "mx.example.nl"}});
    address("mx.example.nl", {ip("127.0.0.1")});
    policy(policy::StsMode::Enforce, {"mx.example.nl"});
    tlsa("mx.example.nl", tlsa_of(3, 1, 1, root_));
    EXPECT_EQ(probe(at("example.nl", server)).level, Level::Forbidden);
    dns_.tlsa_answers["mx.example.nl"] =
        without_records<TlsaRecord>(DnsStatus::Failed, DnsOutcome::None);
    EXPECT_EQ(probe(at("example.nl", server)).level, Level::Unknown);
    tlsa("mx.example.nl", tlsa_of(3, 1, 1, leaf_));
    EXPECT_EQ(probe(at("example.nl", server)).level, Level::Dane);
}

TEST_F(Probe, RecordsWhyThereIsNoPolicyAndGoesOnWithoutIt) {
    const FakeMailServer server(good_server(context_.get()));
    mx({{10, "mx.example.nl"}}, DnsStatus::Insecure);
    address("mx.example.nl", {ip("127.0.0.1")}, DnsStatus::Insecure);
    StsFinding failed;
    failed.reasons = {Reason::StsWebpkiInvalid};
    failed.standing = StsStanding::Unsure;
    says(std::move(failed));
    const Verdict verdict = probe(at("example.nl", server));
    EXPECT_EQ(verdict.level, Level::Pkix);
    EXPECT_EQ(verdict.reasons, Reasons{Reason::StsWebpkiInvalid});
    EXPECT_FALSE(verdict.sts);
}

TEST_F(Probe, DoesNotConnectWhenTheTlsaLookUpFails) {
    const FakeMailServer server(good_server(context_.get()));
    mx({{10, "mx.example.nl"}});
    address("mx.example.nl", {ip("127.0.0.1")});
    dns_.tlsa_answers["mx.example.nl"] =
        without_records<TlsaRecord>(DnsStatus::Bogus, DnsOutcome::None);
    const Verdict verdict = probe(at("example.nl", server));
    EXPECT_EQ(verdict.level, Level::Unknown);
    EXPECT_EQ(verdict.reasons, Reasons{Reason::DnssecInvalid});
    EXPECT_EQ(verdict.hosts.at(0).dane.status, DaneStatus::Bogus);
    EXPECT_EQ(verdict.expires, kNow + seconds(30));
    EXPECT_EQ(server.connections(), 0);
}

TEST_F(Probe, NeverConnectsToAnAddressThatIsNotAllowed) {
    const FakeMailServer inside(good_server(context_.get()), "127.9.9.9");
    mx({{10, "mx.example.nl"}});
    address("mx.example.nl", {ip("127.9.9.9"), ip("10.0.0.1"), ip("::1")});
    const Verdict verdict = probe(at("example.nl", inside));
    EXPECT_EQ(verdict.level, Level::Unknown);
    EXPECT_EQ(verdict.reasons, Reasons{Reason::AddressNotAllowed});
    EXPECT_EQ(inside.connections(), 0);
    EXPECT_EQ(verdict.hosts.at(0).addresses.size(), 3U);
}

TEST_F(Probe, TriesTheNextAddressWhenOneCannotBeConnected) {
    const FakeMailServer server(good_server(context_.get()));
    mx({{10, "mx.example.nl"}});
    address("mx.example.nl", {ip("10.0.0.1"), ip("127.0.0.9"), ip("127.0.0.1")});
    EXPECT_EQ(probe(at("example.nl", server)).level, Level::Pkix);
}

TEST_F(Probe, DoesNotTryAnotherAddressOfAHostThatAnswered) {
    const FakeMailServer plain(plain_server());
    const FakeMailServer good(good_server(context_.get()), "127.0.0.2", plain.port());
    mx({{10, "mx.example.nl"}});
    address("mx.example.nl", {ip("127.0.0.1"), ip("127.0.0.2")});
    EXPECT_EQ(probe(at("example.nl", plain)).level, Level::Plaintext);
    EXPECT_EQ(good.connections(), 0);
}

TEST_F(Probe, JudgesTheDomainByItsWeakestHost) {
    const FakeMailServer good(good_server(context_.get()));
    const FakeMailServer plain(plain_server(), "127.0.0.2", good.port());
    mx({{10, "mx.example.nl"}, {20, "mx2.example.nl"}, {30, "nowhere.example.nl"}});
    address("mx.example.nl", {ip("127.0.0.1")});
    address("mx2.example.nl", {ip("127.0.0.2")});
    Verdict verdict = probe(at("example.nl", good));
    EXPECT_EQ(verdict.level, Level::Plaintext);
    EXPECT_EQ(verdict.reasons, Reasons{Reason::StarttlsNotSupported});
    ASSERT_EQ(verdict.hosts.size(), 3U);
    EXPECT_EQ(verdict.hosts[0].level, Level::Pkix);
    EXPECT_EQ(verdict.hosts[2].reasons, Reasons{Reason::NoAddress});
    scope_ = policy::MxScope::Best;
    EXPECT_EQ(probe(at("example.nl", good)).level, Level::Pkix);
}

TEST_F(Probe, TakesTheDomainItselfWithoutMx) {
    const Identity own = issue({.dns_names = {"example.nl"}});
    const SslCtxHandle context = server_context({&own});
    const FakeMailServer server(good_server(context.get()));
    dns_.mx_answers["example.nl"] =
        without_records<MxRecord>(DnsStatus::Secure, DnsOutcome::NoData);
    address("example.nl", {ip("127.0.0.1")});
    tlsa("example.nl", tlsa_of(3, 0, 1, own));
    const Verdict verdict = probe(at("example.nl", server));
    EXPECT_EQ(verdict.level, Level::Dane);
    EXPECT_EQ(verdict.hosts.at(0).name, "example.nl");
}

TEST_F(Probe, LooksForTlsaAtTheExpansionOfTheHost) {
    const FakeMailServer server(good_server(context_.get()));
    mx({{10, "alias.example.nl"}});
    address("alias.example.nl", {ip("127.0.0.1")});
    dns_.address_answers["alias.example.nl"].canonical_name = "mx.example.nl";
    tlsa("mx.example.nl", tlsa_of(3, 1, 1, leaf_));
    const Verdict verdict = probe(at("example.nl", server));
    EXPECT_EQ(verdict.level, Level::Dane);
    EXPECT_EQ(verdict.hosts.at(0).name, "alias.example.nl");  // unexpanded: RFC 7672 §2.2.1
    EXPECT_EQ(server.heard().at(2), "sni:mx.example.nl");
}

TEST_F(Probe, AsksNoMxForABracketedHost) {
    const FakeMailServer server(good_server(context_.get()));
    address("mx.example.nl", {ip("127.0.0.1")});
    tlsa("mx.example.nl", tlsa_of(3, 1, 1, leaf_));
    const Verdict verdict = probe("[mx.example.nl]:" + std::to_string(server.port()));
    EXPECT_EQ(verdict.level, Level::Dane);
    EXPECT_TRUE(verdict.mx_secure);
    EXPECT_EQ(dns_.asked.at(0), "A mx.example.nl");
    EXPECT_EQ(verdict.domain, "[mx.example.nl]:" + std::to_string(server.port()));
}

TEST_F(Probe, SaysThatADomainTakesNoMail) {
    mx({{0, ""}});
    Verdict verdict = probe("example.nl");
    EXPECT_EQ(verdict.level, Level::NoMail);
    EXPECT_EQ(verdict.reasons, Reasons{Reason::NullMx});
    EXPECT_TRUE(verdict.mx_secure);
    EXPECT_EQ(verdict.expires, kNow + seconds(3600));
    verdict = probe("nowhere.nl");
    EXPECT_EQ(verdict.level, Level::NoMail);
    EXPECT_EQ(verdict.reasons, Reasons{Reason::NoSuchDomain});
}

TEST_F(Probe, KnowsNothingWhenTheMxLookUpFails) {
    dns_.mx_answers["example.nl"] = without_records<MxRecord>(DnsStatus::Bogus, DnsOutcome::None);
    const Verdict verdict = probe("example.nl");
    EXPECT_EQ(verdict.level, Level::Unknown);
    EXPECT_EQ(verdict.reasons, Reasons{Reason::DnssecInvalid});
    EXPECT_FALSE(verdict.mx_secure);
    EXPECT_EQ(verdict.expires, kNow + seconds(30));
}

TEST_F(Probe, BoundsTheTtl) {
    mx({{0, ""}}, DnsStatus::Secure, 5);
    EXPECT_EQ(probe("example.nl").expires, kNow + seconds(60));
    mx({{0, ""}}, DnsStatus::Secure, 1'000'000);
    EXPECT_EQ(probe("example.nl").expires, kNow + seconds(7200));
}

TEST_F(Probe, CallsAnMxThatIsAnAddressNoHost) {
    mx({{10, "192.0.2.1"}});
    const Verdict verdict = probe("example.nl");
    EXPECT_EQ(verdict.level, Level::Unknown);
    EXPECT_EQ(verdict.hosts.at(0).name, "192.0.2.1");
    EXPECT_EQ(verdict.reasons, Reasons{Reason::NoAddress});
}

TEST_F(Probe, LooksAtTenHostsAndNotesThatThereAreMore) {
    std::vector<MxRecord> many;
    for (std::uint16_t i = 0; i < 30; ++i)
        many.push_back({i, "mx" + std::to_string(i) + ".example"});
    mx(std::move(many));
    const Verdict verdict = probe("example.nl");
    EXPECT_EQ(verdict.hosts.size(), 10U);
    EXPECT_EQ(verdict.reasons, (Reasons{Reason::NoAddress, Reason::TooManyMx}));
}

TEST_F(Probe, TalksToTheHostsSideBySide) {
    const FakeMailServer first([](MailPeer& peer) { peer.wait_for_end(); });
    std::vector<std::unique_ptr<FakeMailServer>> others;
    std::vector<MxRecord> all{{1, "mx1.example.nl"}};
    address("mx1.example.nl", {ip("127.0.0.1")});
    for (int i = 2; i <= 8; ++i) {
        const std::string where = "127.0.0." + std::to_string(i);
        const std::string name = "mx" + std::to_string(i) + ".example.nl";
        others.push_back(std::make_unique<FakeMailServer>(
            [](MailPeer& peer) { peer.wait_for_end(); }, where.c_str(), first.port()));
        address(name.c_str(), {ip(where.c_str())});
        all.push_back({1, name});
    }
    mx(std::move(all));
    const auto begin = std::chrono::steady_clock::now();
    const Verdict verdict = probe(at("example.nl", first));
    EXPECT_EQ(verdict.level, Level::Unknown);
    EXPECT_EQ(verdict.reasons, Reasons{Reason::Timeout});
    EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(1));  // 8 waits of 200 ms each
}

TEST_F(Probe, GradesByTheProfileThatItIsGiven) {
    const Identity key = issue(
        {.dns_names = {"mx.example.nl"}, .issuer = &root_, .key = KeyKind::Rsa2048, .hash = "SHA1"});
    const SslCtxHandle context = server_context({&key, &root_});
    const FakeMailServer server(good_server(context.get()));
    mx({{10, "mx.example.nl"}});
    address("mx.example.nl", {ip("127.0.0.1")});
    tlsa("mx.example.nl", tlsa_of(3, 1, 1, key));
    EXPECT_EQ(probe(at("example.nl", server)).grade, policy::Grade::None);
    grade_by("ncsc-nl-2025-05");
    const Verdict verdict = probe(at("example.nl", server));
    EXPECT_EQ(verdict.level, Level::Dane);
    EXPECT_EQ(verdict.grade, policy::Grade::Insufficient);
    EXPECT_EQ(verdict.profile, "NCSC-NL 2025-05");
    EXPECT_EQ(verdict.reasons, (Reasons{Reason::WeakSignature, Reason::WeakKey}));
    ASSERT_EQ(verdict.hosts.at(0).weak.size(), 2U);
    EXPECT_EQ(verdict.hosts[0].weak[1].what, "rsa-2048");
    EXPECT_EQ(verdict.hosts[0].chain.size(), 1U);
    grade_by("ncsc-nl-2021-01");
    EXPECT_EQ(probe(at("example.nl", server)).reasons, Reasons{Reason::WeakSignature});
}

TEST_F(Probe, FindsOutWhyTheHandshakeOfTheFloorsFails) {
    SSL_CTX_ctrl(context_.get(), SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_VERSION, nullptr);
    SSL_CTX_ctrl(context_.get(), SSL_CTRL_SET_MAX_PROTO_VERSION, TLS1_1_VERSION, nullptr);
    const FakeMailServer server(good_server(context_.get()));
    mx({{10, "mx.example.nl"}});
    address("mx.example.nl", {ip("127.0.0.1")}, DnsStatus::Insecure);
    grade_by("ncsc-nl-2025-05");
    const Verdict verdict = probe(at("example.nl", server));
    EXPECT_EQ(verdict.level, Level::Plaintext) << "as delivery finds it";
    EXPECT_EQ(verdict.grade, policy::Grade::Insufficient);
    EXPECT_EQ(verdict.reasons.at(0), Reason::OldProtocol);
    ASSERT_TRUE(verdict.hosts.at(0).tls);
    EXPECT_TRUE(verdict.hosts[0].tls->lax);
    EXPECT_EQ(server.connections(), 2);
}

TEST_F(Probe, ForbidsWhatBreaksItsDaneByAnOldProtocol) {
    SSL_CTX_ctrl(context_.get(), SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_VERSION, nullptr);
    SSL_CTX_ctrl(context_.get(), SSL_CTRL_SET_MAX_PROTO_VERSION, TLS1_1_VERSION, nullptr);
    const FakeMailServer server(good_server(context_.get()));
    mx({{10, "mx.example.nl"}});
    address("mx.example.nl", {ip("127.0.0.1")});
    tlsa("mx.example.nl", tlsa_of(3, 1, 1, leaf_));
    const Verdict verdict = probe(at("example.nl", server));
    EXPECT_EQ(verdict.level, Level::Forbidden);
    EXPECT_EQ(verdict.reasons, Reasons{Reason::OldProtocol});
    EXPECT_EQ(verdict.hosts.at(0).dane.status, DaneStatus::Mismatch);
}

/// The record of example.nl, with these hosts.
class NtaProbe : public Probe {
  protected:
    void publish(const std::string& hosts, DnsStatus status = DnsStatus::Secure) {
        const std::string text = "v=NTA7516-1;startdate=2000-01;enddate=2999-12;provider=Carrier";
        dns_.txt_answers["example.nl"] = records<TxtRecord>(status, {{text + hosts}}, 900);
    }
    void dane_at(const char* host) {
        address(host, {ip("127.0.0.1")});
        tlsa(host, tlsa_of(3, 1, 1, leaf_));
    }
    const FakeMailServer server_{good_server(context_.get())};
};

TEST_F(NtaProbe, JudgesTheHostsOfTheRecordByTheirOwnNames) {
    mx({{10, "mx.example.nl"}});
    dane_at("mx.example.nl");
    dane_at("nta.example.nl");
    publish(";ntamx=10 nta.example.nl;ntamx=20 mx.example.nl;ntamx=30 gone.example.nl");
    const Verdict verdict = probe(at("example.nl", server_));
    EXPECT_EQ(verdict.level, Level::Dane);
    EXPECT_EQ(verdict.expires, kNow + seconds(900));  // of the TXT answer
    ASSERT_TRUE(verdict.nta7516);
    EXPECT_TRUE(is_valid(*verdict.nta7516));
    const auto& hosts = verdict.nta7516->ntamx;
    ASSERT_EQ(hosts.size(), 3U);
    EXPECT_EQ(hosts[0].name, "nta.example.nl");
    EXPECT_EQ(hosts[0].level, Level::Dane);
    EXPECT_EQ(hosts[1].level, Level::Dane);
    EXPECT_EQ(hosts[1].preference, 20);
    EXPECT_EQ(hosts[2].reasons, Reasons{Reason::NoAddress});
    EXPECT_EQ(verdict.hosts.size(), 1U);
    EXPECT_EQ(server_.connections(), 2);  // one per host, though the MX is named twice
}

TEST_F(NtaProbe, NeitherRaisesNorLowersTheLevelOfTheDomain) {
    mx({{10, "mx.example.nl"}});
    address("mx.example.nl", {ip("127.0.0.1")});
    dane_at("nta.example.nl");
    publish(";ntamx=10 nta.example.nl");
    Verdict verdict = probe(at("example.nl", server_));
    EXPECT_EQ(verdict.level, Level::Pkix);
    EXPECT_EQ(verdict.nta7516->ntamx.at(0).level, Level::Dane);

    dane_at("mx.example.nl");
    tlsa("nta.example.nl", tlsa_of(3, 1, 1, root_));
    verdict = probe(at("example.nl", server_));
    EXPECT_EQ(verdict.level, Level::Dane);
    EXPECT_EQ(verdict.reasons, Reasons{});
    EXPECT_EQ(verdict.nta7516->ntamx.at(0).level, Level::Forbidden);
}

TEST_F(NtaProbe, TalksToNoHostOfARecordThatDoesNotCount) {
    mx({{10, "mx.example.nl"}});
    dane_at("mx.example.nl");
    dane_at("nta.example.nl");
    publish(";ntamx=10 nta.example.nl", DnsStatus::Insecure);
    const Verdict verdict = probe(at("example.nl", server_));
    EXPECT_EQ(verdict.level, Level::Dane);
    EXPECT_EQ(verdict.nta7516->why, Reason::NtaInsecure);
    EXPECT_EQ(server_.connections(), 1);
}

TEST_F(NtaProbe, LooksAgainSoonWhenTheLookUpFailed) {
    mx({{10, "mx.example.nl"}});
    dane_at("mx.example.nl");
    dns_.txt_answers["example.nl"] = without_records<TxtRecord>(DnsStatus::Failed, DnsOutcome::None);
    const Verdict verdict = probe(at("example.nl", server_));
    EXPECT_EQ(verdict.level, Level::Dane);
    EXPECT_EQ(verdict.nta7516->why, Reason::DnsFailure);
    EXPECT_EQ(verdict.expires, kNow + seconds(60));  // failure-ttl, but not below min-ttl
}

TEST_F(NtaProbe, AsksForNoRecordOfANamedHost) {
    dane_at("mx.example.nl");
    const Verdict verdict = probe(at("[mx.example.nl]", server_));
    EXPECT_EQ(verdict.level, Level::Dane);
    EXPECT_FALSE(verdict.nta7516);
}

}  // namespace
}  // namespace smarttls::engine
