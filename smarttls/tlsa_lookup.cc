// SPDX-License-Identifier: Apache-2.0
#include "smarttls/tlsa_lookup.h"

#include <algorithm>

namespace smarttls::engine {
namespace {

namespace asio = boost::asio;
using policy::Deadline;
using policy::DomainName;

/// The end of the chain of CNAMEs that begins at the host; none where there is no chain.
std::optional<DomainName> expansion(const DomainName& host, const AddressAnswer& addresses) {
    const auto expanded = DomainName::parse(addresses.canonical_name);
    if (!expanded || *expanded == host) return std::nullopt;
    return *expanded;
}

template <class Record>
TlsaState state_of(const Answer<Record>& answer) {
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

template <class Record>
void note(TlsaFinding& finding, const Answer<Record>& answer) {
    finding.state = state_of(answer);
    finding.timed_out = answer.timed_out;
    if (finding.state == TlsaState::Failed) return;
    finding.ttl = finding.ttl ? std::min(*finding.ttl, answer.ttl) : answer.ttl;
}

/// RFC 7672 §2.1.2: only a denial lets the next candidate be asked. A failed look-up must not, or
/// who suppresses an answer would choose the base domain.
bool is_final(TlsaState state) {
    return state != TlsaState::Absent && state != TlsaState::Insecure;
}

/// Asks at each base until one has an answer that decides.
asio::awaitable<TlsaFinding> ask_at(Lookup& lookup, std::vector<DomainName> bases,
                                    std::uint16_t port, Deadline deadline) {
    TlsaFinding finding;
    bool any_insecure = false;
    for (const DomainName& base : bases) {
        TlsaAnswer answer = co_await lookup.tlsa(base, port, deadline);
        note(finding, answer);
        any_insecure = any_insecure || finding.state == TlsaState::Insecure;
        if (finding.state == TlsaState::Present) {
            finding.base = base;
            finding.records = std::move(answer.records);
        }
        if (is_final(finding.state)) co_return finding;
    }
    if (any_insecure) finding.state = TlsaState::Insecure;
    co_return finding;
}

}  // namespace

asio::awaitable<TlsaFinding> find_tlsa(Lookup& lookup, DomainName host, AddressAnswer addresses,
                                       std::uint16_t port, Deadline deadline) {
    const auto expanded = expansion(host, addresses);
    std::vector<DomainName> bases;
    if (addresses.status == DnsStatus::Secure) {
        // RFC 7672 §2.2.2: the fully expanded name, then the name itself, never a name between.
        // The address answer was secure, so every link of the chain was.
        if (expanded) bases.push_back(*expanded);
        bases.push_back(host);
        co_return co_await ask_at(lookup, std::move(bases), port, deadline);
    }
    TlsaFinding finding;
    finding.state = TlsaState::Insecure;
    // §2.2.2: no TLSA query behind an insecure address; name servers in unsigned zones are known to
    // fail on it, and the answer could not be trusted anyway.
    if (!expanded) co_return finding;
    // But the AD bit speaks of the whole chain, and the first link may be secure: the host's own
    // zone is then signed and may hold TLSA records at the host's own name, and there alone.
    const CnameAnswer first_link = co_await lookup.cname(host, deadline);
    note(finding, first_link);
    if (finding.state == TlsaState::Absent) finding.state = TlsaState::Insecure;
    if (finding.state != TlsaState::Present) co_return finding;
    bases.push_back(host);
    TlsaFinding own = co_await ask_at(lookup, std::move(bases), port, deadline);
    own.ttl = own.ttl ? std::min(*own.ttl, first_link.ttl) : first_link.ttl;
    co_return own;
}

}  // namespace smarttls::engine
