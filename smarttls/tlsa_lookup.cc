// SPDX-License-Identifier: Apache-2.0
#include "smarttls/tlsa_lookup.h"

#include <algorithm>

namespace smarttls::engine {
namespace {

namespace asio = boost::asio;
using policy::DomainName;

/// Where TLSA records may stand: the fully expanded name, then the name itself, never a name
/// between (RFC 7672 §2.2.2). The address answer was secure, so every link of the chain was.
std::vector<DomainName> candidates(const DomainName& host, const AddressAnswer& addresses) {
    std::vector<DomainName> bases;
    const auto expanded = DomainName::parse(addresses.canonical_name);
    if (expanded && *expanded != host) bases.push_back(*expanded);
    bases.push_back(host);
    return bases;
}

TlsaState state_of(const TlsaAnswer& answer) {
    switch (answer.status) {
        case DnsStatus::Bogus:
            return TlsaState::Bogus;
        case DnsStatus::Failed:
            return TlsaState::Failed;
        case DnsStatus::Insecure:
            return TlsaState::Insecure;
        case DnsStatus::Secure:
            break;
    }
    return answer.outcome == DnsOutcome::Records ? TlsaState::Present : TlsaState::Absent;
}

void note_ttl(TlsaFinding& finding, std::chrono::seconds ttl) {
    finding.ttl = finding.ttl ? std::min(*finding.ttl, ttl) : ttl;
}

/// RFC 7672 §2.1.2: only a denial lets the next candidate be asked. A failed look-up must not, or
/// who suppresses an answer would choose the base domain.
bool is_final(TlsaState state) {
    return state != TlsaState::Absent && state != TlsaState::Insecure;
}

}  // namespace

asio::awaitable<TlsaFinding> find_tlsa(Lookup& lookup, DomainName host, AddressAnswer addresses,
                                       std::uint16_t port, policy::Deadline deadline) {
    TlsaFinding finding;
    finding.state = TlsaState::Insecure;
    // RFC 7672 §2.2.2: no TLSA query behind an insecure address; name servers in unsigned zones are
    // known to fail on it, and the answer could not be trusted anyway.
    if (addresses.status != DnsStatus::Secure) co_return finding;
    bool any_insecure = false;
    for (const DomainName& base : candidates(host, addresses)) {
        TlsaAnswer answer = co_await lookup.tlsa(base, port, deadline);
        finding.state = state_of(answer);
        any_insecure = any_insecure || finding.state == TlsaState::Insecure;
        if (finding.state == TlsaState::Present) {
            finding.base = base;
            finding.records = std::move(answer.records);
        }
        finding.timed_out = answer.timed_out;
        if (finding.state != TlsaState::Failed) note_ttl(finding, answer.ttl);
        if (is_final(finding.state)) co_return finding;
    }
    if (any_insecure) finding.state = TlsaState::Insecure;
    co_return finding;
}

}  // namespace smarttls::engine
