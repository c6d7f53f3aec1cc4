// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "policy/option_setters.h"
#include "policy/options.h"
#include "policy/portal_options.h"
#include "policy/text.h"
#include "policy/values.h"

namespace smarttls::policy {
namespace {

Result<Floor> read_floor(std::string_view text) {
    if (const auto floor = parse_floor(text)) return *floor;
    return fail(ErrorKind::Malformed, quote(text) + " is none of encrypted, pkix, mta-sts, dane");
}

Result<Grade> read_grade(std::string_view text) {
    const auto grade = parse_grade(text);
    if (grade && *grade != Grade::None) return *grade;
    return fail(ErrorKind::Malformed,
                quote(text) + " is none of good, sufficient, phase-out, insufficient");
}

Result<NtaRecord> read_nta_record(std::string_view text) {
    if (text == "recorded") return NtaRecord::Recorded;
    if (text == "required") return NtaRecord::Required;
    return fail(ErrorKind::Malformed, quote(text) + " is neither recorded nor required");
}

Result<ConsumerMail> read_consumer_mail(std::string_view text) {
    if (text == "as-others") return ConsumerMail::AsOthers;
    if (text == "portal") return ConsumerMail::Portal;
    return fail(ErrorKind::Malformed, quote(text) + " is neither as-others nor portal");
}

Result<Sensitivity> read_sensitivity(std::string_view text) {
    if (const auto sensitivity = parse_sensitivity(text)) return *sensitivity;
    return fail(ErrorKind::Malformed, quote(text) + " is none of Personal, Private, Company-Confidential");
}

Result<InboundTls> read_inbound_tls(std::string_view text) {
    for (const InboundTls one : {InboundTls::None, InboundTls::Encrypted, InboundTls::Verified}) {
        if (text == to_string(one)) return one;
    }
    return fail(ErrorKind::Malformed, quote(text) + " is none of none, encrypted, verified");
}

/// What is found in every charset (policy/subject.h).
Result<std::string> read_subject_tag(std::string_view text) {
    const bool is_plain = std::all_of(text.begin(), text.end(), [](char byte) { return byte > ' ' && byte < 0x7f; });
    if (is_plain && !text.empty() && text.find("=?") == std::string_view::npos) return std::string(text);
    return fail(ErrorKind::Malformed, quote(text) + " is not a tag of ASCII characters without blanks, such as [secure]");
}

using Text = std::string_view;

constexpr auto kClassOptions = std::to_array<Option<MailClass>>({
    {"class", "mode", "enforce", Repeat::No,
     [](MailClass& c, Text v) { return store(c.mode, read_mode(v)); }, nullptr,
     "Enforce, or shadow: mail of the class is decided upon and recorded, and passes as if it had none."},
    {"class", "msip-label", "", Repeat::Words,
     [](MailClass& c, Text v) { return add(c.triggers.labels, read_guid(v)); },
     [](MailClass& c) { c.triggers.labels.clear(); },
     "Marks mail: GUID of a sensitivity label in msip_labels, of a tenant that msip-tenant names."},
    {"class", "msip-tenant", "", Repeat::Words,
     [](MailClass& c, Text v) { return add(c.triggers.tenants, read_guid(v)); },
     [](MailClass& c) { c.triggers.tenants.clear(); },
     "GUID of the Microsoft 365 tenant (SiteId) whose labels count."},
    {"class", "sensitivity", "", Repeat::Words,
     [](MailClass& c, Text v) { return add(c.triggers.sensitivities, read_sensitivity(v)); },
     [](MailClass& c) { c.triggers.sensitivities.clear(); },
     "Marks mail: value of the header field Sensitivity (RFC 2156): Personal, Private, Company-Confidential."},
    {"class", "subject-tag", "", Repeat::Words,
     [](MailClass& c, Text v) { return add(c.triggers.subject_tags, read_subject_tag(v)); },
     [](MailClass& c) { c.triggers.subject_tags.clear(); },
     "Marks mail: tag in the subject, such as [secure], in any case and encoding."},
    {"class", "sender", "", Repeat::Words,
     [](MailClass& c, Text v) { return add(c.triggers.senders, AddressPattern::parse_address(v)); },
     [](MailClass& c) { c.triggers.senders.clear(); },
     "Marks mail: envelope sender, as address, @domain or .domain (subdomains)."},
    {"class", "recipient", "", Repeat::Words,
     [](MailClass& c, Text v) { return add(c.triggers.recipients, AddressPattern::parse_address(v)); },
     [](MailClass& c) { c.triggers.recipients.clear(); },
     "Marks mail, for all its recipients: one of them, as address, @domain or .domain (subdomains)."},
    {"class", "user", "", Repeat::Words,
     [](MailClass& c, Text v) { return add(c.triggers.users, AddressPattern::parse(v)); },
     [](MailClass& c) { c.triggers.users.clear(); },
     "Marks mail: authenticated user, by name, or @domain where names have one."},
    {"class", "client-network", "", Repeat::Words,
     [](MailClass& c, Text v) { return add(c.triggers.client_networks, Network::parse(v)); },
     [](MailClass& c) { c.triggers.client_networks.clear(); },
     "Marks mail: network of the client that submits it."},
    {"class", "client-certificate", "", Repeat::Lines,
     [](MailClass& c, Text v) { return add(c.triggers.client_certificates, CertificatePattern::parse(v)); },
     [](MailClass& c) { c.triggers.client_certificates.clear(); },
     "Marks mail: verified certificate of the client, written as in trusted-certificate."},
    {"class", "require-inbound-tls", "none", Repeat::No,
     [](MailClass& c, Text v) { return store(c.require_inbound_tls, read_inbound_tls(v)); }, nullptr,
     "How mail of the class has to come in: none, encrypted (TLS 1.2), verified (by client certificate, too)."},
    {"class", "remove-subject-tag", "no", Repeat::No,
     [](MailClass& c, Text v) { return store(c.removes_subject_tags, read_switch(v)); }, nullptr,
     "Whether the class's subject tags are taken out of accepted mail: yes or no."},
    {"class", "add-subject-tag", "", Repeat::No,
     [](MailClass& c, Text v) { return store(c.added_subject_tag, read_subject_tag(v)); },
     [](MailClass& c) { c.added_subject_tag.clear(); },
     "Tag that the subject of accepted mail of the class gets in front, unless it has it."},
    {"class", "level", "dane", Repeat::No,
     [](MailClass& c, Text v) { return store(c.level, read_floor(v)); }, nullptr,
     "Least authentication of the recipient's mail servers: encrypted, pkix, mta-sts or dane."},
    {"class", "grade", "phase-out", Repeat::No,
     [](MailClass& c, Text v) { return store(c.grade, read_grade(v)); }, nullptr,
     "Least grade of their TLS and certificates: good, sufficient, phase-out or insufficient (any)."},
    {"class", "nta-record", "recorded", Repeat::No,
     [](MailClass& c, Text v) { return store(c.nta_record, read_nta_record(v)); }, nullptr,
     "Whether the recipient's domain needs a valid NTA 7516 record: required, or recorded (as it is)."},
    {"class", "insecure", "hold", Repeat::No,
     [](MailClass& c, Text v) { return store(c.insecure, read_shortfall(v)); }, nullptr,
     "What happens to mail for a domain below that level or grade: portal, hold or reject."},
    {"class", "plaintext", "", Repeat::No,
     [](MailClass& c, Text v) { return store(c.plaintext, read_shortfall(v)); },
     [](MailClass& c) { c.plaintext.reset(); },
     "The same for servers without any TLS. Empty: as insecure says."},
    {"class", "unknown", "queue", Repeat::No,
     [](MailClass& c, Text v) { return store(c.unknown, read_uncertain(v)); }, nullptr,
     "What happens to mail for a domain that could not be examined: queue (under the level) or portal."},
    {"class", "consumer", "as-others", Repeat::No,
     [](MailClass& c, Text v) { return store(c.consumer, read_consumer_mail(v)); }, nullptr,
     "What happens to mail for consumers' mailboxes: as-others, or portal whatever their TLS."},
    {"class", "evidence-retention", "0s", Repeat::No,
     [](MailClass& c, Text v) { return store(c.evidence_retention, read_duration(v)); }, nullptr,
     "After which time smarttls evidence prune takes what is personal from the evidence, such as 2555d. 0s: never."},
    {"class", "set-header", "", Repeat::Lines,
     [](MailClass& c, Text v) { return add(c.set_headers, read_header_field(v)); },
     [](MailClass& c) { c.set_headers.clear(); },
     "Header field \"Name: value\" that accepted mail of the class gets; older ones are removed."},
    {"class", "remove-header", "", Repeat::Words,
     [](MailClass& c, Text v) { return add(c.remove_headers, read_header_name(v)); },
     [](MailClass& c) { c.remove_headers.clear(); },
     "Header field that is removed from accepted mail of the class."},
});

}  // namespace

std::span<const Option<MailClass>> class_options() {
    static const std::vector<Option<MailClass>> kAll = joined<Option<MailClass>>(kClassOptions, pickup_options());
    return kAll;
}

}  // namespace smarttls::policy
