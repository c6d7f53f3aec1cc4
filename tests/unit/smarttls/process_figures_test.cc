// SPDX-License-Identifier: Apache-2.0
#include "smarttls/process_figures.h"

#include <gtest/gtest.h>
#include <time.h>

#include <vector>

#include "smarttls/unix_socket.h"

namespace smarttls::engine {
namespace {

TEST(ProcessFigures, AreThoseOfThisProcess) {
    const ProcessFigures before = process_figures();
    EXPECT_GT(before.resident_bytes, 1'000'000U);
    EXPECT_GE(before.open_descriptors, 3U);
    EXPECT_GE(before.most_descriptors, before.open_descriptors);
    const auto now = static_cast<double>(::time(nullptr));
    EXPECT_LT(before.start_time, now + 2);
    EXPECT_GT(before.start_time, now - 3600);

    const auto one = unix_stream_socket().value();
    const std::vector<char> used(128'000'000, 'x');  // more than earlier tests have left free
    const ProcessFigures after = process_figures();
    EXPECT_EQ(after.open_descriptors, before.open_descriptors + 1);
    EXPECT_GT(after.resident_bytes, before.resident_bytes + used.size() / 2);
    EXPECT_GE(after.cpu_seconds, before.cpu_seconds);
    EXPECT_EQ(after.start_time, before.start_time) << "a start that moves looks like a restart";
}

}  // namespace
}  // namespace smarttls::engine
