// SPDX-License-Identifier: Apache-2.0
#include "smarttls/published.h"

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "smarttls/gather.h"
#include "smarttls/sts/check.h"
#include "smarttls/sts/match.h"
#include "smarttls/tls/dane.h"
#include "smarttls/tlsa_lookup.h"

namespace smarttls::engine {
namespace {

namespace asio = boost::asio;
using policy::DaneStatus;
using policy::Deadline;
using policy::DomainName;
using policy::HostVerdict;
using policy::Level;
using policy::Reason;
using policy::Verdict;

using Ttl = std::optional<std::chrono::seconds>;

Ttl least(Ttl left, Ttl right) {
    if (!left || !right) return left ? left : right;
    return std::min(*left, *right);
}

template <class Record>
Ttl ttl_of(const Answer<Record>& answer) {
    const bool failed = answer.status == DnsStatus::Failed || answer.status == DnsStatus::Bogus;
    return failed ? Ttl{} : Ttl{answer.ttl};
}

/// Verified stands for "has records that can be met": nobody has seen the certificate.
DaneStatus dane_of(const TlsaFinding& tlsa, const DomainName& host, const TlsContext& tls) {
    switch (tlsa.state) {
        case TlsaState::Absent:
            return DaneStatus::None;
        case TlsaState::Insecure:
            return DaneStatus::Insecure;
        case TlsaState::Bogus:
        case TlsaState::Failed:
            return DaneStatus::Bogus;
        case TlsaState::Present:
            break;
    }
    const DaneDemand demand{tlsa.records, {tlsa.base.value_or(host)}};
    const bool usable = unmet(demand, tls).status == DaneStatus::Mismatch;
    return usable ? DaneStatus::Verified : DaneStatus::Unusable;
}

bool any_at(Level level, const std::vector<HostVerdict>& hosts) {
    return std::any_of(hosts.begin(), hosts.end(),
                       [level](const HostVerdict& host) { return host.level == level; });
}

}  // namespace

Level level_of_host(const HostVerdict& host, MxTrust trust, const StsFinding& sts) {
    if (host.dane.status == DaneStatus::Bogus) return Level::Unknown;
    if (host.dane.status == DaneStatus::Verified && trust == MxTrust::Secure) return Level::Dane;
    const bool enforced = sts.policy && sts.policy->mode == policy::StsMode::Enforce;
    if (!enforced) return Level::Plaintext;
    const auto name = DomainName::parse(host.name);
    return name && matches(sts.policy->mx, *name) ? Level::MtaSts : Level::Forbidden;
}

Level level_of_domain(const std::vector<HostVerdict>& hosts) {
    for (const Level level : {Level::Dane, Level::MtaSts, Level::Plaintext, Level::Forbidden}) {
        if (any_at(level, hosts)) return level;
    }
    return Level::Unknown;
}

Publications::Publications(asio::any_io_executor executor, Lookup& lookup, TlsContext tls,
                           ProbeSettings settings)
    : executor_(std::move(executor)),
      lookup_(lookup),
      tls_(std::move(tls)),
      settings_(std::move(settings)) {}

asio::awaitable<Verdict> Publications::read(policy::NextHop next_hop, Deadline deadline) {
    Verdict verdict;
    verdict.domain = next_hop.str();
    MailHosts found = named_host(next_hop);
    Ttl ttl;
    if (next_hop.has_mx_lookup()) {
        const MxAnswer mx = co_await lookup_.mx(next_hop.name(), deadline);
        found = mail_hosts(next_hop, mx);
        ttl = ttl_of(mx);
    }
    verdict.mx_secure = found.trust == MxTrust::Secure;
    verdict.level = found.level;
    if (found.reason) verdict.reasons = {*found.reason};
    if (found.hosts.empty()) co_return concluded(std::move(verdict), ttl, settings_);

    std::vector<Task> tasks;
    for (const MailHost& host : found.hosts) {
        tasks.push_back({host, found.trust, next_hop.port(), deadline});
    }
    using asio::experimental::awaitable_operators::operator&&;
    auto both =
        co_await (look_at_all(std::move(tasks)) && sts_of(settings_, next_hop.name(), deadline));
    StsFinding sts = std::get<1>(std::move(both));
    ttl = least(ttl, sts.ttl);
    for (HostFinding& finding : std::get<0>(both)) {
        ttl = least(ttl, finding.ttl);
        finding.verdict.level = level_of_host(finding.verdict, found.trust, sts);
        if (finding.verdict.level == Level::Forbidden) {
            finding.verdict.reasons = {Reason::StsMxMismatch};
        }
        verdict.hosts.push_back(std::move(finding.verdict));
    }
    verdict.sts = shown(std::move(sts.policy));
    verdict.level = level_of_domain(verdict.hosts);
    co_return concluded(std::move(verdict), ttl, settings_);
}

asio::awaitable<std::vector<Publications::HostFinding>> Publications::look_at_all(
    std::vector<Task> tasks) {
    std::vector<asio::awaitable<HostFinding>> work;
    for (Task& task : tasks) work.push_back(look_at(std::move(task)));
    co_return co_await gather(executor_, std::move(work));
}

/// A host without address takes no part: Postfix finds that out by itself.
asio::awaitable<Publications::HostFinding> Publications::look_at(Task task) {
    HostFinding finding;
    finding.verdict.name = task.host.name;
    finding.verdict.preference = task.host.preference;
    const auto name = DomainName::parse(task.host.name);
    if (!name) co_return finding;
    const AddressAnswer addresses = co_await lookup_.addresses(*name, task.deadline);
    finding.ttl = ttl_of(addresses);
    if (addresses.status == DnsStatus::Failed || addresses.status == DnsStatus::Bogus) {
        finding.verdict.dane.status = DaneStatus::Bogus;
        finding.verdict.reasons = {addresses.status == DnsStatus::Bogus ? Reason::DnssecInvalid
                                                                        : Reason::DnsFailure};
        co_return finding;
    }
    if (addresses.records.empty()) co_return finding;
    const TlsaFinding tlsa =
        co_await find_tlsa(lookup_, *name, addresses, task.port, task.deadline);
    finding.ttl = least(finding.ttl, tlsa.ttl);
    finding.verdict.dane.status = dane_of(tlsa, *name, tls_);
    if (finding.verdict.dane.status == DaneStatus::Bogus) {
        finding.verdict.reasons = {tlsa.state == TlsaState::Bogus ? Reason::DnssecInvalid
                                                                  : Reason::DnsFailure};
    }
    co_return finding;
}

}  // namespace smarttls::engine
