// SPDX-License-Identifier: Apache-2.0
//
// The options by which mail is marked, as an administrator writes them, and what is said of mistakes.
#include <gtest/gtest.h>

#include "policy/config.h"

namespace smarttls::policy {
namespace {

Result<Config> parsed(const std::string& text) { return parse_config({{"f", text}}); }

std::string mistake(const std::string& text) {
    const auto config = parsed(text + "\n[class.ok]\n");
    return config ? "" : config.error().what;
}

TEST(MarksOptions, AreReadWithAllTheirValues) {
    const auto config = parsed(R"([milter]
mode = shadow
shadow-sender = @org.example alice@x.example
enforce-sender = .pilot.example
trusted-certificate = Mail Relay; issuer=Our CA
trusted-certificate = sha256=AA:BBCCDDEEFF00112233445566778899AABBCCDDEEFF00112233445566778899
untrusted-control = refuse
[class.a]
mode = shadow
subject-tag = [a] a:
subject-tag = [b]
sensitivity = personal Company-Confidential
msip-label = 6BA7B810-9dad-11d1-80b4-00c04fd430c8
msip-tenant = 72f988bf-86f1-41af-91ab-2d7cd011db47
sender = a@b.example @c.example
recipient = .d.example
user = carol @realm.example
client-network = 192.0.2.0/24 2001:db8::/32
client-certificate = A, B; tenant=72f988bf-86f1-41af-91ab-2d7cd011db47
require-inbound-tls = verified
remove-subject-tag = yes
add-subject-tag = [c]
)");
    ASSERT_TRUE(config) << config.error().what;
    EXPECT_EQ(config->milter.mode, Mode::Shadow);
    EXPECT_EQ(config->milter.shadow_senders.size(), 2U);
    EXPECT_EQ(config->milter.enforce_senders.at(0).str(), ".pilot.example");
    EXPECT_EQ(config->milter.trusted_certificates.size(), 2U);
    EXPECT_EQ(config->milter.untrusted_control, UntrustedControl::Refuse);
    const MailClass& a = *config->find_class("a");
    EXPECT_EQ(a.mode, Mode::Shadow);
    EXPECT_EQ(a.triggers.subject_tags, (std::vector<std::string>{"[a]", "a:", "[b]"}));
    EXPECT_EQ(a.triggers.sensitivities, (std::vector{Sensitivity::Personal, Sensitivity::CompanyConfidential}));
    EXPECT_EQ(a.triggers.labels.at(0), "6ba7b810-9dad-11d1-80b4-00c04fd430c8");
    EXPECT_EQ(a.triggers.users.size(), 2U);
    EXPECT_EQ(a.triggers.client_networks.size(), 2U);
    EXPECT_EQ(a.triggers.client_certificates.at(0).name, "A, B");
    EXPECT_EQ(a.require_inbound_tls, InboundTls::Verified);
    EXPECT_TRUE(a.removes_subject_tags);
    EXPECT_EQ(a.added_subject_tag, "[c]");
}

TEST(MarksOptions, MistakesAreToldWithFileLineAndKey) {
    EXPECT_EQ(mistake("[milter]\nmode = off"), "f:2: [milter]: mode: \"off\" is neither enforce nor shadow");
    EXPECT_EQ(mistake("[milter]\nshadow-sender = alice"),
              "f:2: [milter]: shadow-sender: \"alice\" is neither an address nor @domain nor .domain");
    EXPECT_NE(mistake("[milter]\ntrusted-certificate = issuer=x").find("has neither a certificate's name nor sha256="), std::string::npos);
    EXPECT_NE(mistake("[milter]\nuntrusted-control = drop").find("neither remove nor refuse"), std::string::npos);
    EXPECT_NE(mistake("[milter]\nphone-header = x-smarttls-class").find("must differ"), std::string::npos);
    EXPECT_NE(mistake("[class.a]\nsensitivity = secret").find("none of Personal, Private, Company-Confidential"), std::string::npos);
    EXPECT_NE(mistake("[class.a]\nsubject-tag = [s\xc3\xa9" "cret]").find("tag of ASCII characters"), std::string::npos);
    EXPECT_NE(mistake("[class.a]\nadd-subject-tag = two words").find("without blanks"), std::string::npos);
    EXPECT_NE(mistake("[class.a]\nrequire-inbound-tls = yes").find("none of none, encrypted, verified"), std::string::npos);
    EXPECT_NE(mistake("[class.a]\nmsip-label = Confidential").find("is not a GUID"), std::string::npos);
    EXPECT_NE(mistake("[class.a]\nmsip-label = 6ba7b810-9dad-11d1-80b4-00c04fd430c8").find("[class.a]: msip-label needs msip-tenant"),
              std::string::npos);
    EXPECT_NE(mistake("[class.a]\nsubjct-tag = x").find("did you mean \"subject-tag\"?"), std::string::npos);
}

}  // namespace
}  // namespace smarttls::policy
