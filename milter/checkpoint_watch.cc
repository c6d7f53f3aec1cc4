// SPDX-License-Identifier: Apache-2.0
#include "milter/checkpoint_watch.h"

#include "milter/timestamp_fetch.h"
#include "smarttls/log.h"
#include "store/checkpoints.h"
#include "store/log/timestamp.h"

namespace smarttls::milter {
namespace {

using policy::because;
using policy::Deadline;
using policy::Result;
using std::chrono_literals::operator""s;

constexpr auto kAuthorityLimit = 30s;
constexpr auto kStoreLimit = 30s;

Deadline in(std::chrono::seconds wait) { return Deadline::after(Deadline::Clock::now(), wait); }

}  // namespace

Result<store::Bytes> stamp(const policy::StoreSettings& settings, const std::string& note) {
    if (settings.timestamp_ca.empty()) {
        return policy::fail(policy::ErrorKind::Misconfigured, "[store] timestamp-ca is not set: nobody is trusted");
    }
    const auto request = store::make_timestamp_request(store::bytes_of(note));
    if (!request) return tl::unexpected(request.error());
    const auto response = fetch_timestamp({settings.timestamp_url, {}}, *request, in(kAuthorityLimit));
    if (!response) return tl::unexpected(response.error());
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    auto stamped = store::check_timestamp_response(*request, *response, {settings.timestamp_ca, now});
    if (!stamped) return tl::unexpected(stamped.error());
    return std::move(stamped->token);
}

// NOLINTNEXTLINE(modernize-pass-by-value): callers keep theirs
CheckpointWatch::CheckpointWatch(const policy::StoreSettings& settings, store::EvidenceWriter& writer,
                                 std::chrono::milliseconds interval)
    : settings_(settings), interval_(interval), writer_(writer), thread_([this] { run(); }) {}

CheckpointWatch::~CheckpointWatch() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    woken_.notify_one();
    thread_.join();
}

void CheckpointWatch::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        lock.unlock();
        signing_.tell(writer_.signing());
        if (!settings_.timestamp_url.empty()) stamping_.tell(stamp_newest());
        lock.lock();
        woken_.wait_for(lock, interval_, [&] { return stopping_; });
    }
}

/// Once for each checkpoint: what fails is mended by the next, which says the same and more.
Result<void> CheckpointWatch::stamp_newest() {
    const auto newest = store::newest_checkpoint(settings_.evidence);
    if (!newest) return because(newest, "while looking for a checkpoint without a timestamp");
    if (!*newest || !(*newest)->token.empty()) return policy::ok();
    if ((*newest)->size == asked_) return answer_;
    asked_ = (*newest)->size;
    auto token = stamp(settings_, (*newest)->note);
    if (token) {
        answer_ = writer_.note(store::CheckpointToken{asked_, *std::move(token)}, in(kStoreLimit));
    } else {
        answer_ = because(token, "no timestamp for a checkpoint from " + settings_.timestamp_url);
    }
    return answer_;
}

void CheckpointWatch::Told::tell(const Result<void>& result) {
    const std::string now = result ? std::string() : result.error().what;
    if (!now.empty() && now != failure) engine::log(engine::Severity::Error, now);
    failure = now;
}

}  // namespace smarttls::milter
