// SPDX-License-Identifier: Apache-2.0
#include "smarttls/published.h"

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "smarttls/gather.h"
#include "smarttls/judge.h"
#include "smarttls/sts/check.h"
#include "smarttls/sts/match.h"
#include "smarttls/tls/dane.h"

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

/// Of a look-up that did not fail. Verified stands for "has records that can be met": nobody has
/// seen the certificate.
DaneStatus dane_of(const TlsaFinding& tlsa, const DomainName& host, const TlsContext& tls) {
    if (tlsa.state == TlsaState::Insecure) return DaneStatus::Insecure;
    if (tlsa.state != TlsaState::Present) return DaneStatus::None;
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
    const bool failed =
        host.dane.status == DaneStatus::Bogus || host.dane.status == DaneStatus::Unchecked;
    if (failed) return Level::Unknown;
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
    const HostsFinding hosts = co_await find_hosts(lookup_, next_hop, deadline);
    const MailHosts& found = hosts.mail;
    Ttl ttl = hosts.ttl;
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

asio::awaitable<std::vector<HostFinding>> Publications::look_at_all(
    std::vector<Task> tasks) {
    std::vector<asio::awaitable<HostFinding>> work;
    for (Task& task : tasks) work.push_back(look_at(std::move(task)));
    co_return co_await gather(executor_, std::move(work));
}

/// A host without address takes no part: Postfix finds that out by itself.
asio::awaitable<HostFinding> Publications::look_at(Task task) {
    const HostRoute route = co_await find_route(lookup_, task.host, task.port, task.deadline);
    HostFinding finding = begun(task.host, route);
    const auto end = end_at(route);
    if (!end) {
        finding.verdict.dane.status = dane_of(route.tlsa, *route.name, tls_);
    } else if (end->reasons.front() != Reason::NoAddress) {
        finding.verdict.dane = end->dane;
        finding.verdict.reasons = end->reasons;
    }
    co_return finding;
}

}  // namespace smarttls::engine
