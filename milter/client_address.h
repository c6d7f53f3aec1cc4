// SPDX-License-Identifier: Apache-2.0
//
// The address of a client, out of the form in which libmilter hands it over.
//
// Threads: pure function. Errors: none; what is no IP address (a local client, Sendmail's -bs) is nothing.
#pragma once

#include <sys/socket.h>

#include <optional>

#include "policy/network.h"

namespace smarttls::milter {

[[nodiscard]] std::optional<policy::IpAddress> client_address(const sockaddr* address);

}  // namespace smarttls::milter
