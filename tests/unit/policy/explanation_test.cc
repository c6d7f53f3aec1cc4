// SPDX-License-Identifier: Apache-2.0
#include "policy/explanation.h"

#include <gtest/gtest.h>

#include <set>

#include "policy/grade_explanation.h"
#include "tests/unit/policy/facts.h"

namespace smarttls::policy {
namespace {

using test::mail_class;
using test::recipient;
using test::recipient_at;
using test::recipient_by;
using test::recipient_without_domain;
using test::verdict;

const MailClass kDane = mail_class("nta7516", Floor::Dane, Shortfall::Hold, Shortfall::Reject);
const MailClass kPkix = mail_class("gdpr", Floor::Pkix);
const MailClass kSts = mail_class("sts", Floor::MtaSts);
const MailClass kEncrypted = mail_class("low", Floor::Encrypted);

struct Golden {
    const MailClass& mail_class;
    Recipient recipient;
    std::string_view sentence;
};

Recipient left_out_by_mta_sts() {
    Verdict found = verdict(Level::Forbidden, {Reason::StsMxMismatch});
    found.hosts[0].dane.status = DaneStatus::None;
    found.sts = StsFacts{StsMode::Enforce, "1", 86400, {"mx.other.example"}};
    return recipient(found);
}

Recipient with_policy(std::optional<StsMode> mode) {
    Verdict found = verdict(Level::Pkix);
    if (mode) {
        found.sts = StsFacts{*mode, "1", 86400, {"mx.example.nl"}};
    } else {
        found.reasons = {Reason::StsPolicyFetchError};
    }
    return recipient(found);
}

Recipient with_dane(Level level, DaneStatus status, std::vector<Reason> reasons = {}) {
    Verdict facts = verdict(level, std::move(reasons));
    facts.hosts[0].dane.status = status;
    return recipient(facts);
}

const std::vector<Golden>& goldens() {
    static const std::vector<Golden> all{
        {kDane, recipient_at(Level::Dane),
         "Mail to bob@example.nl goes out directly: mx.example.nl is authenticated by DANE, as class "
         "nta7516 demands (level dane)."},
        {kPkix, recipient_at(Level::Dane),
         "Mail to bob@example.nl goes out directly: mx.example.nl is authenticated by DANE, and "
         "class gdpr demands no more than pkix."},
        {kPkix, recipient_at(Level::Pkix),
         "Mail to bob@example.nl goes out directly: mx.example.nl has a certificate for its "
         "name from a trusted authority, as class gdpr demands (level pkix)."},
        {kDane, recipient(verdict(Level::Plaintext, {Reason::StarttlsNotSupported})),
         "Mail to bob@example.nl is refused: mx.example.nl offers no STARTTLS (level plaintext), but "
         "class nta7516 demands dane; matching TLSA records in a DNSSEC-signed zone would make "
         "it direct."},
        {kPkix, recipient(verdict(Level::Encrypted, {Reason::CertificateExpired})),
         "Mail to bob@example.nl is held: mx.example.nl presents an expired certificate (level "
         "encrypted), but class gdpr demands pkix; a valid certificate for the name of each "
         "mail server (or DANE) would make it direct."},
        {kDane, with_dane(Level::Encrypted, DaneStatus::None, {Reason::CertificateSelfSigned}),
         "Mail to bob@example.nl is held: mx.example.nl presents a self-signed certificate and has no "
         "TLSA record (level encrypted), but class nta7516 demands dane; matching TLSA records "
         "in a DNSSEC-signed zone would make it direct."},
        {kDane, with_dane(Level::Pkix, DaneStatus::Insecure),
         "Mail to bob@example.nl is held: mx.example.nl has a certificate for its name from a "
         "trusted authority, but is "
         "not in a DNSSEC-signed zone (level pkix), and class nta7516 demands dane; matching "
         "TLSA records in a DNSSEC-signed zone would make it direct."},
        {kDane, with_dane(Level::Pkix, DaneStatus::Unusable),
         "Mail to bob@example.nl is held: mx.example.nl has a certificate for its name from a "
         "trusted authority, but has "
         "no TLSA record that can be used (level pkix), and class nta7516 demands dane; "
         "matching TLSA records in a DNSSEC-signed zone would make it direct."},
        {kSts, recipient_at(Level::Encrypted),
         "Mail to bob@example.nl is held: mx.example.nl encrypts without proving who it is (level "
         "encrypted), but class sts demands mta-sts; an MTA-STS policy in mode enforce that is "
         "met (or DANE) would make it direct."},
        {kSts, with_policy(std::nullopt),
         "Mail to bob@example.nl is held: mx.example.nl has a certificate for its name from a "
         "trusted authority, but serves a domain whose MTA-STS policy could not be fetched (level "
         "pkix), and class sts demands mta-sts; an MTA-STS policy in mode enforce that is met (or "
         "DANE) would make it direct."},
        {kSts, with_policy(StsMode::Testing),
         "Mail to bob@example.nl is held: mx.example.nl has a certificate for its name from a "
         "trusted authority, but serves a domain whose MTA-STS policy is in mode testing (level "
         "pkix), and class sts demands mta-sts; an MTA-STS policy in mode enforce that is met (or "
         "DANE) would make it direct."},
        {kEncrypted, recipient(verdict(Level::Plaintext, {Reason::StarttlsRefused})),
         "Mail to bob@example.nl is held: mx.example.nl refused to start TLS (level plaintext), but "
         "class low demands encrypted; STARTTLS with TLS 1.2 or newer on each mail server "
         "would make it direct."},
        {kPkix, recipient(verdict(Level::Forbidden, {Reason::TlsaInvalid})),
         "Mail to bob@example.nl is held: mx.example.nl does not match its own TLSA records (DANE), "
         "so that the domain itself forbids to deliver to it (level forbidden); class gdpr demands "
         "pkix; mail servers that match the domain's DANE records would make it direct."},
        {kPkix, left_out_by_mta_sts(),
         "Mail to bob@example.nl is held: mx.example.nl is not among the mail servers of the "
         "domain's MTA-STS policy, so that the domain itself forbids to deliver to it (level "
         "forbidden); class gdpr demands pkix; mail servers that meet the domain's MTA-STS policy "
         "would make it direct."},
        {kDane, recipient(verdict(Level::Unknown, {Reason::Timeout})),
         "Mail to bob@example.nl waits in the queue: mx.example.nl did not answer in time, which says "
         "nothing about its security; the mail goes out as soon as the mail servers of example.nl "
         "reach level dane, which class nta7516 demands."},
        {kDane, recipient(std::nullopt),
         "Mail to bob@example.nl waits in the queue: the mail servers of example.nl could not be "
         "examined, which says nothing about their security; the mail goes out as soon as the mail "
         "servers of example.nl reach level dane, which class nta7516 demands."},
        {kDane, recipient_by(RouteKind::Trusted, "lmtp", "unix:/run/lmtp"),
         "Mail to bob@example.nl goes out directly: this site delivers it by its own route "
         "lmtp:unix:/run/lmtp, which is listed as trusted-route."},
        {kDane, recipient_by(RouteKind::Trusted, "local", ""),
         "Mail to bob@example.nl goes out directly: this site delivers it by its own route local, "
         "which is listed as trusted-route."},
        {kDane, recipient_by(RouteKind::Alias, "error", "5.1.1 User unknown"),
         "Mail to bob@example.nl goes out directly: the address is an alias on this server, and level "
         "dane, which class nta7516 demands, is enforced wherever this site has no route of its own."},
        {kDane, recipient_by(RouteKind::Untrusted, "smtp", "[relay.nl]:587"),
         "Mail to bob@example.nl is held: this site sends it by its own route smtp:[relay.nl]:587, on "
         "which level dane, which class nta7516 demands, cannot be enforced; trusted-route = "
         "smtp:[relay.nl]:587 would make it direct."},
        {kDane, recipient_without_domain(),
         "Mail to bob@[192.0.2.1] is held: it names no mail domain whose servers can be "
         "authenticated, but class nta7516 demands dane; an address in a domain with matching "
         "TLSA records in a DNSSEC-signed zone would make it direct."},
    };
    return all;
}

TEST(Explanation, ReadsAsWritten) {
    for (const Golden& golden : goldens()) {
        EXPECT_EQ(decide(golden.mail_class, golden.recipient).explanation, golden.sentence);
    }
}

Recipient weak_recipient(std::vector<Weakness> weak, Grade grade) {
    Verdict facts = test::graded(Level::Dane, grade);
    facts.hosts[0].weak = std::move(weak);
    return recipient(facts);
}

MailClass demanding(Grade grade) {
    MailClass result = kPkix;
    result.grade = grade;
    return result;
}

TEST(Explanation, OfAWeakGradeNamesTheFactAndWhoSaysSo) {
    EXPECT_EQ(decide(demanding(Grade::PhaseOut),
                     weak_recipient({{Reason::WeakKey, Grade::Insufficient, "rsa-1024"}}, Grade::Insufficient))
                  .explanation,
              "Mail to bob@example.nl is held: mx.example.nl uses RSA-1024, which NCSC-NL 2025-05 calls "
              "insufficient and Postfix cannot refuse at delivery, but class gdpr demands grade phase-out; a "
              "stronger key would make it direct.");
    EXPECT_EQ(decide(demanding(Grade::Sufficient),
                     weak_recipient({{Reason::WeakCipher, Grade::Insufficient, "AES128-SHA"},
                                     {Reason::WeakGroup, Grade::PhaseOut, "ffdhe3072"}},
                                    Grade::Insufficient))
                  .explanation,
              "Mail to bob@example.nl is held: mx.example.nl uses the cipher suite AES128-SHA, which NCSC-NL "
              "2025-05 calls insufficient, but class gdpr demands grade sufficient; a stronger cipher suite and a "
              "stronger key exchange group would make it direct.");
    EXPECT_EQ(decide(demanding(Grade::Good), weak_recipient({}, Grade::Sufficient)).explanation,
              "Mail to bob@example.nl is held: mx.example.nl has cryptography that NCSC-NL 2025-05 calls no better "
              "than sufficient, but class gdpr demands grade good; TLS and certificates that NCSC-NL 2025-05 "
              "calls good would make it direct.");
}

TEST(Explanation, OfAnUngradedServerSaysThatItIsNotKnown) {
    EXPECT_EQ(decide(demanding(Grade::PhaseOut), recipient_at(Level::Dane)).explanation,
              "Mail to bob@example.nl waits in the queue: mx.example.nl is authenticated by DANE, but nobody graded "
              "its cryptography, for which class gdpr demands phase-out; the mail goes out under level pkix, as "
              "Postfix enforces no grades.");
}

TEST(Phrase, OfAWeaknessNamesTheValue) {
    const std::pair<Weakness, std::string_view> rows[] = {
        {{Reason::OldProtocol, Grade::Insufficient, "TLSv1.1"}, "speaks TLSv1.1"},
        {{Reason::WeakGroup, Grade::PhaseOut, "ffdhe3072"}, "uses the key exchange group ffdhe3072"},
        {{Reason::WeakKey, Grade::PhaseOut, "rsa-2048", 1}, "uses RSA-2048 in its certificate chain"},
        {{Reason::WeakKey, Grade::PhaseOut, "secp224r1"}, "uses a key of the kind secp224r1"},
        {{Reason::WeakSignature, Grade::Insufficient, "sha1", 2}, "uses a signature with sha1 in its certificate chain"},
    };
    for (const auto& [weakness, text] : rows) EXPECT_EQ(phrase(weakness), text);
}

TEST(Explanation, OfADomainWithoutMailSaysWhatIsNeeded) {
    Verdict nothing;
    nothing.domain = "example.nl";
    nothing.level = Level::NoMail;
    nothing.reasons = {Reason::NullMx};
    EXPECT_EQ(decide(kDane, recipient(nothing)).explanation,
              "Mail to bob@example.nl is refused: example.nl takes no mail (Null MX), so that no class "
              "can be met; an address in a domain that takes mail would make it direct.");
    nothing.reasons = {Reason::NoSuchDomain};
    EXPECT_EQ(decide(kDane, recipient(nothing)).explanation,
              "Mail to bob@example.nl is refused: example.nl does not exist, so that no class can be "
              "met; an address in a domain that takes mail would make it direct.");
}

std::vector<Recipient> all_recipients() {
    std::vector<Recipient> all{recipient(std::nullopt), recipient_without_domain(),
                               recipient_by(RouteKind::Trusted, "local", ""),
                               recipient_by(RouteKind::Untrusted, "smtp", "[relay.nl]"),
                               recipient_by(RouteKind::Alias, "error", "5.1.1 unknown")};
    for (const Level level : test::levels()) {
        all.push_back(recipient_at(level));
        for (const Reason reason : test::reasons()) all.push_back(recipient(verdict(level, {reason})));
        Verdict without_hosts = verdict(level);
        without_hosts.hosts.clear();
        all.push_back(recipient(without_hosts));
        for (const Grade grade : test::grades()) all.push_back(recipient(test::graded(level, grade)));
    }
    return all;
}

/// Every class, with every grade.
std::vector<MailClass> all_classes() {
    std::vector<MailClass> all;
    for (MailClass c : test::classes()) {
        for (const Grade grade : test::grades()) {
            c.grade = grade;
            all.push_back(c);
        }
    }
    return all;
}

TEST(Explanation, IsOneSentenceThatNamesTheRecipientAndTheClass) {
    for (const MailClass& c : all_classes()) {
        for (const Recipient& one : all_recipients()) {
            const RecipientDecision decision = decide(c, one);
            const std::string& text = decision.explanation;
            EXPECT_TRUE(text.starts_with("Mail to " + one.address + " ")) << text;
            EXPECT_TRUE(text.ends_with('.')) << text;
            EXPECT_EQ(text.find(". "), std::string::npos) << text;
            EXPECT_EQ(text.find("  "), std::string::npos) << text;
            EXPECT_EQ(text.find(" ,"), std::string::npos) << text;
            EXPECT_EQ(text.find(":."), std::string::npos) << text;
            EXPECT_EQ(text.find('\n'), std::string::npos) << text;
            const bool classless = decision.rule == "no-mail" || decision.rule == "trusted-route";
            EXPECT_EQ(text.find("class " + c.name) == std::string::npos, classless) << text;
        }
    }
}

TEST(Explanation, OfMailThatIsStoppedNamesTheRemedy) {
    for (const MailClass& c : all_classes()) {
        for (const Recipient& one : all_recipients()) {
            const RecipientDecision decision = decide(c, one);
            if (decision.outcome < Outcome::Hold) continue;
            EXPECT_TRUE(decision.explanation.ends_with(" would make it direct.")) << decision.explanation;
        }
    }
}

TEST(Explanation, OfARefusalFitsIntoAReplyLineForOrdinaryNames) {
    for (const Golden& golden : goldens()) {
        EXPECT_LE(golden.sentence.size(), 400U) << golden.sentence;
    }
}

TEST(Phrase, OfEveryReasonIsDistinctAndAPredicate) {
    std::set<std::string_view> phrases;
    for (const Reason reason : test::reasons()) {
        const std::string_view text = phrase(reason);
        EXPECT_TRUE(phrases.insert(text).second) << text;
        EXPECT_FALSE(text.ends_with('.')) << text;
        EXPECT_NE(text, "could not be examined") << to_string(reason) << " has no phrase of its own";
    }
}

TEST(Describe, NamesTheHostThatDecidedTheLevel) {
    Verdict facts = verdict(Level::Encrypted, {Reason::CertificateHostMismatch});
    HostVerdict good;
    good.name = "good.example.nl";
    good.level = Level::Dane;
    facts.hosts.insert(facts.hosts.begin(), good);
    EXPECT_EQ(describe(facts), "mx.example.nl presents a certificate for another name");
}

TEST(Describe, NamesTheTwoMostImportantReasons) {
    EXPECT_EQ(describe(verdict(Level::Encrypted, {Reason::CertificateExpired, Reason::CertificateSelfSigned,
                                                  Reason::CertificateHostMismatch})),
              "mx.example.nl presents an expired certificate and presents a self-signed certificate");
}

TEST(Describe, SaysHowAGoodHostIsAuthenticated) {
    EXPECT_EQ(describe(verdict(Level::Dane)), "mx.example.nl is authenticated by DANE");
    EXPECT_EQ(describe(verdict(Level::MtaSts)),
              "mx.example.nl is authenticated by the domain's MTA-STS policy");
    EXPECT_EQ(describe(verdict(Level::Pkix)), "mx.example.nl has a certificate for its name from a trusted authority");
}

TEST(Describe, SaysThatADomainWasBetterProtectedBefore) {
    Verdict lost = verdict(Level::Plaintext, {Reason::StarttlsNotSupported});
    lost.reasons.push_back(Reason::Downgrade);
    EXPECT_EQ(describe(lost), "mx.example.nl offers no STARTTLS and was better protected before "
                              "(possible downgrade attack)");
    Verdict good = verdict(Level::Pkix);
    good.reasons.push_back(Reason::Downgrade);
    EXPECT_EQ(describe(good), "mx.example.nl has a certificate for its name from a trusted authority and was better "
                              "protected before (possible downgrade attack)");
}

TEST(Describe, NamesTheDomainWhereNoHostDecided) {
    Verdict facts;
    facts.domain = "example.nl";
    facts.reasons = {Reason::DnsFailure};
    EXPECT_EQ(describe(facts), "example.nl could not be looked up in the DNS");
}

TEST(Explanation, NamesTheNtaRecord) {
    MailClass c = kDane;
    c.nta_record = NtaRecord::Required;
    Recipient r = test::recipient(test::graded(Level::Dane, Grade::Good));
    r.verdict->nta7516.emplace().why = Reason::NtaExpired;
    EXPECT_EQ(decide(c, r).explanation,
              "Mail to bob@example.nl is held: mx.example.nl is authenticated by DANE, but example.nl has "
              "an NTA 7516 record that has expired; a valid NTA 7516 record, which class " +
                  c.name + " demands (nta-record = required), would make it direct.");
    r.verdict->nta7516->why = Reason::Timeout;
    EXPECT_EQ(decide(c, r).explanation,
              "Mail to bob@example.nl waits in the queue: mx.example.nl is authenticated by DANE, but nobody "
              "could find out whether example.nl publishes a valid NTA 7516 record, which class " +
                  c.name + " demands (nta-record = required); the mail goes out under level dane, as Postfix "
                  "asks for no such records.");
}

}  // namespace
}  // namespace smarttls::policy
