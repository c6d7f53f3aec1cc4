// SPDX-License-Identifier: Apache-2.0
//
// what_of(): what a handler of co_spawn was given, for the log. Threads: any.
#pragma once

#include <exception>
#include <string>

namespace smarttls::engine {

/// `thrown`: not null.
[[nodiscard]] std::string what_of(const std::exception_ptr& thrown);

}  // namespace smarttls::engine
