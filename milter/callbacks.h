// SPDX-License-Identifier: Apache-2.0
//
// The rim to libmilter: registration, and callbacks that hand everything to Session. No libmilter type
// leaves callbacks.cc.
//
// Threads: register_milter and run_milter from main; the callbacks run on libmilter's threads.
#pragma once

#include <string>

#include "milter/message.h"

namespace smarttls::milter {

/// Registers the callbacks and opens the socket, removing a stale one. `shared` must outlive
/// run_milter. Errors: Permanent (somebody else serves the socket, or it cannot be made).
[[nodiscard]] policy::Result<void> open_milter(const Services& shared);

/// Serves until SIGTERM, SIGINT or SIGHUP (libmilter takes them); callbacks that run
/// finish first.
[[nodiscard]] policy::Result<void> run_milter();

}  // namespace smarttls::milter
