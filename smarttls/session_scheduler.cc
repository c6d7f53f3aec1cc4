// SPDX-License-Identifier: Apache-2.0
#include "smarttls/session_scheduler.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "smarttls/log.h"
#include "smarttls/what_of.h"

namespace smarttls::engine {

namespace asio = boost::asio;
using policy::Deadline;
using policy::Reason;

/// One session: waiting in the queue of its host, running, or over.
struct SessionScheduler::Job {
    Job(SessionKey about, SessionPlan what, TlsContext with, Host& where)
        : key(std::move(about)), plan(std::move(what)), tls(std::move(with)), host(where) {}

    void settle(ObservationPtr observation) {
        result = std::move(observation);
        for (asio::steady_timer* timer : askers) timer->cancel();  // handlers run later, not here
    }

    SessionKey key;
    SessionPlan plan;
    TlsContext tls;
    Host& host;  // outlives its queue and its session
    std::list<JobPtr>::iterator place{};
    TimePoint not_before;  // the latest that an asker wants
    std::optional<TimePoint> began;
    ObservationPtr result;
    std::list<asio::steady_timer*> askers;
};

/// An address, until rest() forgets it.
struct SessionScheduler::Host {
    explicit Host(Address where) : address(std::move(where)) {}
    Address address;
    std::list<JobPtr> queue;
    JobPtr running;
    bool pauses = false;       // a timer will call advance()
    bool awaits_turn = false;  // it is in turns_
    BackOff back_off;
    TimePoint free_at{};  // no session before
    std::optional<std::list<Address>::iterator> resting;
};

/// An asker's place among those who wait for a session; also left when his coroutine is destroyed.
class SessionScheduler::Place {
  public:
    Place(SessionScheduler& scheduler, JobPtr job, asio::steady_timer& timer)
        : scheduler_(scheduler),
          job_(std::move(job)),
          place_(job_->askers.insert(job_->askers.end(), &timer)) {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() {
        job_->askers.erase(place_);
        scheduler_.leave(job_);
    }

  private:
    SessionScheduler& scheduler_;
    JobPtr job_;
    std::list<asio::steady_timer*>::iterator place_;
};

namespace {

/// `connected`: another address of the host would be asked in vain, too.
ObservationPtr not_found_out(Reason reason) {
    Observation seen;
    seen.connected = true;
    seen.reasons = {reason};
    return std::make_shared<const Observation>(std::move(seen));
}

/// No server has an empty name.
SessionKey of_all_names(const SessionKey& key) {
    return {key.server, {}};
}

bool says_not_now(const Observation& seen) {
    return seen.outcome == SessionOutcome::Unknown && !seen.reasons.empty() &&
           seen.reasons.front() == Reason::Busy;
}

/// In a coroutine of its own, so that what a session throws before its first suspension arrives at
/// finish() as well.
asio::awaitable<Observation> run(SessionScheduler::Session session, SessionPlan plan,
                                 TlsContext tls, Deadline deadline) {
    co_return co_await session(std::move(plan), std::move(tls), deadline);
}

}  // namespace

SessionScheduler::SessionScheduler(asio::any_io_executor executor, Manners manners, Session session,
                                   Now now)
    : executor_(std::move(executor)),
      manners_(manners),
      session_(std::move(session)),
      now_(std::move(now)),
      recent_(manners.most_observations) {}

SessionScheduler::~SessionScheduler() = default;

asio::awaitable<ObservationPtr> SessionScheduler::observe(SessionPlan plan, TlsContext tls,
                                                          TimePoint not_before, Deadline deadline) {
    SessionKey key{plan.server, plan.server_name.str()};
    ObservationPtr seen = recall(key, not_before);
    if (seen) co_return seen;
    if (is_left_alone(key.server.address())) co_return not_found_out(Reason::Busy);
    JobPtr job = join(std::move(key), std::move(plan), std::move(tls), not_before);
    co_return co_await wait_for(std::move(job), deadline);
}

ObservationPtr SessionScheduler::recall(const SessionKey& key, TimePoint not_before) const {
    const TimePoint now = now_();
    ObservationPtr seen = recent_.find(key, not_before, now);
    return seen ? seen : recent_.find(of_all_names(key), not_before, now);
}

bool SessionScheduler::is_left_alone(const Address& address) const {
    const auto found = hosts_.find(address);
    return found != hosts_.end() && found->second->back_off.holds(now_());
}

SessionScheduler::Host& SessionScheduler::host_at(const Address& address) {
    std::unique_ptr<Host>& host = hosts_[address];
    if (!host) host = std::make_unique<Host>(address);
    if (host->resting) resting_.erase(*host->resting);
    host->resting.reset();
    return *host;
}

SessionScheduler::JobPtr SessionScheduler::join(SessionKey key, SessionPlan plan, TlsContext tls,
                                                TimePoint not_before) {
    Host& host = host_at(key.server.address());
    const JobPtr& running = host.running;
    if (running && running->key == key && *running->began >= not_before) return running;
    if (const auto waiting = queued_.find(key); waiting != queued_.end()) {
        waiting->second->not_before = std::max(waiting->second->not_before, not_before);
        return waiting->second;
    }
    JobPtr job = std::make_shared<Job>(std::move(key), std::move(plan), std::move(tls), host);
    job->not_before = not_before;
    queued_.emplace(job->key, job);
    job->place = host.queue.insert(host.queue.end(), job);
    advance(host);
    return job;
}

asio::awaitable<ObservationPtr> SessionScheduler::wait_for(JobPtr job, Deadline deadline) {
    if (!job->result) {
        asio::steady_timer timer(co_await asio::this_coro::executor, deadline.when());
        const Place place(*this, job, timer);
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    if (job->result) co_return job->result;
    co_return not_found_out(job->began ? Reason::Timeout : Reason::Busy);
}

void SessionScheduler::leave(const JobPtr& job) {
    if (!job->askers.empty() || job->began || job->result) return;
    queued_.erase(job->key);
    job->host.queue.erase(job->place);
    rest(job->host);
}

void SessionScheduler::advance(Host& host) {
    if (host.running || host.pauses || host.awaits_turn) return;
    if (host.queue.empty()) return rest(host);
    if (now_() < host.free_at) return pause(host);
    if (open_ < manners_.most_sessions && turns_.empty()) return start(host);
    host.awaits_turn = true;
    turns_.push_back(&host);
}

void SessionScheduler::pause(Host& host) {
    host.pauses = true;
    // The handler owns the timer: nothing of the context's is left when the context is gone.
    auto timer = std::make_shared<asio::steady_timer>(executor_, host.free_at - now_());
    timer->async_wait([this, &host, timer](const boost::system::error_code&) {
        host.pauses = false;
        advance(host);
    });
}

void SessionScheduler::start(Host& host) {
    const JobPtr job = host.queue.front();
    host.queue.pop_front();
    queued_.erase(job->key);
    host.running = job;
    ++open_;
    const TimePoint now = now_();
    job->began = now;
    const Deadline limit = Deadline::after(now, manners_.session_limit);
    // finish() is who awaits the session. It may run inside co_spawn, so `host` ends here.
    asio::co_spawn(executor_, run(session_, std::move(job->plan), std::move(job->tls), limit),
                   [this, &host, job](std::exception_ptr thrown, Observation seen) {
                       finish(host, job, std::move(thrown), std::move(seen));
                   });
}

void SessionScheduler::finish(Host& host, const JobPtr& job, std::exception_ptr thrown,
                              Observation seen) {
    ObservationPtr result = std::make_shared<const Observation>(std::move(seen));
    if (thrown) {
        log(Severity::Error,
            host.address.to_string() + ": bug: the session threw an exception: " + what_of(thrown));
        result = not_found_out(Reason::ProtocolError);
    }
    host.running.reset();
    host.free_at = now_() + manners_.interval;
    --open_;
    figures_.note(*result);
    learn(host, *job, result);
    job->settle(std::move(result));
    advance(host);
    give_turns();
}

void SessionScheduler::learn(Host& host, const Job& job, const ObservationPtr& seen) {
    const TimePoint now = now_();
    const bool known = seen->outcome != SessionOutcome::Unknown;
    // Unknown says nothing, so it does not displace what is known and still holds.
    if (known || !recall(job.key, TimePoint::min())) {
        recent_.keep(seen->connected ? job.key : of_all_names(job.key), seen, *job.began,
                     now + (known ? manners_.share : manners_.failure_ttl));
    }
    if (known) host.back_off.reset();
    if (says_not_now(*seen)) {
        ++figures_.back_offs;
        host.back_off.grow(now, manners_.failure_ttl);
        answer(host, not_found_out(Reason::Busy), [](const Job&) { return true; });
    } else if (!seen->connected) {
        answer(host, seen, [&job](const Job& other) {
            return other.key.server == job.key.server && other.not_before <= *job.began;
        });
    }
}

void SessionScheduler::answer(Host& host, const ObservationPtr& seen,
                              const std::function<bool(const Job&)>& concerns) {
    for (auto next = host.queue.begin(); next != host.queue.end();) {
        const JobPtr job = *next++;
        if (!concerns(*job)) continue;
        host.queue.erase(job->place);
        queued_.erase(job->key);
        job->settle(seen);
    }
}

void SessionScheduler::give_turns() {
    while (open_ < manners_.most_sessions && !turns_.empty()) {
        Host& host = *turns_.front();
        turns_.pop_front();
        host.awaits_turn = false;
        host.queue.empty() ? rest(host) : start(host);
    }
}

void SessionScheduler::rest(Host& host) {
    const bool busy = host.running || !host.queue.empty() || host.pauses || host.awaits_turn;
    if (busy || host.resting) return;
    if (host.back_off.is_clear() && now_() >= host.free_at) {
        hosts_.erase(Address(host.address));
        return;
    }
    host.resting = resting_.insert(resting_.end(), host.address);
    if (resting_.size() <= manners_.most_addresses) return;
    hosts_.erase(resting_.front());
    resting_.pop_front();
}

}  // namespace smarttls::engine
