// SPDX-License-Identifier: Apache-2.0
//
// The rim to libmilter, one half: callbacks that hand everything to Session (the other: serving.h).
//
//     use_services(services); register_callbacks();
//
// Threads: the callbacks run on libmilter's threads, all else from main; use_services() at any time.
#pragma once

#include <memory>

#include "milter/message.h"
#include "milter/occupancy.h"

namespace smarttls::milter {

/// What sessions that begin from now on work with; those that are open keep what they have.
void use_services(std::shared_ptr<const Services> services);

/// Once, after use_services() and before libmilter listens.
[[nodiscard]] policy::Result<void> register_callbacks();

[[nodiscard]] Occupancy& occupancy();

/// Returns when no callback runs any more; from then on none does anything.
void close_callbacks();

}  // namespace smarttls::milter
