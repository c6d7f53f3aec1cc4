// SPDX-License-Identifier: Apache-2.0
//
// PortalStore: portal.db, one transaction at a time.
//
//     Result<std::unique_ptr<PortalStore>> store = PortalStore::open(settings.directory);
//     Result<int> done = (*store)->change([&](PortalTables& tables) -> Result<int> { ... });
//
// What `work` returns is durable when change() succeeds; after an error of `work`, nothing has changed. Work must not call
// change() again. A commit that failed closes the connection; the next change opens it anew, as EvidenceTable does.
// The portal and the command may have it open at the same time: whoever comes second waits.
// Ownership: owns the connection and the key. Threads: any. Errors: those of SQLite and of `work`.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include "policy/mutex.h"
#include "store/pickup/event_table.h"
#include "store/pickup/mail_table.h"
#include "store/pickup/person_erasure.h"
#include "store/pickup/phone_table.h"
#include "store/pickup/pickup_table.h"
#include "store/pickup/secret_table.h"

namespace smarttls::store {

struct PortalTables {
    PortalTables(Database& database, const PortalKey& key)
        : messages(database), pickups(database, key), secrets(database, key), mails(database, key), events(database, key),
          phones(database, key), persons(database, key) {}
    MessageTable messages;
    PickupTable pickups;
    SecretTable secrets;
    MailTable mails;
    EventTable events;
    PhoneTable phones;
    PersonTable persons;
};

/// The paths in the portal's directory.
[[nodiscard]] std::string portal_database(const std::string& directory);
[[nodiscard]] std::string portal_key_file(const std::string& directory);

class PortalStore {
  public:
    /// Creates database and key when they are missing, not the directory.
    [[nodiscard]] static Result<std::unique_ptr<PortalStore>> open(const std::string& directory);
    /// For the command: they have to be there.
    [[nodiscard]] static Result<std::unique_ptr<PortalStore>> open_existing(const std::string& directory);

    [[nodiscard]] const PortalKey& key() const { return key_; }

    template <class Work>
    auto change(Work work) -> std::invoke_result_t<Work, PortalTables&> {
        const policy::Lock lock(mutex_);
        if (auto ready = ensure_open(); !ready) return tl::unexpected(ready.error());
        Result<void> committed;
        auto done = in_transaction(work, committed);
        if (!committed) database_.reset();
        if (!committed) return tl::unexpected(committed.error());
        return done;
    }

  private:
    PortalStore(std::string path, PortalKey key, Database database)
        : path_(std::move(path)), key_(std::move(key)), database_(std::move(database)) {}
    Result<void> ensure_open() SMARTTLS_REQUIRES(mutex_);

    template <class Work>
    auto in_transaction(Work& work, Result<void>& committed) SMARTTLS_REQUIRES(mutex_)
        -> std::invoke_result_t<Work, PortalTables&> {
        committed = policy::ok();
        auto transaction = Transaction::begin(*database_);
        if (!transaction) return tl::unexpected(transaction.error());
        PortalTables tables(*database_, key_);
        auto done = work(tables);
        if (done) committed = transaction->commit();
        return done;
    }

    const std::string path_;
    const PortalKey key_;
    policy::Mutex mutex_;
    std::optional<Database> database_ SMARTTLS_GUARDED_BY(mutex_);
};

}  // namespace smarttls::store
