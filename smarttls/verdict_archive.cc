// SPDX-License-Identifier: Apache-2.0
#include "smarttls/verdict_archive.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include "smarttls/cache_database.h"
#include "smarttls/log.h"

namespace smarttls::engine {

namespace asio = boost::asio;
using policy::Result;
using policy::WallTime;
using store::Database;
using store::Statement;

namespace {

/// A disk that has stopped must not fill the memory.
constexpr std::size_t kMostGathered = 100'000;
/// Rows that one transaction deletes: some ten milliseconds.
constexpr std::int64_t kMostPruned = 1000;

Result<void> run_with(Database& database, std::string_view sql, std::int64_t value) {
    auto statement = database.prepare(sql);
    if (!statement) return tl::unexpected(statement.error());
    if (auto bound = statement->bind_all(value); !bound) return bound;
    return statement->run();
}

/// Free pages are used again before the file grows.
Result<std::int64_t> bytes_in_use(Database& database) {
    std::int64_t pages = 0;
    for (const auto& [pragma, sign] :
         {std::pair("PRAGMA page_count", 1), {"PRAGMA freelist_count", -1}}) {
        auto count = database.query_integer(pragma);
        if (!count) return count;
        pages += sign * *count;
    }
    const auto size = database.query_integer("PRAGMA page_size");
    return size ? Result<std::int64_t>(pages * *size) : size;
}

}  // namespace

Result<std::unique_ptr<VerdictArchive>> VerdictArchive::open(const std::string& path,
                                                             ArchiveLimits limits,
                                                             asio::any_io_executor executor) {
    auto writer = open_cache_database(path);
    if (!writer) return tl::unexpected(writer.error());
    if (auto set = writer->exec("PRAGMA synchronous = NORMAL"); !set) return because(set, path);
    auto reader = read_cache_database(path);
    if (!reader) return tl::unexpected(reader.error());
    return std::unique_ptr<VerdictArchive>(new VerdictArchive(
        *std::move(writer), *std::move(reader), limits, std::move(executor)));
}

VerdictArchive::VerdictArchive(Database writer, Database reader, ArchiveLimits limits,
                               asio::any_io_executor executor)
    : limits_(limits),
      executor_(std::move(executor)),
      writer_(std::move(writer)),
      reader_(std::move(reader)) {}

VerdictArchive::~VerdictArchive() {
    writing_.join();
    reading_.join();
    if (gathered_.rows.empty() && !gathered_.erase_all) return;
    try {
        write_and_tell(gathered_, WallTime::min());
    } catch (...) {  // out of memory: it is a cache
        return;
    }
}

void VerdictArchive::find(std::string next_hop,
                          std::function<void(std::optional<ArchivedVerdict>)> then) {
    if (Found unwritten = find_unwritten(next_hop)) {
        asio::post(executor_, [then = std::move(then), row = *std::move(unwritten)]() mutable {
            then(std::move(row));
        });
        return;
    }
    asio::post(reading_, [this, next_hop = std::move(next_hop), then = std::move(then),
                          commits = commits_, alive = std::weak_ptr(alive_),
                          work = asio::make_work_guard(executor_)]() mutable {
        auto row = read(next_hop);
        asio::post(work.get_executor(), [this, alive = std::move(alive), commits,
                                         next_hop = std::move(next_hop), then = std::move(then),
                                         row = std::move(row)]() mutable {
            if (alive.expired()) return;
            if (commits != commits_) return find(std::move(next_hop), std::move(then));
            Found newer = find_unwritten(next_hop);  // put or erased while this was read
            then(newer ? *std::move(newer) : std::move(row));
        });
    });
}

void VerdictArchive::list(std::size_t most, std::function<void(Listing)> then) {
    asio::post(reading_, [this, most, then = std::move(then),
                          work = asio::make_work_guard(executor_)]() mutable {
        auto listing = read_listing(most);
        if (!listing) {
            log(Severity::Warning, "cache-file: listing verdicts: " + listing.error().what);
        }
        asio::post(work.get_executor(),
                   [then = std::move(then), found = listing ? *std::move(listing) : Listing{}]() mutable {
                       then(std::move(found));
                   });
    });
}

VerdictArchive::Found VerdictArchive::find_unwritten(const std::string& next_hop) const {
    for (const Batch* batch : {&gathered_, in_flight_.get()}) {
        if (batch == nullptr) continue;
        const auto found = batch->rows.find(next_hop);
        if (found != batch->rows.end()) return found->second;
        if (batch->erase_all) return std::optional<ArchivedVerdict>();
    }
    return std::nullopt;
}

void VerdictArchive::put(const std::string& next_hop, ArchivedVerdict verdict) {
    gather(next_hop, std::move(verdict));
}

void VerdictArchive::erase(const std::string& next_hop) {
    gather(next_hop, std::nullopt);
}

void VerdictArchive::erase_all() {
    gathered_.rows.clear();
    gathered_.erase_all = true;
}

void VerdictArchive::gather(const std::string& next_hop, std::optional<ArchivedVerdict> row) {
    if (gathered_.rows.size() >= kMostGathered) return;
    gathered_.rows.insert_or_assign(next_hop, std::move(row));
}

void VerdictArchive::commit(WallTime now) {
    if (in_flight_ || (gathered_.rows.empty() && !gathered_.erase_all)) return;
    in_flight_ = std::make_shared<const Batch>(std::exchange(gathered_, {}));
    asio::post(writing_, [this, now, batch = in_flight_, alive = std::weak_ptr(alive_),
                          work = asio::make_work_guard(executor_)]() mutable {
        write_and_tell(*batch, now);
        asio::post(work.get_executor(), [this, alive = std::move(alive)] {
            if (alive.expired()) return;
            in_flight_.reset();
            ++commits_;
        });
    });
}

/// Whoever reads the log is told at the first failure and at the end of them, not every second.
void VerdictArchive::write_and_tell(const Batch& batch, WallTime now) {
    Result<void> written = write(batch, now);
    if (written && writer_.has_moved()) {
        written = policy::fail(policy::ErrorKind::Temporary,
                               "the file was removed or replaced; a restart mends it");
    }
    if (!written && !writing_fails_) {
        log(Severity::Warning,
            "cache-file: verdicts are kept in memory only: " + written.error().what);
    }
    if (written && writing_fails_) log(Severity::Info, "cache-file: verdicts are kept again");
    writing_fails_ = !written;
}

Result<void> VerdictArchive::write(const Batch& batch, WallTime now) {
    if (auto written = write_rows(batch); !written) return written;
    return prune(now);
}

Result<void> VerdictArchive::write_rows(const Batch& batch) {
    auto transaction = store::Transaction::begin(writer_);
    if (!transaction) return tl::unexpected(transaction.error());
    if (batch.erase_all) {
        if (auto erased = writer_.exec("DELETE FROM verdict"); !erased) return erased;
    }
    auto insert = writer_.prepare(kVerdictUpsert);
    auto erase = writer_.prepare("DELETE FROM verdict WHERE next_hop = ?1");
    if (!insert || !erase) return tl::unexpected((insert ? erase : insert).error());
    for (const auto& [next_hop, row] : batch.rows) {
        Result<void> done = policy::ok();
        if (row) {
            done = write_row(*insert, next_hop, *row, limits_.maker);
        } else if (done = erase->bind_all(std::string_view(next_hop)); done) {
            done = erase->run();
        }
        if (!done) return done;
    }
    return transaction->commit();
}

/// With each batch, in transactions of their own: a reader never waits for them.
Result<void> VerdictArchive::prune(WallTime now) {
    if (now != WallTime::min()) {
        constexpr std::string_view kUnused =
            "DELETE FROM verdict WHERE rowid IN "
            "(SELECT rowid FROM verdict WHERE used < ?1 ORDER BY used LIMIT 1000)";
        auto pruned = run_with(writer_, kUnused, (now - limits_.unused).time_since_epoch().count());
        if (!pruned) return pruned;
    }
    for (;;) {
        const auto bytes = bytes_in_use(writer_);
        if (!bytes) return tl::unexpected(bytes.error());
        if (static_cast<std::uint64_t>(*bytes) <= limits_.most_bytes) return policy::ok();
        const auto before = *bytes;
        constexpr std::string_view kOldest =
            "DELETE FROM verdict WHERE rowid IN (SELECT rowid FROM verdict ORDER BY used LIMIT ?1)";
        if (auto pruned = run_with(writer_, kOldest, kMostPruned); !pruned) return pruned;
        const auto after = bytes_in_use(writer_);
        if (!after || *after >= before) return policy::ok();  // the rest is not ours to take
    }
}

std::optional<ArchivedVerdict> VerdictArchive::read(const std::string& next_hop) {
    auto row = select(next_hop);
    if (!row && !reading_fails_) {
        log(Severity::Warning, "cache-file: reading verdicts: " + row.error().what);
    }
    reading_fails_ = !row;
    return row ? *std::move(row) : std::nullopt;
}

Result<std::optional<ArchivedVerdict>> VerdictArchive::select(const std::string& next_hop) {
    if (!by_key_) {
        auto statement = reader_.prepare(std::string(kVerdictColumns) + "WHERE next_hop = ?1");
        if (!statement) return tl::unexpected(statement.error());
        by_key_ = *std::move(statement);
    }
    by_key_->reset();
    if (auto bound = by_key_->bind_all(std::string_view(next_hop)); !bound) {
        return tl::unexpected(bound.error());
    }
    const auto found = by_key_->step();
    std::optional<ArchivedVerdict> row;
    if (found && *found) row = read_row(*by_key_, limits_.maker);
    by_key_->reset();  // a statement that stands on a row keeps the write-ahead log from shrinking
    if (!found) return tl::unexpected(found.error());
    return row;
}

Result<VerdictArchive::Listing> VerdictArchive::read_listing(std::size_t most) {
    Listing listing;
    const auto rows = reader_.query_integer("SELECT count(*) FROM verdict");
    const auto bytes = bytes_in_use(reader_);
    auto select = reader_.prepare(std::string(kVerdictColumns) + "ORDER BY used DESC LIMIT ?1");
    if (!rows || !bytes) return tl::unexpected((!rows ? rows : bytes).error());
    if (!select) return tl::unexpected(select.error());
    listing.rows = *rows;
    listing.bytes = *bytes;
    auto bound = select->bind_all(static_cast<std::int64_t>(most));
    if (!bound) return tl::unexpected(bound.error());
    for (;;) {
        const auto row = select->step();
        if (!row) return tl::unexpected(row.error());
        if (!*row) return listing;
        ArchivedVerdict archived = read_row(*select, limits_.maker);
        if (archived.verdict) listing.used.push_back({select->text(kNextHopColumn), std::move(archived)});
    }
}

}  // namespace smarttls::engine
