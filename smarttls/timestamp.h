// SPDX-License-Identifier: Apache-2.0
//
// Times as RFC 3339 §5.6 text in UTC with whole seconds: "2026-11-23T08:00:00Z".
//
// Threads: pure functions. Errors: nothing is returned for any other form.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "policy/verdict.h"

namespace smarttls::engine {

/// Years outside 0 to 9999 become the nearest time that the form can hold.
[[nodiscard]] std::string format_time(policy::WallTime time);
[[nodiscard]] std::optional<policy::WallTime> parse_time(std::string_view text);

}  // namespace smarttls::engine
