// SPDX-License-Identifier: Apache-2.0
#include "smarttls/sts/fetch.h"

#include "smarttls/smtp/tcp_transport.h"
#include "smarttls/sts/response.h"
#include "smarttls/tls/web_session.h"

namespace smarttls::engine {
namespace {

namespace asio = boost::asio;
using policy::Deadline;
using policy::DomainName;
using policy::Reason;

constexpr std::size_t kMostAddresses = 5;

StsFetched failed(Reason reason, std::string failure) {
    return {std::nullopt, reason, std::move(failure)};
}

StsFetched not_fetched(std::string failure) {
    return failed(Reason::StsPolicyFetchError, std::move(failure));
}

std::string names_of(const std::vector<Reason>& reasons) {
    std::string names;
    for (const Reason reason : reasons) names += " " + std::string(to_string(reason));
    return names;
}

std::string describe(IoStatus status) {
    switch (status) {
        case IoStatus::TimedOut:
            return "it does not answer in time";
        case IoStatus::TlsFailed:
            return "its TLS handshake fails";
        default:
            return "it hangs up";
    }
}

/// What the exchange came to. A whole answer counts whatever happened to the connection afterwards.
StsFetched judge(const WebFinding& finding, PolicyResponse& response) {
    if (!finding.connected) return not_fetched("no address of it can be connected");
    if (!finding.encrypted) return not_fetched(describe(finding.status));
    if (!finding.pkix.empty()) {
        return failed(Reason::StsWebpkiInvalid, "its certificate:" + names_of(finding.pkix));
    }
    if (finding.ended) response.end();
    if (response.state() == PolicyResponse::State::Failed) return not_fetched(response.failure());
    if (response.state() != PolicyResponse::State::Complete) {
        return not_fetched(describe(finding.status));
    }
    auto policy = parse_sts_policy(response.body());
    if (!policy) return failed(Reason::StsPolicyInvalid, policy.error().what);
    StsFetched fetched;
    fetched.policy = *std::move(policy);
    return fetched;
}

}  // namespace

StsFetcher::StsFetcher(Lookup& lookup, AddressGuard guard, TlsContext tls,
                       StsFetchSettings settings)
    : lookup_(lookup),
      guard_(std::move(guard)),
      tls_(std::move(tls)),
      settings_(std::move(settings)) {}

asio::awaitable<StsFetched> StsFetcher::fetch(DomainName domain, Deadline deadline) {
    const auto now = Deadline::Clock::now();
    const Deadline limit = Deadline::after(now, settings_.limit).sooner(deadline);
    const auto host = DomainName::parse("mta-sts." + domain.str());
    if (!host) co_return not_fetched("the name of the policy host is too long");
    AddressAnswer addresses = co_await lookup_.addresses(*host, limit);
    if (addresses.records.empty()) {
        co_return not_fetched(host->str() + " has no address, or it cannot be looked up");
    }
    StsFetched fetched = co_await ask(*host, std::move(addresses), limit);
    if (!fetched.policy) fetched.failure = host->str() + ": " + fetched.failure;
    co_return fetched;
}

asio::awaitable<StsFetched> StsFetcher::ask(DomainName host, AddressAnswer addresses,
                                            Deadline deadline) {
    StsFetched fetched = not_fetched("it has no address that is allowed");
    std::size_t tried = 0;
    for (const policy::IpAddress& address : addresses.records) {
        // The name is a stranger's and may point into our own network: not one packet.
        if (!guard_.is_allowed(address)) continue;
        WebPlan plan(endpoint_of(address, settings_.port), host);
        plan.source = settings_.source_address;
        plan.request = policy_request(host.str());
        plan.now = settings_.clock();
        PolicyResponse response;
        TakeBytes take = [&response](std::string_view bytes) {
            return response.feed(bytes) == PolicyResponse::State::NeedMore;
        };
        const WebFinding finding =
            co_await run_web_session(std::move(plan), tls_, std::move(take), deadline);
        fetched = judge(finding, response);
        if (finding.connected || ++tried == kMostAddresses) break;
    }
    co_return fetched;
}

}  // namespace smarttls::engine
