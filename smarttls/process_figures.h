// SPDX-License-Identifier: Apache-2.0
//
// What the kernel says about this process (proc(5), getrusage(2)).
//
// Threads: any. Errors: a figure that cannot be read is 0.
#pragma once

#include <cstdint>

namespace smarttls::engine {

struct ProcessFigures {
    double cpu_seconds = 0;
    std::uint64_t resident_bytes = 0;
    std::uint64_t open_descriptors = 0;
    std::uint64_t most_descriptors = 0;
    double start_time = 0;  // seconds since 1970
};

[[nodiscard]] ProcessFigures process_figures();

}  // namespace smarttls::engine
