// SPDX-License-Identifier: Apache-2.0
//
// maker_of: a number that stands for whatever decides what a verdict says besides the servers: the
// version of the program and the settings. A verdict on disk that another maker made is not answered
// with: after the profile is changed, each domain is graded by the new one from the start on.
//
// Threads: any. Errors: none; a profile that cannot be read counts as an empty one.
#pragma once

#include <cstdint>

#include "policy/config.h"

namespace smarttls::engine {

[[nodiscard]] std::int64_t maker_of(const policy::EngineSettings& settings);

}  // namespace smarttls::engine
