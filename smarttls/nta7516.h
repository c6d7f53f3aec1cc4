// SPDX-License-Identifier: Apache-2.0
//
// find_nta7516: the NTA 7516 record among the TXT records at the apex of a mail domain: who carries
// the domain's medical mail, from when to when, and by which hosts.
//
//     NtaFinding found = find_nta7516(texts, local_day);     // the day in Europe/Amsterdam
//     if (found.state == NtaState::Valid) ... found.record->ntamx ...
//
//     v=NTA7516-1;startdate=2019-06;enddate=2027-07;provider=Name;ntamx=10 nta-mx.example.nl
//
// The record counts only when DNSSEC proves it; that is for the caller to know. The draft's form
// ("v=NTA7516;version:...") is not valid and is not read.
// Threads: pure functions. Errors: never; what is wrong with a record is a finding.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "policy/domain_name.h"

namespace smarttls::engine {

enum class NtaState {
    None,       // no record that begins with v=NTA7516-1
    Valid,      // one, and the day lies within its months
    NotYet,     // its first month is to come
    Expired,    // its last month is over
    Malformed,  // one that cannot be read
    Several,    // more than one: nobody knows which is meant
};

struct NtaHost {
    std::uint16_t preference = 0;
    policy::DomainName host;
};

struct NtaRecord {
    std::string provider;
    std::chrono::year_month start;  // from its first day
    std::chrono::year_month end;    // to its last day
    std::vector<NtaHost> ntamx;     // in order of preference; empty: the domain's MX hosts
};

struct NtaFinding {
    NtaState state = NtaState::None;
    std::optional<NtaRecord> record;  // of Valid, NotYet and Expired
    std::string mistake;              // of Malformed
};

/// The date in the Netherlands: UTC+1, from the last Sunday of March to the last Sunday of October,
/// each at 01:00 UTC, UTC+2 (Directive 2000/84/EC). <chrono> of GCC 12 has no time zones.
[[nodiscard]] std::chrono::year_month_day day_in_amsterdam(std::chrono::sys_seconds moment);

/// `texts`: the TXT records, the strings of each joined.
[[nodiscard]] NtaFinding find_nta7516(const std::vector<std::string>& texts,
                                      std::chrono::year_month_day today);

}  // namespace smarttls::engine
