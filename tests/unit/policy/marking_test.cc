// SPDX-License-Identifier: Apache-2.0
#include "policy/marking.h"

#include <gtest/gtest.h>

#include <random>

#include "policy/decision.h"
#include "tests/unit/policy/facts.h"

namespace smarttls::policy {
namespace {

constexpr std::string_view kConfig = R"(
[milter]
trusted-certificate = relay.example.nl; issuer=Our CA
trusted-certificate = mail.protection.outlook.com; tenant=72F988BF-86f1-41af-91ab-2d7cd011db47
[class.weak]
level = encrypted
subject-tag = [weak]
sensitivity = Personal
[class.mid]
level = pkix
subject-tag = [secure] encrypt!
sensitivity = Private
sender = @Mid.example .sub.example
recipient = doctor@hospital.example
user = carol
client-network = 192.0.2.0/24
client-certificate = printer.example.nl
[class.top]
level = dane
msip-label = 6BA7B810-9dad-11d1-80b4-00c04fd430c8
msip-tenant = 72f988bf-86f1-41af-91ab-2d7cd011db47
sensitivity = Company-Confidential
)";
constexpr std::string_view kLabel = "MSIP_Label_6ba7b810-9dad-11d1-80b4-00c04fd430c8";

Config config_of(std::string_view text) {
    auto config = parse_config({{"test", std::string(text)}});
    EXPECT_TRUE(config) << config.error().what;
    return *std::move(config);
}

class MarkingTest : public ::testing::Test {
  protected:
    using Fields = std::vector<std::pair<std::string, std::string>>;

    Marking marked(const Fields& fields) {
        HeaderMarks header(config_.milter.control_header);
        for (const auto& [name, value] : fields) header.saw(name, value);
        return mark(config_, {client_, may_set_class_, sender_, recipients_, carried_, header});
    }
    std::string class_of(const Fields& fields = {}) {
        const Marking marking = marked(fields);
        return marking.mail_class == nullptr ? "" : marking.mail_class->name;
    }

    Config config_ = config_of(kConfig);
    Client client_;
    bool may_set_class_ = true;
    MarkedAddress sender_{"alice@org.example", "org.example"};
    std::vector<MarkedAddress> recipients_{{"bob@example.nl", "example.nl"}};
    std::optional<Floor> carried_;
};

TEST_F(MarkingTest, EachTriggerMarksAndSaysSo) {
    EXPECT_EQ(marked({}).mail_class, nullptr);
    const std::vector<std::tuple<Fields, std::string, std::string>> cases{
        {{{"x-smarttls-class", " MID\r\n "}}, "mid", "X-SmartTLS-Class"},
        {{{"Subject", "=?utf-8?Q?=5BSecure=5D?= x"}}, "mid", "subject tag [secure]"},
        {{{"SUBJECT", "please encrypt! this"}}, "mid", "subject tag encrypt!"},
        {{{"Sensitivity", " private "}}, "mid", "Sensitivity: Private"},
        {{{"sensitivity", "COMPANY-CONFIDENTIAL"}}, "top", "Sensitivity: Company-Confidential"},
        {{{"msip_labels", std::string(kLabel) + "_Enabled=true;" + std::string(kLabel) +
                              "_SiteId=72f988bf-86f1-41af-91ab-2d7cd011db47"}},
         "top", "label 6ba7b810-9dad-11d1-80b4-00c04fd430c8"}};
    for (const auto& [fields, name, trigger] : cases) {
        const Marking marking = marked(fields);
        ASSERT_NE(marking.mail_class, nullptr) << trigger;
        EXPECT_EQ(marking.mail_class->name, name);
        EXPECT_EQ(marking.triggers, std::vector<std::string>{trigger});
        EXPECT_FALSE(marking.unknown);
    }
    EXPECT_EQ(class_of({{"Sensitivity", ""}, {"Sensitivity", "Normal"}, {"Subject", "insecure"}}), "");
}

TEST_F(MarkingTest, EnvelopeAndClientMarkAsWell) {
    sender_ = {"Alice@MID.example", "mid.example"};
    EXPECT_EQ(marked({}).triggers, std::vector<std::string>{"sender @mid.example"});
    sender_ = {"a@x.sub.example", "x.sub.example"};
    EXPECT_EQ(class_of(), "mid");
    sender_ = {"a@sub.example", "sub.example"};
    EXPECT_EQ(class_of(), "");
    recipients_.push_back({"Doctor@Hospital.Example", "hospital.example"});
    EXPECT_EQ(marked({}).triggers, std::vector<std::string>{"recipient doctor@hospital.example"});
    recipients_.pop_back();
    client_.user = "Carol";
    EXPECT_EQ(class_of(), "mid");
    client_.user = "carol@example.nl";
    EXPECT_EQ(class_of(), "") << "another user";
    client_.user.clear();
    client_.address = IpAddress::parse("192.0.2.7").value();
    EXPECT_EQ(marked({}).triggers, std::vector<std::string>{"client in 192.0.2.0/24"});
    client_.address.reset();
    client_.certificate = {"Printer.example.nl", "Any CA", ""};
    EXPECT_EQ(marked({}).triggers, std::vector<std::string>{"client certificate printer.example.nl"});
}

TEST_F(MarkingTest, OfStrangersOnlyWhatTheMtaKnowsCounts) {
    may_set_class_ = false;
    sender_ = {"alice@mid.example", "mid.example"};
    recipients_ = {{"doctor@hospital.example", "hospital.example"}};
    const Fields fields{{"X-SmartTLS-Class", "top"}, {"Subject", "[secure]"}, {"Sensitivity", "Private"},
                        {"X-SmartTLS-Class", "no such class"}};
    EXPECT_EQ(class_of(fields), "");
    EXPECT_FALSE(marked(fields).unknown) << "nor is their unknown class an error";
    client_.address = IpAddress::parse("192.0.2.7").value();
    EXPECT_EQ(class_of(fields), "mid");
}

TEST_F(MarkingTest, AnUnknownClassIsToldWhateverElseMarksTheMail) {
    EXPECT_EQ(marked({{"X-SmartTLS-Class", "nta7561"}, {"Subject", "[secure]"}}).unknown, "nta7561");
    EXPECT_EQ(marked({{"X-SmartTLS-Class", ""}}).unknown, "");
    EXPECT_EQ(marked({{"X-SmartTLS-Class", "top"}, {"X-SmartTLS-Class", std::string(100'000, 'x')}}).unknown->size(), 64U);
}

TEST_F(MarkingTest, OfSeveralTheStrictestWins) {
    const Marking marking = marked({{"Subject", "[weak] [secure]"}, {"Sensitivity", "Personal"}, {"X-SmartTLS-Class", "weak"},
                                    {"Sensitivity", "Private"}});
    EXPECT_EQ(marking.mail_class->name, "mid");
    EXPECT_EQ(marking.triggers, (std::vector<std::string>{"Sensitivity: Private", "subject tag [secure]"}));
}

TEST_F(MarkingTest, AnEnforcedClassWinsOverAStricterOneInShadowMode) {
    config_ = config_of(std::string(kConfig) + "mode = shadow\n");
    EXPECT_EQ(class_of({{"Sensitivity", "Company-Confidential"}}), "top");
    EXPECT_EQ(class_of({{"Sensitivity", "Company-Confidential"}, {"Subject", "[weak]"}}), "weak");
}

TEST_F(MarkingTest, MailThatComesBackWithItsFloorWasMarkedBefore) {
    carried_ = Floor::Pkix;
    EXPECT_EQ(class_of({{"Subject", "[secure]"}}), "");
    EXPECT_EQ(class_of({{"Subject", "[secure]"}, {"X-SmartTLS-Class", "mid"}}), "mid");
    EXPECT_EQ(class_of({{"Sensitivity", "Company-Confidential"}}), "top") << "its floor is less than that class demands";
}

TEST_F(MarkingTest, ShadowModeIsOfAllOfAClassOrOfSenders) {
    const MarkedAddress alice{"alice@org.example", "org.example"};
    const MarkedAddress pilot{"pilot@org.example", "org.example"};
    const MarkedAddress nobody{};
    const MailClass* weak = config_.find_class("weak");
    EXPECT_EQ(mode_of(config_, weak, alice), Mode::Enforce);
    config_ = config_of("[milter]\nshadow-sender = @org.example\nenforce-sender = pilot@org.example\n[class.weak]\n[class.new]\nmode = shadow\n");
    weak = config_.find_class("weak");
    EXPECT_EQ(mode_of(config_, weak, alice), Mode::Shadow);
    EXPECT_EQ(mode_of(config_, weak, pilot), Mode::Enforce);
    EXPECT_EQ(mode_of(config_, weak, nobody), Mode::Enforce);
    EXPECT_EQ(mode_of(config_, config_.find_class("new"), pilot), Mode::Shadow) << "the class itself is not enforced yet";
    config_ = config_of("[milter]\nmode = shadow\nenforce-sender = pilot@org.example\n[class.weak]\n");
    EXPECT_EQ(mode_of(config_, nullptr, alice), Mode::Shadow);
    EXPECT_EQ(mode_of(config_, config_.find_class("weak"), pilot), Mode::Enforce);
}

TEST_F(MarkingTest, TrustsUsersNetworksAndCertificates) {
    const auto trusted = [&](const std::vector<std::string>& tenants = {}) {
        return is_trusted(config_.milter, client_, tenants);
    };
    EXPECT_FALSE(trusted());
    client_.user = "x";
    EXPECT_TRUE(trusted());
    client_ = {IpAddress::parse("127.0.0.1").value(), "", {}, {}};
    EXPECT_TRUE(trusted());
    client_ = {IpAddress::parse("192.0.2.7").value(), "", {"relay.example.nl", "Our CA", ""}, {}};
    EXPECT_TRUE(trusted());
    client_.certificate.issuer = "Other CA";
    EXPECT_FALSE(trusted());
    client_.certificate = {"mail.protection.outlook.com", "DigiCert", ""};
    EXPECT_FALSE(trusted()) << "all tenants of Microsoft 365 have this certificate";
    EXPECT_TRUE(may_be_marked(config_, client_)) << "and the header may still tell which one it is";
    const std::string ours = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    EXPECT_TRUE(trusted({" 72F988BF-86F1-41AF-91AB-2D7CD011DB47 ", ours}));
    EXPECT_FALSE(trusted({"00000000-86f1-41af-91ab-2d7cd011db47"}));
    EXPECT_FALSE(trusted({ours, "00000000-86f1-41af-91ab-2d7cd011db47"})) << "one of the two is forged";
}

// Random sets of classes, random marks: whatever marks the mail, no class that is named demands more.
TEST_F(MarkingTest, NoNamedClassIsStricterThanTheOneThatWins) {
    std::mt19937 random(7);
    const auto pick = [&](const auto& values) { return values[random() % values.size()]; };
    for (int round = 0; round < 2000; ++round) {
        config_.classes.clear();
        Fields fields;
        std::vector<std::string> named;
        for (int i = 0; i < 5; ++i) {
            MailClass one = test::mail_class("c" + std::to_string(i), pick(test::floors()),
                                             pick(std::vector{Shortfall::Portal, Shortfall::Hold, Shortfall::Reject}));
            one.grade = pick(test::grades());
            if (random() % 3 == 0) one.mode = Mode::Shadow;
            one.triggers.subject_tags = {"[" + one.name + "]"};
            if (random() % 2 == 0) {
                fields.emplace_back(random() % 2 == 0 ? std::pair("Subject", "[" + one.name + "]")
                                                      : std::pair("X-SmartTLS-Class", one.name));
                named.push_back(one.name);
            }
            config_.classes.push_back(std::move(one));
        }
        std::shuffle(fields.begin(), fields.end(), random);
        const Marking marking = marked(fields);
        ASSERT_EQ(marking.mail_class == nullptr, named.empty());
        for (const std::string& name : named) {
            const MailClass& other = *config_.find_class(name);
            const auto rank = [](const MailClass& c) { return std::tuple(c.mode, c.level, c.grade, c.insecure); };
            EXPECT_GE(rank(*marking.mail_class), rank(other)) << name << " beside " << marking.mail_class->name;
        }
    }
}

}  // namespace
}  // namespace smarttls::policy
