// SPDX-License-Identifier: Apache-2.0
#include "smarttls/nta7516_lookup.h"

#include <algorithm>

#include "smarttls/nta7516.h"

namespace smarttls::engine {
namespace {

namespace asio = boost::asio;
using policy::Deadline;
using policy::DomainName;
using policy::NtaFacts;
using policy::Reason;

/// YYYY-MM, as in the record.
std::string text_of(std::chrono::year_month month) {
    const auto padded = [](std::string digits, std::size_t length) {
        return digits.insert(0, length - std::min(length, digits.size()), '0');
    };
    return padded(std::to_string(static_cast<int>(month.year())), 4) + "-" +
           padded(std::to_string(static_cast<unsigned>(month.month())), 2);
}

std::optional<Reason> reason_of(NtaState state) {
    switch (state) {
        case NtaState::None:
            return Reason::NtaMissing;
        case NtaState::NotYet:
            return Reason::NtaNotYetValid;
        case NtaState::Expired:
            return Reason::NtaExpired;
        case NtaState::Malformed:
        case NtaState::Several:
            return Reason::NtaInvalid;
        case NtaState::Valid:
            break;
    }
    return std::nullopt;
}

void read_record(const NtaRecord& record, NtaPublication& nta) {
    nta.facts.provider = record.provider;
    nta.facts.start = text_of(record.start);
    nta.facts.end = text_of(record.end);
    if (nta.facts.why) return;
    for (const NtaHost& host : record.ntamx) {
        nta.hosts.push_back({host.host.str(), host.preference});
        policy::HostVerdict& verdict = nta.facts.ntamx.emplace_back();
        verdict.name = host.host.str();
        verdict.preference = host.preference;
    }
}

NtaPublication read(const TxtAnswer& answer, std::chrono::year_month_day today) {
    std::vector<std::string> texts;
    for (const TxtRecord& record : answer.records) texts.push_back(record.text);
    const NtaFinding found = find_nta7516(texts, today);
    NtaPublication nta;
    nta.ttl = answer.ttl;
    nta.facts.why = reason_of(found.state);
    nta.facts.mistake = found.state == NtaState::Several ? "there are several" : found.mistake;
    if (found.state != NtaState::None && answer.status != DnsStatus::Secure) {
        nta.facts.why = Reason::NtaInsecure;
    }
    if (found.record) read_record(*found.record, nta);
    return nta;
}

NtaPublication not_known(Reason why) {
    NtaPublication nta;
    nta.facts.why = why;
    return nta;
}

}  // namespace

asio::awaitable<NtaPublication> find_nta(Lookup& lookup, DomainName domain, policy::WallTime now,
                                         Deadline deadline) {
    const TxtAnswer answer = co_await lookup.txt(std::move(domain), deadline);
    if (answer.status == DnsStatus::Bogus) co_return not_known(Reason::DnssecInvalid);
    if (answer.status == DnsStatus::Failed) {
        co_return not_known(answer.timed_out ? Reason::Timeout : Reason::DnsFailure);
    }
    co_return read(answer, day_in_amsterdam(now));
}

}  // namespace smarttls::engine
