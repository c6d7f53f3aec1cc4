// SPDX-License-Identifier: Apache-2.0
//
// Macros: what the MTA says about a session and its envelope, by name ("{auth_authen}").
//
// Threads: valid within the callback that has it.
#pragma once

#include <functional>
#include <string_view>

namespace smarttls::milter {

/// The value of one of the MTA's macros, empty when it is not set.
using Macros = std::function<std::string_view(const char* name)>;

}  // namespace smarttls::milter
