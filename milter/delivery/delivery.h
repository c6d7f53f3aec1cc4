// SPDX-License-Identifier: Apache-2.0
//
// Delivery: what an MTA's log says became of one recipient of one message, or of the message; and the sink that
// keeps it.
//
//     class Evidence : public DeliverySink {
//         Result<void> take(std::span<const Delivery> news, const Position& behind) override {
//             // one transaction: the records of `news`, and `behind` as the position of behind.source
//         }
//         Result<std::optional<Position>> last_position(std::string_view source) override;
//     };
//
// Exactly once: the sink keeps news and position together or neither; the follower goes on from the position
// that was kept last. While take() fails it stays where it is and comes again with the same.
// Ownership: plain values. Threads: the sink is called by the follower's thread alone.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "milter/delivery/log_clock.h"
#include "policy/config.h"
#include "policy/result.h"

namespace smarttls::milter {

/// How the server was authenticated, in Postfix's words, in order: no certificate; one that did not verify, or
/// that nobody verified; a chain to a trusted root, whatever its name; all that the policy demanded.
enum class Trust { Anonymous, Untrusted, Trusted, Verified };

[[nodiscard]] std::string_view to_string(Trust trust);  // "Verified"

struct TlsSession {
    Trust trust = Trust::Untrusted;
    std::string version;  // "TLSv1.3"
    std::string cipher;   // "TLS_AES_256_GCM_SHA384"
    int bits = 0;
    bool operator==(const TlsSession&) const = default;
};

enum class DeliveryStatus {
    // Of a recipient.
    Sent,       // taken by what `relay` names
    Forwarded,  // became the message `successor` of the same MTA (an alias, a .forward file)
    Discarded,  // thrown away: delivered to nobody
    Deferred,   // stays in the queue
    Bounced,    // refused for good; the sender gets a notice
    // Of the message: each recipient that has no final status yet.
    Expired,   // too long in the queue; the sender gets a notice
    Deleted,   // taken out of the queue by an administrator; nobody is told
    Requeued,  // goes on as the message `successor`
    Removed,   // is gone from the queue, all its recipients being done with
};

[[nodiscard]] std::string_view to_string(DeliveryStatus status);  // "sent"

/// What concerns the message as a whole has no recipient.
struct Delivery {
    LogTime time{};
    std::string identifier;  // who says so: "postfix/smarttls-dane/smtp", "postfix-out/smtp", "sm-mta"
    std::string queue_id;
    DeliveryStatus status = DeliveryStatus::Deferred;
    std::string recipient;           // as the MTA had it last, without < >; quoted where RFC 5321 wants it
    std::string original_recipient;  // before aliases; empty: the same
    std::string relay;               // "mx.example.nl[192.0.2.1]:25", "local", "none"
    std::string dsn;                 // RFC 3463: "2.0.0"
    std::string reply;               // in words of the MTA or, where they say so, of the server
    std::optional<TlsSession> tls;   // none: the log has no TLS session for it
    std::string tls_level;           // Postfix 3.11: "dane-only", "!encrypt" (not met), "may:none" (in clear)
    std::string successor;           // queue id
    bool operator==(const Delivery&) const = default;
};

/// The MTA's instance: "postfix-out" of "postfix-out/smtp".
[[nodiscard]] std::string_view instance_of(std::string_view identifier);

/// How far a log has been read, and what of it is still open. `text` is for the follower alone.
struct Position {
    std::string source;  // of which log: the file's path, or "journal:" and what of it
    std::string text;    // several lines of ASCII
};

class DeliverySink {
  public:
    DeliverySink() = default;
    DeliverySink(const DeliverySink&) = delete;
    DeliverySink& operator=(const DeliverySink&) = delete;
    virtual ~DeliverySink() = default;

    /// Keeps the news (there may be none) and the position in one durable transaction, or neither.
    virtual policy::Result<void> take(std::span<const Delivery> news, const Position& behind) = 0;
    /// What was kept last for the source; nothing at the very first.
    virtual policy::Result<std::optional<Position>> last_position(std::string_view source) = 0;
};

}  // namespace smarttls::milter
