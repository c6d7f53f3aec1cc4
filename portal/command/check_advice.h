// SPDX-License-Identifier: Apache-2.0
//
// advise(): what would have to change for the next level, and for the next grade, in steps that the
// people who run the domain can take. Derived from the facts of a verdict alone.
//
//     for (const Advice& one : advise(verdict)) ...     // {"pkix", {"replace the certificate of ..."}}
//
// DANE stands behind the next level where it is not that itself: it often is the shorter way.
// Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "policy/verdict.h"

namespace smarttls::portal {

struct Advice {
    std::string goal;                // "level pkix", "grade sufficient", "to be delivered to at all"
    std::vector<std::string> steps;  // in the order in which to take them
};

/// Nothing where nothing is left to wish for, or the domain takes no mail.
[[nodiscard]] std::vector<Advice> advise(const policy::Verdict& verdict);

}  // namespace smarttls::portal
