// SPDX-License-Identifier: Apache-2.0
//
// Headers as programs in use write them, with the class that a site's triggers make of them.
#include <gtest/gtest.h>

#include "policy/marking.h"
#include "policy/text.h"

namespace smarttls::policy {
namespace {

constexpr std::string_view kConfig = R"(
[class.gdpr]
level = pkix
sensitivity = Personal Private
subject-tag = [secure] [vertrouwelijk] encrypt:
[class.nta7516]
level = dane
sensitivity = Company-Confidential
subject-tag = [nta7516]
msip-label = 3e1f7c1a-6a0b-4d0e-9f55-8a1a3e0f9b21
msip-tenant = 5c7d9d0e-1111-4a2b-8c3d-9e0f1a2b3c4d
)";

struct Sample {
    std::string_view program;
    std::string_view header;  // lines that end in LF
    std::string_view mail_class;
};

constexpr Sample kSamples[] = {
    {"Outlook for Windows, sensitivity Confidential", "From: \"Jansen, A.\" <a.jansen@org.example>\n"
     "Subject: Ontslagbrief\nThread-Topic: Ontslagbrief\nThread-Index: AdxH2k5v\nAccept-Language: nl-NL, en-US\n"
     "Content-Language: nl-NL\nX-MS-Has-Attach:\nX-MS-TNEF-Correlator:\nSensitivity: Company-Confidential\n", "nta7516"},
    {"Outlook for Windows, sensitivity Private", "Subject: RE: Afspraak\nSensitivity: Private\nX-Priority: 1 (Highest)\n", "gdpr"},
    {"Exchange Online, label of the tenant", "Subject: Uitslag\nmsip_labels: MSIP_Label_3e1f7c1a-6a0b-4d0e-9f55-8a1a3e0f9b21_Enabled=true;"
     " MSIP_Label_3e1f7c1a-6a0b-4d0e-9f55-8a1a3e0f9b21_SetDate=2026-11-23T09:12:33Z;"
     "\n MSIP_Label_3e1f7c1a-6a0b-4d0e-9f55-8a1a3e0f9b21_Method=Privileged;"
     " MSIP_Label_3e1f7c1a-6a0b-4d0e-9f55-8a1a3e0f9b21_Name=Zeer\n vertrouwelijk;"
     " MSIP_Label_3e1f7c1a-6a0b-4d0e-9f55-8a1a3e0f9b21_SiteId=5c7d9d0e-1111-4a2b-8c3d-9e0f1a2b3c4d;"
     "\n MSIP_Label_3e1f7c1a-6a0b-4d0e-9f55-8a1a3e0f9b21_ActionId=0b8a7c6d-2222-4f3e-9d8c-7b6a5f4e3d2c;"
     " MSIP_Label_3e1f7c1a-6a0b-4d0e-9f55-8a1a3e0f9b21_ContentBits=0;\n", "nta7516"},
    {"Exchange Online, label of a partner that was replied to", "Subject: RE: Vraag\nmsip_labels:"
     " MSIP_Label_3e1f7c1a-6a0b-4d0e-9f55-8a1a3e0f9b21_Enabled=true;"
     " MSIP_Label_3e1f7c1a-6a0b-4d0e-9f55-8a1a3e0f9b21_SiteId=99999999-1111-4a2b-8c3d-9e0f1a2b3c4d\n", ""},
    {"Outlook for iOS, an empty list", "Subject: ok\nmsip_labels:\nX-MS-Exchange-CrossTenant-Id: 5c7d9d0e-1111-4a2b-8c3d-9e0f1a2b3c4d\n", ""},
    {"Gmail, tag beside an emoji", "MIME-Version: 1.0\nSubject: =?UTF-8?B?W3NlY3VyZV0g8J+agCBvZmZlcnRl?=\n", "gdpr"},
    {"Gmail, a long subject in two words", "Subject: =?UTF-8?Q?Re=3A_=5Bvertrouwelijk=5D_Co=C3=B6rdinatie_van_de_overdracht_naa?=\n"
     "\t=?UTF-8?Q?r_de_pati=C3=ABnt?=\n", "gdpr"},
    {"Apple Mail", "Subject: =?utf-8?Q?=5Bsecure=5D_Re=3A_Caf=C3=A9?=\nX-Mailer: Apple Mail (2.3826.200.121)\n", "gdpr"},
    {"Thunderbird, format=flowed", "Subject: Re: [Secure] Verslag\nUser-Agent: Mozilla Thunderbird\n", "gdpr"},
    {"a call centre's application, Windows-1252", "X-Mailer: CallDesk 7.2\nSubject: =?windows-1252?Q?encrypt=3A_Pechmelding_=80_12?=\nPrecedence: bulk\n", "gdpr"},
    {"an application that folds at 76 bytes", "Subject: Uw melding met kenmerk 2026-11-0012345 is in behandeling genomen\n [nta7516]\n", "nta7516"},
    {"an application that writes the class", "X-SmartTLS-Class: gdpr\nX-SmartTLS-Phone: +31 6 12345678\nSubject: Rapport\n", "gdpr"},
    {"a mailing list that adds its own tag", "Subject: [secure-coding] release\nList-Id: <secure-coding.lists.example>\n", ""},
    {"a newsletter about security", "Subject: How secure is your mail?\nSensitivity:\n", ""},
    {"a ticket system", "Subject: [#12345] Re: wachtwoord vergeten\nAuto-Submitted: auto-replied\n", ""},
};

TEST(RealHeaders, MakeTheClassThatTheirWritersMeant) {
    const auto config = parse_config({{"test", std::string(kConfig)}});
    ASSERT_TRUE(config) << config.error().what;
    const Client client;
    for (const Sample& sample : kSamples) {
        HeaderMarks header(config->milter.control_header);
        std::string name;
        std::string value;
        const auto pass = [&] {
            if (!name.empty()) header.saw(name, value);
        };
        for (const std::string_view line : split(sample.header, '\n')) {
            if (line.starts_with(' ') || line.starts_with('\t')) {
                value.append("\n").append(line);
                continue;
            }
            pass();
            name = line.substr(0, line.find(':'));
            value = name.size() < line.size() ? trim(line.substr(name.size() + 1)) : "";
        }
        const Marking marking = mark(*config, {client, true, {"a@org.example", "org.example"}, {{"b@example.nl", "example.nl"}}, {}, header});
        EXPECT_EQ(marking.mail_class == nullptr ? "" : marking.mail_class->name, sample.mail_class) << sample.program;
    }
}

}  // namespace
}  // namespace smarttls::policy
