// SPDX-License-Identifier: Apache-2.0
#include "portal/pickup/notices.h"

#include <array>
#include <charconv>
#include <ctime>

#include "policy/text.h"
#include "portal/pickup/notice_mail.h"

namespace smarttls::portal {
namespace {

using policy::Result;
using store::EvidenceTime;
using store::PickupRow;

constexpr std::size_t kTokenBytes = 24;  // 192 bits
constexpr std::size_t kProofDigits = 16;

bool is_for_sender(NoticeKind kind) { return kind >= NoticeKind::Bounced; }

std::string hex(const store::SecretHash& hash, std::size_t digits) {
    constexpr std::string_view kHex = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : hash) text += {kHex[byte >> 4], kHex[byte & 15]};
    return text.substr(0, digits);
}

/// "3 december 2026": the day is what counts.
std::string day_of(EvidenceTime time, policy::Language language) {
    static constexpr std::array<std::array<std::string_view, 12>, 2> kMonths{
        {{"januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november",
          "december"},
         {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December"}}};
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm local{};
    localtime_r(&seconds, &local);
    const auto& names = kMonths[language == policy::Language::Dutch ? 0 : 1];
    return std::to_string(local.tm_mday) + " " + std::string(names[static_cast<std::size_t>(local.tm_mon)]) + " " +
           std::to_string(local.tm_year + 1900);
}

std::string domain_of(const std::string& address) { return address.substr(address.rfind('@') + 1); }

}  // namespace

std::string_view to_string(NoticeKind kind) {
    switch (kind) {
        case NoticeKind::Notice: return "notice";
        case NoticeKind::Reminder: return "reminder";
        case NoticeKind::Code: return "code";
        case NoticeKind::Bounced: return "bounced";
        case NoticeKind::MissingPhone: return "missing-phone";
        case NoticeKind::Read: return "read";
        case NoticeKind::Expired: return "expired";
    }
    return "notice";
}

std::string Notices::organisation_of(const std::string& sender) const {
    return settings_.organisation.empty() ? domain_of(sender) : settings_.organisation;
}

Values Notices::values_of(const PickupRow& pickup, const NoticeFacts& facts) const {
    return {{"organisation", organisation_of(pickup.sender)},
            {"sender", pickup.sender},
            {"recipient", pickup.recipient},
            {"link", facts.link},
            {"code", facts.code},
            {"site", settings_.url},
            {"message", pickup.message.substr(0, 8)},
            {"received", day_of(pickup.received, settings_.language)},
            {"expires", day_of(pickup.expires, settings_.language)}};
}

Result<void> Notices::put(store::PortalTables& tables, const PickupRow& pickup, const NoticeFacts& facts, EvidenceTime now) const {
    const std::string name(to_string(facts.kind));
    const Values values = values_of(pickup, facts);
    const auto text = templates_.render(name + ".txt", values, Escape::None);
    if (!text) return tl::unexpected(text.error());
    NoticeMail mail;
    if (facts.kind == NoticeKind::Notice || facts.kind == NoticeKind::Reminder) {
        auto html = templates_.render(name + ".html", values, Escape::Html);
        if (!html) return tl::unexpected(html.error());
        mail.html = *std::move(html);
    }
    const auto id = tables.mails.reserve(pickup.id, name, now);
    if (!id) return tl::unexpected(id.error());
    const std::string domain = domain_of(pickup.sender);
    const bool to_sender = is_for_sender(facts.kind);
    mail.text = *text;
    mail.id = std::to_string(*id) + "." + hex(key_.hash(store::Secret::Bounce, "mail " + std::to_string(*id)), kProofDigits) + "@" + domain;
    mail.from_name = organisation_of(pickup.sender);
    mail.from = settings_.notice_address + "@" + domain;
    mail.to = to_sender ? pickup.sender : pickup.recipient;
    mail.time = now;
    mail.language = settings_.language;
    return tables.mails.fill(*id, {to_sender ? std::string() : bounce_address(*id, domain), mail.to, to_text(mail)});
}

Result<std::string> Notices::make_link(store::PortalTables& tables, std::int64_t pickup) const {
    const std::string token = store::random_token(kTokenBytes);
    auto added = tables.pickups.add_token(key_.hash(store::Secret::Token, token), pickup);
    if (!added) return tl::unexpected(added.error());
    return settings_.url + "/p/" + token;
}

Result<std::string> Notices::code_text(const std::string& code, const PickupRow& pickup) const {
    auto text = templates_.render("sms.txt", values_of(pickup, {NoticeKind::Code, {}, code}), Escape::None);
    if (!text) return text;
    return std::string(policy::trim(*text));
}

std::string Notices::bounce_address(std::int64_t mail, const std::string& domain) const {
    const std::string number = std::to_string(mail);
    return settings_.notice_address + "+" + number + "." + hex(key_.hash(store::Secret::Bounce, number), kProofDigits) + "@" + domain;
}

std::optional<std::int64_t> Notices::mail_of(std::string_view bounce_address) const {
    const std::size_t plus = bounce_address.find('+');
    const std::size_t dot = bounce_address.find('.', plus == std::string_view::npos ? bounce_address.size() : plus);
    const std::size_t at = bounce_address.rfind('@');
    if (dot == std::string_view::npos || at == std::string_view::npos || at < dot) return std::nullopt;
    const std::string_view number = bounce_address.substr(plus + 1, dot - plus - 1);
    std::int64_t id = 0;
    const auto read = std::from_chars(number.data(), number.data() + number.size(), id);
    if (read.ec != std::errc() || read.ptr != number.data() + number.size()) return std::nullopt;
    const std::string proof = policy::to_lower(bounce_address.substr(dot + 1, at - dot - 1));
    const std::string wanted = hex(key_.hash(store::Secret::Bounce, std::to_string(id)), kProofDigits);
    const auto bytes = [](const std::string& text) {
        return std::span<const std::uint8_t>(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    };
    if (!store::same_secret(bytes(proof), bytes(wanted))) return std::nullopt;
    return id;
}

}  // namespace smarttls::portal
