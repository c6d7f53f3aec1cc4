// SPDX-License-Identifier: Apache-2.0
#include "smarttls/sts/finder.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "smarttls/log.h"

namespace smarttls::engine {
namespace {

namespace asio = boost::asio;
using policy::Deadline;
using policy::DomainName;
using policy::Reason;
using std::chrono::seconds;

/// After a TXT look-up that failed: soon, for it is one question.
constexpr seconds kAskAgain{60};

policy::StsFacts facts_of(const StoredPolicy& stored) {
    return {stored.policy.mode, stored.id,
            static_cast<std::uint32_t>(stored.policy.max_age.count()), stored.policy.mx};
}

std::vector<std::string> texts_of(TxtAnswer answer) {
    std::vector<std::string> texts;
    for (TxtRecord& record : answer.records) texts.push_back(std::move(record.text));
    return texts;
}

void limit(std::optional<seconds>& ttl, seconds most) {
    ttl = std::min(ttl.value_or(most), most);
}

bool has_answer(const TxtAnswer& answer) {
    return answer.status == DnsStatus::Secure || answer.status == DnsStatus::Insecure;
}

}  // namespace

/// The entry of a fetch among the running ones, for as long as it runs; also when it is cancelled.
class StsFinder::Running {
  public:
    Running(StsFinder& finder, DomainName domain, const asio::any_io_executor& executor)
        : finder_(finder), domain_(std::move(domain)) {
        finder_.running_.emplace(domain_, std::make_shared<asio::steady_timer>(
                                              executor, asio::steady_timer::time_point::max()));
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() {
        const auto place = finder_.running_.find(domain_);
        place->second->cancel();
        finder_.running_.erase(place);
    }

  private:
    StsFinder& finder_;
    DomainName domain_;
};

StsFinder::StsFinder(Lookup& lookup, Fetch fetch, std::function<policy::WallTime()> clock,
                     Keep on_keep)
    : lookup_(lookup),
      fetch_(std::move(fetch)),
      clock_(std::move(clock)),
      on_keep_(std::move(on_keep)) {}

asio::awaitable<StsFinding> StsFinder::find(DomainName domain, Deadline deadline) {
    const auto name = DomainName::parse("_mta-sts." + domain.str());
    if (!name) co_return StsFinding{};  // too long to exist: no policy, for ever
    TxtAnswer answer = co_await lookup_.txt(*name, deadline);
    if (!has_answer(answer)) {
        StsFinding finding = in_force(domain);
        finding.standing = StsStanding::Unsure;
        finding.reasons = {Reason::StsPolicyFetchError};
        limit(finding.ttl, kAskAgain);
        co_return finding;
    }
    const seconds ttl = answer.ttl;
    const StsRecord record = find_record(texts_of(std::move(answer)));
    StsFinding finding;
    if (record.state == StsRecordState::Found) {
        if (cache_.wants_fetch(domain, record.id, clock_())) {
            co_await refresh(domain, record.id, deadline);
        }
        finding = with_record(domain, record.id);
    } else {
        finding = without_record(domain, record);
    }
    limit(finding.ttl, ttl);
    co_return finding;
}

std::vector<DomainName> StsFinder::due(std::size_t most) const {
    return cache_.due(clock_(), most);
}

/// Without an answer about the record the policy host is asked all the same: it may be there, and
/// the policy should not run out because of an hour without DNS.
asio::awaitable<void> StsFinder::renew(DomainName domain, Deadline deadline) {
    std::optional<std::string> id = cache_.begin_renewal(domain, clock_());
    const auto name = DomainName::parse("_mta-sts." + domain.str());
    if (!id || !name) co_return;
    TxtAnswer answer = co_await lookup_.txt(*name, deadline);
    if (has_answer(answer)) {
        const StsRecord record = find_record(texts_of(std::move(answer)));
        if (record.state == StsRecordState::Found) id = record.id;
    }
    if (cache_.failure(domain, *id, clock_()) != nullptr) co_return;
    co_await refresh(domain, *id, deadline);
}

void StsFinder::remember(const DomainName& domain, StoredPolicy policy) {
    cache_.keep(domain, std::move(policy));
}

asio::awaitable<void> StsFinder::refresh(DomainName domain, std::string id, Deadline deadline) {
    if (const auto other = running_.find(domain); other != running_.end()) {
        const Timer over = other->second;
        co_await over->async_wait(asio::as_tuple(asio::use_awaitable));
        co_return;
    }
    const Running running(*this, domain, co_await asio::this_coro::executor);
    StsFetched fetched = co_await fetch_(domain, deadline);
    take(domain, std::move(id), std::move(fetched));
}

void StsFinder::take(const DomainName& domain, std::string id, StsFetched fetched) {
    const policy::WallTime now = clock_();
    if (fetched.policy) {
        StoredPolicy stored{std::move(id), *std::move(fetched.policy), now};
        if (on_keep_) on_keep_(domain, stored);
        cache_.keep(domain, std::move(stored));
        return;
    }
    cache_.note_failure(domain, id, fetched.reason, now);
    const StoredPolicy* older = cache_.find(domain, now);
    const bool alarming = older != nullptr && older->policy.mode != policy::StsMode::None;
    log(alarming ? Severity::Warning : Severity::Info,
        domain.str() + ": " + std::string(to_string(fetched.reason)) + ": " + fetched.failure +
            (alarming ? "; the MTA-STS policy of before stays in force" : ""));
}

StsFinding StsFinder::in_force(const DomainName& domain) {
    StsFinding finding;
    const policy::WallTime now = clock_();
    if (const StoredPolicy* stored = cache_.find(domain, now)) {
        finding.policy = facts_of(*stored);
        finding.ttl = stored->fetched + stored->policy.max_age - now;
    }
    return finding;
}

/// RFC 8461 §3.1: no record, or several, is no policy, but does not end one that is in force.
StsFinding StsFinder::without_record(const DomainName& domain, const StsRecord& record) {
    StsFinding finding = in_force(domain);
    if (record.state == StsRecordState::Invalid) {
        finding.standing = StsStanding::Unsure;
        finding.reasons = {Reason::StsPolicyInvalid};
    }
    return finding;
}

StsFinding StsFinder::with_record(const DomainName& domain, const std::string& id) {
    StsFinding finding = in_force(domain);
    if (const Reason* failure = cache_.failure(domain, id, clock_())) {
        finding.reasons = {*failure};
        limit(finding.ttl, StsCache::kBackOff);
    }
    if (!finding.policy || finding.policy->id != id) finding.standing = StsStanding::Unsure;
    return finding;
}

}  // namespace smarttls::engine
