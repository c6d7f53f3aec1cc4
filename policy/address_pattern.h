// SPDX-License-Identifier: Apache-2.0
//
// AddressPattern: which mail addresses, or names of authenticated users, a setting means.
//
//     AddressPattern::parse("alice@example.nl")    that address
//     AddressPattern::parse("@example.nl")         all of that domain
//     AddressPattern::parse(".example.nl")         all of its subdomains, not of itself
//     AddressPattern::parse("alice")               the user of that name
//
// Case does not count, neither of the domain nor, as nearly everywhere, of the local part (RFC 5321 §2.4).
// Threads: immutable. Errors: Malformed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/result.h"

namespace smarttls::policy {

class AddressPattern {
  public:
    [[nodiscard]] static Result<AddressPattern> parse(std::string_view text);
    /// Of addresses alone: a name without a domain is a mistake.
    [[nodiscard]] static Result<AddressPattern> parse_address(std::string_view text);

    /// `domain`: of `address`, as the DNS has it; empty where that is what stands behind its last '@'.
    [[nodiscard]] bool matches(std::string_view address, std::string_view domain = {}) const;
    [[nodiscard]] const std::string& str() const { return text_; }

  private:
    explicit AddressPattern(std::string text) : text_(std::move(text)) {}
    std::string text_;  // lower case
};

/// The first that matches, or nullptr.
[[nodiscard]] const AddressPattern* find_match(const std::vector<AddressPattern>& patterns,
                                               std::string_view address, std::string_view domain = {});

}  // namespace smarttls::policy
