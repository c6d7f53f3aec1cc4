// SPDX-License-Identifier: Apache-2.0
#include "milter/delivery/postfix_line.h"

#include <array>
#include <optional>
#include <utility>

#include "milter/delivery/line_reader.h"

namespace smarttls::milter {
namespace {

std::string_view service_of(std::string_view identifier) {
    return identifier.substr(identifier.rfind('/') + 1);
}

/// "Verified TLS connection established to HOST[IP]:PORT: TLSv1.3 with cipher NAME (256/256 bits) ..."; "reused"
/// when smtp(8) goes on with a connection that tlsproxy(8) kept.
LogFact read_tls(Trust trust, LineReader line) {
    if (!line.take("established to ") && !line.take("reused to ")) return std::monostate{};
    TlsStarted started;
    started.trust = trust;
    const auto relay = line.take_word_until(": ");
    const auto version = line.take_word_until(" with cipher ");
    const auto cipher = line.take_word_until(" (");
    const auto bits = line.take_number();
    if (!relay || !version || !cipher || !bits) return Unreadable{};
    started.relay = *relay;
    started.version = *version;
    started.cipher = *cipher;
    started.bits = *bits;
    return started;
}

std::optional<Trust> take_trust(LineReader& line) {
    for (const Trust trust : {Trust::Verified, Trust::Trusted, Trust::Untrusted, Trust::Anonymous}) {
        if (!line.take(to_string(trust))) continue;
        return line.take(" TLS connection ") ? std::optional(trust) : std::nullopt;
    }
    return {};
}

/// The word behind "status="; nothing for probes (deliverable, undeliverable), which deliver no mail.
std::optional<DeliveryStatus> status_of(std::string_view word, std::string_view service) {
    if (word == "sent") return service == "discard" ? DeliveryStatus::Discarded : DeliveryStatus::Sent;
    if (word == "deferred" || word == "SOFTBOUNCE") return DeliveryStatus::Deferred;
    if (word == "bounced") return DeliveryStatus::Bounced;
    if (word == "expired") return DeliveryStatus::Expired;
    return {};
}

/// local(8) made a new message of it: "forwarded as 165E1B820F3".
void follow_forward(Attempt& attempt) {
    LineReader reply(attempt.reply);
    if (!reply.take("forwarded as ")) return;
    attempt.status = DeliveryStatus::Forwarded;
    attempt.successor = reply.rest();
}

/// The attributes "key=value, " behind the relay, up to "status=word (". None of their values has a blank.
std::optional<std::string_view> take_attributes(LineReader& line, Attempt& attempt) {
    const std::array<std::pair<std::string_view, std::string_view*>, 3> wanted{
        {{"relay", &attempt.relay}, {"dsn", &attempt.dsn}, {"tls", &attempt.tls_level}}};
    while (!line.take("status=")) {
        const auto key = line.take_word_until("=");
        const auto value = key ? line.take_word_until(", ") : std::nullopt;
        if (!value) return {};
        for (const auto& [name, field] : wanted) {
            if (*key == name) *field = *value;
        }
    }
    return line.take_word_until(" (");
}

LogFact read_attempt(std::string_view queue_id, LineReader line, std::string_view service) {
    Attempt attempt;
    attempt.queue_id = queue_id;
    const auto recipient = line.take_address();
    if (!recipient || recipient->empty() || !line.take(", ")) return Unreadable{};
    attempt.recipients = {*recipient};
    if (line.take("orig_to=<")) {
        const auto original = line.take_address();
        if (!original || !line.take(", ")) return Unreadable{};
        attempt.original_recipient = *original;
    }
    const auto word = take_attributes(line, attempt);
    if (!word || attempt.relay.empty() || attempt.dsn.empty()) return Unreadable{};
    const auto status = status_of(*word, service);
    if (!status) return std::monostate{};
    attempt.status = *status;
    attempt.reply = line.rest();
    if (attempt.reply.ends_with(')')) attempt.reply.remove_suffix(1);  // or syslog(3) cut the line
    if (service == "local") follow_forward(attempt);
    return attempt;
}

/// "from=<alice@org.example>, status=expired, returned to sender"; also when the queue takes the message up.
LogFact read_queue_manager(std::string_view queue_id, LineReader line) {
    if (line.rest() == "removed") return MessageNews{queue_id, DeliveryStatus::Removed, {}, {}};
    if (!line.take("from=<") || !line.take_address() || !line.take(", status=")) return std::monostate{};
    const std::string_view status = line.rest();
    const bool expired = line.take("expired, ") || line.take("force-expired, ");
    if (!expired) return Unreadable{};
    return MessageNews{queue_id, DeliveryStatus::Expired, status, {}};
}

/// After postsuper -r: "uid=102 from=<alice@org.example> orig_id=EE517B820DE", under the new id.
LogFact read_pickup(std::string_view queue_id, LineReader line) {
    if (!line.take("uid=") || !line.take_number() || !line.take(" from=<") || !line.take_address() ||
        !line.take(" orig_id=")) {
        return std::monostate{};
    }
    return MessageNews{line.rest(), DeliveryStatus::Requeued, {}, queue_id};
}

}  // namespace

LogFact parse_postfix_line(std::string_view identifier, std::string_view message) {
    const std::string_view service = service_of(identifier);
    LineReader line(message);
    if (service == "smtp" || service == "lmtp") {
        if (const auto trust = take_trust(line)) return read_tls(*trust, line);
    }
    const auto queue_id = line.take_queue_id();
    if (!queue_id) return std::monostate{};
    if (service == "smtpd") return std::monostate{};  // says "to=<" of what it refuses, never of a delivery
    if (line.take("to=<")) return read_attempt(*queue_id, line, service);
    if (service == "qmgr" || service == "oqmgr") return read_queue_manager(*queue_id, line);
    if (service == "pickup") return read_pickup(*queue_id, line);
    if (service == "postsuper" && line.rest() == "removed") {
        return MessageNews{*queue_id, DeliveryStatus::Deleted, {}, {}};
    }
    if (line.take("lost connection with ") || line.take("conversation with ")) return ConnectionLost{};
    return std::monostate{};
}

}  // namespace smarttls::milter
