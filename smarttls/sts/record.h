// SPDX-License-Identifier: Apache-2.0
//
// find_record: whether a domain says by its TXT records that it has an MTA-STS policy, and which
// one is the newest (RFC 8461 §3.1).
//
//     StsRecord record = find_record(texts_at_mta_sts_example_nl);
//     if (record.state == StsRecordState::Found) use(record.id);
//
// The texts are a stranger's and may hold any bytes. Threads: pure function. Errors: never; a
// record that breaks the grammar is a finding.
#pragma once

#include <string>
#include <vector>

namespace smarttls::engine {

enum class StsRecordState {
    Found,
    Absent,   // no text is an MTA-STS record
    Invalid,  // several are, or the only one has no valid id: no policy to be had (RFC 8461 §3.1)
};

struct StsRecord {
    StsRecordState state = StsRecordState::Absent;
    std::string id;  // of Found: 1 to 32 letters and digits; another id is another policy
};

/// `texts`: all TXT records at _mta-sts.<domain>, the strings of each joined.
[[nodiscard]] StsRecord find_record(const std::vector<std::string>& texts);

}  // namespace smarttls::engine
