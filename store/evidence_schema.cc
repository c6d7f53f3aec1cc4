// SPDX-License-Identifier: Apache-2.0
#include "store/evidence_schema.h"

#include <array>

namespace smarttls::store {
namespace {

constexpr std::array<std::string_view, 3> kMigrations{
    // 1: messages and their recipients. Times are milliseconds since 1970. AUTOINCREMENT: an id is
    // never given twice, not even after the newest record was deleted.
    R"sql(
CREATE TABLE evidence (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    event          TEXT NOT NULL,
    time           INTEGER NOT NULL,
    class          TEXT NOT NULL,
    queue_id       TEXT NOT NULL,
    sender         TEXT NOT NULL,
    client         TEXT NOT NULL,
    outcome        TEXT NOT NULL,
    floor          TEXT NOT NULL,
    content_sha256 TEXT NOT NULL,
    config_version TEXT NOT NULL,
    reply          TEXT NOT NULL,
    note           TEXT NOT NULL
) STRICT;
CREATE INDEX evidence_by_time ON evidence (time);

CREATE TABLE recipient (
    evidence     INTEGER NOT NULL REFERENCES evidence (id),
    position     INTEGER NOT NULL,
    address      TEXT NOT NULL,
    domain       TEXT NOT NULL,
    outcome      TEXT NOT NULL,
    rule         TEXT NOT NULL,
    explanation  TEXT NOT NULL,
    verdict_json TEXT NOT NULL,
    PRIMARY KEY (evidence, position)
) STRICT;

CREATE TABLE term (
    kind     INTEGER NOT NULL,
    value    TEXT NOT NULL,
    time     INTEGER NOT NULL,
    evidence INTEGER NOT NULL,
    PRIMARY KEY (kind, value, time, evidence)
) STRICT, WITHOUT ROWID;
)sql",
    // 2: messages that are kept, sealed, and for whom; mail of our own that waits to be sent. One copy
    // and one notice for each recipient of a message, however often it is submitted.
    R"sql(
CREATE TABLE sealed (
    id       TEXT PRIMARY KEY,
    evidence INTEGER NOT NULL REFERENCES evidence (id),
    identity TEXT NOT NULL,
    epoch    TEXT NOT NULL,
    key_id   TEXT NOT NULL,
    size     INTEGER NOT NULL
) STRICT;

CREATE TABLE sealed_recipient (
    identity TEXT NOT NULL,
    address  TEXT NOT NULL,
    outcome  TEXT NOT NULL,
    sealed   TEXT NOT NULL REFERENCES sealed (id),
    PRIMARY KEY (identity, address)
) STRICT, WITHOUT ROWID;
CREATE INDEX sealed_recipient_by_message ON sealed_recipient (sealed);

CREATE TABLE outbox (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    evidence   INTEGER NOT NULL REFERENCES evidence (id),
    identity   TEXT NOT NULL,
    about      TEXT NOT NULL,
    recipient  TEXT NOT NULL,
    content    TEXT NOT NULL,
    state      TEXT NOT NULL,
    created    INTEGER NOT NULL,
    due        INTEGER NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    last_reply TEXT NOT NULL DEFAULT '',
    UNIQUE (identity, about)
) STRICT;
CREATE INDEX outbox_by_due ON outbox (state, due);
)sql",
    // 3: exceptions, and what a record says of a recipient who was let through by one. Times of
    // exceptions are seconds since 1970. Rows stay: the evidence names them by id.
    R"sql(
ALTER TABLE recipient ADD COLUMN kind TEXT NOT NULL DEFAULT '';
ALTER TABLE recipient ADD COLUMN floor TEXT NOT NULL DEFAULT '';
ALTER TABLE recipient ADD COLUMN exception INTEGER NOT NULL DEFAULT 0;

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
    return kind == TermKind::QueueId ? std::string(value) : policy::to_lower(value);
}

std::span<const std::string_view> evidence_migrations() {
    return kMigrations;
}

}  // namespace smarttls::store
