// SPDX-License-Identifier: Apache-2.0
//
// Life: how a pickup goes on and how it ends: reminded, extended, told of again, expired, revoked. Each step is one transaction
// with its event; the last pickup of a message to end has the milter destroy the message's key and file
// (milter/pickup_watch.h).
//
//     Life life(config, store);
//     life.expire_due(now);  life.remind_due(now);                  // all the time
//     life.end(message, {}, Ending::Revoked, {"root", "sent to the wrong person"}, now);   // a person
//
// Ownership: borrows the store. Threads: any. Errors: those of SQLite, keys and templates.
#pragma once

#include <functional>
#include <string>

#include "portal/pickup/notices.h"
#include "store/pickup/portal_store.h"

namespace smarttls::portal {

enum class Ending {
    Expired,
    Revoked,    // by the sender or on his behalf
    Discarded,  // by the administrator
};
[[nodiscard]] std::string_view to_string(Ending ending);

/// Who takes a step by hand, and why.
struct Person {
    std::string who;
    std::string why;
};

class Life {
  public:
    Life(const policy::Config& config, store::PortalStore& store)
        : config_(config), store_(store), notices_(config.portal, store.key()) {}

    /// How many came to their end.
    [[nodiscard]] policy::Result<int> expire_due(store::EvidenceTime now);
    [[nodiscard]] policy::Result<int> remind_due(store::EvidenceTime now);
    /// Forgets sessions, devices, codes and attempts that are over.
    [[nodiscard]] policy::Result<void> sweep(store::EvidenceTime now);

    // By hand. `recipient`: an address, or empty for all of the message. How many pickups it was about.

    [[nodiscard]] policy::Result<int> end(const std::string& message, const std::string& recipient, Ending ending,
                                          const Person& person, store::EvidenceTime now);
    [[nodiscard]] policy::Result<int> extend(const std::string& message, const std::string& recipient,
                                             store::EvidenceTime until, const Person& person, store::EvidenceTime now);
    [[nodiscard]] policy::Result<int> resend(const std::string& message, const std::string& recipient,
                                             store::EvidenceTime now);
    /// A code for a recipient whom somebody has identified, to be read aloud: used once, for an hour. Empty: no such pickup.
    [[nodiscard]] policy::Result<std::string> give_code(const std::string& message, const std::string& recipient,
                                                        const Person& person, store::EvidenceTime now);

  private:
    using Step = std::function<policy::Result<void>(store::PortalTables&, const store::PickupRow&)>;
    [[nodiscard]] policy::Result<int> each(const std::string& message, const std::string& recipient, const Step& step);
    [[nodiscard]] policy::Result<void> finish(store::PortalTables& tables, const store::PickupRow& pickup, Ending ending,
                                              const Person& person, store::EvidenceTime now);
    [[nodiscard]] policy::PickupRules rules_of(const store::PickupRow& pickup) const;

    const policy::Config& config_;
    store::PortalStore& store_;
    const Notices notices_;
};

}  // namespace smarttls::portal
