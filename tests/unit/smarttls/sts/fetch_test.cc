// SPDX-License-Identifier: Apache-2.0
#include "smarttls/sts/fetch.h"

#include <gtest/gtest.h>

#include <optional>

#include "tests/unit/smarttls/mail/fake_mail_server.h"
#include "tests/unit/smarttls/mail/run.h"
#include "tests/unit/smarttls/mail/table_lookup.h"

namespace smarttls::engine {
namespace {

using policy::Reason;
using policy::StsMode;

constexpr const char* kBody = "version: STSv1\nmode: enforce\nmx: mx.example.nl\nmax_age: 60\n";

policy::IpAddress ip(const char* text) {
    return policy::IpAddress::parse(text).value();
}

std::string page(const std::string& body) {
    return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// Reads the request, answers, and waits for the client to end it.
FakeMailServer::Script web_server(SSL_CTX* context, std::string answer) {
    return [context, answer = std::move(answer)](MailPeer& peer) {
        if (!peer.accept_tls(context)) return;
        while (!peer.line().empty()) {
        }
        peer.send(answer);
    };
}

class Fetch : public testing::Test {
  protected:
    StsFetched fetch(const FakeMailServer& server) {
        boost::asio::io_context io;
        StsFetchSettings settings;
        settings.port = server.port();
        settings.limit = limit_;
        settings.clock = [] { return kNow; };
        const AddressGuard guard({policy::Network::parse("127.0.0.0/24").value()});
        StsFetcher fetcher(dns_, guard, tls_, settings);
        if (renewed_) fetcher.use(*renewed_);
        return run(io, fetcher.fetch(policy::DomainName::parse("example.nl").value(), soon()));
    }
    StsFetched fetch_from(const Identity& identity, const std::string& answer = page(kBody)) {
        const SslCtxHandle context = server_context({&identity});
        const FakeMailServer server(web_server(context.get(), answer));
        const StsFetched fetched = fetch(server);
        heard_ = server.heard();
        return fetched;
    }
    void address(std::vector<policy::IpAddress> all) {
        dns_.address_answers["mta-sts.example.nl"] =
            records<policy::IpAddress>(DnsStatus::Insecure, std::move(all));
    }
    void SetUp() override { address({ip("127.0.0.1")}); }

    std::chrono::milliseconds limit_{10'000};
    TableLookup dns_;
    std::vector<std::string> heard_;
    const Identity root_ = issue({.common_name = "Root", .is_ca = true});
    const Identity leaf_ = issue({.dns_names = {"mta-sts.example.nl"}, .issuer = &root_});
    const TlsContext tls_ = trusting({&root_});
    std::optional<TlsContext> renewed_;  // what the fetcher trusts instead, told after its making
};

TEST_F(Fetch, GetsThePolicyFromThePolicyHost) {
    const StsFetched fetched = fetch_from(leaf_);
    ASSERT_TRUE(fetched.policy) << fetched.failure;
    EXPECT_EQ(fetched.policy->mode, StsMode::Enforce);
    EXPECT_EQ(fetched.policy->mx, std::vector<std::string>{"mx.example.nl"});
    ASSERT_GE(heard_.size(), 3U);
    EXPECT_EQ(heard_[0], "sni:mta-sts.example.nl");
    EXPECT_EQ(heard_[1], "tls:GET /.well-known/mta-sts.txt HTTP/1.1");
    EXPECT_EQ(heard_[2], "tls:Host: mta-sts.example.nl");
    EXPECT_EQ(dns_.asked, std::vector<std::string>{"A mta-sts.example.nl"});
}

TEST_F(Fetch, TakesABodyThatEndsWithTheConnection) {
    const StsFetched fetched = fetch_from(leaf_, std::string("HTTP/1.0 200 OK\r\n\r\n") + kBody);
    EXPECT_TRUE(fetched.policy) << fetched.failure;
}

TEST_F(Fetch, TakesAWildcardForOneLabel) {
    EXPECT_TRUE(fetch_from(issue({.dns_names = {"*.example.nl"}, .issuer = &root_})).policy);
}

TEST_F(Fetch, TrustsTheAuthoritiesThatItWasToldOfLast) {
    const Identity other = issue({.common_name = "Other Root", .is_ca = true});
    const Identity leaf = issue({.dns_names = {"mta-sts.example.nl"}, .issuer = &other});
    EXPECT_EQ(fetch_from(leaf).reason, Reason::StsWebpkiInvalid);
    renewed_ = trusting({&other});
    EXPECT_TRUE(fetch_from(leaf).policy);
    EXPECT_EQ(fetch_from(leaf_).reason, Reason::StsWebpkiInvalid);
}

struct BadCertificate {
    const char* what;
    Wish wish;
    const char* defect;
};

TEST_F(Fetch, AuthenticatesThePolicyHostBeforeItAsks) {
    const std::vector<std::string> names{"mta-sts.example.nl"};
    const BadCertificate rows[] = {
        {"another name",
         {.dns_names = {"www.example.nl"}, .issuer = &root_},
         "certificate-host-mismatch"},
        {"the domain alone",
         {.dns_names = {"example.nl"}, .issuer = &root_},
         "certificate-host-mismatch"},
        {"a wildcard one label up",
         {.dns_names = {"*.nl"}, .issuer = &root_},
         "certificate-host-mismatch"},
        {"a wildcard within a label",
         {.dns_names = {"mta-*.example.nl"}, .issuer = &root_},
         "certificate-host-mismatch"},
        {"the name as CN alone",
         {.common_name = "mta-sts.example.nl", .issuer = &root_},
         "certificate-host-mismatch"},
        {"expired",
         {.dns_names = names, .from_days = -20, .to_days = -1, .issuer = &root_},
         "certificate-expired"},
        {"not yet valid",
         {.dns_names = names, .from_days = 1, .to_days = 20, .issuer = &root_},
         "certificate-not-yet-valid"},
        {"self-signed", {.dns_names = names}, "certificate-self-signed"},
        {"for clients",
         {.dns_names = names, .extended_usage = "clientAuth", .issuer = &root_},
         "certificate-not-trusted"},
    };
    for (const BadCertificate& row : rows) {
        const StsFetched fetched = fetch_from(issue(row.wish));
        EXPECT_FALSE(fetched.policy) << row.what;
        EXPECT_EQ(fetched.reason, Reason::StsWebpkiInvalid) << row.what;
        EXPECT_NE(fetched.failure.find(row.defect), std::string::npos) << fetched.failure;
        EXPECT_EQ(heard_.size(), 1U) << row.what << ": the request was sent";
    }
}

TEST_F(Fetch, FollowsNoRedirectAndTakesNoErrorPage) {
    for (const char* status : {"301 Moved", "302 Found", "307 Again", "404 No", "503 Later"}) {
        const StsFetched fetched = fetch_from(
            leaf_, std::string("HTTP/1.1 ") + status +
                       "\r\nLocation: https://mta-sts.example.nl/x\r\nContent-Length: 62\r\n\r\n" +
                       kBody);
        EXPECT_FALSE(fetched.policy) << status;
        EXPECT_EQ(fetched.reason, Reason::StsPolicyFetchError) << status;
        EXPECT_NE(fetched.failure.find(std::string(status).substr(0, 3)), std::string::npos);
    }
}

TEST_F(Fetch, CallsABrokenGrammarInvalid) {
    const StsFetched fetched = fetch_from(leaf_, page("version: STSv1\nmode: maybe\n"));
    EXPECT_EQ(fetched.reason, Reason::StsPolicyInvalid);
    EXPECT_NE(fetched.failure.find("line 2"), std::string::npos) << fetched.failure;
}

TEST_F(Fetch, EndsAt64KiB) {
    const StsFetched fetched = fetch_from(leaf_, page(std::string(100'000, '\n') + kBody));
    EXPECT_EQ(fetched.reason, Reason::StsPolicyFetchError);
}

TEST_F(Fetch, EndsAtItsLimit) {
    limit_ = std::chrono::milliseconds(200);
    const FakeMailServer server([](MailPeer& peer) { peer.wait_for_end(); });
    const auto begin = std::chrono::steady_clock::now();
    const StsFetched fetched = fetch(server);
    EXPECT_EQ(fetched.reason, Reason::StsPolicyFetchError);
    EXPECT_NE(fetched.failure.find("in time"), std::string::npos) << fetched.failure;
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));
}

TEST_F(Fetch, IsAFetchErrorWhateverBreaksOnTheWay) {
    const FakeMailServer clear([](MailPeer& peer) { peer.send("HTTP/1.1 200 OK\r\n\r\n"); });
    EXPECT_EQ(fetch(clear).reason, Reason::StsPolicyFetchError);
    const FakeMailServer closes([](MailPeer& peer) { peer.reset(); });
    EXPECT_EQ(fetch(closes).reason, Reason::StsPolicyFetchError);
    EXPECT_EQ(fetch_from(leaf_, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nversion").reason,
              Reason::StsPolicyFetchError);
    dns_.address_answers.clear();
    EXPECT_EQ(fetch_from(leaf_).reason, Reason::StsPolicyFetchError);
}

TEST_F(Fetch, ConnectsToNoAddressThatIsNotAllowed) {
    const FakeMailServer inside([](MailPeer& peer) { peer.wait_for_end(); }, "127.9.9.9");
    address({ip("127.9.9.9"), ip("10.0.0.1")});
    const StsFetched fetched = fetch(inside);
    EXPECT_EQ(fetched.reason, Reason::StsPolicyFetchError);
    EXPECT_NE(fetched.failure.find("allowed"), std::string::npos) << fetched.failure;
    EXPECT_EQ(inside.connections(), 0);
}

TEST_F(Fetch, TriesTheNextAddress) {
    address({ip("10.0.0.1"), ip("127.0.0.9"), ip("127.0.0.1")});
    EXPECT_TRUE(fetch_from(leaf_).policy);
}

}  // namespace
}  // namespace smarttls::engine
