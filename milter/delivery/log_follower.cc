// SPDX-License-Identifier: Apache-2.0
#include "milter/delivery/log_follower.h"

#include <utility>

#include "policy/text.h"
#include "smarttls/log.h"

namespace smarttls::milter {
namespace {

using policy::ErrorKind;
using policy::Result;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

constexpr auto kPause = 500ms;
constexpr auto kPauseInTrouble = 1s;
constexpr auto kLongestUnsaved = 10s;  // without news; reading them again would change nothing
constexpr std::string_view kVersion = "1";

}  // namespace

LogFollower::LogFollower(std::unique_ptr<LogSource> source, policy::Mta mta, DeliverySink& sink)
    : source_(std::move(source)),
      take_([this](const LogEntry& entry) { assembler_.add(entry, news_); }),
      assembler_(mta),
      sink_(sink) {}

/// A position is a line with the version, one with the source's place, and the assembler's state.
Result<void> LogFollower::begin() {
    const auto last = sink_.last_position(source_->name());
    if (!last) return because(last, source_->name());
    std::string_view state;
    std::string_view place;
    if (*last) {
        std::string_view text = (*last)->text;
        const std::size_t version = text.find('\n');
        const std::size_t end = text.find('\n', version + 1);
        if (version == std::string_view::npos || end == std::string_view::npos ||
            text.substr(0, version) != kVersion) {
            return policy::fail(ErrorKind::Corrupt, source_->name() + ": the position kept cannot be read");
        }
        place = text.substr(version + 1, end - version - 1);
        state = text.substr(end + 1);
    }
    if (auto restored = assembler_.restore(state); !restored) return because(restored, source_->name());
    if (auto resumed = source_->resume(place); !resumed) return resumed;
    saved_ = place;
    saved_at_ = std::chrono::steady_clock::now();
    begun_ = true;
    return policy::ok();
}

bool LogFollower::is_due() const {
    if (!news_.empty() || saved_.empty()) return true;  // the very first: what is rotated from now on is not lost
    return std::chrono::steady_clock::now() > saved_at_ + kLongestUnsaved && source_->place() != saved_;
}

Result<void> LogFollower::hand_over() {
    Position position{source_->name(), std::string(kVersion)};
    position.text.append("\n").append(source_->place()).append("\n").append(assembler_.state());
    if (auto taken = sink_.take(news_, position); !taken) return because(taken, source_->name());
    news_.clear();
    saved_ = source_->place();
    saved_at_ = std::chrono::steady_clock::now();
    return policy::ok();
}

Result<bool> LogFollower::step() {
    if (!begun_) {
        if (auto begun = begin(); !begun) return tl::unexpected(begun.error());
    }
    if (!news_.empty()) {  // the sink could not take them
        if (auto kept = hand_over(); !kept) return tl::unexpected(kept.error());
    }
    auto more = source_->read(take_);
    if (is_due()) {
        if (auto kept = hand_over(); !kept) return tl::unexpected(kept.error());
    }
    return more;
}

Result<void> LogFollower::save() {
    if (!begun_ || (news_.empty() && source_->place() == saved_)) return policy::ok();
    return hand_over();
}

void LogFollower::restart() {
    news_.clear();
    begun_ = false;
}

FollowerThread::FollowerThread(std::unique_ptr<LogSource> source, policy::Mta mta, DeliverySink& sink)
    : follower_(std::move(source), mta, sink), name_("delivery log"), thread_([this] { run(); }) {}

FollowerThread::~FollowerThread() { stop(); }

void FollowerThread::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    woken_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void FollowerThread::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        lock.unlock();
        const auto pause = turn();
        lock.lock();
        woken_.wait_for(lock, pause, [&] { return stopping_; });
    }
    lock.unlock();
    if (auto saved = follower_.save(); !saved) tell(saved.error().what);
}

std::chrono::milliseconds FollowerThread::turn() try {
    const auto more = follower_.step();
    tell(more ? std::string() : more.error().what);
    if (const std::uint64_t lines = follower_.unreadable(); lines != told_lines_) {
        engine::log(engine::Severity::Warning,
                    name_ + ": " + std::to_string(lines - told_lines_) + " lines about deliveries cannot be read");
        told_lines_ = lines;
    }
    if (!more) return kPauseInTrouble;
    return *more ? 0ms : kPause;
} catch (const std::exception& error) {
    follower_.restart();  // it may have been thrown between a line and its place
    tell(error.what());
    return kPauseInTrouble;
}

void FollowerThread::tell(const std::string& trouble) {
    if (trouble == told_) return;
    if (trouble.empty()) {
        engine::log(engine::Severity::Info, name_ + ": is followed again");
    } else {
        engine::log(engine::Severity::Error, name_ + ": " + trouble);
    }
    told_ = trouble;
}

}  // namespace smarttls::milter
