// SPDX-License-Identifier: Apache-2.0
//
// Pending: an answer that is there, or the promise of one, and waiting for it.
//
//     PendingPtr pending = cache.start(next_hop);
//     VerdictPtr verdict = co_await wait(pending, deadline);        // null: the deadline passed
//
// Ownership: shared by whoever promises and all who wait. Threads: one thread (that of the
// executor). Errors: none.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <list>
#include <memory>
#include <utility>

#include "policy/deadline.h"

namespace smarttls::engine {

template <class T>
class Pending {
  public:
    using Value = std::shared_ptr<const T>;

    Pending() = default;
    explicit Pending(Value value) : value_(std::move(value)) {}

    [[nodiscard]] const Value& value() const { return value_; }  // null: not yet

    /// Wakes all waiters; the first value stays. Their coroutines run later, not in here.
    void settle(Value value) {
        if (value_) return;
        value_ = std::move(value);
        for (boost::asio::steady_timer* timer : waiters_) timer->cancel();
    }

  private:
    template <class U>
    friend class Waiter;
    Value value_;
    std::list<boost::asio::steady_timer*> waiters_;
};

/// Entry of a timer in the list of those that settle() cancels; also leaves it when the waiting
/// coroutine is destroyed.
template <class T>
class Waiter {
  public:
    Waiter(std::shared_ptr<Pending<T>> pending, boost::asio::steady_timer& timer)
        : pending_(std::move(pending)),
          place_(pending_->waiters_.insert(pending_->waiters_.end(), &timer)) {}
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    ~Waiter() { pending_->waiters_.erase(place_); }

  private:
    std::shared_ptr<Pending<T>> pending_;
    std::list<boost::asio::steady_timer*>::iterator place_;
};

/// The value, or null when the deadline passed or the waiting was cancelled. Neither touches the
/// work that was promised.
template <class T>
[[nodiscard]] boost::asio::awaitable<std::shared_ptr<const T>> wait(
    std::shared_ptr<Pending<T>> pending, policy::Deadline deadline) {
    if (!pending->value()) {
        boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor,
                                        deadline.when());
        const Waiter<T> waiter(pending, timer);
        co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }
    co_return pending->value();
}

}  // namespace smarttls::engine
