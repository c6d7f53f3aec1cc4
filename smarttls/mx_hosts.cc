// SPDX-License-Identifier: Apache-2.0
#include "smarttls/mx_hosts.h"

#include <algorithm>
#include <tuple>

namespace smarttls::engine {
namespace {

using policy::Level;
using policy::Reason;

MailHosts none(Level level, Reason reason) {
    MailHosts found;
    found.level = level;
    found.reason = reason;
    return found;
}

MailHosts none_because_dns_failed(const MxAnswer& answer) {
    if (answer.status == DnsStatus::Bogus) return none(Level::Unknown, Reason::DnssecInvalid);
    return none(Level::Unknown, answer.timed_out ? Reason::Timeout : Reason::DnsFailure);
}

/// Lowest preference first; equal ones by name, so that the verdict does not depend on the order of
/// an answer. A host that stands twice counts with its better preference.
std::vector<MailHost> ordered(const std::vector<MxRecord>& records) {
    std::vector<MailHost> hosts;
    for (const MxRecord& record : records) {
        // RFC 7505 §3: a null MX beside others is a mistake of the domain; the others still count.
        if (!record.exchange.empty()) hosts.push_back({record.exchange, record.preference});
    }
    std::sort(hosts.begin(), hosts.end(), [](const MailHost& left, const MailHost& right) {
        return std::tie(left.preference, left.name) < std::tie(right.preference, right.name);
    });
    std::vector<MailHost> unique;
    for (MailHost& host : hosts) {
        const bool known = std::any_of(unique.begin(), unique.end(), [&](const MailHost& other) {
            return other.name == host.name;
        });
        if (!known) unique.push_back(std::move(host));
    }
    return unique;
}

void cut(MailHosts& found) {
    found.too_many = found.hosts.size() > MailHosts::kMost;
    if (found.too_many) found.hosts.resize(MailHosts::kMost);
}

std::vector<policy::DomainName> names_of(const policy::DomainName& asked,
                                         const std::string& canonical) {
    std::vector<policy::DomainName> names{asked};
    const auto expanded = policy::DomainName::parse(canonical);
    if (expanded && *expanded != asked) names.push_back(*expanded);
    return names;
}

}  // namespace

MailHosts mail_hosts(const policy::NextHop& next_hop, const MxAnswer& answer) {
    if (answer.status == DnsStatus::Bogus || answer.status == DnsStatus::Failed) {
        return none_because_dns_failed(answer);
    }
    MailHosts found;
    found.trust = answer.status == DnsStatus::Secure ? MxTrust::Secure : MxTrust::Insecure;
    found.next_hop_names = names_of(next_hop.name(), answer.canonical_name);
    switch (answer.outcome) {
        case DnsOutcome::NxDomain:
            found.level = Level::NoMail;
            found.reason = Reason::NoSuchDomain;
            return found;
        case DnsOutcome::NoData:  // RFC 5321 §5.1: the domain is its own host, of preference 0
            found.hosts = {{next_hop.name().str(), 0}};
            return found;
        case DnsOutcome::None:
            return none(Level::Unknown, Reason::DnsFailure);
        case DnsOutcome::Records:
            break;
    }
    found.hosts = ordered(answer.records);
    if (found.hosts.empty()) {  // RFC 7505 §3
        found.level = Level::NoMail;
        found.reason = Reason::NullMx;
    }
    cut(found);
    return found;
}

MailHosts named_host(const policy::NextHop& next_hop) {
    MailHosts found;
    found.trust = MxTrust::Secure;
    found.hosts = {{next_hop.name().str(), 0}};
    found.next_hop_names = {next_hop.name()};
    return found;
}

}  // namespace smarttls::engine
