// SPDX-License-Identifier: Apache-2.0
//
// NextHop: what Postfix asks its TLS policy table for (TLS_README "TLS policy table"): a domain
// whose MX hosts are looked up, or "[host]" without MX look-up, each with an optional ":port".
//
//     NextHop::parse("example.nl")          domain, port 25
//     NextHop::parse("[relay.nl]:587")      host, no MX look-up
//
// Threads: immutable value. Errors: Malformed (also for ".example.nl", the parent look-up, and for
// address literals, which no certificate or TLSA record can authenticate).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "policy/domain_name.h"

namespace smarttls::policy {

class NextHop {
  public:
    static constexpr std::uint16_t kSmtpPort = 25;

    [[nodiscard]] static Result<NextHop> parse(std::string_view text);
    [[nodiscard]] static NextHop of(DomainName domain) {
        return NextHop(std::move(domain), true, kSmtpPort);
    }

    [[nodiscard]] const DomainName& name() const { return name_; }
    [[nodiscard]] bool has_mx_lookup() const { return mx_lookup_; }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// Canonical form, the key of caches: "example.nl", "[relay.nl]:587", no ":25".
    [[nodiscard]] std::string str() const;

    friend bool operator==(const NextHop&, const NextHop&) = default;

  private:
    NextHop(DomainName name, bool mx_lookup, std::uint16_t port)
        : name_(std::move(name)), mx_lookup_(mx_lookup), port_(port) {}
    DomainName name_;
    bool mx_lookup_;
    std::uint16_t port_;
};

}  // namespace smarttls::policy
