// SPDX-License-Identifier: Apache-2.0
#include "smarttls/probe.h"

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "policy/grading.h"
#include "smarttls/gather.h"
#include "smarttls/nta7516_lookup.h"
#include "smarttls/smtp/tcp_transport.h"
#include "smarttls/sts/check.h"
#include "smarttls/tls/assess.h"
#include "smarttls/tls/second_look.h"

namespace smarttls::engine {
namespace {

namespace asio = boost::asio;
using policy::Deadline;
using policy::DomainName;
using policy::Level;
using policy::NextHop;
using policy::Reason;
using policy::Verdict;

/// As many addresses of a host are tried as Postfix tries (smtp_mx_address_limit).
constexpr std::size_t kMostAddresses = 5;

/// RFC 7672 §3.2.2: the base domain; the names of the next hop only when they led here securely,
/// or who forges an MX could send us to his host under his own name.
DaneDemand demand_of(const TlsaFinding& tlsa, const DomainName& host, MxTrust trust,
                     const std::vector<DomainName>& next_hop_names) {
    DaneDemand demand;
    demand.records = tlsa.records;
    demand.names = {tlsa.base.value_or(host)};
    if (trust == MxTrust::Insecure) return demand;
    for (const DomainName& name : next_hop_names) {
        const bool known =
            std::find(demand.names.begin(), demand.names.end(), name) != demand.names.end();
        if (!known) demand.names.push_back(name);
    }
    return demand;
}

void apply(Judgement judgement, policy::HostVerdict& verdict) {
    verdict.level = judgement.level;
    verdict.reasons = std::move(judgement.reasons);
    verdict.dane = judgement.dane;
}

/// Reasons and grade behind those of the level; a host that is not known has none.
void apply(policy::Grading grading, policy::HostVerdict& verdict) {
    verdict.grade = grading.grade;
    for (const policy::Weakness& weak : grading.weak) add_new(verdict.reasons, {weak.reason});
    verdict.weak = std::move(grading.weak);
}

/// Nobody was asked about MTA-STS.
asio::awaitable<StsFinding> no_policy() {
    co_return StsFinding{};
}

/// What was found out about a host, where the NTA 7516 record names it.
void note_host(std::optional<policy::NtaFacts>& nta, const policy::HostVerdict& found) {
    if (!nta) return;
    for (policy::HostVerdict& host : nta->ntamx) {
        if (host.name != found.name) continue;
        const std::uint16_t preference = host.preference;
        host = found;
        host.preference = preference;
    }
}

Observation not_connected(Reason reason) {
    Observation seen;
    seen.reasons = {reason};
    return seen;
}

}  // namespace

asio::awaitable<StsFinding> sts_of(const ProbeSettings& settings, DomainName domain,
                                   Deadline deadline) {
    // No coroutine, and no choice within a co_await: GCC 12 destroys what was chosen twice.
    if (settings.sts) return settings.sts(std::move(domain), deadline);
    return no_policy();
}

Verdict concluded(Verdict verdict, Ttl ttl, const ProbeSettings& settings) {
    verdict.checked = settings.clock();
    const std::chrono::seconds holds =
        verdict.level == Level::Unknown
            ? settings.failure_ttl
            : std::min(std::max(ttl.value_or(settings.min_ttl), settings.min_ttl),
                       settings.max_ttl);
    verdict.expires = verdict.checked + holds;
    return verdict;
}

Prober::Prober(asio::any_io_executor executor, Lookup& lookup, AddressGuard guard, TlsContext tls,
               ProbeSettings settings)
    : executor_(std::move(executor)),
      lookup_(lookup),
      guard_(std::move(guard)),
      tls_(std::move(tls)),
      settings_(std::move(settings)),
      sessions_(executor_, settings_.manners, observe, Deadline::Clock::now) {}

asio::awaitable<Verdict> Prober::probe(NextHop next_hop, Deadline deadline, Freshness freshness) {
    const TimePoint not_before = freshness.not_before(Deadline::Clock::now());
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
        tasks.push_back(
            {host, found.trust, found.next_hop_names, next_hop.port(), deadline, not_before});
    }
    using asio::experimental::awaitable_operators::operator&&;
    auto all =
        co_await (examine_all(std::move(tasks)) && sts_of(settings_, next_hop.name(), deadline) &&
                  read_nta(next_hop, found.hosts, not_before, deadline));
    StsFinding sts = std::get<1>(std::move(all));
    verdict.nta7516 = std::get<2>(all).facts;
    ttl = least(least(ttl, sts.ttl), std::get<2>(all).ttl);
    for (HostFinding& finding : std::get<0>(all)) {
        ttl = least(ttl, finding.ttl);
        note_host(verdict.nta7516, finding.verdict);
        check_sts(sts, finding.verdict);
        verdict.hosts.push_back(std::move(finding.verdict));
    }
    verdict.sts = shown(std::move(sts.policy));
    DomainJudgement judged = judge_domain(verdict.hosts, settings_.mx);
    verdict.level = judged.level;
    verdict.grade = judged.grade;
    if (settings_.profile) verdict.profile = settings_.profile->title();
    verdict.reasons = std::move(judged.reasons);
    add_new(verdict.reasons, sts.reasons);
    if (found.too_many) verdict.reasons.push_back(Reason::TooManyMx);
    co_return concluded(std::move(verdict), ttl, settings_);
}

asio::awaitable<std::vector<HostFinding>> Prober::examine_all(std::vector<Task> tasks) {
    std::vector<asio::awaitable<HostFinding>> work;
    for (Task& task : tasks) work.push_back(examine(std::move(task)));
    co_return co_await gather(executor_, std::move(work));
}

/// RFC 7672 §2.2.2: each host by its own name alone; a secure record led to it, so its DANE counts
/// as that of a secure MX does. MTA-STS speaks of MX hosts and is not asked (RFC 8461 §4.1).
asio::awaitable<Prober::NtaReading> Prober::read_nta(NextHop next_hop,
                                                     std::vector<MailHost> mx_hosts,
                                                     TimePoint not_before, Deadline deadline) {
    NtaReading reading;
    if (!next_hop.has_mx_lookup()) co_return reading;
    const policy::WallTime now = settings_.clock();
    NtaPublication nta = co_await find_nta(lookup_, next_hop.name(), now, deadline);
    reading.facts = std::move(nta.facts);
    reading.ttl = policy::is_known(*reading.facts) ? nta.ttl : Ttl{settings_.failure_ttl};
    std::vector<Task> tasks;
    for (const MailHost& host : nta.hosts) {
        // One session per host: an MX host is examined already.
        const bool known = std::any_of(mx_hosts.begin(), mx_hosts.end(),
                                       [&](const MailHost& mx) { return mx.name == host.name; });
        if (!known)
            tasks.push_back({host, MxTrust::Secure, {}, next_hop.port(), deadline, not_before});
    }
    const std::vector<HostFinding> findings = co_await examine_all(std::move(tasks));
    for (const HostFinding& finding : findings) {
        reading.ttl = least(reading.ttl, finding.ttl);
        note_host(reading.facts, finding.verdict);
    }
    co_return reading;
}

asio::awaitable<HostFinding> Prober::examine(Task task) {
    const HostRoute route = co_await find_route(lookup_, task.host, task.port, task.deadline);
    HostFinding finding = begun(task.host, route);
    if (auto end = end_at(route)) {
        apply(*std::move(end), finding.verdict);
        co_return finding;
    }
    const DaneDemand demand = demand_of(route.tlsa, *route.name, task.trust, task.next_hop_names);
    SessionFacts facts = co_await talk_to(task, *route.name, route.addresses, demand);
    apply(judge_host(task.trust, route.tlsa.state, facts), finding.verdict);
    finding.verdict.tls = std::move(facts.tls);
    finding.verdict.certificate = std::move(facts.certificate);
    finding.verdict.chain = std::move(facts.chain);
    if (settings_.profile && finding.verdict.level != Level::Unknown) {
        apply(grade(*settings_.profile, finding.verdict), finding.verdict);
    }
    co_return finding;
}

asio::awaitable<SessionFacts> Prober::talk_to(Task task, DomainName name, AddressAnswer addresses,
                                              DaneDemand demand) {
    const TlsContext tls = tls_;  // use() may be called meanwhile
    demand.decides = task.trust == MxTrust::Secure;
    auto seen = std::make_shared<const Observation>(not_connected(Reason::AddressNotAllowed));
    std::size_t tried = 0;
    for (const policy::IpAddress& address : addresses.records) {
        // An MX is written by a stranger and may point into our own network: not one packet.
        if (!guard_.is_allowed(address)) continue;
        SessionPlan plan = plan_for(address, task.port, demand);
        seen = co_await sessions_.observe(std::move(plan), tls, task.not_before, task.deadline);
        if (seen->connected || ++tried == kMostAddresses) break;
    }
    co_return assess(*seen, name, demand, tls, settings_.clock());
}

SessionPlan Prober::plan_for(const policy::IpAddress& address, std::uint16_t port,
                             const DaneDemand& demand) const {
    SessionPlan plan(endpoint_of(address, port), demand.names.front());
    plan.source = settings_.source_address;
    plan.helo_name = settings_.helo_name;
    plan.limits = settings_.limits;
    plan.interval = settings_.manners.interval;
    return plan;
}

}  // namespace smarttls::engine
