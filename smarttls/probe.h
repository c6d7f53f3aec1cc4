// SPDX-License-Identifier: Apache-2.0
//
// Prober: finds out how well the mail servers of a next hop are protected: MX, addresses, TLSA,
// MTA-STS, NTA 7516, one SMTP session per host, judgement. probe() is the story; each step stands
// in a file of its own (mail_routes.h, sts/finder.h, tls/session.h, judge.h, sts/check.h).
//
//     Prober prober(executor, lookup, guard, tls, settings);
//     policy::Verdict verdict = co_await prober.probe(next_hop, deadline);
//
// Ownership: the prober and the Lookup outlive every probe, also a cancelled one. Threads: one
// thread, that of the executor; any number of probes at once. Errors: never; what could not be
// found out is Level::Unknown with its reason. RFC 5321 §5.1, RFC 7672 §2.2.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "policy/config.h"
#include "policy/next_hop.h"
#include "policy/profile.h"
#include "smarttls/address_guard.h"
#include "smarttls/dns/lookup.h"
#include "smarttls/freshness.h"
#include "smarttls/judge.h"
#include "smarttls/mail_routes.h"
#include "smarttls/session_scheduler.h"
#include "smarttls/sts/finder.h"
#include "smarttls/tls/context.h"

namespace smarttls::engine {

/// The MTA-STS policy of a domain; without this question, nobody has one.
using StsQuestion =
    std::function<boost::asio::awaitable<StsFinding>(policy::DomainName, policy::Deadline)>;

struct ProbeSettings {
    policy::MxScope mx = policy::MxScope::All;
    std::string helo_name;
    std::optional<policy::IpAddress> source_address;
    std::chrono::seconds min_ttl{300};
    std::chrono::seconds max_ttl{86'400};
    std::chrono::seconds failure_ttl{60};  // of Level::Unknown
    SmtpLimits limits;
    Manners manners;
    std::shared_ptr<const policy::Profile> profile;  // nullptr: nothing is graded
    std::function<policy::WallTime()> clock;         // dates of certificates, checked, expires
    StsQuestion sts;
};

/// Asks settings.sts, if it is there.
[[nodiscard]] boost::asio::awaitable<StsFinding> sts_of(const ProbeSettings& settings,
                                                        policy::DomainName domain,
                                                        policy::Deadline deadline);

/// With the moment of its making and of its end: `ttl` within the bounds of the settings.
[[nodiscard]] policy::Verdict concluded(policy::Verdict verdict, Ttl ttl,
                                        const ProbeSettings& settings);

class Prober {
  public:
    Prober(boost::asio::any_io_executor executor, Lookup& lookup, AddressGuard guard,
           TlsContext tls, ProbeSettings settings);

    boost::asio::awaitable<policy::Verdict> probe(policy::NextHop next_hop,
                                                  policy::Deadline deadline,
                                                  Freshness freshness = {});

    [[nodiscard]] const SessionScheduler& sessions() const { return sessions_; }

    /// What the sessions of later probes handshake with and trust.
    void use(TlsContext tls) { tls_ = std::move(tls); }

  private:
    /// What one host needs to know of the whole.
    struct Task {
        MailHost host;
        MxTrust trust = MxTrust::Insecure;
        std::vector<policy::DomainName> next_hop_names;
        std::uint16_t port = 0;
        policy::Deadline deadline;
        TimePoint not_before;  // of sessions
    };

    /// The NTA 7516 record of a domain, with its hosts that are no MX hosts examined.
    struct NtaReading {
        std::optional<policy::NtaFacts> facts;
        Ttl ttl;
    };

    boost::asio::awaitable<std::vector<HostFinding>> examine_all(std::vector<Task> tasks);
    boost::asio::awaitable<HostFinding> examine(Task task);
    boost::asio::awaitable<NtaReading> read_nta(policy::NextHop next_hop,
                                                std::vector<MailHost> mx_hosts,
                                                TimePoint not_before, policy::Deadline deadline);
    boost::asio::awaitable<SessionFacts> talk_to(Task task, policy::DomainName name,
                                                 AddressAnswer addresses, DaneDemand demand);
    [[nodiscard]] SessionPlan plan_for(const policy::IpAddress& address, std::uint16_t port,
                                       const DaneDemand& demand) const;

    boost::asio::any_io_executor executor_;
    Lookup& lookup_;
    AddressGuard guard_;
    TlsContext tls_;
    ProbeSettings settings_;
    SessionScheduler sessions_;
};

}  // namespace smarttls::engine
