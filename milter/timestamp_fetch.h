// SPDX-License-Identifier: Apache-2.0
//
// Asks a time stamping authority by HTTP (RFC 3161 section 3.4): one POST, one answer.
//
//     auto request = store::make_timestamp_request(bytes_of(note));
//     auto response = fetch_timestamp({"https://tsa.example.org/", ""}, *request, deadline);
//     store::check_timestamp_response(*request, *response, trust);
//
// What the answer is worth, its signature says: http:// is as good as https://, but for who sees
// it. Redirections are not followed. Threads: any; blocks until the deadline at most, but for the
// look-up of the name, which has the resolver's patience. Errors: Misconfigured (the URL, the file
// of certificates), Temporary (no answer, in time or at all; another status), Malformed (an answer
// of another type, or too long).
#pragma once

#include <string>

#include "policy/deadline.h"
#include "store/log/hash.h"

namespace smarttls::milter {

struct TimestampServer {
    std::string url;
    std::string ca_file;  // PEM, for https:// alone; empty: the system's
};

/// The body of the answer: a TimeStampResp, of at most store::kLongestTimestamp bytes.
[[nodiscard]] policy::Result<store::Bytes> fetch_timestamp(const TimestampServer& server,
                                                           store::ByteView request,
                                                           policy::Deadline deadline);

}  // namespace smarttls::milter
