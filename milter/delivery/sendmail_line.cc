// SPDX-License-Identifier: Apache-2.0
#include "milter/delivery/sendmail_line.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "milter/delivery/line_reader.h"

namespace smarttls::milter {
namespace {

using Fields = std::pair<std::string_view, std::string_view*>;

/// A value, and the ", " behind it unless it is the last. One that begins with '<' ends behind its '>'.
std::string_view take_value(LineReader& line) {
    const std::string_view from = line.rest();
    if (line.take("<") && !line.take_address()) line = LineReader(from);  // no address: as other values
    static_cast<void>(line.take_until(", ") || line.take_until(" [more], "));
    const std::size_t size = from.size() - line.rest().size();
    if (size == 0) {  // nothing follows it
        line = LineReader({});
        return from;
    }
    return from.substr(0, size - 2);
}

/// TLS lines: "relay=mx., version=TLSv1.3, verify=OK, cipher=..., bits=256/256".
Trust trust_of(std::string_view verify) {
    if (verify == "TRUSTED") return Trust::Verified;
    if (verify == "OK") return Trust::Trusted;
    return verify == "NO" ? Trust::Anonymous : Trust::Untrusted;
}

LogFact read_tls(LineReader line) {
    if (line.take("error")) return ConnectionLost{};
    std::string_view relay;
    std::string_view version;
    std::string_view verify;
    std::string_view cipher;
    std::string_view bits;
    const std::array<Fields, 5> wanted{{{"relay", &relay}, {"version", &version}, {"verify", &verify},
                                        {"cipher", &cipher}, {"bits", &bits}}};
    while (!line.rest().empty()) {
        const auto key = line.take_word_until("=");
        if (!key) break;  // other notes about the connection
        const std::string_view value = take_value(line);
        for (const auto& [name, field] : wanted) {
            if (*key == name) *field = value;
        }
    }
    const auto number = LineReader(bits).take_number();
    if (relay.empty() || version.empty() || cipher.empty() || !number) return std::monostate{};
    return TlsStarted{sendmail_host(relay), trust_of(verify), version, cipher, *number};
}

/// "<a@b>,<c@d>, " or "root, " or "<a@b>,<c@d>, [more], ".
bool take_recipients(LineReader& line, std::vector<std::string_view>& recipients) {
    while (true) {
        if (line.take("<")) {
            const auto address = line.take_address();
            if (!address) return false;
            recipients.push_back(*address);
        } else {
            const std::string_view rest = line.rest();
            const std::size_t size = rest.find(',');
            if (size == 0 || size == std::string_view::npos) return false;
            recipients.push_back(rest.substr(0, size));
            if (!line.take(recipients.back())) return false;
        }
        if (line.take(", ")) break;
        if (!line.take(",")) return false;
    }
    static_cast<void>(line.take("[more], "));
    return true;
}

/// Nothing for what is no attempt: queued, quarantined.
std::optional<DeliveryStatus> status_of(std::string_view stat, std::string_view dsn) {
    LineReader reader(stat);
    if (reader.take("Sent") && (reader.rest().empty() || reader.take(" "))) return DeliveryStatus::Sent;
    if (stat.starts_with("Deferred")) return DeliveryStatus::Deferred;
    if (stat == "discarded") return DeliveryStatus::Discarded;
    if (dsn.starts_with('4')) return DeliveryStatus::Deferred;
    if (dsn.starts_with('5')) return DeliveryStatus::Bounced;
    return {};
}

/// What the server said: of "Sent (ok)" and "Deferred: 451 later" the part behind.
std::string_view reply_of(std::string_view stat) {
    LineReader reader(stat);
    if (reader.take("Deferred: ")) return reader.rest();
    if (!reader.take("Sent (")) return stat;
    std::string_view reply = reader.rest();
    if (reply.ends_with(')')) reply.remove_suffix(1);
    return reply;
}

LogFact read_attempt(std::string_view queue_id, LineReader line) {
    Attempt attempt;
    attempt.queue_id = queue_id;
    if (!take_recipients(line, attempt.recipients)) return Unreadable{};
    const std::array<Fields, 2> wanted{{{"relay", &attempt.relay}, {"dsn", &attempt.dsn}}};
    while (!line.take("stat=")) {
        const auto key = line.take_word_until("=");
        if (!key) return Unreadable{};
        const std::string_view value = take_value(line);
        for (const auto& [name, field] : wanted) {
            if (*key == name) *field = value;
        }
    }
    const auto status = status_of(line.rest(), attempt.dsn);
    if (!status) return std::monostate{};
    attempt.status = *status;
    attempt.reply = reply_of(line.rest());
    return attempt;
}

/// "s1H9: return to sender: Cannot send message for 5 days", under the id of the message.
bool is_expiry(LineReader line) {
    return line.take_queue_id() && line.take("return to sender: Cannot send message ");
}

}  // namespace

std::string_view sendmail_host(std::string_view relay) {
    relay = relay.substr(0, std::min(relay.find(' '), relay.size()));
    if (relay.ends_with('.')) relay.remove_suffix(1);
    return relay;
}

LogFact parse_sendmail_line(std::string_view message) {
    LineReader line(message);
    if (line.take("STARTTLS=client, ")) return read_tls(line);
    const auto queue_id = line.take_queue_id();
    if (!queue_id) return std::monostate{};
    if (line.take("to=")) return read_attempt(*queue_id, line);
    if (line.take("done; ")) return MessageNews{*queue_id, DeliveryStatus::Removed, {}, {}};
    if (is_expiry(line)) return MessageNews{*queue_id, DeliveryStatus::Expired, line.rest(), {}};
    return std::monostate{};
}

}  // namespace smarttls::milter
