// SPDX-License-Identifier: Apache-2.0
//
// Route: where the MTA will send a recipient if nobody intervenes, as it told the milter at RCPT in
// {rcpt_mailer} and {rcpt_host}.
//
// The floor that travels in the sender chooses the transport only where the site has no route of its
// own (sender_dependent_default_transport_maps replaces default_transport and nothing else), so each
// other route must be trusted by name or the mail must not take it.
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/config.h"

namespace smarttls::policy {

enum class RouteKind {
    Enforced,   // the MTA's default route: the floor's transport will carry it
    Trusted,    // a route of the site's own that is listed as trusted
    Alias,      // an address that the MTA rewrites later; what it becomes is enforced
    Untrusted,  // a route of the site's own that is not listed
};

struct Route {
    RouteKind kind = RouteKind::Enforced;
    std::string transport;  // {rcpt_mailer}, lower case; empty when the MTA did not say
    std::string next_hop;   // {rcpt_host}, lower case
};

/// `domain`: the recipient's domain as given, in any case. `tag`: the floor that the sender carried
/// when the MTA chose the route.
[[nodiscard]] Route classify_route(std::string_view transport, std::string_view next_hop,
                                   std::string_view domain, std::optional<Floor> tag,
                                   const std::vector<TrustedRoute>& trusted);

}  // namespace smarttls::policy
