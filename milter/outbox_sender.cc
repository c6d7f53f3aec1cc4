// SPDX-License-Identifier: Apache-2.0
#include "milter/outbox_sender.h"

#include <algorithm>

#include "smarttls/mta/submission.h"
#include "policy/log_line.h"
#include "smarttls/log.h"

namespace smarttls::milter {
namespace {

using policy::Deadline;
using policy::Result;
using store::OutboxAttempt;
using store::OutboxItem;
using store::OutboxState;
using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;

constexpr std::size_t kAtOnce = 20;
constexpr auto kDialogLimit = 60s;
constexpr auto kStoreLimit = 30s;
constexpr std::chrono::milliseconds kFirstPause = 1min;
constexpr std::chrono::milliseconds kLongestPause = 1h;

store::EvidenceTime wall_time() {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

Deadline in(Deadline::Clock::duration wait) {
    return Deadline::after(Deadline::Clock::now(), wait);
}

void tell(const OutboxItem& item, const OutboxAttempt& attempt) {
    const bool sent = attempt.state == OutboxState::Sent;
    engine::log(sent ? engine::Severity::Info : engine::Severity::Error,
                policy::LogLine(item.queue_id)
                    .add("notice", std::to_string(item.id))
                    .add("to", "<" + item.recipient + ">")
                    .add("about", "<" + item.about + ">")
                    .add("status", to_string(attempt.state))
                    .add("reason", attempt.reply)
                    .str());
}

}  // namespace

OutboxSender::OutboxSender(const policy::Config& config, store::EvidenceWriter& writer)
    : endpoint_(config.milter.submit_to),
      path_(config.store.evidence),
      writer_(writer),
      thread_([this] { run(); }) {}

OutboxSender::~OutboxSender() { stop(); }

void OutboxSender::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    woken_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void OutboxSender::wake() {
    {
        const std::lock_guard lock(mutex_);
        wanted_ = true;
    }
    woken_.notify_one();
}

bool OutboxSender::is_stopping() {
    const std::lock_guard lock(mutex_);
    return stopping_;
}

void OutboxSender::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        wanted_ = false;
        lock.unlock();
        const auto pause = round();
        lock.lock();
        woken_.wait_for(lock, pause, [&] { return wanted_ || stopping_; });
    }
}

std::chrono::milliseconds OutboxSender::round() try {
    auto outbox = store::Outbox::open(path_);
    auto due = outbox ? outbox->due(wall_time(), kAtOnce) : tl::unexpected(outbox.error());
    if (!due) {
        engine::log(engine::Severity::Error, due.error().what);
        return kFirstPause;
    }
    for (const OutboxItem& item : *due) {
        if (is_stopping()) return kFirstPause;
        // What cannot be written down would be sent again at once: better wait.
        if (auto done = send(item); !done) {
            engine::log(engine::Severity::Error, done.error().what);
            return kFirstPause;
        }
    }
    const auto next = outbox->next_due();
    if (!next || !*next) return kLongestPause;
    return std::clamp(**next - wall_time(), std::chrono::milliseconds(0), kLongestPause);
} catch (const std::exception& error) {
    engine::log(engine::Severity::Error, std::string("outbox: ") + error.what());
    return kFirstPause;
}

Result<void> OutboxSender::send(const OutboxItem& item) {
    const auto sent = mta::submit(endpoint_, {"", item.recipient}, item.content, in(kDialogLimit));
    const OutboxAttempt attempt = attempt_of(item, sent, wall_time());
    tell(item, attempt);
    return writer_.note(attempt, in(kStoreLimit));
}

}  // namespace smarttls::milter
