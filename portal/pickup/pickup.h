// SPDX-License-Identifier: Apache-2.0
//
// What the pages, the command and the workers say to each other about a pickup: one message, waiting for one recipient.
//
// Threads: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/evidence.h"

namespace smarttls::portal {

/// How a recipient shows that he is who he is, beside holding the link.
enum class Factor {
    Sms,         // a code to the number that the sender or the administrator gave
    AccessCode,  // what the sender told him, or an agent read aloud
    Email,       // a code to the address itself; where the class allows it
};

/// What may be shown to whoever holds the link. Nothing of the message.
struct PickupView {
    std::string message;       // id of the sealed message, 32 hex digits
    std::string class_name;
    std::string sender;        // address
    std::string organisation;  // of the sender, as the configuration names it
    store::EvidenceTime received{};
    store::EvidenceTime expires{};
    std::vector<Factor> factors;  // that can be used now, the best first; empty: a phone number or code is missing
    std::string phone_hint;       // the last two digits; empty: no number is known
    int attempts_left = 0;        // at codes, for now; 0: has to wait
};

/// Whoever has passed the second factor, until the session ends.
struct PickupSession {
    PickupView pickup;
    std::string recipient;  // address
    Factor factor = Factor::Sms;
    store::EvidenceTime ends{};
    std::uint64_t size = 0;  // of the message, in bytes
    std::string message_id;  // Message-ID field of the message, with its <>; may be empty
};

enum class CodeRequest {
    Sent,         // on its way
    Unknown,      // there is no such pickup, or not this factor
    TooMany,      // codes were sent already; later
    NotPossible,  // the gateway does not work now; a person can help
};

struct CodeVerdict {
    enum class Answer {
        Right,
        Wrong,    // or expired, used, of another pickup: all alike
        TooMany,  // attempts; the right code would not help now
        Unknown,  // there is no such pickup
    };
    Answer answer = Answer::Unknown;
    std::string secret;  // of the session; when right
    store::EvidenceTime ends{};
    int attempts_left = 0;
};

/// What a recipient did with the message; each is evidence (EN 319 522-1).
enum class PickupEvent {
    Read,        // ContentAccessTracking
    Attachment,  // ContentAccessTracking
    Downloaded,  // ContentHandover
    Replied,     // SubmissionAcceptance
};

}  // namespace smarttls::portal
