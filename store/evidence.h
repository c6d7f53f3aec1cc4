// SPDX-License-Identifier: Apache-2.0
//
// EvidenceRecord: what is kept about one event in the life of a message, as text that stays readable when
// classes, outcomes and floors change their meaning in a later program. How it is written down:
// record_text.h; how it is encrypted: sealing/sealed_record.h.
//
// Event names are those of EN 319 522-1 Table 1 where one fits.
// Threads: plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/exception.h"
#include "store/log/record_leaf.h"
#include "store/sealing/sealed_message.h"

namespace smarttls::store {

using EvidenceTime = std::chrono::sys_time<std::chrono::milliseconds>;

inline constexpr std::string_view kSubmissionAcceptance = "SubmissionAcceptance";  // A.1
inline constexpr std::string_view kSubmissionRejection = "SubmissionRejection";    // A.2
inline constexpr std::string_view kRelayToNonErds = "RelayToNonERDS";  // F: an ordinary mail server is no delivery service
inline constexpr std::string_view kRelayToNonErdsFailure = "RelayToNonERDSFailure";

// Deliveries, beside those of F.
inline constexpr std::string_view kDeliveryDeferral = "DeliveryDeferral";
inline constexpr std::string_view kDeliveryForwarding = "DeliveryForwarding";  // goes on as another message
inline constexpr std::string_view kDeliveryWeaker = "DeliveryWeakerThanDecided";  // the alarm

// The life of an exception (store/exceptions.h).
inline constexpr std::string_view kExceptionCreation = "ExceptionCreation";
inline constexpr std::string_view kExceptionApproval = "ExceptionApproval";
inline constexpr std::string_view kExceptionRevocation = "ExceptionRevocation";
inline constexpr std::string_view kExceptionExpiry = "ExceptionExpiry";

// What is not kept any more (store/evidence_erasure.h, evidence_retention.h), and keys that nobody has any more.
inline constexpr std::string_view kErasure = "Erasure";
inline constexpr std::string_view kRetention = "Retention";
inline constexpr std::string_view kKeyDestruction = "KeyDestruction";

/// The outcome of a message of which some recipients were refused or set aside, and others not.
inline constexpr std::string_view kMixed = "mixed";

/// What was decided and recorded, and not done.
inline constexpr std::string_view kShadowMode = "shadow";

/// How much of a part of a record its reader may see.
enum class Shown {
    Clear,
    Sealed,  // the reader has no key
    Erased,  // nobody has
};

struct RecipientEvidence {
    std::string address;
    std::string domain;
    std::string outcome;       // as EvidenceRecord::outcome, for this recipient alone
    std::string rule;          // which rule decided
    std::string explanation;   // one sentence for people
    std::string verdict_json;  // the verdict as the engine gave it (design §4); may be empty
    std::string kind = {};       // of its mailbox: "nta-organisation", "organisation", "consumer"
    std::string floor = {};      // under which it leaves, when that is lower than the record's
    std::int64_t exception = 0;  // id of the one that was used
    Shown shown = Shown::Clear;  // read; when not Clear, only domain, outcome and floor are known
};

/// Who is to pick a sealed message up, or for whom it is held: `outcome` as in RecipientEvidence.
struct SealedFor {
    std::string address;
    std::string outcome;
};

/// Mail of our own that the outbox sends: that `about` was refused.
struct Notice {
    std::string about;
    std::string recipient;
    std::string content;  // RFC 5322, lines that end in CRLF
    std::string concerned = {};  // address of the record's recipient whom `about` is about; empty: about none
};

/// What begins to exist with a record. `identity` is the same for each attempt to submit one message:
/// each address in it has one sealed copy, the last, and at most one notice, the first.
struct Registration {
    std::string identity;               // 64 hex digits
    std::optional<SealedFacts> sealed;  // for those in `kept`
    std::vector<SealedFor> kept;
    std::vector<Notice> notices;
};

/// Parts of one record.
struct RecordParts {
    RecordId record{};
    std::vector<std::size_t> numbers;  // ascending

    friend bool operator==(const RecordParts&, const RecordParts&) = default;
};

/// A tombstone: what was erased. All but the hash of the address stands in the facts, so that it can be done again
/// to an older copy of the databases by whoever has no private key.
struct Erasure {
    std::vector<RecordParts> parts;
    std::vector<std::string> messages;     // sealed ones that went with their last recipient, by id
    std::vector<std::int64_t> exceptions;  // that lost whom they were for
    std::string address_hash;              // hex, of AddressKey; empty when it was asked for by queue id; written

    friend bool operator==(const Erasure&, const Erasure&) = default;
};

/// What a retention time has taken of a class.
struct Pruning {
    EvidenceTime before{};
    std::int64_t records = 0;
    std::int64_t parts = 0;
};

struct EvidenceRecord {
    std::string event;  // kSubmissionAcceptance, ...
    EvidenceTime time{};
    std::string class_name;
    std::string queue_id;        // empty when the MTA had none yet
    std::string sender;          // empty: the null sender
    std::string client;          // address, and the authenticated user if there was one
    std::string outcome;         // of the message: "direct", "queue", "portal", "hold", "reject", or kMixed
    std::string floor;           // "dane", "mta-sts", "pkix", "encrypted"
    std::string content_sha256;  // 64 hex digits
    std::string config_version;
    std::string reply;  // what the MTA was told to answer; empty when it answers by itself
    std::string note;   // what else has to be known, such as a forged control header
    std::string mode = {};  // kShadowMode: nothing of it was done; empty: it was
    std::string mark = {};  // what made it mail of the class
    std::string successor = {};  // queue id under which the MTA carries the message on
    std::vector<RecipientEvidence> recipients;
    std::optional<Registration> registration;  // written; what is read has none
    std::string released;  // id of a sealed message whose held recipients are released; written
    std::optional<policy::Exception> exception;  // as it is from now on; written, with its event
    std::optional<Erasure> erasure;  // written
    std::optional<Pruning> pruning;  // written
    Shown shown = Shown::Clear;  // read; when not Clear, sender, client, content, reply and note are missing
};

struct StoredEvidence {
    std::int64_t id = 0;  // from 1; the leaf of the log is the one before it
    EvidenceRecord record;
    std::optional<RecordId> identifier = {};
    std::vector<std::size_t> concerned = {};  // recipients that the search asked for, by index
};

}  // namespace smarttls::store
