// SPDX-License-Identifier: Apache-2.0
#include "milter/canary.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "milter/canary_dialog.h"
#include "policy/text.h"
#include "smarttls/log.h"

namespace smarttls::milter {
namespace {

using policy::Deadline;
using policy::ErrorKind;
using policy::Floor;
using policy::Result;
using std::chrono_literals::operator""s;

constexpr std::array kFloors{Floor::Encrypted, Floor::Pkix, Floor::MtaSts, Floor::Dane};
constexpr auto kDialogLimit = 5s;    // one proof over loopback takes milliseconds
constexpr auto kLeastPause = 1s;        // a proof starts some thirty programs
constexpr Deadline::Clock::duration kIdleRepeat = 60s;  // without mail: often enough for an alarm, rare in Postfix's log

std::string random_hex() {
    std::array<unsigned char, 12> bytes{};
    // getrandom(2) of up to 256 bytes does not fail once the system has booted.
    if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) std::abort();
    std::string text;
    for (const unsigned char byte : bytes) {
        text += "0123456789abcdef"[byte >> 4];
        text += "0123456789abcdef"[byte & 0xf];
    }
    return text;
}

/// Without the default transport, which carries the mail of everybody: only a next hop of it is trusted.
std::vector<std::string> transports_of(const std::vector<policy::TrustedRoute>& routes) {
    std::vector<std::string> names;
    for (const policy::TrustedRoute& route : routes) {
        if (route.transport != "smtp") names.push_back(route.transport);
    }
    return names;
}

std::string transport_of(Floor floor) { return "smarttls-" + std::string(to_string(floor)); }

}  // namespace

Canary::Canary(const policy::MilterSettings& settings)
    : settings_(settings),
      nonce_("smarttls-canary-" + random_hex()),
      postfix_(settings.postfix_config, settings.control_header,
               transports_of(settings.trusted_routes)),
      thread_([this] { run(); }) {}

Canary::~Canary() { stop(); }

void Canary::stop() {
    {
        const policy::Lock lock(mutex_);
        stopping_ = true;
    }
    wanted_.notify_all();
    settled_.notify_all();
    if (thread_.joinable()) thread_.join();
}

bool Canary::is_sender(std::string_view sender) const { return sender.starts_with(nonce_ + "+"); }

bool Canary::is_local(std::string_view domain) const {
    const policy::Lock lock(mutex_);
    return std::find(local_domains_.begin(), local_domains_.end(), policy::to_lower(domain)) !=
           local_domains_.end();
}

void Canary::saw(std::string_view sender, std::string_view transport) {
    const policy::Lock lock(mutex_);
    seen_.insert_or_assign(std::string(sender.substr(0, sender.rfind('@'))),
                           std::string(transport));
}

bool Canary::is_fresh(Clock::time_point now) const {
    return rounds_ > 0 && proof_.has_value() && now - began_ <= settings_.canary_interval;
}

Result<void> Canary::prove(Deadline deadline) {
    const FileStamp stamp = postfix_.stamp();
    policy::Lock lock(mutex_);
    used_ = Clock::now();
    if (is_fresh(Clock::now()) && stamp_ == stamp) return policy::ok();
    // A round that is running may have begun before the files changed: two rounds at most.
    for (int round = 0; round < 2; ++round) {
        const unsigned long before = rounds_;
        requested_ = true;
        wanted_.notify_all();
        const bool done =
            lock.wait_until(settled_, deadline.when(), [&]() SMARTTLS_REQUIRES(mutex_) {
                return rounds_ != before || stopping_;
            });
        if (!done || stopping_) {
            return policy::fail(ErrorKind::Temporary, "the canary's proof took too long");
        }
        if (!proof_ || stamp_ == stamp) return proof_;
    }
    return policy::fail(ErrorKind::Temporary, "Postfix's configuration keeps changing");
}

/// The look at the tables alone: where their route is not the one in force, the sender's floor holds.
Result<void> Canary::prove_lower_floors() {
    const FileStamp stamp = postfix_.stamp();
    {
        const policy::Lock lock(mutex_);
        if (lower_floors_ == stamp) return policy::ok();
    }
    if (auto checked = postfix_.check_lower_floors(); !checked) return checked;
    const policy::Lock lock(mutex_);
    lower_floors_ = stamp;
    return policy::ok();
}

void Canary::run() {
    policy::Lock lock(mutex_);
    while (!stopping_) {
        requested_ = false;
        seen_.clear();
        const auto began = Clock::now();
        lock.unlock();
        const FileStamp stamp = postfix_.stamp();
        const Result<void> result = prove_once();
        lock.relock();
        settle(result, began, stamp);
        // While class mail comes, the next proof is there before the last one is too old.
        const bool busy = used_ && Clock::now() - *used_ < kIdleRepeat;
        const Clock::duration pause =
            busy ? std::max<Clock::duration>(settings_.canary_interval / 2, kLeastPause) : kIdleRepeat;
        static_cast<void>(lock.wait_until(wanted_, Clock::now() + pause, [&]() SMARTTLS_REQUIRES(mutex_) {
            return requested_ || stopping_;
        }));
    }
}

/// Called with the lock held. The log gets each change of state once.
void Canary::settle(const Result<void>& result, Clock::time_point began, FileStamp stamp) {
    const bool changed = rounds_ == 0 || result.has_value() != proof_.has_value() ||
                         (!result && result.error().what != proof_.error().what);
    proof_ = result;
    began_ = began;
    stamp_ = stamp;
    ++rounds_;
    settled_.notify_all();
    if (!changed) return;
    if (result) {
        engine::log(engine::Severity::Info, "canary: every floor's route is installed");
    } else {
        engine::log(engine::Severity::Error,
                    "canary: class mail is deferred (451): " + result.error().what);
    }
}

Result<void> Canary::prove_once() {
    if (auto checked = postfix_.check(); !checked) return checked;
    auto domains = postfix_.local_domains();
    if (!domains) return tl::unexpected(domains.error());
    {
        const policy::Lock lock(mutex_);
        local_domains_ = *std::move(domains);
    }
    if (auto proved = prove_routes(); !proved) return proved;
    return check_seen();
}

Result<void> Canary::prove_routes() {
    const Deadline deadline = Deadline::after(Clock::now(), kDialogLimit);
    auto dialog = CanaryDialog::open(settings_.canary, deadline);
    if (!dialog) return because(dialog, "the canary at " + settings_.canary.str());
    for (const Floor floor : kFloors) {
        const std::string sender =
            nonce_ + "+" + transport_of(floor) + "@" + dialog->server_name();
        auto asked = dialog->transaction(sender, settings_.canary_recipient, deadline);
        if (!asked) return because(asked, "the canary at " + settings_.canary.str());
    }
    dialog->quit(deadline);
    return policy::ok();
}

Result<void> Canary::check_seen() {
    const policy::Lock lock(mutex_);
    for (const Floor floor : kFloors) {
        const std::string transport = transport_of(floor);
        const auto seen = seen_.find(nonce_ + "+" + transport);
        if (seen == seen_.end()) {
            return policy::fail(ErrorKind::Misconfigured,
                                "the MTA at " + settings_.canary.str() +
                                    " does not ask this milter (smtpd_milters in main.cf)");
        }
        if (seen->second != transport) {
            return policy::fail(ErrorKind::Misconfigured,
                                "mail with floor " + std::string(to_string(floor)) +
                                    " would leave by transport \"" + seen->second + "\", not by " +
                                    transport + " (sender_dependent_default_transport_maps)");
        }
    }
    return policy::ok();
}

}  // namespace smarttls::milter
