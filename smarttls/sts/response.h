// SPDX-License-Identifier: Apache-2.0
//
// PolicyResponse: reads the HTTP response of a policy host from bytes that arrive in pieces, and
// says whether its body is to be taken for an MTA-STS policy (RFC 8461 §3.2, §3.3): status 200 and
// nothing else, no redirect followed, at most 64 KiB.
//
//     PolicyResponse response;
//     while (response.feed(bytes) == State::NeedMore) ...
//     if (response.state() == State::Complete) parse_sts_policy(response.body());
//
// The bytes are a stranger's; memory is bounded. Threads: one thread. Errors: State::Failed, with
// one sentence.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace smarttls::engine {

class PolicyResponse {
  public:
    enum class State { NeedMore, Complete, Failed };

    PolicyResponse();
    PolicyResponse(const PolicyResponse&) = delete;
    PolicyResponse& operator=(const PolicyResponse&) = delete;
    ~PolicyResponse();

    State feed(std::string_view bytes);
    /// The server closed its side properly: that ends a body without a length (RFC 9112 §6.3).
    State end();

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] const std::string& body() const;                         // of Complete
    [[nodiscard]] const std::string& failure() const { return failure_; }  // of Failed

  private:
    class Parser;

    void judge_header();
    State fail(std::string what);
    State finish();

    std::unique_ptr<Parser> parser_;
    std::string unread_;  // what the parser cannot take yet
    bool header_judged_ = false;
    State state_ = State::NeedMore;
    std::string failure_;
};

/// The request: no cache, no coding, no second use of the connection.
[[nodiscard]] std::string policy_request(std::string_view host);

}  // namespace smarttls::engine
