// SPDX-License-Identifier: Apache-2.0
#include "milter/delivery/delivery_judgement.h"

#include <algorithm>
#include <array>
#include <utility>

#include "policy/text.h"

namespace smarttls::milter {
namespace {

using policy::Floor;
using policy::TrustedRoute;

constexpr std::string_view kTransport = "smarttls-";

bool is_smtp(const Delivery& delivery) { return delivery.relay.find('[') != std::string::npos; }

/// Each part of "postfix/smarttls-dane/smtp" behind the instance may be a transport's name.
bool has_part(std::string_view identifier, std::string_view name) {
    const auto parts = policy::split(identifier, '/');
    return std::find(parts.begin() + 1, parts.end(), name) != parts.end();
}

/// "[relay.example.nl]:587" -> "relay.example.nl", "587"; the port may be missing.
std::pair<std::string_view, std::string_view> host_and_port(std::string_view next_hop) {
    const bool bracketed = next_hop.starts_with('[');
    const std::size_t end = next_hop.find(bracketed ? ']' : ':');
    const std::string_view host = next_hop.substr(bracketed ? 1 : 0, bracketed ? end - 1 : end);
    const std::size_t colon = next_hop.find(':', bracketed ? end : 0);
    return {host, colon == std::string_view::npos ? std::string_view() : next_hop.substr(colon + 1)};
}

/// Whether "relay.example.nl[192.0.2.1]:587" is where the route's next hop leads.
bool is_at(std::string_view relay, std::string_view next_hop) {
    const auto [host, port] = host_and_port(next_hop);
    const std::size_t open = relay.find('[');
    const std::size_t close = relay.rfind(']');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
        return policy::equal_ignoring_case(relay, next_hop);
    }
    const bool same_port = port.empty() || relay.substr(close + 1) == std::string(":").append(port);
    return same_port && (policy::equal_ignoring_case(relay.substr(0, open), host) ||
                         policy::equal_ignoring_case(relay.substr(open + 1, close - open - 1), host));
}

bool is_trusted(const Delivery& delivery, const std::vector<TrustedRoute>& trusted) {
    return std::any_of(trusted.begin(), trusted.end(), [&](const TrustedRoute& route) {
        const bool by_it = has_part(delivery.identifier, route.transport) || delivery.relay == route.transport;
        return by_it && (!route.next_hop || is_at(delivery.relay, *route.next_hop));
    });
}

/// The floor whose transport made the delivery.
std::optional<Floor> floor_of(std::string_view identifier) {
    for (const std::string_view part : policy::split(identifier, '/')) {
        if (part.starts_with(kTransport)) return policy::parse_floor(part.substr(kTransport.size()));
    }
    return {};
}

/// What a verified session proves: RFC 7672 by dane-only, RFC 8461 or a name check by secure.
Floor proven_by(const Delivery& delivery) {
    if (const auto floor = floor_of(delivery.identifier)) return *floor;
    if (delivery.tls_level == "dane-only" || delivery.tls_level == "dane") return Floor::Dane;
    const bool by_sendmail = delivery.identifier.find('/') == std::string::npos;
    return by_sendmail ? Floor::Dane : Floor::Pkix;  // verify=TRUSTED
}

bool is_old(std::string_view version) {
    constexpr std::array<std::string_view, 6> kOld{"SSLv2", "SSLv3", "TLSv1", "TLSv1.0", "TLSv1.1", "TLSv1/SSLv3"};
    return std::find(kOld.begin(), kOld.end(), version) != kOld.end();
}

bool has_no_encryption(const TlsSession& tls) {
    return tls.bits == 0 || tls.cipher.find("NULL") != std::string::npos;
}

std::string sentence(const Delivery& delivery, Floor decided, std::string_view what) {
    return "delivered to " + delivery.relay + " " + std::string(what) + ", though " +
           std::string(policy::to_string(decided)) + " was decided";
}

/// Why a session is less than the floor; empty: it is enough.
std::string shortfall(const Delivery& delivery, Floor decided) {
    // 3.11 says of the policy itself that it was not met, or that there was no TLS.
    const std::string_view level = delivery.tls_level;
    if (level.starts_with('!')) return "against its TLS policy (" + delivery.tls_level + ")";
    if (level.ends_with(":none") || level == "none") return "without TLS";
    if (!delivery.tls) return "without a TLS session in the log";
    if (is_old(delivery.tls->version)) return "with " + delivery.tls->version;
    if (has_no_encryption(*delivery.tls)) return "with " + delivery.tls->cipher + ", which encrypts nothing";
    if (decided == Floor::Encrypted) return {};
    const bool by_sendmail = delivery.identifier.find('/') == std::string::npos;
    const bool chain = by_sendmail && delivery.tls->trust == Trust::Trusted && decided <= Floor::MtaSts;
    if (chain) return {};
    if (delivery.tls->trust != Trust::Verified) {
        return "by a server that was " + std::string(to_string(delivery.tls->trust));
    }
    const Floor proven = proven_by(delivery);
    if (proven >= decided) return {};
    return "verified as " + std::string(policy::to_string(proven));
}

/// Postfix's own words, which begin the reply; a server's stand behind "host ... said:".
std::string_view tls_code(std::string_view reply) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kCodes{{
        {"TLS is required, but was not offered", "starttls-not-supported"},
        {"TLS is required, but", "starttls-refused"},
        {"Server certificate not verified", "certificate-not-trusted"},
        {"Cannot start TLS", "validation-failure"},
        {"no TLSA records found", "tlsa-invalid"},
        {"non DNSSEC destination", "dnssec-invalid"},
        {"client TLS configuration problem", "tls-policy-unavailable"},
    }};
    for (const auto& [begin, code] : kCodes) {
        if (reply.starts_with(begin)) return code;
    }
    return {};
}

Judgement failure(const Delivery& delivery, std::string_view code) {
    const std::string_view of_tls = tls_code(delivery.reply);
    const std::string said = delivery.reply.empty() ? std::string(to_string(delivery.status)) : delivery.reply;
    return {store::kRelayToNonErdsFailure, false, said, of_tls.empty() ? code : of_tls};
}

Judgement judge_sent(const Delivery& delivery, std::optional<Floor> decided,
                     const std::vector<TrustedRoute>& trusted) {
    if (!decided || is_trusted(delivery, trusted)) return {store::kRelayToNonErds, false, {}, {}};
    if (!is_smtp(delivery)) {
        return {store::kRelayToNonErds, true, sentence(delivery, *decided, "by a route that is not trusted"), {}};
    }
    const std::string less = shortfall(delivery, *decided);
    if (less.empty()) return {store::kRelayToNonErds, false, {}, {}};
    return {store::kRelayToNonErds, true, sentence(delivery, *decided, less), {}};
}

}  // namespace

Judgement judge(const Delivery& delivery, std::optional<Floor> decided,
                const std::vector<TrustedRoute>& trusted) {
    switch (delivery.status) {
        case DeliveryStatus::Sent: return judge_sent(delivery, decided, trusted);
        case DeliveryStatus::Deferred: {
            const std::string_view of_tls = tls_code(delivery.reply);
            return {store::kDeliveryDeferral, false, delivery.reply, of_tls.empty() ? "deferred" : of_tls};
        }
        case DeliveryStatus::Bounced:
        case DeliveryStatus::Expired:
        case DeliveryStatus::Deleted:
        case DeliveryStatus::Discarded: return failure(delivery, to_string(delivery.status));
        case DeliveryStatus::Forwarded:
        case DeliveryStatus::Requeued:
            return {store::kDeliveryForwarding, false, "goes on as " + delivery.successor, {}};
        case DeliveryStatus::Removed: return {};
    }
    return {};
}

}  // namespace smarttls::milter
