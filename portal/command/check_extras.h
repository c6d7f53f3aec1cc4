// SPDX-License-Identifier: Apache-2.0
//
// Members of a verdict's JSON that not every engine writes: what a domain once reached, whether the
// verdict is older than it should be, and its NTA 7516 record.
//
// Members that are missing or of another type are left out. Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "policy/verdict.h"
#include "portal/command/check_protection.h"

namespace smarttls::portal {

struct Extras {
    std::optional<policy::Level> best_seen;
    bool stale = false;  // the engine could not probe again
    std::optional<Protection> nta7516;
};

[[nodiscard]] Extras extras_of(std::string_view verdict_json);

}  // namespace smarttls::portal
