// SPDX-License-Identifier: Apache-2.0
#include "smarttls/configured_prober.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "smarttls/log.h"
#include "smarttls/profile_file.h"
#include "smarttls/smtp/tcp_transport.h"
#include "smarttls/sts/renewal.h"

namespace smarttls::engine {

namespace asio = boost::asio;
using policy::EngineSettings;
using policy::ErrorKind;
using policy::Result;

namespace {

ResolverSettings resolver_settings(const EngineSettings& settings) {
    ResolverSettings result;
    for (const policy::Endpoint& resolver : settings.resolvers) {
        const auto server = endpoint_of(resolver.address, resolver.port);
        result.servers.emplace_back(server.address(), server.port());
    }
    result.trust_ad = settings.trust_ad;
    return result;
}

Result<std::string> own_host_name() {
    std::array<char, 256> name{};  // HOST_NAME_MAX is 64
    if (::gethostname(name.data(), name.size() - 1) == 0) return std::string(name.data());
    return policy::fail(ErrorKind::Misconfigured,
                        "helo-name: this machine's name: " + std::generic_category().message(errno),
                        errno);
}

/// Sessions must leave descriptors to the DNS, to MTA-STS and to clients.
std::size_t affordable_sessions(std::size_t wanted) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return wanted;
    return std::min<std::size_t>(wanted, std::max<rlim_t>(limit.rlim_cur / 2, 1));
}

Manners manners(const EngineSettings& settings) {
    Manners result;
    result.most_sessions = affordable_sessions(settings.session_limit);
    result.interval = settings.session_interval;
    result.share = settings.min_ttl;
    result.failure_ttl = settings.failure_ttl;
    result.session_limit = settings.probe_deadline;
    return result;
}

Result<ProbeSettings> probe_settings(const EngineSettings& settings) {
    ProbeSettings result;
    auto helo_name = settings.helo_name.empty() ? own_host_name() : settings.helo_name;
    if (!helo_name) return tl::unexpected(helo_name.error());
    result.helo_name = *std::move(helo_name);
    if (!settings.source_address.empty()) {
        const auto source = policy::IpAddress::parse(settings.source_address);
        if (!source) return because(source, "source-address");
        result.source_address = *source;
    }
    auto profile = load_profile(settings.profile);
    if (!profile) return because(profile, "profile");
    result.profile = std::make_shared<const policy::Profile>(*std::move(profile));
    result.mx = settings.mx;
    result.min_ttl = settings.min_ttl;
    result.max_ttl = settings.max_ttl;
    result.failure_ttl = settings.failure_ttl;
    result.manners = manners(settings);
    result.clock = wall_time;
    return result;
}

StsFetchSettings fetch_settings(const ProbeSettings& probing) {
    StsFetchSettings result;
    result.source_address = probing.source_address;
    result.clock = probing.clock;
    return result;
}

ProbeSettings with_question(ProbeSettings settings, StsQuestion question) {
    settings.sts = std::move(question);
    return settings;
}

}  // namespace

policy::WallTime wall_time() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

Result<std::unique_ptr<ConfiguredProber>> ConfiguredProber::open(asio::any_io_executor executor,
                                                                 const EngineSettings& settings) {
    auto trust = Trust::open(settings.ca_file);
    if (!trust) return because(trust, "ca-file");
    auto probing = probe_settings(settings);
    if (!probing) return tl::unexpected(probing.error());
    std::unique_ptr<ConfiguredProber> prober(new ConfiguredProber(
        std::move(executor), settings, *std::move(trust), *std::move(probing)));
    if (!settings.cache_file.empty()) prober->warm_up(settings.cache_file);
    return prober;
}

ConfiguredProber::ConfiguredProber(asio::any_io_executor executor, const EngineSettings& settings,
                                   Trust trust, ProbeSettings probe_settings)
    : probe_deadline_(settings.probe_deadline),
      trust_(std::move(trust)),
      resolver_(resolver_settings(settings)),
      fetcher_(resolver_, AddressGuard(settings.allow_network), trust_.current(),
               fetch_settings(probe_settings)),
      finder_(
          resolver_,
          [this](policy::DomainName domain, policy::Deadline deadline) {
              return fetch(std::move(domain), deadline);
          },
          wall_time,
          [this](const policy::DomainName& domain, const StoredPolicy& policy) {
              if (archive_) archive_->put(domain, policy);
          }),
      prober_(executor, resolver_, AddressGuard(settings.allow_network), trust_.current(),
              with_question(probe_settings, question())),
      publications_(executor, resolver_, trust_.current(),
                    with_question(probe_settings, question())) {}

asio::awaitable<StsFetched> ConfiguredProber::fetch(policy::DomainName domain,
                                                    policy::Deadline deadline) {
    fetcher_.use(trust_.current());  // the CA file may be another than at the start
    StsFetched fetched = co_await fetcher_.fetch(std::move(domain), deadline);
    ++(fetched.policy ? fetches_.fetched : fetches_.failed);
    co_return fetched;
}

StsQuestion ConfiguredProber::question() {
    return [this](policy::DomainName domain, policy::Deadline deadline) {
        return finder_.find(std::move(domain), deadline);
    };
}

/// Without its file the engine works as well; after a restart it then sees each policy for the
/// first time again, which is worth a warning and not an outage.
void ConfiguredProber::warm_up(const std::string& cache_file) {
    auto archive = StsArchive::open(cache_file);
    auto policies = archive ? (*archive)->load(wall_time())
                            : Result<StsArchive::Policies>(tl::unexpected(archive.error()));
    if (!policies) {
        log(Severity::Warning,
            "cache-file: MTA-STS policies are kept in memory only: " + policies.error().what);
        return;
    }
    archive_ = *std::move(archive);
    for (auto& [domain, policy] : *policies) finder_.remember(domain, std::move(policy));
}

asio::awaitable<policy::Verdict> ConfiguredProber::probe(policy::NextHop next_hop,
                                                         Freshness freshness) {
    prober_.use(trust_.current());
    const auto now = policy::Deadline::Clock::now();
    return prober_.probe(std::move(next_hop), policy::Deadline::after(now, probe_deadline_),
                         freshness);
}

asio::awaitable<void> ConfiguredProber::renew_policies() {
    return engine::renew_policies(finder_, RenewalPace{});
}

asio::awaitable<policy::Verdict> ConfiguredProber::read_published(policy::NextHop next_hop) {
    const auto now = policy::Deadline::Clock::now();
    return publications_.read(std::move(next_hop), policy::Deadline::after(now, probe_deadline_));
}

}  // namespace smarttls::engine
