// SPDX-License-Identifier: Apache-2.0
//
// Guarded<T>: data that lives inside its lock; there is no way to reach it without holding the
// mutex.
//
//     Guarded<std::map<...>> proofs;
//     proofs.with([&](auto& map) { map.erase(key); });
//
// Threads: internally locked. Nothing that blocks may run inside with().
#pragma once

#include <utility>

#include "policy/mutex.h"

namespace smarttls::policy {

template <class T>
class Guarded {
  public:
    Guarded() = default;
    explicit Guarded(T value) : value_(std::move(value)) {}
    Guarded(const Guarded&) = delete;
    Guarded& operator=(const Guarded&) = delete;

    template <class F>
    auto with(F&& use) {
        const Lock lock(mutex_);
        return std::forward<F>(use)(value_);
    }

    /// A copy, for snapshots such as shared_ptr<const Config>.
    [[nodiscard]] T copy() const {
        const Lock lock(mutex_);
        return value_;
    }

  private:
    mutable Mutex mutex_;
    T value_ SMARTTLS_GUARDED_BY(mutex_){};
};

}  // namespace smarttls::policy
