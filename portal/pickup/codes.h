// SPDX-License-Identifier: Apache-2.0
//
// Codes as they are kept, and how often they may be tried.
//
//     const SecretHash hash = code_hash(key, pickup.id, "12 34-56");
//     Limits limits(tables.secrets, key, now);
//     Result<int> left = limits.left({{LimitKind::WrongPickup, "17"}, ...});
//
// A code of six digits, ten wrong ones an hour for a message and twenty a day for an address: somebody who holds
// the link and guesses for the two weeks of a pickup is right once in 3,500 times. Threads: as the tables. Errors: those of
// SQLite.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "portal/pickup/pickup.h"
#include "store/pickup/secret_table.h"

namespace smarttls::portal {

inline constexpr std::string_view kSmsFactor = "sms";
inline constexpr std::string_view kAccessCodeFactor = "access-code";
inline constexpr std::string_view kEmailFactor = "email";
[[nodiscard]] std::string_view to_string(Factor factor);
[[nodiscard]] Factor factor_of(std::string_view name);

/// Bound to its pickup. Blanks, hyphens and the case of letters do not count.
[[nodiscard]] store::SecretHash code_hash(const store::PortalKey& key, std::int64_t pickup, std::string_view code);

enum class LimitKind { WrongPickup, WrongAddress, WrongClient, AskedPickup, AskedNumber, AskedClient };

struct Subject {
    LimitKind kind;
    std::string whom;
};

class Limits {
  public:
    Limits(store::SecretTable& secrets, const store::PortalKey& key, store::EvidenceTime now)
        : secrets_(secrets), key_(key), now_(now) {}

    /// How often it may still be tried; the least of all.
    [[nodiscard]] policy::Result<int> left(const std::vector<Subject>& subjects);
    [[nodiscard]] policy::Result<void> count(const std::vector<Subject>& subjects);
    [[nodiscard]] policy::Result<void> forget(const Subject& subject);

  private:
    [[nodiscard]] store::SecretHash hash_of(const Subject& subject) const;

    store::SecretTable& secrets_;
    const store::PortalKey& key_;
    store::EvidenceTime now_;
};

}  // namespace smarttls::portal
