// SPDX-License-Identifier: Apache-2.0
//
// Publications: what a domain publishes about its mail servers, from DNS and HTTPS alone: no mail
// server is talked to. The map `default` answers ordinary mail by it.
//
//     Publications publications(executor, lookup, tls, settings);
//     policy::Verdict published = co_await publications.read(next_hop, deadline);
//
// The verdict has the form of a probe's, but its levels are promises of the domain, not findings
// about its servers, and the two must never be mixed up: see level_of_host() and level_of_domain().
//
// Ownership: outlives its reads. Threads: one thread, that of the executor. Errors: never; where
// the DNS failed the level is Unknown.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <vector>

#include "policy/next_hop.h"
#include "smarttls/probe.h"

namespace smarttls::engine {

class Publications {
  public:
    Publications(boost::asio::any_io_executor executor, Lookup& lookup, TlsContext tls,
                 ProbeSettings settings);

    boost::asio::awaitable<policy::Verdict> read(policy::NextHop next_hop,
                                                 policy::Deadline deadline);

  private:
    struct Task {
        MailHost host;
        MxTrust trust = MxTrust::Insecure;
        std::uint16_t port = 0;
        policy::Deadline deadline;
    };

    boost::asio::awaitable<std::vector<HostFinding>> look_at_all(std::vector<Task> tasks);
    boost::asio::awaitable<HostFinding> look_at(Task task);

    boost::asio::any_io_executor executor_;
    Lookup& lookup_;
    TlsContext tls_;
    ProbeSettings settings_;
};

/// Dane for usable TLSA records behind a secure MX; else, by the policy: MtaSts for a host that it
/// names, Forbidden for one that it leaves out, Plaintext when nothing obliges the host to TLS.
/// Unknown, whatever the policy says, where a TLSA look-up failed: a policy that rescued the host
/// would reward whoever suppresses the answer (RFC 8461 §2).
[[nodiscard]] policy::Level level_of_host(const policy::HostVerdict& host, MxTrust trust,
                                          const StsFinding& sts);

/// Dane when one host has it; else MtaSts when one has it; else Plaintext when one is so: whoever
/// suppresses the answers about the other hosts could as well lead mail to that one. Then
/// Forbidden, then Unknown.
[[nodiscard]] policy::Level level_of_domain(const std::vector<policy::HostVerdict>& hosts);

}  // namespace smarttls::engine
