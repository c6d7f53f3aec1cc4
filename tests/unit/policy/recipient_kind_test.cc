// SPDX-License-Identifier: Apache-2.0
#include "policy/recipient_kind.h"

#include <gtest/gtest.h>

namespace smarttls::policy {
namespace {

DomainName domain(std::string_view text) { return DomainName::parse(text).value(); }

ConsumerDomains list(std::string text) {
    auto parsed = ConsumerDomains::parse({{"list", std::move(text)}});
    EXPECT_TRUE(parsed) << parsed.error().what;
    return parsed ? *std::move(parsed) : ConsumerDomains();
}

TEST(ConsumerDomains, NameADomainOrANameBelowAnySuffix) {
    const ConsumerDomains consumers = list("# providers\n\nGmail.com   # one of them\nhotmail.*\n");
    for (const char* name : {"gmail.com", "hotmail.com", "hotmail.nl", "hotmail.co.uk", "hotmail.com.br"}) {
        EXPECT_TRUE(consumers.contains(domain(name))) << name;
    }
    for (const char* name : {"gmail.nl", "mail.gmail.com", "hotmail.example.nl", "mail.hotmail.com", "nothotmail.com", "hotmail"}) {
        EXPECT_FALSE(consumers.contains(domain(name))) << name;
    }
}

TEST(ConsumerDomains, TakeOutWhatALaterFileTakesOut) {
    auto consumers = ConsumerDomains::parse({{"a", "hotmail.*\nziggo.nl\n"}, {"b", "!hotmail.nl\n!ziggo.nl\n"}, {"c", "ziggo.nl\n"}});
    ASSERT_TRUE(consumers);
    EXPECT_FALSE(consumers->contains(domain("hotmail.nl")));
    EXPECT_TRUE(consumers->contains(domain("hotmail.com")));
    EXPECT_TRUE(consumers->contains(domain("ziggo.nl")));
}

TEST(ConsumerDomains, NameTheLineThatIsWrong) {
    for (const char* wrong : {"a b", "x.y.*", "*", "*.nl", "!", "@gmail.com"}) {
        const auto parsed = ConsumerDomains::parse({{"list", std::string("gmail.com\n") + wrong + "\n"}});
        ASSERT_FALSE(parsed) << wrong;
        EXPECT_EQ(parsed.error().kind, ErrorKind::Misconfigured);
        EXPECT_TRUE(parsed.error().what.starts_with("list:2: ")) << parsed.error().what;
    }
}

TEST(ConsumerDomains, AsShippedHoldThoseThatEverybodyKnows) {
    const auto shipped = load_consumer_domains({"consumer-domains"}, {SMARTTLS_SOURCE_DIR "/conf"});
    ASSERT_TRUE(shipped) << shipped.error().what;
    for (const char* name : {"gmail.com", "outlook.com", "hotmail.nl", "live.nl", "ziggo.nl", "kpnmail.nl", "xs4all.nl", "icloud.com",
                             "yahoo.co.uk", "proton.me", "gmx.de", "gmx.net", "web.de", "t-online.de"}) {
        EXPECT_TRUE(shipped->contains(domain(name))) << name;
    }
    for (const char* name : {"example.nl", "kpn.com", "microsoft.com", "overheid.nl"}) EXPECT_FALSE(shipped->contains(domain(name))) << name;
}

TEST(ConsumerDomains, SayWhereAListWasLookedFor) {
    const auto missing = load_consumer_domains({"nothing"}, {"/nowhere"});
    ASSERT_FALSE(missing);
    EXPECT_NE(missing.error().what.find("/nowhere"), std::string::npos);
    EXPECT_FALSE(load_consumer_domains({"/nowhere/nothing"}, {}));
}

TEST(RecipientKind, IsToldByTheListAndThenByTheNtaRecord) {
    const ConsumerDomains consumers = list("gmail.com\n");
    Verdict verdict;
    verdict.nta7516 = NtaFacts{};
    EXPECT_EQ(kind_of(domain("gmail.com"), &verdict, consumers), RecipientKind::Consumer);
    EXPECT_EQ(kind_of(domain("example.nl"), &verdict, consumers), RecipientKind::NtaOrganisation);
    verdict.nta7516->why = Reason::NtaMissing;
    EXPECT_EQ(kind_of(domain("example.nl"), &verdict, consumers), RecipientKind::Organisation);
    EXPECT_EQ(kind_of(domain("example.nl"), nullptr, consumers), RecipientKind::Organisation);
}

}  // namespace
}  // namespace smarttls::policy
