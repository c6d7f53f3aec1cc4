// SPDX-License-Identifier: Apache-2.0
#include "milter/delivery/delivery_assembler.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "milter/delivery/postfix_line.h"
#include "milter/delivery/sendmail_line.h"
#include "policy/text.h"

namespace smarttls::milter {
namespace {

using policy::ErrorKind;
using policy::Result;

constexpr auto kLongestSilence = std::chrono::hours(2);
constexpr auto kSendmailCache = std::chrono::minutes(5);  // ConnectionCacheTimeout
constexpr std::size_t kFields = 9;

std::string process_of(const LogEntry& entry) {
    std::string process(entry.identifier);
    process += ' ';
    process += entry.pid;
    return process;
}

bool is_word(std::string_view text) {
    return !text.empty() && std::none_of(text.begin(), text.end(), [](char byte) {
        return byte == ' ' || byte == '\n';
    });
}

std::optional<std::int64_t> number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return {};
    return value;
}

std::optional<Trust> trust_of(std::string_view word) {
    for (const Trust trust : {Trust::Anonymous, Trust::Untrusted, Trust::Trusted, Trust::Verified}) {
        if (word == to_string(trust)) return trust;
    }
    return {};
}

Delivery delivery_of(const LogEntry& entry, const Attempt& attempt, const TlsSession* tls) {
    Delivery delivery;
    delivery.time = entry.time;
    delivery.identifier = entry.identifier;
    delivery.queue_id = attempt.queue_id;
    delivery.status = attempt.status;
    delivery.original_recipient = attempt.original_recipient;
    delivery.relay = attempt.relay;
    delivery.dsn = attempt.dsn;
    delivery.reply = attempt.reply;
    if (tls != nullptr) delivery.tls = *tls;
    delivery.tls_level = attempt.tls_level;
    delivery.successor = attempt.successor;
    return delivery;
}

}  // namespace

std::string_view DeliveryAssembler::key_of(std::string_view relay) const {
    return mta_ == policy::Mta::Postfix ? relay : sendmail_host(relay);
}

LogFact DeliveryAssembler::fact_of(const LogEntry& entry) const {
    if (mta_ == policy::Mta::Postfix) {
        const bool is_postfix = entry.identifier.find('/') != std::string_view::npos;
        return is_postfix ? parse_postfix_line(entry.identifier, entry.message) : LogFact();
    }
    const bool is_sendmail = entry.identifier.find("sendmail") != std::string_view::npos ||
                             entry.identifier.starts_with("sm-");
    return is_sendmail ? parse_sendmail_line(entry.message) : LogFact();
}

void DeliveryAssembler::add(const LogEntry& entry, std::vector<Delivery>& news) {
    forget_old(entry.time);
    const LogFact fact = fact_of(entry);
    if (const auto* started = std::get_if<TlsStarted>(&fact)) {
        start(entry, *started);
    } else if (const auto* tried = std::get_if<Attempt>(&fact)) {
        attempt(entry, *tried, news);
    } else if (const auto* end = std::get_if<MessageNews>(&fact)) {
        finish(entry, *end, news);
    } else if (std::holds_alternative<ConnectionLost>(fact)) {
        forget(process_of(entry));
    } else if (std::holds_alternative<Unreadable>(fact)) {
        // Whichever message it is about: it must not lend its TLS session to the next one.
        forget(process_of(entry));
        ++unreadable_;
    }
}

void DeliveryAssembler::start(const LogEntry& entry, const TlsStarted& started) {
    for (const std::string_view word :
         {entry.identifier, entry.pid, started.relay, started.version, started.cipher}) {
        if (!is_word(word)) return forget(process_of(entry));  // state() could not keep it
    }
    Connection connection;
    connection.process = process_of(entry);
    connection.relay = key_of(started.relay);
    connection.tls = {started.trust, std::string(started.version), std::string(started.cipher),
                      started.bits};
    connection.used = entry.time;
    put(std::move(connection));
}

void DeliveryAssembler::attempt(const LogEntry& entry, const Attempt& attempt,
                                std::vector<Delivery>& news) {
    Delivery delivery = delivery_of(entry, attempt, session_for(entry, attempt));
    for (const std::string_view recipient : attempt.recipients) {
        delivery.recipient = recipient;
        news.push_back(delivery);
    }
}

void DeliveryAssembler::finish(const LogEntry& entry, const MessageNews& end,
                               std::vector<Delivery>& news) {
    Delivery delivery;
    delivery.time = entry.time;
    delivery.identifier = entry.identifier;
    delivery.queue_id = end.queue_id;
    delivery.status = end.status;
    delivery.reply = end.reply;
    delivery.successor = end.successor;
    news.push_back(std::move(delivery));
    forget_message(instance_of(entry.identifier), end.queue_id);
}

const TlsSession* DeliveryAssembler::session_for(const LogEntry& entry, const Attempt& attempt) {
    const auto found = by_process_.find(process_of(entry));
    if (found == by_process_.end()) return nullptr;
    Connection& connection = *found->second;
    if (mta_ == policy::Mta::Sendmail) {
        if (entry.time > connection.used + kSendmailCache) return nullptr;
        connection.queue_id.clear();
    }
    if (connection.queue_id.empty() && mta_ == policy::Mta::Postfix) {
        connection.queue_id = attempt.queue_id;
        by_message_.emplace(connection.queue_id, connection.process);
    } else if (mta_ == policy::Mta::Postfix && connection.queue_id != attempt.queue_id) {
        forget(found->first);
        return nullptr;
    }
    connection.used = entry.time;
    connections_.splice(connections_.end(), connections_, found->second);
    const bool same = policy::equal_ignoring_case(connection.relay, key_of(attempt.relay));
    return same ? &connection.tls : nullptr;
}

void DeliveryAssembler::put(Connection connection) {
    forget(connection.process);
    if (connections_.size() == kMostConnections) forget(std::string(connections_.front().process));
    connections_.push_back(std::move(connection));
    const auto last = std::prev(connections_.end());
    by_process_[last->process] = last;
    if (!last->queue_id.empty()) by_message_.emplace(last->queue_id, last->process);
}

void DeliveryAssembler::forget(std::string_view process) {
    const auto found = by_process_.find(std::string(process));
    if (found == by_process_.end()) return;
    const auto [begin, end] = by_message_.equal_range(found->second->queue_id);
    for (auto entry = begin; entry != end; ++entry) {
        if (entry->second != found->first) continue;
        by_message_.erase(entry);
        break;
    }
    connections_.erase(found->second);
    by_process_.erase(found);
}

void DeliveryAssembler::forget_message(std::string_view instance, std::string_view queue_id) {
    std::vector<std::string> done;
    const auto [begin, end] = by_message_.equal_range(std::string(queue_id));
    for (auto entry = begin; entry != end; ++entry) {
        if (instance_of(entry->second) == instance) done.push_back(entry->second);
    }
    for (const std::string& process : done) forget(process);
}

void DeliveryAssembler::forget_old(LogTime now) {
    while (!connections_.empty() && connections_.front().used + kLongestSilence < now) {
        forget(std::string(connections_.front().process));
    }
}

std::string DeliveryAssembler::state() const {
    std::string text;
    for (const Connection& open : connections_) {
        text += open.process;
        text += ' ' + open.relay + ' ' + (open.queue_id.empty() ? "-" : open.queue_id) + ' ';
        text += to_string(open.tls.trust);
        text += ' ' + open.tls.version + ' ' + open.tls.cipher + ' ' + std::to_string(open.tls.bits);
        text += ' ' + std::to_string(open.used.time_since_epoch().count()) + '\n';
    }
    return text;
}

Result<void> DeliveryAssembler::restore(std::string_view state) {
    Connections read;
    for (std::string_view line : policy::split(state, '\n')) {
        if (line.empty()) continue;
        const auto words = policy::split(line, ' ');
        const auto trust = words.size() == kFields ? trust_of(words[4]) : std::nullopt;
        const auto bits = trust ? number(words[7]) : std::nullopt;
        const auto used = bits ? number(words[8]) : std::nullopt;
        if (!used) return policy::fail(ErrorKind::Malformed, policy::quote(line) + " is no open TLS session");
        Connection& open = read.emplace_back();
        open.process = std::string(words[0]).append(" ").append(words[1]);
        open.relay = words[2];
        if (words[3] != "-") open.queue_id = words[3];
        open.tls = {*trust, std::string(words[5]), std::string(words[6]), static_cast<int>(*bits)};
        open.used = LogTime(std::chrono::milliseconds(*used));
    }
    connections_.clear();
    by_process_.clear();
    by_message_.clear();
    for (Connection& open : read) put(std::move(open));
    return policy::ok();
}

}  // namespace smarttls::milter
