// SPDX-License-Identifier: Apache-2.0
//
// One HTTP request and its answer, for programs that ask a service now and then.
//
//     Result<HttpAnswer> answer = call_http({.url = "https://sms.example/send", .body = "..."}, deadline);
//
// https: is verified: the certificate leads to the system's authorities, or those of `ca_file`, and names the host; TLS 1.2 or
// newer. Redirections are not followed. Threads: any; blocks until the deadline at most, but for the look-up of the name, which
// has the resolver's patience. Errors: Misconfigured (the URL, the file of certificates), Temporary (no answer, in time or at
// all), Malformed (too long an answer); an answer of whatever status is none.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "policy/deadline.h"
#include "policy/result.h"

namespace smarttls::engine {

struct HttpCall {
    std::string url;  // http:// or https://
    std::string method = "POST";
    std::vector<std::pair<std::string, std::string>> headers = {};
    std::string body = {};
    std::string ca_file = {};                // PEM; empty: the system's
    std::size_t longest_answer = 64 * 1024;  // bytes of its body
};

struct HttpAnswer {
    unsigned status = 0;
    std::string content_type;
    std::string body;
};

[[nodiscard]] policy::Result<HttpAnswer> call_http(const HttpCall& call, policy::Deadline deadline);

}  // namespace smarttls::engine
