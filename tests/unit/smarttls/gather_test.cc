// SPDX-License-Identifier: Apache-2.0
#include "smarttls/gather.h"

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <stdexcept>

#include "tests/unit/smarttls/mail/run.h"

namespace smarttls::engine {
namespace {

namespace asio = boost::asio;

/// Finishes after `turns` turns of the executor.
asio::awaitable<int> number(asio::any_io_executor executor, int turns, int value) {
    for (int i = 0; i < turns; ++i) co_await asio::post(executor, asio::use_awaitable);
    if (value < 0) throw std::runtime_error("negative");
    co_return value;
}

TEST(Gather, KeepsTheOrderOfTheWork) {
    asio::io_context io;
    std::vector<asio::awaitable<int>> work;
    for (int i = 0; i < 5; ++i) work.push_back(number(io.get_executor(), 5 - i, i));
    const auto all = run(io, gather<int>(io.get_executor(), std::move(work)));
    EXPECT_EQ(all, (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST(Gather, IsDoneAtOnceWithoutWork) {
    asio::io_context io;
    EXPECT_TRUE(run(io, gather<int>(io.get_executor(), {})).empty());
}

TEST(Gather, WaitsForAllBeforeItThrows) {
    asio::io_context io;
    std::vector<asio::awaitable<int>> work;
    work.push_back(number(io.get_executor(), 0, -1));
    work.push_back(number(io.get_executor(), 9, 1));
    EXPECT_THROW(run(io, gather<int>(io.get_executor(), std::move(work))), std::runtime_error);
}

}  // namespace
}  // namespace smarttls::engine
