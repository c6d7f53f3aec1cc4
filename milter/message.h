// SPDX-License-Identifier: Apache-2.0
//
// Message: one mail transaction, from MAIL to end of message or abort. It gathers what the MTA tells,
// asks the engine as soon as the class is known, and at end of message decides, has the evidence
// written, and only then acts.
//
// Ownership: owned by its Session. Threads: one callback at a time, on changing threads.
// Errors: none leave; each becomes a Disposition, and class mail is never accepted in doubt.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "milter/actions.h"
#include "milter/content_hash.h"
#include "milter/disposition.h"
#include "milter/earlier_attempt.h"
#include "milter/proof.h"
#include "milter/esmtp.h"
#include "milter/excepting.h"
#include "milter/keeping.h"
#include "milter/message_changes.h"
#include "milter/outbox_sender.h"
#include "milter/sealed_copy.h"
#include "milter/submitter.h"
#include "milter/verdict_request.h"
#include "policy/config.h"
#include "policy/marking.h"
#include "policy/parting.h"
#include "policy/pickup_access.h"
#include "store/evidence_writer.h"

namespace smarttls::milter {

/// What every message needs; outlives them all.
struct Services {
    policy::Config config;
    store::EvidenceWriter* evidence = nullptr;
    Proof* proof = nullptr;
    OutboxSender* outbox = nullptr;  // none: what is put in waits
    std::shared_ptr<EarlierAttempts> earlier = std::make_shared<EarlierAttempts>();
    std::shared_ptr<StandingExceptions> exceptions = std::make_shared<StandingExceptions>();
    std::shared_ptr<EngineConnections> engine = std::make_shared<EngineConnections>();
    policy::ConsumerDomains consumers = {};
};

/// How long a message waits for its evidence.
inline constexpr std::chrono::seconds kEvidenceLimit{30};

class Message {
  public:
    Message(const Services& services, Submitter submitter, EnvelopeSender sender);

    /// `transport` and `next_hop`: {rcpt_mailer} and {rcpt_host}.
    void add_recipient(EnvelopeRecipient named, std::string_view transport,
                       std::string_view next_hop);
    void add_header(std::string_view name, std::string_view value);
    void end_headers();
    /// Class mail alone is hashed and, if need be, sealed.
    [[nodiscard]] bool wants_body() const { return class_ != nullptr; }
    void add_body(std::span<const unsigned char> chunk);
    /// `mta`: the name of the MTA, {j}.
    [[nodiscard]] Disposition end(const std::string& queue_id, std::string mta, Actions& actions);

  private:
    void choose_class();
    [[nodiscard]] policy::MarkedAddress marked_sender() const;
    [[nodiscard]] bool comes_back() const;
    [[nodiscard]] policy::Result<std::vector<policy::RecipientDecision>> judge();
    [[nodiscard]] std::optional<Disposition> refuse_at_once() const;
    [[nodiscard]] std::optional<Disposition> refuse_class_mail() const;
    [[nodiscard]] bool may_need_a_copy() const;
    [[nodiscard]] Disposition end_of_class_mail(const std::string& queue_id, Actions& actions);
    [[nodiscard]] Disposition end_in_shadow(const std::string& queue_id, Actions& actions);
    void decide_in_shadow(const std::string& queue_id);
    [[nodiscard]] Disposition let_pass(Actions& actions);
    /// Under which name this message is known; settles what an earlier attempt has settled.
    [[nodiscard]] policy::Result<std::string> look_back(
        store::EvidenceRecord& record, std::vector<policy::RecipientDecision>& decisions) const;
    [[nodiscard]] policy::Result<void> change(const PartedMessage& message, Actions& actions);
    [[nodiscard]] Disposition turn_away(Disposition refusal, Actions& actions);

    // message_evidence.cc: what is written down
    [[nodiscard]] store::EvidenceRecord evidence(const std::string& queue_id) const;
    [[nodiscard]] Disposition defer(const store::EvidenceRecord& record, const policy::Error& error,
                                    std::string_view part) const;
    void note_refusal(const std::string& queue_id, const Disposition& refusal) const;
    void note_ignored_control(const std::string& queue_id) const;
    void note(store::EvidenceRecord& record, std::string_view what) const;

    const Services& services_;
    const Submitter submitter_;
    const EnvelopeSender sender_;
    std::string mta_;

    std::vector<EnvelopeRecipient> envelope_;
    std::vector<policy::Recipient> recipients_;  // the same ones
    MessageChanges changes_;
    const bool may_be_marked_;  // otherwise nothing of it is kept
    policy::HeaderMarks marks_;
    std::optional<std::string> first_class_;  // value of the first control header
    policy::PickupAccess access_;
    policy::Result<policy::PickupKeys> keys_ = policy::PickupKeys{};
    bool may_set_class_ = false;
    policy::Mode mode_ = policy::Mode::Enforce;
    policy::Marking marking_;
    const policy::MailClass* class_ = nullptr;
    Exceptions exceptions_;                                  // in force at its end
    HeaderFields fields_;  // without floor, phone numbers and access code
    std::optional<SealedCopy> copy_;  // while some recipient may have to pick the message up
    VerdictRequest verdicts_;
    ContentHash hash_;
};

}  // namespace smarttls::milter
