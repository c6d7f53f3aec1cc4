// SPDX-License-Identifier: Apache-2.0
//
// What the facts of a record tell of what was erased or pruned (record_text.h): of the first exactly what, so that it can
// be done again, of the second how much.
//
//     "erased": {"exceptions": [3], "messages": ["4f..."], "records": [{"id": "0190...", "parts": [0, 2]}]}
//     "pruned": {"before": "2026-11-23T16:30:00.123Z", "parts": 812, "records": 400}
//
// Threads: pure functions. Errors: Corrupt.
#pragma once

#include <boost/json/object.hpp>
#include <string_view>

#include "store/evidence.h"

namespace smarttls::store {

[[nodiscard]] boost::json::object erased_text(const Erasure& erasure);
[[nodiscard]] boost::json::object pruned_text(const Pruning& pruning);

/// Of the facts of a tombstone.
[[nodiscard]] policy::Result<Erasure> read_erasure(std::string_view facts);

}  // namespace smarttls::store
