// SPDX-License-Identifier: Apache-2.0
#include "portal/pickup/repeater.h"

#include <exception>

#include "smarttls/log.h"

namespace smarttls::portal {

using policy::Result;

Repeater::Repeater(std::string name, std::chrono::milliseconds interval, Work work)
    : name_(std::move(name)), interval_(interval), work_(std::move(work)), thread_([this] { run(); }) {}

Repeater::~Repeater() {
    {
        const policy::Lock lock(mutex_);
        stopping_ = true;
    }
    stopped_.notify_one();
    thread_.join();
}

void Repeater::run() {
    for (;;) {
        tell(round());
        policy::Lock lock(mutex_);
        const auto next = std::chrono::steady_clock::now() + interval_;
        if (lock.wait_until(stopped_, next, [&]() SMARTTLS_REQUIRES(mutex_) { return stopping_; })) return;
    }
}

Result<void> Repeater::round() noexcept try {
    return work_();
} catch (const std::exception& error) {
    return policy::fail(policy::ErrorKind::Bug, error.what());
}

void Repeater::tell(const Result<void>& outcome) {
    const std::string failure = outcome ? std::string() : outcome.error().what;
    if (failure == failure_) return;
    if (failure.empty()) engine::log(engine::Severity::Info, name_ + " works again");
    if (!failure.empty()) engine::log(engine::Severity::Error, name_ + ": " + failure);
    failure_ = failure;
}

}  // namespace smarttls::portal
