// SPDX-License-Identifier: Apache-2.0
//
// follow_delivery_log DATABASE postfix|sendmail FILE|journal:WHAT
//
// Follows a log until SIGTERM, into a database of its own: a sink that can be killed at any time. Table delivery has
// a row for each piece of news, position the place behind them.
//
// Exit status: 0; 1 when the database cannot be opened; 2 usage.
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

#include "milter/delivery/file_source.h"
#include "milter/delivery/journal_source.h"
#include "milter/delivery/log_follower.h"
#include "store/sqlite.h"

namespace {

using namespace smarttls;
using policy::Result;

constexpr const char* kTables =
    "CREATE TABLE IF NOT EXISTS position (source TEXT PRIMARY KEY, text TEXT);"
    "CREATE TABLE IF NOT EXISTS delivery (time INTEGER, identifier TEXT, queue_id TEXT, status TEXT, recipient TEXT,"
    " original TEXT, relay TEXT, dsn TEXT, reply TEXT, trust TEXT, version TEXT, cipher TEXT, successor TEXT)";

class DatabaseSink : public milter::DeliverySink {
  public:
    explicit DatabaseSink(store::Database database) : database_(std::move(database)) {}

    Result<void> take(std::span<const milter::Delivery> news, const milter::Position& behind) override {
        auto transaction = store::Transaction::begin(database_);
        if (!transaction) return tl::unexpected(transaction.error());
        auto insert = database_.prepare("INSERT INTO delivery VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)");
        if (!insert) return tl::unexpected(insert.error());
        for (const milter::Delivery& one : news) {
            if (auto added = add(*insert, one); !added) return added;
        }
        auto replace = database_.prepare("REPLACE INTO position VALUES (?1, ?2)");
        if (!replace) return tl::unexpected(replace.error());
        auto bound = replace->bind_all(std::string_view(behind.source), std::string_view(behind.text));
        auto kept = bound ? replace->run() : bound;
        return kept ? transaction->commit() : kept;
    }

    Result<std::optional<milter::Position>> last_position(std::string_view source) override {
        auto select = database_.prepare("SELECT text FROM position WHERE source = ?1");
        auto bound = select ? select->bind(1, source) : Result<void>(tl::unexpected(select.error()));
        auto found = bound ? select->step() : Result<bool>(tl::unexpected(bound.error()));
        if (!found) return tl::unexpected(found.error());
        std::optional<milter::Position> position;
        if (*found) position = milter::Position{std::string(source), select->text(0)};
        return position;
    }

  private:
    static Result<void> add(store::Statement& insert, const milter::Delivery& one) {
        using View = std::string_view;
        const milter::TlsSession tls = one.tls.value_or(milter::TlsSession{});
        insert.reset();
        auto bound = insert.bind_all(std::int64_t{one.time.time_since_epoch().count()}, View(one.identifier), View(one.queue_id),
                                     to_string(one.status), View(one.recipient), View(one.original_recipient), View(one.relay),
                                     View(one.dsn), View(one.reply), one.tls ? to_string(tls.trust) : View(), View(tls.version),
                                     View(tls.cipher), View(one.successor));
        return bound ? insert.run() : bound;
    }

    store::Database database_;
};

std::unique_ptr<milter::LogSource> source_of(const std::string& log) {
    constexpr std::string_view kJournal = "journal:";
    if (log.starts_with(kJournal)) return std::make_unique<milter::JournalSource>(log.substr(kJournal.size()));
    return std::make_unique<milter::FileSource>(log);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) return 2;
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, nullptr);
    auto database = store::Database::open(argv[1], store::OpenMode::ReadWrite);
    const auto made = database ? database->exec(kTables) : Result<void>(tl::unexpected(database.error()));
    if (!made) {
        std::cerr << made.error().what << '\n';
        return EXIT_FAILURE;
    }
    DatabaseSink sink(*std::move(database));
    const auto mta = std::string_view(argv[2]) == "sendmail" ? policy::Mta::Sendmail : policy::Mta::Postfix;
    milter::FollowerThread follower(source_of(argv[3]), mta, sink);
    int signal = 0;
    sigwait(&ends, &signal);
    follower.stop();
    return EXIT_SUCCESS;
}
