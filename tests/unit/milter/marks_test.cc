// SPDX-License-Identifier: Apache-2.0
//
// Who may mark mail, by what, what it leaves in the message and in the evidence, and what shadow mode leaves alone.
#include <gtest/gtest.h>

#include <algorithm>

#include "milter/submitter.h"
#include "store/message_keys.h"
#include "store/sealed_register.h"
#include "tests/unit/milter/keyed_site.h"

namespace smarttls::milter {
namespace {

using policy::InboundTls;
using test::Mail;
using test::Rcpt;
using Calls = std::vector<std::string>;
using Headers = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view kStranger = "192.0.2.1";

class MarksTest : public test::KeyedSite {
  protected:
    policy::MailClass& class_named(std::string_view name) {
        auto& classes = services_.config.classes;
        return *std::find_if(classes.begin(), classes.end(), [&](const auto& one) { return one.name == name; });
    }
    policy::MailClass& nta7516() { return class_named("nta7516"); }
    static Mail with(Headers headers, std::vector<Rcpt> recipients = {{"<bob@dane.example>", {}, {}}}) {
        Mail mail;
        mail.headers = std::move(headers);
        mail.recipients = std::move(recipients);
        return mail;
    }
    bool did(std::string_view call) {
        return std::find(actions_.calls.begin(), actions_.calls.end(), call) != actions_.calls.end();
    }
};

TEST_F(MarksTest, ASubjectTagMarksMailAndTheEvidenceSaysSo) {
    nta7516().triggers.subject_tags = {"[secure]"};
    EXPECT_EQ(send(with({{"Subject", "[secure] hello"}})).verb, Verb::Continue);
    EXPECT_EQ(actions_.calls.front(), "sender alice+smarttls-dane@org.example RET=HDRS");
    const auto record = only_evidence();
    EXPECT_EQ(record.class_name, "nta7516");
    EXPECT_EQ(record.mark, "subject tag [secure]");
    EXPECT_EQ(record.mode, "");
    actions_.calls.clear();
    EXPECT_EQ(send(with({{"Subject", "[secure] hello"}}), std::string(kStranger)).verb, Verb::Continue);
    EXPECT_EQ(actions_.calls, Calls{}) << "what strangers write in a subject is their own affair";
}

TEST_F(MarksTest, SubjectTagsAreTakenOutAndPutIn) {
    nta7516().triggers.subject_tags = {"[secure]", "[nta]"};
    nta7516().removes_subject_tags = true;
    EXPECT_EQ(send(with({{"Subject", "[secure]"}, {"Subject", "Re: [NTA]\n =?utf-8?B?W3NlY3VyZV3DqQ==?="}})).verb, Verb::Continue);
    EXPECT_EQ(actions_.calls[1], "change Subject 2: Re:\n =?utf-8?B?w6k=?=") << "from the last to the first";
    EXPECT_EQ(actions_.calls[2], "change Subject 1: ") << "which removes it";
    actions_.calls.clear();
    nta7516().added_subject_tag = "[protected]";
    EXPECT_EQ(send(with({{"Subject", "[secure] hello"}})).verb, Verb::Continue);
    EXPECT_TRUE(did("change Subject 1: [protected] hello"));
    actions_.calls.clear();
    EXPECT_EQ(send(with({{"X-SmartTLS-Class", "nta7516"}})).verb, Verb::Continue);
    EXPECT_TRUE(did("add Subject: [protected]")) << "a message needs no subject of its own";
    actions_.calls.clear();
    EXPECT_EQ(send(with({{"X-SmartTLS-Class", "nta7516"}, {"Subject", "as it [protected] is"}})).verb, Verb::Continue);
    EXPECT_TRUE(std::none_of(actions_.calls.begin(), actions_.calls.end(), [](const auto& call) { return call.find("Subject") != std::string::npos; }));
}

TEST_F(MarksTest, ControlHeadersLeaveNoMessage) {
    EXPECT_EQ(send(with({{"X-SmartTLS-Class", "nta7516"}, {"x-smarttls-PHONE", "+31612345678"}, {"X-SmartTLS-Code", "oak-4815"}})).verb, Verb::Continue);
    for (const char* call : {"remove X-SmartTLS-Class 1", "remove X-SmartTLS-Phone 1", "remove X-SmartTLS-Code 1"}) EXPECT_TRUE(did(call)) << call;
    actions_.calls.clear();
    EXPECT_EQ(send(with({{"X-SmartTLS-Code", "oak-4815"}, {"Subject", "unmarked"}})).verb, Verb::Continue);
    EXPECT_EQ(actions_.calls, Calls{"remove X-SmartTLS-Code 1"});
}

TEST_F(MarksTest, StrangersControlHeadersAreRemovedAndRecordedOrRefused) {
    const Mail mail = with({{"X-SmartTLS-Class", "nta7516"}, {"X-SmartTLS-Phone", "+31612345678"}, {"Subject", "x"}});
    EXPECT_EQ(send(mail, std::string(kStranger)).verb, Verb::Continue);
    EXPECT_EQ(actions_.calls, (Calls{"remove X-SmartTLS-Class 1", "remove X-SmartTLS-Phone 1"}));
    const auto record = only_evidence();
    EXPECT_EQ(record.class_name, "");
    EXPECT_NE(record.note.find("\"nta7516\" was removed and not honoured"), std::string::npos) << record.note;
    EXPECT_EQ(record.note.find("316"), std::string::npos);
    services_.config.milter.untrusted_control = policy::UntrustedControl::Refuse;
    actions_.calls.clear();
    const Disposition answer = send(mail, std::string(kStranger));
    EXPECT_EQ(answer.verb, Verb::Reject);
    EXPECT_EQ(answer.enhanced, "5.7.1");
    EXPECT_EQ(actions_.calls, Calls{});
    EXPECT_EQ(send(with({{"Subject", "x"}}), std::string(kStranger)).verb, Verb::Continue);
}

TEST_F(MarksTest, APhoneNumberAndACodeReachTheSealedEnvelopeAndNothingElse) {
    nta7516().insecure = policy::Shortfall::Portal;
    EXPECT_EQ(send(with({{"X-SmartTLS-Class", "nta7516"}, {"X-SmartTLS-Phone", "carol@PKIX.example=+31 612345678, bob@dane.example=+31600000000"},
                         {"X-SmartTLS-Code", "oak-4815"}},
                        {{"<bob@dane.example>", {}, {}}, {"<carol@pkix.example>", {}, {}}})).verb, Verb::Continue);
    const auto kept = store::SealedRegister::open(services_.config.store, store_.private_keys)->newest(1).value();
    ASSERT_EQ(kept.size(), 1U);
    auto keys = store::MessageKeys::open_read_only(services_.config.store.message_keys);
    const store::SealedFacts facts{kept[0].id, *store::Epoch::parse(kept[0].epoch), kept[0].key_id, **keys->find(kept[0].id), kept[0].size};
    std::string message;
    const auto text = store::unseal(services_.config.store.sealed, facts, *key_, [&](auto bytes) {
        message.append(bytes.begin(), bytes.end());
        return policy::ok();
    });
    const auto envelope = store::read_envelope(text.value()).value();
    EXPECT_EQ(envelope.phones, (std::map<std::string, std::string>{{"carol@pkix.example", "+31612345678"}})) << "bob got his";
    EXPECT_EQ(envelope.access_code, "oak-4815");
    EXPECT_EQ(message.find("oak-4815"), std::string::npos) << message;
    EXPECT_EQ(message.find("612345678"), std::string::npos) << message;
}

TEST_F(MarksTest, AnUnfitPhoneNumberOrCodeRefusesClassMailWithoutQuotingIt) {
    for (const auto& [name, value] : Headers{{"X-SmartTLS-Phone", "0612345678"}, {"X-SmartTLS-Code", "123"}}) {
        const Disposition answer = send(with({{"X-SmartTLS-Class", "nta7516"}, {name, value}}));
        EXPECT_EQ(answer.verb, Verb::Reject);
        EXPECT_EQ(answer.text.find(value), std::string::npos) << answer.text;
        EXPECT_EQ(send(with({{name, value}})).verb, Verb::Continue) << "without a class it says nothing";
    }
}

TEST_F(MarksTest, ClassMailHasToComeInAsItsClassDemands) {
    const Mail mail;
    macros_ = {{"{auth_type}", "PLAIN"}, {"{auth_authen}", "alice"}};
    nta7516().require_inbound_tls = InboundTls::Encrypted;
    Disposition answer = send(mail, std::string(kStranger));
    EXPECT_EQ(answer.verb, Verb::Reject);
    EXPECT_EQ(answer.enhanced, "5.7.10");
    EXPECT_NE(answer.text.find("TLS 1.2"), std::string::npos);
    macros_["{tls_version}"] = "TLSv1.1";
    EXPECT_EQ(send(mail, std::string(kStranger)).verb, Verb::Reject);
    macros_["{tls_version}"] = "TLSv1.3";
    EXPECT_EQ(send(mail, std::string(kStranger)).verb, Verb::Continue);
    nta7516().require_inbound_tls = InboundTls::Verified;
    answer = send(mail, std::string(kStranger));
    EXPECT_EQ(answer.verb, Verb::Reject);
    EXPECT_NE(answer.text.find("client certificate"), std::string::npos);
    macros_["{cert_subject}"] = "mail.example.nl";
    EXPECT_EQ(send(mail, std::string(kStranger)).verb, Verb::Continue);
    macros_["{verify}"] = "FAIL";
    EXPECT_EQ(send(mail, std::string(kStranger)).verb, Verb::Reject) << "Sendmail tells the name of any certificate";
    macros_.clear();
    EXPECT_EQ(send(mail).verb, Verb::Continue) << "what this machine sends itself crossed no network";
}

TEST_F(MarksTest, ATenantOfMicrosoft365HasToBeNamedInTheMessage) {
    const std::string tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    services_.config.milter.trusted_certificates = {
        policy::CertificatePattern::parse("mail.protection.outlook.com; tenant=" + tenant).value()};
    macros_ = {{"{tls_version}", "TLSv1.3"}, {"{cert_subject}", "mail.protection.outlook.com"}, {"{cert_issuer}", "DigiCert"}};
    const auto is_marked = [&](Headers headers) {
        headers.emplace_back("X-SmartTLS-Class", "nta7516");
        actions_.calls.clear();
        EXPECT_EQ(send(with(std::move(headers)), std::string(kStranger)).verb, Verb::Continue);
        return actions_.calls.front().starts_with("sender ");
    };
    EXPECT_FALSE(is_marked({}));
    EXPECT_FALSE(is_marked({{"X-MS-Exchange-CrossTenant-Id", "00000000-86f1-41af-91ab-2d7cd011db47"}}));
    EXPECT_TRUE(is_marked({{"x-ms-exchange-crosstenant-id", tenant}}));
    EXPECT_FALSE(is_marked({{"X-MS-Exchange-CrossTenant-Id", tenant}, {"X-MS-Exchange-CrossTenant-Id", "forged"}}));
    macros_["{cert_subject}"] = "mail.example.nl";
    EXPECT_FALSE(is_marked({{"X-MS-Exchange-CrossTenant-Id", tenant}}));
}

TEST_F(MarksTest, ANetworkMarksMailWhoeverIsTrusted) {
    nta7516().triggers.client_networks = {policy::Network::parse("192.0.2.0/24").value()};
    EXPECT_EQ(send(with({{"X-SmartTLS-Class", "gdpr"}, {"Subject", "x"}}), std::string(kStranger)).verb, Verb::Continue);
    EXPECT_TRUE(did("sender alice+smarttls-dane@org.example RET=HDRS"));
    EXPECT_EQ(only_evidence().mark, "client in 192.0.2.0/24") << "its own word does not count";
}

TEST_F(MarksTest, WhatComesBackFromAContentFilterIsNotMarkedAgain) {
    nta7516().triggers.subject_tags = {"[secure]"};
    Mail mail = with({{"Subject", "[secure] x"}, {"X-SmartTLS-Floor", "dane"}});
    mail.sender = "<alice+smarttls-dane@org.example>";
    EXPECT_EQ(send(mail).verb, Verb::Continue);
    EXPECT_EQ(actions_.calls, Calls{});
    EXPECT_TRUE(evidence().empty());
    macros_ = {{"{auth_type}", "PLAIN"}, {"{auth_authen}", "alice"}};
    EXPECT_EQ(send(mail).verb, Verb::Continue);
    EXPECT_EQ(only_evidence().class_name, "nta7516") << "a user is no content filter";
}

class ShadowTest : public MarksTest {
  protected:
    ShadowTest() {
        services_.config.milter.mode = policy::Mode::Shadow;
        services_.config.milter.control_header = "X-SmartTLS-Class";
    }
};

TEST_F(ShadowTest, DecidesAndRecordsAndChangesNothing) {
    proof_.result = policy::fail(policy::ErrorKind::Misconfigured, "no lines in main.cf yet");
    nta7516().added_subject_tag = "[x]";
    for (const char* address : {"<bob@dane.example>", "<bob@encrypted.example>", "<bob@plaintext.example>"}) {
        Mail mail = with({{"X-SmartTLS-Class", "nta7516"}, {"Subject", "x"}, {"X-Internal", "1"}, {"X-SmartTLS-Floor", "dane"}}, {{address, {}, {}}});
        mail.queue_id = address;
        actions_.calls.clear();
        EXPECT_EQ(send(mail).verb, Verb::Continue);
        EXPECT_EQ(actions_.calls, (Calls{"remove X-SmartTLS-Class 1", "remove X-SmartTLS-Floor 1"})) << "what is ours";
        EXPECT_EQ(only_evidence(address).mode, "shadow");
        EXPECT_EQ(only_evidence(address).floor, "") << "no delivery is held to it";
        EXPECT_EQ(only_evidence(address).event, store::kSubmissionAcceptance);
    }
    EXPECT_EQ(proof_.asked, 0);
    EXPECT_EQ(only_evidence("<bob@dane.example>").outcome, "direct");
    EXPECT_EQ(only_evidence("<bob@encrypted.example>").outcome, "hold");
    EXPECT_EQ(only_evidence("<bob@plaintext.example>").outcome, "reject");
}

TEST_F(ShadowTest, WhatWouldBeRefusedPassesAndIsRecorded) {
    EXPECT_EQ(send(with({{"X-SmartTLS-Class", "no-such-class"}})).verb, Verb::Continue);
    EXPECT_EQ(only_evidence().outcome, "reject");
    EXPECT_EQ(only_evidence().mode, "shadow");
}

TEST_F(ShadowTest, AnEngineThatIsAwayStopsNothing) {
    engine_.reset();
    EXPECT_EQ(send(Mail{}).verb, Verb::Continue);
    EXPECT_EQ(actions_.calls, Calls{"remove X-SmartTLS-Class 1"});
}

TEST_F(ShadowTest, OneClassOrOneSenderMayBeInItAlone) {
    services_.config.milter.enforce_senders = {policy::AddressPattern::parse("alice@org.example").value()};
    EXPECT_EQ(send(Mail{}).verb, Verb::Continue);
    EXPECT_EQ(actions_.calls.front(), "sender alice+smarttls-dane@org.example RET=HDRS");
    nta7516().mode = policy::Mode::Shadow;
    actions_.calls.clear();
    EXPECT_EQ(send(Mail{}).verb, Verb::Continue);
    EXPECT_EQ(actions_.calls, Calls{"remove X-SmartTLS-Class 1"});
}

}  // namespace
}  // namespace smarttls::milter
