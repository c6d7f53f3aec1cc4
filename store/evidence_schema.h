// SPDX-License-Identifier: Apache-2.0
//
// The tables of evidence.db. evidence_table.cc writes and evidence_reader.cc reads them, nobody
// else.
//
// record and part hold what happened, the parts encrypted; node and checkpoint are the log that commits to it. term is
// an inverted index for searching: one row per (kind, value) of a record, in the order of time, so that
// each search walks one range of each segment newest first, however many records there are (term_table.h).
// Threads: constants.
#pragma once

#include <span>
#include <string_view>

#include "policy/text.h"
#include "store/evidence.h"

namespace smarttls::store {

/// The numbers are in the database: never change one.
enum class TermKind { Class = 1, Domain = 2, Address = 3, QueueId = 4, Outcome = 5, Event = 6 };

/// The form in which a value is stored and asked for: all but queue ids ignore case. An address is the bytes of
/// its AddressHash.
[[nodiscard]] std::string term_value(TermKind kind, std::string_view value);

[[nodiscard]] std::span<const std::string_view> evidence_migrations();

}  // namespace smarttls::store
