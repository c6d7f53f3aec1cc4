// SPDX-License-Identifier: Apache-2.0
#include "milter/pickup_watch.h"

#include <exception>

#include "policy/log_line.h"
#include "smarttls/log.h"
#include "store/pickup/ended_messages.h"
#include "store/pickup/portal_store.h"

namespace smarttls::milter {
namespace {

using std::chrono_literals::operator""s;

constexpr auto kInterval = 2s;

policy::Result<std::vector<std::string>> destroy_ended(const std::string& portal, const policy::StoreSettings& store,
                                                       const std::string& version) try {
    const auto ended = store::ended_messages(portal);
    if (!ended || ended->empty()) return ended;
    return store::destroy_messages(store, *ended, version);
} catch (const std::exception& error) {
    return policy::fail(policy::ErrorKind::Bug, error.what());
}

}  // namespace

PickupWatch::PickupWatch(const policy::Config& config)
    : store_(config.store),
      portal_(store::portal_database(config.portal.directory)),
      version_(config.version),
      thread_([this] { run(); }) {}

PickupWatch::~PickupWatch() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    woken_.notify_one();
    thread_.join();
}

void PickupWatch::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        lock.unlock();
        round();
        lock.lock();
        woken_.wait_for(lock, kInterval, [&] { return stopping_; });
    }
}

void PickupWatch::round() {
    const auto gone = destroy_ended(portal_, store_, version_);
    const std::string failure = gone ? std::string() : gone.error().what;
    if (!failure.empty() && failure != failure_) engine::log(engine::Severity::Error, failure);
    failure_ = failure;
    if (!gone) return;
    for (const std::string& id : *gone) {
        engine::log(engine::Severity::Info, policy::LogLine("NOQUEUE").add("pickup", id).add("status", "destroyed").str());
    }
}

}  // namespace smarttls::milter
