// SPDX-License-Identifier: Apache-2.0
#include "milter/timestamp_fetch.h"

#include "policy/text.h"
#include "smarttls/http_call.h"
#include "store/log/timestamp.h"

namespace smarttls::milter {
namespace {

using policy::ErrorKind;
using policy::fail;
using policy::Result;
using store::Bytes;

constexpr std::string_view kReply = "application/timestamp-reply";  // RFC 3161 section 3.4
constexpr unsigned kOk = 200;

Result<Bytes> judge(const engine::HttpAnswer& answer) {
    if (answer.status != kOk) {
        return fail(ErrorKind::Temporary, "the answer is HTTP status " + std::to_string(answer.status));
    }
    const std::string_view field = answer.content_type;
    const std::string_view type = policy::trim(field.substr(0, field.find(';')));
    if (policy::equal_ignoring_case(type, kReply)) return Bytes(answer.body.begin(), answer.body.end());
    return fail(ErrorKind::Malformed, "the answer is of type " + policy::quote(type));
}

}  // namespace

Result<Bytes> fetch_timestamp(const TimestampServer& server, store::ByteView request, policy::Deadline deadline) {
    engine::HttpCall call;
    call.url = server.url;
    call.headers = {{"Content-Type", "application/timestamp-query"}, {"Accept", std::string(kReply)}};
    call.body.assign(request.begin(), request.end());
    call.ca_file = server.ca_file;
    call.longest_answer = store::kLongestTimestamp;
    const auto answer = engine::call_http(call, deadline);
    if (!answer) return tl::unexpected(answer.error());
    auto judged = judge(*answer);
    if (!judged) return because(judged, server.url);
    return judged;
}

}  // namespace smarttls::milter
