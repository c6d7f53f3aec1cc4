// SPDX-License-Identifier: Apache-2.0
#include "policy/explanation.h"

#include <algorithm>

#include "policy/grade_explanation.h"

namespace smarttls::policy {
namespace {

constexpr std::size_t kMostReasons = 2;  // the most important ones; evidence has them all

/// The host that decided the level of the domain: the first with that level.
const HostVerdict* deciding_host(const Verdict& verdict) {
    const auto found = std::find_if(verdict.hosts.begin(), verdict.hosts.end(),
                                    [&](const auto& h) { return h.level == verdict.level; });
    return found == verdict.hosts.end() ? nullptr : &*found;
}

std::string_view achieved(Level level) {
    switch (level) {
        case Level::Dane: return "is authenticated by DANE";
        case Level::MtaSts: return "is authenticated by the domain's MTA-STS policy";
        case Level::Pkix: return "has a certificate for its name from a trusted authority";
        case Level::Encrypted: return "encrypts without proving who it is";
        case Level::Plaintext: return "takes mail without encryption";
        case Level::Forbidden: return "fails the domain's own security policy";
        case Level::NoMail: return "takes no mail";
        case Level::Unknown: return "could not be examined";
    }
    return "could not be examined";
}

/// Behind the fact, whatever it is: who reads it must not take an attack for a mistake.
std::string alarm(const Verdict& verdict) {
    const auto& reasons = verdict.reasons;
    if (std::find(reasons.begin(), reasons.end(), Reason::Downgrade) == reasons.end()) return {};
    return " and " + std::string(phrase(Reason::Downgrade));
}

/// What a domain publishes to reach a level.
std::string_view remedy(Floor floor) {
    switch (floor) {
        case Floor::Encrypted: return "STARTTLS with TLS 1.2 or newer on each mail server";
        case Floor::Pkix: return "a valid certificate for the name of each mail server (or DANE)";
        case Floor::MtaSts: return "an MTA-STS policy in mode enforce that is met (or DANE)";
        case Floor::Dane: return "matching TLSA records in a DNSSEC-signed zone";
    }
    return "";
}

std::string verb(Outcome outcome) {
    switch (outcome) {
        case Outcome::Direct: return "goes out directly";
        case Outcome::Queue: return "waits in the queue";
        case Outcome::Portal: return "is kept for pickup in the portal";
        case Outcome::Hold: return "is held";
        case Outcome::Reject: return "is refused";
    }
    return "is refused";
}

std::string level_name(Floor floor) { return "level " + std::string(to_string(floor)); }

std::string demand(const MailClass& mail_class) {
    return "class " + mail_class.name + " demands " + std::string(to_string(mail_class.level));
}

/// "level dane, which class nta7516 demands,": for the middle of a sentence.
std::string demanded(const MailClass& mail_class) {
    return level_name(mail_class.level) + ", which class " + mail_class.name + " demands";
}

/// Why a host that encrypts has no DANE, for classes that demand it.
std::string_view dane_missing(const MailClass& mail_class, const Verdict& verdict) {
    const HostVerdict* host = deciding_host(verdict);
    if (mail_class.level != Floor::Dane || host == nullptr) return {};
    if (verdict.level < Level::Encrypted) return {};
    switch (host->dane.status) {
        case DaneStatus::None: return "has no TLSA record";
        case DaneStatus::Insecure: return "is not in a DNSSEC-signed zone";
        case DaneStatus::Unusable: return "has no TLSA record that can be used";
        default: return {};
    }
}

/// Why a host with a good certificate is not authenticated by MTA-STS, for classes that demand it.
std::string_view sts_missing(const MailClass& mail_class, const Verdict& verdict) {
    if (mail_class.level != Floor::MtaSts || verdict.level != Level::Pkix) return {};
    if (verdict.sts) {
        return verdict.sts->mode == StsMode::Testing
                   ? "serves a domain whose MTA-STS policy is in mode testing"
                   : "serves a domain that says it has no MTA-STS policy (mode none)";
    }
    for (const Reason reason : verdict.reasons) {
        switch (reason) {
            case Reason::StsPolicyFetchError:
                return "serves a domain whose MTA-STS policy could not be fetched";
            case Reason::StsPolicyInvalid:
                return "serves a domain whose MTA-STS record or policy breaks its grammar";
            case Reason::StsWebpkiInvalid:
                return "serves a domain whose MTA-STS policy stands under a certificate that is "
                       "not valid";
            default: break;
        }
    }
    return "serves a domain without an MTA-STS policy";
}

std::string route_name(const Route& route) {
    return route.next_hop.empty() ? route.transport : route.transport + ":" + route.next_hop;
}

std::string explain_route(const MailClass& mail_class, const Recipient& recipient,
                          std::string_view rule) {
    const std::string route = route_name(recipient.route);
    if (rule == "trusted-route") {
        return "this site delivers it by its own route " + route +
               ", which is listed as trusted-route";
    }
    if (rule == "alias") {
        return "the address is an alias on this server, and " + demanded(mail_class) +
               ", is enforced wherever this site has no route of its own";
    }
    if (rule == "untrusted-route") {
        return "this site sends it by its own route " + route + ", on which " +
               demanded(mail_class) + ", cannot be enforced; trusted-route = " + route +
               " would make it direct";
    }
    return "it names no mail domain whose servers can be authenticated, but " + demand(mail_class) +
           "; an address in a domain with " + std::string(remedy(mail_class.level)) +
           " would make it direct";
}

std::string explain_enough(const MailClass& mail_class, const Verdict& verdict) {
    const std::string fact = describe(verdict);
    if (verdict.level == level_of(mail_class.level)) {
        return fact + ", as class " + mail_class.name + " demands (" +
               level_name(mail_class.level) + ")";
    }
    return fact + ", and class " + mail_class.name + " demands no more than " +
           std::string(to_string(mail_class.level));
}

std::string explain_shortfall(const MailClass& mail_class, const Verdict& verdict) {
    const bool good = verdict.level >= Level::Pkix;  // the fact alone sounds well
    const std::string_view missing = mail_class.level == Floor::MtaSts
                                         ? sts_missing(mail_class, verdict)
                                         : dane_missing(mail_class, verdict);
    std::string fact = describe(verdict);
    if (!missing.empty()) fact += (good ? ", but " : " and ") + std::string(missing);
    const std::string_view turn = good && !missing.empty() ? ", and " : ", but ";
    return fact + " (level " + std::string(to_string(verdict.level)) + ")" + std::string(turn) +
           demand(mail_class) + "; " + std::string(remedy(mail_class.level)) +
           " would make it direct";
}

/// What a domain asks of its mail servers that forbids delivery now. DANE is asked first.
std::string_view kept_promise(const Verdict& verdict) {
    const HostVerdict* host = deciding_host(verdict);
    const bool by_dane = host != nullptr && host->dane.status == DaneStatus::Mismatch;
    const bool by_sts = verdict.sts && verdict.sts->mode == StsMode::Enforce && !by_dane;
    return by_sts ? "meet the domain's MTA-STS policy" : "match the domain's DANE records";
}

/// Level and grade are enough; of the NTA 7516 record, nobody knows or it is not valid.
std::string explain_nta(const MailClass& mail_class, const Verdict& verdict, std::string_view rule) {
    const std::string demanded_record = "a valid NTA 7516 record, which class " + mail_class.name +
                                        " demands (nta-record = required)";
    if (rule == "nta-unknown") {
        return describe(verdict) + ", but nobody could find out whether " + verdict.domain +
               " publishes " + demanded_record + "; the mail goes out under level " +
               std::string(to_string(mail_class.level)) + ", as Postfix asks for no such records";
    }
    const Reason why = verdict.nta7516->why.value_or(Reason::NtaMissing);
    return describe(verdict) + ", but " + verdict.domain + " " + std::string(phrase(why)) + "; " +
           demanded_record + ", would make it direct";
}

std::string explain_verdict(const MailClass& mail_class, const Verdict& verdict,
                            std::string_view rule) {
    if (rule == "meets-level") return explain_enough(mail_class, verdict);
    if (rule == "below-grade") return explain_grade(mail_class, verdict);
    if (rule.starts_with("nta-")) return explain_nta(mail_class, verdict, rule);
    if (rule == "ungraded") {
        return describe(verdict) + ", but nobody graded its cryptography, for which class " +
               mail_class.name + " demands " + std::string(to_string(mail_class.grade)) +
               (mail_class.unknown == Uncertain::Portal ? "; with unknown = queue it would go out under level "
                                                        : "; the mail goes out under level ") + std::string(to_string(mail_class.level)) +
               ", as Postfix enforces no grades";
    }
    if (rule == "no-mail") {
        return describe(verdict) +
               ", so that no class can be met; an address in a domain that takes mail would make "
               "it direct";
    }
    if (rule == "forbidden") {
        return describe(verdict) +
               ", so that the domain itself forbids to deliver to it (level forbidden); " +
               demand(mail_class) + "; mail servers that " + std::string(kept_promise(verdict)) +
               " would make it direct";
    }
    return explain_shortfall(mail_class, verdict);
}

std::string explain_unknown(const MailClass& mail_class, const Recipient& recipient) {
    const std::string domain = recipient.domain ? recipient.domain->str() : recipient.address;
    const std::string servers = "the mail servers of " + domain;
    std::string fact = servers + " could not be examined, which says nothing about their security";
    if (recipient.verdict && !recipient.verdict->reasons.empty()) {
        fact = describe(*recipient.verdict) + ", which says nothing about its security";
    }
    if (mail_class.unknown == Uncertain::Portal) {
        return fact + "; servers that are found to reach " + demanded(mail_class) +
               " would make it direct";
    }
    return fact + "; the mail goes out as soon as " + servers + " reach " + demanded(mail_class);
}

std::string explain_consumer(const MailClass& mail_class, const Recipient& recipient) {
    return recipient.domain->str() + " provides mailboxes of consumers, for which class " + mail_class.name +
           " demands the portal (consumer = portal); an address at an organisation would make it direct";
}

}  // namespace

std::string describe(const Verdict& verdict) {
    const HostVerdict* host = deciding_host(verdict);
    const std::string& subject = host != nullptr ? host->name : verdict.domain;
    const auto& reasons = host != nullptr ? host->reasons : verdict.reasons;
    const bool good = verdict.level >= Level::Pkix;
    if (reasons.empty() || good) {
        return subject + " " + std::string(achieved(verdict.level)) + alarm(verdict);
    }
    std::string text = subject;
    for (std::size_t i = 0; i < std::min(reasons.size(), kMostReasons); ++i) {
        text += (i == 0 ? " " : " and ") + std::string(phrase(reasons[i]));
    }
    return host != nullptr ? text + alarm(verdict) : text;
}

std::string explain(const MailClass& mail_class, const Recipient& recipient, std::string_view rule,
                    Outcome outcome) {
    std::string why;
    if (rule == "consumer") {
        why = explain_consumer(mail_class, recipient);
    } else if (rule == "unknown") {
        why = explain_unknown(mail_class, recipient);
    } else if (rule.ends_with("-route") || rule == "alias" || rule == "address-literal") {
        why = explain_route(mail_class, recipient, rule);
    } else {
        why = explain_verdict(mail_class, *recipient.verdict, rule);
    }
    return "Mail to " + recipient.address + " " + verb(outcome) + ": " + why + ".";
}

}  // namespace smarttls::policy
