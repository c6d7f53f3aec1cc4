// SPDX-License-Identifier: Apache-2.0
//
// A stored record as one line of JSON, the form that --json promises: names are stable, members may
// be added. "verdict" is the engine's JSON (design §4), null when there is none.
//
// Threads: pure function.
#pragma once

#include <string>

#include "store/evidence.h"

namespace smarttls::portal {

/// RFC 3339 in UTC with milliseconds.
[[nodiscard]] std::string utc_time(store::EvidenceTime time);

/// Without the newline.
[[nodiscard]] std::string evidence_json(const store::StoredEvidence& evidence);

}  // namespace smarttls::portal
