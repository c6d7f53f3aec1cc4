// SPDX-License-Identifier: Apache-2.0
//
// What `smarttls cache show` prints for people, from the JSON of smarttls/cache_control.h.
//
// Threads: pure functions; times are shown in the machine's zone. Errors: text that is not the
// engine's JSON becomes a line that says so.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "portal/command/render.h"

namespace smarttls::portal {

/// What the engine answered to `cache *`, as a table; ages count back from `now`.
[[nodiscard]] std::string cache_table(std::string_view text, std::chrono::sys_seconds now,
                                      Style style);

/// The same to `cache DOMAIN`, in lines.
[[nodiscard]] std::string cache_entry_lines(std::string_view text, std::chrono::sys_seconds now,
                                            Style style);

}  // namespace smarttls::portal
