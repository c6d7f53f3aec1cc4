// SPDX-License-Identifier: Apache-2.0
#include "store/evidence_writer.h"

#include <algorithm>
#include <exception>
#include <utility>
#include <variant>

namespace smarttls::store {

using policy::because;
using policy::Deadline;
using policy::ErrorKind;
using policy::fail;
using policy::ok;

/// What a log told, in the order in which it did, and how far it was read then.
struct LogNews {
    std::vector<PreparedRecord> records;
    LogPosition position;
};

/// One caller of append. It is shared because the caller may leave at its deadline while the thread
/// still reads the record.
struct EvidenceWriter::Request {
    explicit Request(PreparedRecord record) : entry(std::move(record)) {}
    explicit Request(OutboxAttempt copy) : entry(std::move(copy)) {}
    explicit Request(LogNews news) : entry(std::move(news)) {}
    explicit Request(CheckpointToken copy) : entry(std::move(copy)) {}
    const std::variant<PreparedRecord, OutboxAttempt, LogNews, CheckpointToken> entry;
    // Guarded by the writer's mutex_.
    std::optional<Result<std::int64_t>> outcome;
    std::condition_variable settled;
};

Result<std::unique_ptr<EvidenceWriter>> EvidenceWriter::open(const policy::StoreSettings& settings,
                                                             std::chrono::milliseconds checkpoint_interval) {
    constexpr std::string_view kContext = "cannot keep evidence";
    auto preparer = RecordPreparer::open(settings);
    if (!preparer) return because(preparer, kContext);
    auto signer = CheckpointSigner::open(settings);
    if (!signer) return because(signer, kContext);
    Result<EvidenceTable> table = EvidenceTable::open(settings.evidence);
    if (!table) return because(table, kContext);
    Result<MessageKeys> keys = MessageKeys::open(settings.message_keys);
    if (!keys) return because(keys, kContext);
    return std::unique_ptr<EvidenceWriter>(new EvidenceWriter(
        settings, checkpoint_interval,
        {*std::move(preparer), *std::move(signer), *std::move(table), *std::move(keys)}));
}

/// Under way from its construction to its end at the latest.
class EvidenceWriter::KeyCommit {
  public:
    KeyCommit(EvidenceWriter& writer, const Batch& batch) : thread_(writer.key_thread_) {
        thread_.start([&writer, &batch] { return writer.commit_keys(batch); });
    }
    KeyCommit(const KeyCommit&) = delete;
    KeyCommit& operator=(const KeyCommit&) = delete;
    ~KeyCommit() { static_cast<void>(wait()); }

    Result<void> wait() {
        if (!outcome_) outcome_ = thread_.wait();
        return *outcome_;
    }

  private:
    CommitThread& thread_;
    std::optional<Result<void>> outcome_;
};

EvidenceWriter::EvidenceWriter(const policy::StoreSettings& settings, std::chrono::milliseconds interval, Parts parts)
    : path_(settings.evidence),
      keys_path_(settings.message_keys),
      interval_(interval),
      preparer_(std::move(parts.preparer)),
      signer_(std::move(parts.signer)),
      feed_(settings.events),
      next_checkpoint_(Deadline::Clock::now()),  // for what a crash has left without one
      table_(std::move(parts.table)),
      keys_(std::move(parts.keys)),
      thread_([this] { run(); }) {}

EvidenceWriter::~EvidenceWriter() {
    stop();
}

Result<std::int64_t> EvidenceWriter::append(const EvidenceRecord& record, Deadline deadline) {
    auto prepared = preparer_.prepare(record);
    if (!prepared) return because(prepared, "no evidence is taken");
    return submit(std::make_shared<Request>(*std::move(prepared)), deadline);
}

Result<void> EvidenceWriter::append(std::span<const EvidenceRecord> records, const LogPosition& position,
                                    Deadline deadline) {
    LogNews news{{}, position};
    for (const EvidenceRecord& record : records) {
        auto prepared = preparer_.prepare(record);
        if (!prepared) return because(prepared, "no evidence is taken");
        news.records.push_back(*std::move(prepared));
    }
    auto done = submit(std::make_shared<Request>(std::move(news)), deadline);
    if (!done) return tl::unexpected(done.error());
    return ok();
}

Result<void> EvidenceWriter::note(const OutboxAttempt& attempt, Deadline deadline) {
    auto done = submit(std::make_shared<Request>(attempt), deadline);
    if (!done) return tl::unexpected(done.error());
    return ok();
}

Result<void> EvidenceWriter::note(const CheckpointToken& token, Deadline deadline) {
    auto done = submit(std::make_shared<Request>(token), deadline);
    if (!done) return tl::unexpected(done.error());
    return ok();
}

Result<std::int64_t> EvidenceWriter::submit(const std::shared_ptr<Request>& request,
                                            Deadline deadline) {
    policy::Lock lock(mutex_);
    if (stopping_) return fail(ErrorKind::Temporary, "no evidence is taken: the program stops");
    ++counters_.waiting;
    auto outcome = wait(lock, request, deadline);
    --counters_.waiting;
    return outcome;
}

Result<std::int64_t> EvidenceWriter::wait(policy::Lock& lock,
                                          const std::shared_ptr<Request>& request,
                                          Deadline deadline) {
    const auto settled = [&] { return request->outcome.has_value(); };
    if (!deadline.passed(Deadline::Clock::now())) {
        queue_.push_back(request);
        gathered_.notify_one();
        if (lock.wait_until(request->settled, deadline.when(), settled)) return *request->outcome;
        std::erase(queue_, request);  // withdrawn, unless the thread has it
    }
    return fail(ErrorKind::Temporary, "the evidence could not be committed before the deadline");
}

void EvidenceWriter::stop() {
    {
        const policy::Lock lock(mutex_);
        stopping_ = true;
    }
    gathered_.notify_one();
    if (thread_.joinable()) thread_.join();
}

EvidenceWriter::Counters EvidenceWriter::counters() const {
    const policy::Lock lock(mutex_);
    Counters counters = counters_;
    counters.queued = queue_.size();
    return counters;
}

void EvidenceWriter::run() {
    while (!has_ended()) {
        const Batch batch = gather();
        if (!batch.empty()) {
            const Result<Ids> ids = commit(batch);
            settle(batch, ids);
            if (ids) tell(batch, *ids);
        }
        if (!next_checkpoint_.passed(Deadline::Clock::now())) continue;
        sign();
        next_checkpoint_ = Deadline::after(Deadline::Clock::now(), interval_);
    }
    sign();
    keys_.reset();
    table_.reset();  // the connections end in the thread that used them
}

bool EvidenceWriter::has_ended() const {
    const policy::Lock lock(mutex_);
    return stopping_ && queue_.empty();
}

/// Everything that waits; nothing when a checkpoint is due, or when the writer stops and none is left.
EvidenceWriter::Batch EvidenceWriter::gather() {
    policy::Lock lock(mutex_);
    static_cast<void>(lock.wait_until(gathered_, next_checkpoint_.when(), [&]() SMARTTLS_REQUIRES(mutex_) {
        return stopping_ || !queue_.empty();
    }));
    return std::exchange(queue_, {});
}

std::vector<const PreparedRecord*> EvidenceWriter::records_of(const Batch& batch) {
    std::vector<const PreparedRecord*> found;
    for (const auto& request : batch) {
        if (const auto* record = std::get_if<PreparedRecord>(&request->entry)) found.push_back(record);
        const auto* news = std::get_if<LogNews>(&request->entry);
        if (news == nullptr) continue;
        for (const PreparedRecord& record : news->records) found.push_back(&record);
    }
    return found;
}

std::vector<const LogPosition*> EvidenceWriter::positions_of(const Batch& batch) {
    std::vector<const LogPosition*> found;
    for (const auto& request : batch) {
        if (const auto* news = std::get_if<LogNews>(&request->entry)) found.push_back(&news->position);
    }
    return found;
}

std::vector<const OutboxAttempt*> EvidenceWriter::attempts_of(const Batch& batch) {
    std::vector<const OutboxAttempt*> found;
    for (const auto& request : batch) {
        if (const auto* attempt = std::get_if<OutboxAttempt>(&request->entry)) found.push_back(attempt);
    }
    return found;
}

std::vector<const CheckpointToken*> EvidenceWriter::tokens_of(const Batch& batch) {
    std::vector<const CheckpointToken*> found;
    for (const auto& request : batch) {
        if (const auto* token = std::get_if<CheckpointToken>(&request->entry)) found.push_back(token);
    }
    return found;
}

/// The rim of the thread: an exception (no memory) fails the batch and not the process.
Result<EvidenceWriter::Ids> EvidenceWriter::commit(const Batch& batch) noexcept try {
    if (auto open = ensure_open(); !open) return because(open, "no evidence is taken");
    // Both are synced at the same time. A record whose key is missing was promised to nobody; a sealed message without
    // its key would be lost, though: whoever submits it again is told that it is kept.
    KeyCommit keys(*this, batch);
    if (brings_sealed_message(batch)) {
        if (auto kept = keys.wait(); !kept) return give_up_keys(kept);
    }
    Result<Ids> ids = table_->append(records_of(batch), attempts_of(batch), positions_of(batch), tokens_of(batch));
    if (!ids) table_.reset();
    const Result<void> kept = keys.wait();
    return kept ? std::move(ids) : give_up_keys(kept);
} catch (const std::exception& exception) {
    table_.reset();
    keys_.reset();
    return fail(ErrorKind::Temporary, exception.what());
}

bool EvidenceWriter::brings_sealed_message(const Batch& batch) {
    const auto records = records_of(batch);
    return std::any_of(records.begin(), records.end(), [](const PreparedRecord* prepared) {
        return prepared->record.registration && prepared->record.registration->sealed;
    });
}

Result<EvidenceWriter::Ids> EvidenceWriter::give_up_keys(const Result<void>& failed) {
    keys_.reset();
    return tl::unexpected(failed.error());
}

Result<void> EvidenceWriter::commit_keys(const Batch& batch) {
    std::vector<const SealedFacts*> messages;
    std::vector<const SealedRecord*> records;
    for (const PreparedRecord* prepared : records_of(batch)) {
        records.push_back(&prepared->sealed);
        const auto& registration = prepared->record.registration;
        if (registration && registration->sealed) messages.push_back(&*registration->sealed);
    }
    if (records.empty()) return ok();
    if (keys_ && keys_->has_moved()) {
        return fail(ErrorKind::Temporary,
                    "the database " + keys_path_ + " was moved or replaced: put it back, or restart");
    }
    if (!keys_) {
        auto opened = MessageKeys::reopen(keys_path_);
        if (!opened) return tl::unexpected(opened.error());
        keys_ = *std::move(opened);
    }
    return keys_->append(messages, records);
}

Result<void> EvidenceWriter::ensure_open() {
    // What is written to a file that was moved away would be lost in silence. The connection stays:
    // it holds the log that belongs to the file, which SQLite would apply to whatever stands there.
    if (table_ && table_->has_moved()) {
        return fail(ErrorKind::Temporary,
                    "the database " + path_ + " was moved or replaced: put it back, or restart");
    }
    if (table_) return ok();
    Result<EvidenceTable> table = EvidenceTable::reopen(path_);
    if (!table) return because(table, "cannot open the database again");
    table_ = *std::move(table);
    return ok();
}

/// After those who wait have gone on.
void EvidenceWriter::tell(const Batch& batch, const Ids& ids) {
    if (feed_.tell(records_of(batch), ids)) return;
    const policy::Lock lock(mutex_);
    ++counters_.untold;
}

void EvidenceWriter::settle(const Batch& batch, const Result<Ids>& ids) {
    set_outcomes(batch, ids);
    for (const auto& request : batch) request->settled.notify_one();  // who is woken finds the mutex free
}

void EvidenceWriter::set_outcomes(const Batch& batch, const Result<Ids>& ids) {
    const policy::Lock lock(mutex_);
    if (ids) {
        ++counters_.commits;
        counters_.appended += ids->size();
    } else {
        ++counters_.failures;
    }
    std::size_t index = 0;  // the ids are those of the records
    for (const auto& request : batch) {
        if (!ids) {
            request->outcome = tl::unexpected(ids.error());
        } else if (std::holds_alternative<PreparedRecord>(request->entry)) {
            request->outcome = (*ids)[index++];
        } else if (const auto* news = std::get_if<LogNews>(&request->entry)) {
            index += news->records.size();
            request->outcome = 0;
        } else {
            request->outcome = 0;
        }
    }
}

}  // namespace smarttls::store
