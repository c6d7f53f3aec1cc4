// SPDX-License-Identifier: Apache-2.0
//
// mail_hosts: which hosts take the mail of a next hop, read off its MX answer (RFC 5321 §5.1, RFC
// 7505). Pure: the answer goes in, hosts or the reason why there are none come out.
//
//     MailHosts found = mail_hosts(next_hop, mx_answer);
//
// Threads: pure functions. Errors: never; a level that is already certain is part of the result.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "policy/next_hop.h"
#include "policy/verdict.h"
#include "smarttls/dns/answer.h"

namespace smarttls::engine {

/// Whether the names of the hosts came by a validated answer (RFC 7672 §2.2.1).
enum class MxTrust { Secure, Insecure };

struct MailHost {
    std::string name;  // as answered; an address literal or another non-name is kept for the record
    std::uint16_t preference = 0;
};

struct MailHosts {
    /// internet.nl looks at ten as well (standards.md §2.3); Postfix tries five addresses.
    static constexpr std::size_t kMost = 10;

    MxTrust trust = MxTrust::Insecure;
    std::vector<MailHost> hosts;                     // best preference first, each name once
    bool too_many = false;                           // hosts behind the tenth were left out
    std::vector<policy::DomainName> next_hop_names;  // the next hop and its CNAME expansion

    /// Without hosts: NoMail or Unknown, and why.
    policy::Level level = policy::Level::Unknown;
    std::optional<policy::Reason> reason;
};

/// Of a domain.
[[nodiscard]] MailHosts mail_hosts(const policy::NextHop& next_hop, const MxAnswer& answer);

/// Of a "[host]" next hop: the administrator named it, so its name is as good as a secure MX
/// (RFC 7672 §2.2.1 speaks of names that came from the DNS).
[[nodiscard]] MailHosts named_host(const policy::NextHop& next_hop);

}  // namespace smarttls::engine
