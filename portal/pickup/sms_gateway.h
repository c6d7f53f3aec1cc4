// SPDX-License-Identifier: Apache-2.0
//
// SmsGateway: sends one text message, by whatever the site has: an HTTP service that the configuration describes
// ([sms] url, method, header, body), or a program ([sms] command).
//
//     const SmsGateway gateway(config.sms);
//     Result<void> sent = gateway.send("+31612345678", "Your code is 123456", deadline);
//
// Threads: any; blocks until the deadline at most. Errors: Misconfigured (there is none), Temporary, Permanent (the
// service refuses this message).
#pragma once

#include <string>
#include <string_view>

#include "policy/config.h"
#include "policy/deadline.h"

namespace smarttls::portal {

class SmsGateway {
  public:
    explicit SmsGateway(policy::SmsSettings settings) : settings_(std::move(settings)) {}

    [[nodiscard]] bool is_there() const { return !settings_.url.empty() || !settings_.command.empty(); }
    [[nodiscard]] policy::Result<void> send(std::string_view number, std::string_view text, policy::Deadline deadline) const;

  private:
    policy::SmsSettings settings_;
};

}  // namespace smarttls::portal
