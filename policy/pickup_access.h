// SPDX-License-Identifier: Apache-2.0
//
// PickupAccess: what a sender gives with a message so that its recipients can pick it up: phone numbers for
// one-time codes, and an access code that the sender tells them. Both stand in header fields of our own:
//
//     X-SmartTLS-Phone: +31612345678                                   (a message for one recipient)
//     X-SmartTLS-Phone: bob@example.nl=+31612345678, carol@example.be=+32 470 12 34 56
//     X-SmartTLS-Code: oak-4815
//
// Numbers are international (E.164); blanks, hyphens, dots and parentheses in them do not count. Numbers of
// others than recipients are passed over: mail for several may come in several transactions.
// Threads: one at a time. Errors: Malformed; `what` quotes neither number nor code, since it gets into logs.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "policy/result.h"

namespace smarttls::policy {

struct PickupKeys {
    std::map<std::string, std::string> phones;  // recipient as in the envelope -> "+31612345678"
    std::string code;                           // empty: none
};

class PickupAccess {
  public:
    void saw_phones(std::string_view value) { phones_.emplace_back(value); }
    void saw_code(std::string_view value) { codes_.emplace_back(value); }
    [[nodiscard]] bool is_empty() const { return phones_.empty() && codes_.empty(); }

    [[nodiscard]] Result<PickupKeys> keys_for(const std::vector<std::string>& recipients) const;

  private:
    std::vector<std::string> phones_;
    std::vector<std::string> codes_;
};

}  // namespace smarttls::policy
