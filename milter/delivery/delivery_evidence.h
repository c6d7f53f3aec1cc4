// SPDX-License-Identifier: Apache-2.0
//
// DeliveryEvidence: keeps what the MTA's log tells of class mail as evidence, and raises the alarm when a message left
// with less protection than was decided: a record of its own, a line in our log, a report to the security contact.
//
//     DeliveryEvidence sink(config, writer, outbox);
//     FollowerThread follower(source, mta, sink);
//
// Mail of no class leaves no trace. Ownership: borrows writer and outbox, which must outlive it. Threads: the
// follower's. Errors: those of the store.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "milter/delivery/delivery.h"
#include "milter/delivery/delivery_judgement.h"
#include "milter/delivery/log_follower.h"
#include "policy/config.h"
#include "store/decided.h"
#include "store/evidence_writer.h"

namespace smarttls::milter {

class OutboxSender;

class DeliveryEvidence final : public DeliverySink {
  public:
    /// `outbox` may be null: reports then wait for the next reason to send.
    DeliveryEvidence(const policy::Config& config, store::EvidenceWriter& writer, OutboxSender* outbox);

    policy::Result<void> take(std::span<const Delivery> news, const Position& behind) override;
    policy::Result<std::optional<Position>> last_position(std::string_view source) override;

  private:
    using Records = std::vector<store::EvidenceRecord>;
    policy::Result<void> ensure_open();
    /// Appends what is to be kept of one piece of news.
    policy::Result<void> describe(const Delivery& delivery, Records& records);
    [[nodiscard]] store::EvidenceRecord record_of(const Delivery& delivery, const store::Decision& decision,
                                                  const Judgement& judgement) const;
    [[nodiscard]] store::EvidenceRecord alarm(store::EvidenceRecord record, const Delivery& delivery,
                                              const Judgement& judgement) const;
    /// Of a message that has changed its queue id within the news that are not kept yet.
    [[nodiscard]] static std::optional<store::Decision> inherited(const Delivery& delivery, const Records& records);

    const policy::StoreSettings store_;
    const std::vector<policy::TrustedRoute> trusted_;
    const std::string config_version_;
    const std::string contact_;
    store::EvidenceWriter& writer_;
    OutboxSender* const outbox_;
    std::optional<store::Decided> decided_;
};

/// Follows the log that is configured; nothing when none is.
[[nodiscard]] std::unique_ptr<FollowerThread> follow_deliveries(const policy::DeliveryLogSettings& settings,
                                                                DeliverySink& sink);

}  // namespace smarttls::milter
