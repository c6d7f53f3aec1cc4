// SPDX-License-Identifier: Apache-2.0
//
// Registrations: what begins to exist, or changes, with a record of the evidence, in its transaction: sealed messages, mail
// in the outbox, exceptions.
//
//     Result<Registrations> registrations = Registrations::prepare(database);
//     registrations->insert(prepared, id);
//
// Ownership: statements of a database, which must outlive them. Threads: one. Errors: those of SQLite.
#pragma once

#include <cstdint>

#include "store/outbox.h"
#include "store/record_preparer.h"
#include "store/sqlite.h"

namespace smarttls::store {

class Registrations {
  public:
    [[nodiscard]] static Result<Registrations> prepare(Database& database);

    /// Whatever record `id` brings with it.
    Result<void> insert(const PreparedRecord& prepared, std::int64_t id);
    /// False when the exception has come to its end, or to this very state, already.
    [[nodiscard]] Result<bool> change_exception(const EvidenceRecord& record);
    Result<void> update_outbox(const OutboxAttempt& attempt);

  private:
    struct Statements {
        Statement sealed;
        Statement sealed_recipient;
        Statement notice;
        Statement outbox;
        Statement release;
        Statement exception;
        Statement exception_update;
    };
    explicit Registrations(Statements statements) : statements_(std::move(statements)) {}
    Result<void> insert_sealed(const PreparedRecord& prepared, std::int64_t id);
    Result<void> insert_notices(const PreparedRecord& prepared, std::int64_t id);

    Statements statements_;
};

}  // namespace smarttls::store
