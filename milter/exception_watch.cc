// SPDX-License-Identifier: Apache-2.0
#include "milter/exception_watch.h"

#include "policy/log_line.h"
#include "smarttls/log.h"
#include "store/exception_report.h"
#include "store/exceptions.h"
#include "store/outbox.h"

namespace smarttls::milter {
namespace {

using policy::Deadline;
using policy::Result;
using std::chrono_literals::operator""s;

constexpr auto kInterval = 5s;
constexpr auto kStoreLimit = 30s;

store::EvidenceTime wall_time() {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

/// The command puts mail in from outside: nobody wakes the sender for it.
Result<bool> is_mail_due(const std::string& path) {
    auto outbox = store::Outbox::open(path);
    if (!outbox) return tl::unexpected(outbox.error());
    const auto next = outbox->next_due();
    if (!next) return tl::unexpected(next.error());
    return next->has_value() && **next <= wall_time();
}

}  // namespace

Result<int> expire_exceptions(const std::string& path, const std::string& contact, const std::string& version,
                              store::EvidenceTime now, store::EvidenceWriter& writer) {
    auto exceptions = store::Exceptions::open(path);
    if (!exceptions) return tl::unexpected(exceptions.error());
    const auto ended = exceptions->ended_by(std::chrono::floor<std::chrono::seconds>(now));
    if (!ended) return tl::unexpected(ended.error());
    int count = 0;
    for (policy::Exception one : *ended) {
        one.state = policy::ExceptionState::Expired;
        const auto record = store::exception_record(store::kExceptionExpiry, one, {contact, now, "smarttls-milter", version});
        const auto id = writer.append(record, Deadline::after(Deadline::Clock::now(), kStoreLimit));
        if (!id) return tl::unexpected(id.error());
        if (*id == 0) continue;  // revoked in the meantime
        ++count;
        engine::log(engine::Severity::Info, policy::LogLine("NOQUEUE")
                                                .add("exception", std::to_string(one.id))
                                                .add("for", one.target)
                                                .add("status", to_string(one.state))
                                                .add("evidence", std::to_string(*id))
                                                .str());
    }
    return count;
}

ExceptionWatch::ExceptionWatch(const policy::Config& config, store::EvidenceWriter& writer, OutboxSender& outbox)
    : path_(config.store.evidence),
      contact_(config.exceptions.security_contact),
      version_(config.version),
      writer_(writer),
      outbox_(outbox),
      thread_([this] { run(); }) {}

ExceptionWatch::~ExceptionWatch() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    woken_.notify_one();
    thread_.join();
}

void ExceptionWatch::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        lock.unlock();
        const auto expired = expire_exceptions(path_, contact_, version_, wall_time(), writer_);
        const Result<bool> due = expired ? is_mail_due(path_) : tl::unexpected(expired.error());
        tell(due ? policy::ok() : Result<void>(tl::unexpected(due.error())));
        if (due && *due) outbox_.wake();
        lock.lock();
        woken_.wait_for(lock, kInterval, [&] { return stopping_; });
    }
}

void ExceptionWatch::tell(const Result<void>& round) {
    const std::string failure = round ? std::string() : round.error().what;
    if (!failure.empty() && failure != failure_) engine::log(engine::Severity::Error, failure);
    failure_ = failure;
}

}  // namespace smarttls::milter
