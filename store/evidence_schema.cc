// SPDX-License-Identifier: Apache-2.0
#include "store/evidence_schema.h"

#include <array>

#include "policy/text.h"

namespace smarttls::store {
namespace {

constexpr std::array<std::string_view, 1> kMigrations{
    // 1. Times are milliseconds since 1970, those of exceptions seconds; addresses are keyed hashes
    // (sealing/address_key.h). Ids of records have no gaps: the leaf of the log is the id before it.
    R"sql(
CREATE TABLE record (
    id    INTEGER PRIMARY KEY,
    uuid  BLOB NOT NULL,
    time  INTEGER NOT NULL,
    facts TEXT NOT NULL
) STRICT;
CREATE INDEX record_by_time ON record (time);

-- What the engine had found, once for all mail that was judged by it.
CREATE TABLE verdict (
    id     INTEGER PRIMARY KEY,
    sha256 BLOB NOT NULL UNIQUE,
    json   TEXT NOT NULL
) STRICT;

-- 0: the message, with its sender's address; from 1: its recipients. Of an erased part digest and
-- commitment are left.
CREATE TABLE part (
    record     INTEGER NOT NULL,
    number     INTEGER NOT NULL,
    digest     BLOB NOT NULL,
    commitment BLOB NOT NULL,
    address    BLOB,
    domain     TEXT,
    outcome    TEXT,
    floor      TEXT,
    verdict    INTEGER,
    content    BLOB,
    PRIMARY KEY (record, number)
) STRICT, WITHOUT ROWID;

-- A verdict goes with the last part that names it. The parts are counted: an index of them, or a foreign key, which needs
-- one, would have each append change a page for each domain, ever more of them as the log grows.
CREATE TABLE verdict_use (
    verdict INTEGER PRIMARY KEY REFERENCES verdict (id) ON DELETE CASCADE,
    parts   INTEGER NOT NULL
) STRICT;
CREATE TRIGGER part_names_verdict AFTER INSERT ON part WHEN NEW.verdict IS NOT NULL BEGIN
    INSERT INTO verdict_use (verdict, parts) VALUES (NEW.verdict, 1) ON CONFLICT (verdict) DO UPDATE SET parts = parts + 1;
END;
CREATE TRIGGER part_forgets_verdict AFTER UPDATE OF verdict ON part WHEN OLD.verdict IS NOT NULL AND NEW.verdict IS NULL BEGIN
    UPDATE verdict_use SET parts = parts - 1 WHERE verdict = OLD.verdict;
END;

-- By what a record is found. Each segment holds the times from its start to that of the next: what is added goes to the
-- newest, whose pages are few and at hand, however many records there are.
CREATE TABLE term (
    segment INTEGER NOT NULL,
    kind    INTEGER NOT NULL,
    value   BLOB NOT NULL,
    time    INTEGER NOT NULL,
    record  INTEGER NOT NULL,
    PRIMARY KEY (segment, kind, value, time, record)
) STRICT, WITHOUT ROWID;

-- `number` grows with `start`; `first`: the record that began it.
CREATE TABLE segment (
    number INTEGER PRIMARY KEY,
    start  INTEGER NOT NULL UNIQUE,
    first  INTEGER NOT NULL
) STRICT;
INSERT INTO segment (number, start, first) VALUES (1, -9223372036854775808, 1);

-- The hashes of the log: leaves and whole subtrees in the order in which they come to be (log/merkle.h).
CREATE TABLE node (
    position INTEGER PRIMARY KEY,
    hash     BLOB NOT NULL
) STRICT;

CREATE TABLE checkpoint (
    size  INTEGER PRIMARY KEY,
    time  INTEGER NOT NULL,
    note  TEXT NOT NULL,
    token BLOB
) STRICT;

-- Up to where the log of an MTA has become evidence.
CREATE TABLE delivery_position (
    source   TEXT PRIMARY KEY,
    position TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Messages that are kept, sealed, and for whom; mail of our own that waits to be sent. One copy and one notice
-- for each recipient of a message, however often it is submitted.
CREATE TABLE sealed (
    id       TEXT PRIMARY KEY,
    record   INTEGER NOT NULL REFERENCES record (id),
    identity TEXT NOT NULL,
    epoch    TEXT NOT NULL,
    key_id   TEXT NOT NULL,
    size     INTEGER NOT NULL
) STRICT;

-- The portal asks all the time which messages were sealed after a record.
CREATE INDEX sealed_by_record ON sealed (record);

CREATE TABLE sealed_recipient (
    identity TEXT NOT NULL,
    address  BLOB NOT NULL,
    outcome  TEXT NOT NULL,
    sealed   TEXT NOT NULL REFERENCES sealed (id),
    part     INTEGER NOT NULL,
    PRIMARY KEY (identity, address)
) STRICT, WITHOUT ROWID;
CREATE INDEX sealed_recipient_by_message ON sealed_recipient (sealed);

-- The texts are there until it is sent. After that `part` says whom it was about, and, with to_sender, the record whom
-- it was sent to.
CREATE TABLE outbox (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    record     INTEGER NOT NULL REFERENCES record (id),
    identity   TEXT NOT NULL,
    key        BLOB NOT NULL,
    part       INTEGER NOT NULL,
    to_sender  INTEGER NOT NULL,
    about      TEXT NOT NULL,
    recipient  TEXT NOT NULL,
    content    TEXT NOT NULL,
    state      TEXT NOT NULL,
    created    INTEGER NOT NULL,
    due        INTEGER NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    last_reply TEXT NOT NULL DEFAULT '',
    UNIQUE (identity, key)
) STRICT;
CREATE INDEX outbox_by_due ON outbox (state, due);

-- Rows stay: the evidence names them by id.
CREATE TABLE exception (
    id          INTEGER PRIMARY KEY,
    target      TEXT NOT NULL,
    class       TEXT NOT NULL,
    level       TEXT NOT NULL,
    grade       INTEGER NOT NULL,
    nta_record  INTEGER NOT NULL,
    consumer    INTEGER NOT NULL,
    reason      TEXT NOT NULL,
    ticket      TEXT NOT NULL,
    owner       TEXT NOT NULL,
    created     INTEGER NOT NULL,
    created_by  TEXT NOT NULL,
    until       INTEGER NOT NULL,
    approved_by TEXT NOT NULL,
    state       TEXT NOT NULL,
    ended_by    TEXT NOT NULL,
    end_reason  TEXT NOT NULL
) STRICT;
CREATE INDEX exception_open ON exception (until) WHERE state IN ('waiting', 'active');
)sql"};

}  // namespace

std::string term_value(TermKind kind, std::string_view value) {
    return kind == TermKind::QueueId || kind == TermKind::Address ? std::string(value) : policy::to_lower(value);
}

std::span<const std::string_view> evidence_migrations() {
    return kMigrations;
}

}  // namespace smarttls::store
