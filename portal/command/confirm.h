// SPDX-License-Identifier: Apache-2.0
//
// confirmed(): a person says "yes" to what cannot be undone.
//
//     if (!arguments.yes && !confirmed("Erase 3 parts?", out)) return kExitNo;
//
// Threads: one; reads a line of the standard input, whose end is a "no".
#pragma once

#include <ostream>
#include <string_view>

namespace smarttls::portal {

[[nodiscard]] bool confirmed(std::string_view question, std::ostream& out);

}  // namespace smarttls::portal
