// SPDX-License-Identifier: Apache-2.0
//
// MailRelay: hands the portal's mail to the MTA, each at least once, and writes down what became of it. Pauses between attempts, and
// dead letters after five days: as for the milter's outbox (store/outbox.h).
//
//     MailRelay relay(config, store);
//     Result<int> sent = relay.round(now);
//
// Twice goes only what the MTA took in the very moment of a crash; its Message-ID is the same.
// Ownership: borrows the store. Threads: one for round(); bounced() from any. Errors: those of the store; that the MTA does not take
// mail is none.
#pragma once

#include "portal/pickup/notices.h"
#include "store/pickup/portal_store.h"

namespace smarttls::portal {

class MailRelay {
  public:
    MailRelay(const policy::Config& config, store::PortalStore& store)
        : config_(config), store_(store), notices_(config.portal, store.key()) {}

    /// How many were sent.
    [[nodiscard]] policy::Result<int> round(store::EvidenceTime now);
    /// A report that a notice did not arrive came to `address`, with the words of a mail server. False: none of ours.
    [[nodiscard]] policy::Result<bool> bounced(std::string_view address, const std::string& words, store::EvidenceTime now);

  private:
    [[nodiscard]] policy::Result<void> settle(const store::PortalMail& mail, const store::OutboxAttempt& attempt,
                                              store::EvidenceTime now);
    [[nodiscard]] policy::Result<void> failed(store::PortalTables& tables, const store::PickupRow& pickup,
                                              const std::string& words, store::EvidenceTime now) const;

    const policy::Config& config_;
    store::PortalStore& store_;
    const Notices notices_;
};

}  // namespace smarttls::portal
