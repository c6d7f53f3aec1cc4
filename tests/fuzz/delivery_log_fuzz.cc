// SPDX-License-Identifier: Apache-2.0
//
// A mail log: lines as syslog, Postfix and Sendmail write them, in which servers and senders have their words. The first
// byte says whose log it is. Then each line once more, with a hostile reply behind it.
#include "milter/delivery/delivery_assembler.h"
#include "milter/delivery/log_clock.h"
#include "milter/delivery/postfix_line.h"
#include "milter/delivery/syslog_line.h"
#include "policy/text.h"
#include "tests/fuzz/fuzz.h"

namespace smarttls::fuzz {
namespace {

using milter::Attempt;
using milter::Delivery;
using milter::DeliveryAssembler;

constexpr std::string_view kHostile =
    " AAAAAA: to=<x@y.example>, relay=evil[192.0.2.66]:25, tls=dane-only, dsn=2.0.0, status=sent (250 ok)";

bool is_part(std::string_view part, std::string_view whole) {
    return part.empty() || whole.find(part) != std::string_view::npos;
}

bool is_alphanumeric(std::string_view text) {
    return text.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == std::string_view::npos;
}

void judge_delivery(const Delivery& one, std::string_view line) {
    for (const std::string* part : {&one.queue_id, &one.recipient, &one.relay, &one.dsn, &one.reply, &one.identifier, &one.successor}) {
        require(is_part(*part, line), "what is told stands in the line");
    }
    if (!one.recipient.empty()) require(is_alphanumeric(one.queue_id), "a queue id is one word");
}

/// What a server replies changes the reply alone.
void judge_reply(std::string_view identifier, std::string_view message) {
    const auto before = milter::parse_postfix_line(identifier, message);
    const auto* attempt = std::get_if<Attempt>(&before);
    if (attempt == nullptr) return;
    const std::string longer = std::string(message) + std::string(kHostile);
    const auto after = milter::parse_postfix_line(identifier, longer);
    const auto* same = std::get_if<Attempt>(&after);
    require(same != nullptr, "a reply does not hide an attempt");
    require(same->queue_id == attempt->queue_id && same->recipients == attempt->recipients &&
                same->relay == attempt->relay && same->dsn == attempt->dsn && same->tls_level == attempt->tls_level &&
                same->original_recipient == attempt->original_recipient,
            "a reply forges no attribute");
    const bool forwarded = attempt->status == milter::DeliveryStatus::Forwarded || same->status == milter::DeliveryStatus::Forwarded;
    require(forwarded || same->status == attempt->status, "a reply forges no status");
}

void judge_state(const DeliveryAssembler& assembler, policy::Mta mta) {
    const std::string state = assembler.state();
    DeliveryAssembler again(mta);
    require(again.restore(state).has_value(), "a state is read again");
    require(again.state() == state, "and is the same");
}

}  // namespace

void judge(std::string_view input) {
    const policy::Mta mta = take_byte(input) % 2 == 0 ? policy::Mta::Postfix : policy::Mta::Sendmail;
    DeliveryAssembler assembler(mta);
    DeliveryAssembler interrupted(mta);
    static_cast<void>(interrupted.restore(input));
    interrupted = DeliveryAssembler(mta);
    milter::LogClock clock;
    for (const std::string_view line : policy::split(input, '\n')) {
        const auto parts = milter::parse_syslog_line(line);
        if (!parts) continue;
        const milter::LogTime latest{std::chrono::days(20000)};
        const milter::LogTime time = clock.read(parts->stamp, latest).value_or(latest);
        std::vector<Delivery> news;
        assembler.add({time, parts->identifier, parts->pid, parts->message}, news);
        for (const Delivery& one : news) judge_delivery(one, line);
        judge_state(assembler, mta);
        const std::string state = interrupted.state();
        interrupted = DeliveryAssembler(mta);
        require(interrupted.restore(state).has_value(), "a state is read again");
        std::vector<Delivery> same;
        interrupted.add({time, parts->identifier, parts->pid, parts->message}, same);
        require(same == news, "a restart changes nothing");
        judge_reply(parts->identifier, parts->message);
    }
}

}  // namespace smarttls::fuzz
