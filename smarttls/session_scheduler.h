// SPDX-License-Identifier: Apache-2.0
//
// SessionScheduler: the only way to a mail server. To each of them the engine is one client that
// waits for its turn, however many domains it serves and however many ask at once.
//
//     SessionScheduler sessions(executor, manners, observe, now);
//     ObservationPtr seen = co_await sessions.observe(plan, tls, not_before, deadline);
//
// - One session at a time to an address. Whoever asks for the same address, port and server name
//   meanwhile gets its result; other names queue behind it, first come, first served. A second look
//   (second_look.h) is part of its session.
// - What a session showed is given to later askers for `share`, a failure for `failure_ttl`; never
//   to one who wants it newer (`not_before`: when the session began at the earliest). Where nobody
//   could be connected, the name did not matter: that holds for all names of the server.
// - A server that says "not now" is left alone (back_off.h): until then all get Unknown/busy at
//   once, also those in its queue, except for what is known already.
// - Over all servers at most `most_sessions` are open; further ones queue.
//
// A session belongs to the scheduler and has a deadline of its own: its result does not depend on
// who asked, and it goes on when nobody waits any more. One that nobody waits for before it has
// begun is never opened. An asker whose deadline passes gets Unknown: timeout when his session was
// running, busy when it had not had its turn. Each operation is O(1), whatever the queues hold.
// Ownership: outlives every asker and the run of the executor's context. Threads: one thread (that
// of the executor). Errors: never; a session that throws is a bug, logged, and Unknown with
// protocol-error.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <unordered_map>

#include "smarttls/back_off.h"
#include "smarttls/recent_observations.h"
#include "smarttls/session_figures.h"
#include "smarttls/tls/session.h"

namespace smarttls::engine {

struct Manners {
    std::size_t most_sessions = 10'000;      // open at once, over all addresses
    std::chrono::milliseconds interval{0};   // between the end of a session and the next one
    std::chrono::seconds share{60};          // of SessionOutcome::Tls and NoTls
    std::chrono::seconds failure_ttl{60};    // of Unknown; and the first back-off
    std::chrono::seconds session_limit{90};  // from connect to close, with the second look
    std::size_t most_observations = 4096;    // kept for `share`
    std::size_t most_addresses = 50'000;     // kept for `interval` and back-off
};

class SessionScheduler {
  public:
    using Session = std::function<boost::asio::awaitable<Observation>(SessionPlan, TlsContext,
                                                                      policy::Deadline)>;
    using Now = std::function<TimePoint()>;

    SessionScheduler(boost::asio::any_io_executor executor, Manners manners, Session session,
                     Now now);
    SessionScheduler(const SessionScheduler&) = delete;
    SessionScheduler& operator=(const SessionScheduler&) = delete;
    ~SessionScheduler();

    /// Never null.
    boost::asio::awaitable<ObservationPtr> observe(SessionPlan plan, TlsContext tls,
                                                   TimePoint not_before, policy::Deadline deadline);

    /// Sessions that are open now.
    [[nodiscard]] std::size_t open_sessions() const { return open_; }
    [[nodiscard]] const SessionFigures& figures() const { return figures_; }
    /// Addresses that something is known about: a session, a queue, a back-off.
    [[nodiscard]] std::size_t known_addresses() const { return hosts_.size(); }

  private:
    struct Host;
    struct Job;
    class Place;
    using JobPtr = std::shared_ptr<Job>;
    using Address = boost::asio::ip::address;

    [[nodiscard]] ObservationPtr recall(const SessionKey& key, TimePoint not_before) const;
    [[nodiscard]] bool is_left_alone(const Address& address) const;
    [[nodiscard]] Host& host_at(const Address& address);
    [[nodiscard]] JobPtr join(SessionKey key, SessionPlan plan, TlsContext tls,
                              TimePoint not_before);
    boost::asio::awaitable<ObservationPtr> wait_for(JobPtr job, policy::Deadline deadline);
    void leave(const JobPtr& job);

    void advance(Host& host);
    void pause(Host& host);
    void start(Host& host);
    void finish(Host& host, const JobPtr& job, std::exception_ptr thrown, Observation seen);
    void learn(Host& host, const Job& job, const ObservationPtr& seen);
    void answer(Host& host, const ObservationPtr& seen,
                const std::function<bool(const Job&)>& concerns);
    void give_turns();
    void rest(Host& host);

    boost::asio::any_io_executor executor_;
    Manners manners_;
    Session session_;
    Now now_;
    RecentObservations recent_;
    std::unordered_map<Address, std::unique_ptr<Host>> hosts_;
    std::unordered_map<SessionKey, JobPtr, SessionKeyHash> queued_;
    std::deque<Host*> turns_;     // hosts that only most_sessions keeps from their next session
    SessionFigures figures_;
    std::list<Address> resting_;  // hosts with nothing to do and something to remember
    std::size_t open_ = 0;
};

}  // namespace smarttls::engine
