// SPDX-License-Identifier: Apache-2.0
#include "store/pickup/schema.h"

#include <array>

namespace smarttls::store {
namespace {

constexpr std::array<std::string_view, 1> kMigrations{
    // 1. Times are milliseconds since 1970. Hashes and what is marked as sealed: sealing/portal_key.h.
    R"sql(
-- Up to which record the milter's evidence has been read.
CREATE TABLE position (
    source TEXT PRIMARY KEY,
    value  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Sealed messages, by the names of their files. new: nobody was told yet; open; ended: the milter is to destroy it; destroyed.
CREATE TABLE message (
    id       TEXT PRIMARY KEY,
    record   INTEGER NOT NULL,
    identity TEXT NOT NULL,
    epoch    TEXT NOT NULL,
    key_id   TEXT NOT NULL,
    size     INTEGER NOT NULL,
    state    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX message_by_state ON message (state, record);

-- One for each recipient of a message, however often that was submitted. recipient, sender, phone and message_id are
-- sealed, and gone when it has ended.
CREATE TABLE pickup (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    message    TEXT NOT NULL REFERENCES message (id),
    identity   TEXT NOT NULL,
    address    BLOB NOT NULL,
    recipient  BLOB,
    sender     BLOB,
    phone      BLOB,
    message_id BLOB,
    class      TEXT NOT NULL,
    queue_id   TEXT NOT NULL,
    received   INTEGER NOT NULL,
    expires    INTEGER NOT NULL,
    remind     INTEGER NOT NULL,
    state      TEXT NOT NULL,
    seen       INTEGER NOT NULL DEFAULT 0,
    UNIQUE (identity, address)
) STRICT;
CREATE INDEX pickup_by_message ON pickup (message);
CREATE INDEX pickup_by_expiry ON pickup (expires) WHERE state = 'open';
CREATE INDEX pickup_by_reminder ON pickup (remind) WHERE state = 'open' AND remind > 0;

-- What stands in links.
CREATE TABLE token (
    hash   BLOB PRIMARY KEY,
    pickup INTEGER NOT NULL REFERENCES pickup (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX token_by_pickup ON token (pickup);

-- once: a code that is used up by being right. note: who gave it to whom, sealed.
CREATE TABLE code (
    id       INTEGER PRIMARY KEY,
    pickup   INTEGER NOT NULL REFERENCES pickup (id),
    factor   TEXT NOT NULL,
    hash     BLOB NOT NULL,
    expires  INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    once     INTEGER NOT NULL,
    note     BLOB
) STRICT;
CREATE INDEX code_by_pickup ON code (pickup);

-- done: what was recorded already, one bit for each event.
CREATE TABLE session (
    hash   BLOB PRIMARY KEY,
    pickup INTEGER NOT NULL REFERENCES pickup (id),
    factor TEXT NOT NULL,
    client BLOB NOT NULL,
    ends   INTEGER NOT NULL,
    done   INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX session_by_pickup ON session (pickup);
CREATE INDEX session_by_end ON session (ends);

CREATE TABLE device (
    hash    BLOB PRIMARY KEY,
    address BLOB NOT NULL,
    class   TEXT NOT NULL,
    factor  TEXT NOT NULL,
    ends    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX device_by_end ON device (ends);

-- What is limited: wrong codes, and codes that were asked for, by the hash of whom they count against.
CREATE TABLE attempt (
    id      INTEGER PRIMARY KEY,
    subject BLOB NOT NULL,
    time    INTEGER NOT NULL
) STRICT;
CREATE INDEX attempt_by_subject ON attempt (subject, time);
CREATE INDEX attempt_by_time ON attempt (time);

-- recipient, sender and content are sealed, and gone once it was sent.
CREATE TABLE mail (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    pickup     INTEGER NOT NULL REFERENCES pickup (id),
    kind       TEXT NOT NULL,
    recipient  BLOB,
    sender     BLOB,
    content    BLOB,
    state      TEXT NOT NULL,
    created    INTEGER NOT NULL,
    due        INTEGER NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    last_reply TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX mail_by_due ON mail (due) WHERE state = 'waiting';
CREATE INDEX mail_by_pickup ON mail (pickup);

-- Told by the portal's evidence soon, and then removed. facts is sealed.
CREATE TABLE event (
    id    INTEGER PRIMARY KEY AUTOINCREMENT,
    facts BLOB NOT NULL
) STRICT;

-- Numbers that the administrator has given, by the hash of the address they belong to; sealed.
CREATE TABLE phone (
    address BLOB PRIMARY KEY,
    owner   BLOB NOT NULL,
    number  BLOB NOT NULL
) STRICT, WITHOUT ROWID;
)sql"};

}  // namespace

std::span<const std::string_view> portal_migrations() { return kMigrations; }

}  // namespace smarttls::store
