// SPDX-License-Identifier: Apache-2.0
//
// VerdictArchive: verdicts on disk, behind those in memory, so that a restart is warm and a domain's
// best level is not forgotten. One row by next hop; opening reads none of them.
//
//     auto archive = VerdictArchive::open(path, limits, executor);
//     (*archive)->find(key, [](std::optional<ArchivedVerdict> row) { ... });    // soon, from executor
//     (*archive)->put(key, row);                       // gathered
//     (*archive)->commit(now);                         // every second: one transaction
//
// Reads and writes have a thread and a connection each, so that neither the event loop nor a reader
// waits for a commit (write-ahead log). What was put or erased is found so at once, committed or
// not. A crash costs what was put since the last commit: it is a cache. A commit is no fsync(2)
// (synchronous=NORMAL): a power cut may cost what came after the last checkpoint of the write-ahead
// log, and never the database (sqlite.org/wal.html). The file is bounded: beyond
// `most_bytes` the rows that were used longest ago go, and those that nobody used for `unused`.
// Ownership: destroyed before the executor's context; the destructor commits what is gathered, and
// answers that come after it are dropped.
// Threads: one thread (that of the executor); SQLite works in its own. Errors of open(): those of
// open_cache_database(); later ones are logged, once until it works again, and cost only rows.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "smarttls/archived_verdict.h"
#include "store/sqlite.h"

namespace smarttls::engine {

struct ArchiveLimits {
    std::uint64_t most_bytes = 0;   // of the file
    std::chrono::seconds unused{};  // rows that nobody used for so long go
    std::int64_t maker = 0;         // of verdicts: a number that changes with the settings
};

class VerdictArchive {
  public:
    struct Row {
        std::string next_hop;
        ArchivedVerdict verdict;
    };
    struct Listing {
        std::int64_t rows = 0;   // in all
        std::int64_t bytes = 0;  // of the file
        std::vector<Row> used;   // the last used ones, verdicts of other settings left out
    };

    [[nodiscard]] static policy::Result<std::unique_ptr<VerdictArchive>> open(
        const std::string& path, ArchiveLimits limits, boost::asio::any_io_executor executor);
    VerdictArchive(const VerdictArchive&) = delete;
    VerdictArchive& operator=(const VerdictArchive&) = delete;
    ~VerdictArchive();

    void find(std::string next_hop, std::function<void(std::optional<ArchivedVerdict>)> then);
    void list(std::size_t most, std::function<void(Listing)> then);

    void put(const std::string& next_hop, ArchivedVerdict verdict);
    void erase(const std::string& next_hop);
    void erase_all();
    /// Has what is gathered written. Nothing happens while the last commit still runs.
    void commit(policy::WallTime now);

  private:
    /// What one transaction changes. Nothing in place of a row: it is erased.
    struct Batch {
        bool erase_all = false;
        std::unordered_map<std::string, std::optional<ArchivedVerdict>> rows;
    };
    using BatchPtr = std::shared_ptr<const Batch>;
    using Found = std::optional<std::optional<ArchivedVerdict>>;

    VerdictArchive(store::Database writer, store::Database reader, ArchiveLimits limits,
                   boost::asio::any_io_executor executor);
    [[nodiscard]] Found find_unwritten(const std::string& next_hop) const;
    void gather(const std::string& next_hop, std::optional<ArchivedVerdict> row);

    // In the writer's thread:
    void write_and_tell(const Batch& batch, policy::WallTime now);
    [[nodiscard]] policy::Result<void> write(const Batch& batch, policy::WallTime now);
    [[nodiscard]] policy::Result<void> write_rows(const Batch& batch);
    [[nodiscard]] policy::Result<void> prune(policy::WallTime now);

    // In the reader's thread:
    [[nodiscard]] std::optional<ArchivedVerdict> read(const std::string& next_hop);
    [[nodiscard]] policy::Result<std::optional<ArchivedVerdict>> select(
        const std::string& next_hop);
    [[nodiscard]] policy::Result<Listing> read_listing(std::size_t most);

    ArchiveLimits limits_;
    boost::asio::any_io_executor executor_;
    Batch gathered_;
    BatchPtr in_flight_;
    std::uint64_t commits_ = 0;               // what was read before one may be older than it
    store::Database writer_;                 // of the writing thread
    store::Database reader_;                 // of the reading thread
    std::optional<store::Statement> by_key_;  // likewise
    bool writing_fails_ = false;             // of the writing thread
    bool reading_fails_ = false;             // of the reading thread
    const std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
    boost::asio::thread_pool writing_{1};
    boost::asio::thread_pool reading_{1};
};

}  // namespace smarttls::engine
