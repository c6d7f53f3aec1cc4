// SPDX-License-Identifier: Apache-2.0
//
// AddressGuard: which addresses the engine may connect to. MX and TXT records are written by
// strangers, and a stranger's MX may point at 127.0.0.1 or at the printer of the house.
//
//     AddressGuard guard(config.engine.allow_network);
//     if (!guard.is_allowed(address)) ...      // reason address-not-allowed
//
// Asked for every address right before connect(), with the address that connect() gets.
// Threads: immutable. Errors: none. IANA special-purpose address registries (RFC 6890, RFC 8190).
#pragma once

#include <vector>

#include "policy/network.h"

namespace smarttls::engine {

class AddressGuard {
  public:
    /// `allowed`: networks that are allowed beside the public ones (allow-network).
    explicit AddressGuard(std::vector<policy::Network> allowed);

    /// True for public unicast addresses and for what the administrator allows.
    [[nodiscard]] bool is_allowed(const policy::IpAddress& address) const;

  private:
    std::vector<policy::Network> allowed_;
};

}  // namespace smarttls::engine
