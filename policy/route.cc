// SPDX-License-Identifier: Apache-2.0
#include "policy/route.h"

#include <algorithm>

#include "policy/text.h"

namespace smarttls::policy {
namespace {

bool is_trusted(const Route& route, const std::vector<TrustedRoute>& trusted) {
    return std::any_of(trusted.begin(), trusted.end(), [&](const TrustedRoute& candidate) {
        return candidate.transport == route.transport &&
               (!candidate.next_hop || *candidate.next_hop == route.next_hop);
    });
}

/// Postfix's default transport with the recipient's own domain as next hop, or the floor transport that
/// the sender's tag has chosen already. Any other floor transport comes from a transport_maps entry of
/// the site, which beats the tag that we would set. Sendmail names its mailers esmtp and ends the host
/// with a dot.
bool is_default(const Route& route, std::string_view domain, std::optional<Floor> tag) {
    if (route.transport.empty()) return true;  // sendmail(1) submission tells no route
    std::string_view host = route.next_hop;
    if (host.ends_with('.')) host.remove_suffix(1);
    const bool by_tag = tag && route.transport == "smarttls-" + std::string(to_string(*tag));
    const bool smtp = route.transport == "smtp" || route.transport == "esmtp";
    return (smtp || by_tag) && equal_ignoring_case(host, domain);
}

}  // namespace

Route classify_route(std::string_view transport, std::string_view next_hop, std::string_view domain,
                     std::optional<Floor> tag, const std::vector<TrustedRoute>& trusted) {
    Route route{RouteKind::Untrusted, to_lower(transport), to_lower(next_hop)};
    if (is_trusted(route, trusted)) {
        route.kind = RouteKind::Trusted;
    } else if (is_default(route, domain, tag)) {
        route.kind = RouteKind::Enforced;
    } else if (route.transport == "error") {
        // Postfix names every recipient of a virtual alias domain so, aliases that exist included.
        route.kind = RouteKind::Alias;
    }
    return route;
}

}  // namespace smarttls::policy
