// SPDX-License-Identifier: Apache-2.0
//
// Epoch: the month whose key pair seals what is kept for pickup. Destroying an epoch's private key
// makes everything that was sealed in it unreadable for good, in every backup.
//
//     Epoch::of(now).str()                                  // "2026-11", of UTC
//     Result<Epoch> epoch = Epoch::parse("2026-11");
//
// Threads: immutable value. Errors: Malformed.
#pragma once

#include <chrono>
#include <compare>
#include <string>
#include <string_view>

#include "policy/result.h"

namespace smarttls::store {

using policy::Result;

class Epoch {
  public:
    [[nodiscard]] static Epoch of(std::chrono::sys_seconds time);
    [[nodiscard]] static Result<Epoch> parse(std::string_view text);

    [[nodiscard]] std::string str() const;
    /// The epoch `months` later.
    [[nodiscard]] Epoch later(int months) const;

    friend auto operator<=>(const Epoch&, const Epoch&) = default;

  private:
    explicit Epoch(std::chrono::year_month month) : month_(month) {}
    std::chrono::year_month month_;
};

}  // namespace smarttls::store
