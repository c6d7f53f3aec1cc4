// SPDX-License-Identifier: Apache-2.0
//
// The name of a new record of evidence, unique among all systems: a UUID of version 7 (RFC 9562 §5.7), so that ids grow
// with time and stand together in an index. The EvidenceIdentifier of EN 319 522-3.
//
//     const RecordId id = create_record_id(now);
//
// Threads: any, once start_sodium() has succeeded.
#pragma once

#include <chrono>

#include "store/log/record_leaf.h"

namespace smarttls::store {

[[nodiscard]] RecordId create_record_id(std::chrono::sys_time<std::chrono::milliseconds> time);

}  // namespace smarttls::store
