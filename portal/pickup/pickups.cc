// SPDX-License-Identifier: Apache-2.0
#include "portal/pickup/pickups.h"

#include <algorithm>

#include "policy/text.h"
#include "portal/pickup/codes.h"
#include "portal/pickup/events.h"
#include "smarttls/log.h"

namespace smarttls::portal {
namespace {

using policy::ErrorKind;
using policy::ok;
using store::CodeRow;
using store::EvidenceTime;
using store::PickupRow;
using store::PortalTables;
using store::Secret;
using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;

constexpr std::size_t kLongestSecret = 256;  // longer ones are not hashed at all
constexpr std::size_t kCodeDigits = 6;
constexpr auto kCodeLife = 10min;
constexpr auto kSessionLife = 1h;
constexpr std::int64_t kMostWrong = 5;  // for one code that was sent
constexpr std::size_t kSecretBytes = 32;
constexpr auto kGatewayLimit = 15s;

std::vector<Subject> wrong_subjects(const PickupRow& pickup, const std::string& client) {
    return {{LimitKind::WrongPickup, std::to_string(pickup.id)},
            {LimitKind::WrongAddress, policy::to_lower(pickup.recipient)},
            {LimitKind::WrongClient, client}};
}

std::string hint_of(const std::string& phone) { return phone.size() < 4 ? std::string() : phone.substr(phone.size() - 2); }

}  // namespace

EvidenceTime system_time() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

Pickups::Pickups(const policy::Config& config, store::PortalStore& store, const SmsGateway& gateway, WallClock clock)
    : config_(config), store_(store), gateway_(gateway), clock_(std::move(clock)), notices_(config.portal, store.key()) {}

policy::PickupRules Pickups::rules_of(const PickupRow& pickup) const {
    const policy::MailClass* mail_class = config_.find_class(pickup.class_name);
    return mail_class == nullptr ? policy::PickupRules{} : mail_class->pickup;
}

Result<std::optional<PickupRow>> Pickups::by_token(PortalTables& tables, std::string_view token) const {
    if (token.empty() || token.size() > kLongestSecret) return std::optional<PickupRow>{};
    auto found = tables.pickups.by_token(store_.key().hash(Secret::Token, token));
    // What is over its time is gone, whether or not the worker has come by.
    if (found && *found && (*found)->expires <= clock_()) found->reset();
    return found;
}

Result<std::string> Pickups::phone_of(PortalTables& tables, const PickupRow& pickup) const {
    if (!pickup.phone.empty()) return pickup.phone;
    return tables.phones.find(pickup.recipient);
}

Result<std::vector<Factor>> Pickups::factors_of(PortalTables& tables, const PickupRow& pickup) const {
    const policy::PickupFactors allowed = rules_of(pickup).factors;
    std::vector<Factor> factors;
    if (allowed.sms && gateway_.is_there()) {
        const auto phone = phone_of(tables, pickup);
        if (!phone) return tl::unexpected(phone.error());
        if (!phone->empty()) factors.push_back(Factor::Sms);
    }
    const auto codes = tables.secrets.codes_of(pickup.id, clock_());
    if (!codes) return tl::unexpected(codes.error());
    const bool has_code = std::any_of(codes->begin(), codes->end(), [](const CodeRow& code) { return code.factor == kAccessCodeFactor; });
    if (has_code) factors.push_back(Factor::AccessCode);
    if (allowed.email) factors.push_back(Factor::Email);
    return factors;
}

Result<PickupView> Pickups::view_of(PortalTables& tables, const PickupRow& pickup) const {
    PickupView view;
    view.message = pickup.message;
    view.class_name = pickup.class_name;
    view.sender = pickup.sender;
    view.organisation = notices_.organisation_of(pickup.sender);
    view.received = pickup.received;
    view.expires = pickup.expires;
    auto factors = factors_of(tables, pickup);
    if (!factors) return tl::unexpected(factors.error());
    view.factors = *std::move(factors);
    const auto phone = phone_of(tables, pickup);
    if (!phone) return tl::unexpected(phone.error());
    view.phone_hint = hint_of(*phone);
    Limits limits(tables.secrets, store_.key(), clock_());
    const auto left = limits.left({{LimitKind::WrongPickup, std::to_string(pickup.id)},
                                   {LimitKind::WrongAddress, policy::to_lower(pickup.recipient)}});
    if (!left) return tl::unexpected(left.error());
    view.attempts_left = *left;
    return view;
}

Result<std::optional<PickupView>> Pickups::find(std::string_view token) {
    return store_.change([&](PortalTables& tables) -> Result<std::optional<PickupView>> {
        const auto pickup = by_token(tables, token);
        if (!pickup) return tl::unexpected(pickup.error());
        if (!*pickup) return std::optional<PickupView>{};
        auto view = view_of(tables, **pickup);
        if (!view) return tl::unexpected(view.error());
        return std::optional(*std::move(view));
    });
}

Result<bool> Pickups::may_ask(PortalTables& tables, const PickupRow& pickup, const CodeOrder& order) const {
    const std::string target = order.factor == Factor::Sms ? order.number : policy::to_lower(pickup.recipient);
    const std::vector<Subject> subjects{{LimitKind::AskedPickup, std::to_string(pickup.id)},
                                        {LimitKind::AskedNumber, target},
                                        {LimitKind::AskedClient, order.client}};
    Limits limits(tables.secrets, store_.key(), clock_());
    const auto left = limits.left(subjects);
    if (!left) return tl::unexpected(left.error());
    if (*left == 0) return false;
    if (auto counted = limits.count(subjects); !counted) return tl::unexpected(counted.error());
    return true;
}

Result<CodeRequest> Pickups::accept(PortalTables& tables, std::string_view token, CodeOrder& order) const {
    const auto found = by_token(tables, token);
    if (!found) return tl::unexpected(found.error());
    if (!*found) return CodeRequest::Unknown;
    const PickupRow& pickup = **found;
    const auto factors = factors_of(tables, pickup);
    if (!factors) return tl::unexpected(factors.error());
    const bool is_possible = std::find(factors->begin(), factors->end(), order.factor) != factors->end();
    if (!is_possible || order.factor == Factor::AccessCode) return CodeRequest::Unknown;
    auto phone = order.factor == Factor::Sms ? phone_of(tables, pickup) : std::string();
    if (!phone) return tl::unexpected(phone.error());
    order.number = *std::move(phone);
    const auto allowed = may_ask(tables, pickup, order);
    if (!allowed) return tl::unexpected(allowed.error());
    if (!*allowed) return CodeRequest::TooMany;
    if (auto issued = issue(tables, pickup, order); !issued) return tl::unexpected(issued.error());
    return CodeRequest::Sent;
}

Result<void> Pickups::issue(PortalTables& tables, const PickupRow& pickup, CodeOrder& order) const {
    const EvidenceTime now = clock_();
    const CodeRow row{0, pickup.id, std::string(to_string(order.factor)), code_hash(store_.key(), pickup.id, order.code),
                      now + kCodeLife, 0, true, {}};
    const Happening what{"code", "A code was asked for by " + row.factor + ".", kept_client(pickup, order.client)};
    auto done = tables.secrets.add(row);
    if (done) done = tables.events.add(pickup_event(kPickupCode, pickup, what, now));
    if (done && order.factor == Factor::Email) return notices_.put(tables, pickup, {NoticeKind::Code, {}, order.code}, now);
    if (!done) return done;
    auto text = notices_.code_text(order.code, pickup);
    if (!text) return tl::unexpected(text.error());
    order.text = *std::move(text);
    return ok();
}

Result<CodeRequest> Pickups::request_code(std::string_view token, Factor factor, std::string_view client) {
    CodeOrder order{factor, std::string(client), store::random_digits(kCodeDigits), {}, {}};
    auto request = store_.change([&](PortalTables& tables) { return accept(tables, token, order); });
    if (!request || *request != CodeRequest::Sent || order.number.empty()) return request;
    // Outside of the transaction: the others do not wait for the gateway.
    const auto deadline = policy::Deadline::after(policy::Deadline::Clock::now(), kGatewayLimit);
    const auto sent = gateway_.send(order.number, order.text, deadline);
    if (sent) return CodeRequest::Sent;
    engine::log(engine::Severity::Error, sent.error().what);
    return CodeRequest::NotPossible;
}

Result<CodeVerdict> Pickups::refuse(PortalTables& tables, const PickupRow& pickup, const std::string& client) {
    Limits limits(tables.secrets, store_.key(), clock_());
    const auto subjects = wrong_subjects(pickup, client);
    auto done = limits.count(subjects);
    if (done) done = tables.secrets.count_wrong(pickup.id, kMostWrong);
    const Happening what{"refused", "A wrong code was entered.", kept_client(pickup, client)};
    if (done) done = tables.events.add(pickup_event(kPickupRefusal, pickup, what, clock_()));
    if (!done) return tl::unexpected(done.error());
    const auto left = limits.left(subjects);
    if (!left) return tl::unexpected(left.error());
    return CodeVerdict{CodeVerdict::Answer::Wrong, {}, {}, *left};
}

Result<CodeVerdict> Pickups::let_in(PortalTables& tables, const PickupRow& pickup, std::string_view factor, const std::string& client,
                                    const std::string& note) {
    const EvidenceTime now = clock_();
    CodeVerdict verdict{CodeVerdict::Answer::Right, store::random_token(kSecretBytes), std::min(now + kSessionLife, pickup.expires), 0};
    const std::string kept = kept_client(pickup, client);
    auto done = tables.secrets.add(store_.key().hash(Secret::Session, verdict.secret),
                                   {pickup.id, std::string(factor), kept, verdict.ends, 0});
    const Happening what{"access", "The recipient was let in by " + std::string(factor) + ".", kept, note};
    if (done) done = tables.events.add(pickup_event(kPickupAccess, pickup, what, now));
    if (!done) return tl::unexpected(done.error());
    return verdict;
}

Result<CodeVerdict> Pickups::verify_code(std::string_view token, std::string_view code, std::string_view client_text) {
    const std::string client(client_text);
    return store_.change([&](PortalTables& tables) -> Result<CodeVerdict> {
        const auto found = by_token(tables, token);
        if (!found) return tl::unexpected(found.error());
        if (!*found) return CodeVerdict{};
        const PickupRow& pickup = **found;
        Limits limits(tables.secrets, store_.key(), clock_());
        const auto left = limits.left(wrong_subjects(pickup, client));
        if (!left) return tl::unexpected(left.error());
        if (*left == 0) return CodeVerdict{CodeVerdict::Answer::TooMany, {}, {}, 0};
        const auto codes = tables.secrets.codes_of(pickup.id, clock_());
        if (!codes) return tl::unexpected(codes.error());
        const auto hash = code_hash(store_.key(), pickup.id, code.substr(0, kLongestSecret));
        const CodeRow* right = nullptr;
        for (const CodeRow& one : *codes) {
            if (store::same_secret(one.hash, hash)) right = &one;
        }
        if (right == nullptr) return refuse(tables, pickup, client);
        auto done = right->once ? tables.secrets.remove_code(right->id) : ok();
        if (done) done = limits.forget({LimitKind::WrongPickup, std::to_string(pickup.id)});
        if (!done) return tl::unexpected(done.error());
        return let_in(tables, pickup, right->factor, client, right->note);
    });
}

}  // namespace smarttls::portal
