// SPDX-License-Identifier: Apache-2.0
//
// RunningServer: a Server on a socket in a directory of its own, in a thread, with a scripted
// probe.
//
// Threads: the object's own thread runs the server; the test's thread uses the rest.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <stdexcept>
#include <thread>

#include "smarttls/client.h"
#include "smarttls/server.h"
#include "tests/unit/smarttls/scripted_probe.h"
#include "tests/unit/smarttls/verdicts.h"

namespace smarttls::engine {

class TemporaryDirectory {
  public:
    TemporaryDirectory() {
        std::string name = (std::filesystem::temp_directory_path() / "smarttls-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
        path_ = name;
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory() { std::filesystem::remove_all(path_); }

    [[nodiscard]] std::string operator/(const std::string& name) const { return path_ / name; }

  private:
    std::filesystem::path path_;
};

inline policy::Deadline test_limit() {  // far more than any test needs; a failing test ends by it
    return policy::Deadline::after(policy::Deadline::Clock::now(), std::chrono::seconds(10));
}

class RunningServer {
  public:
    explicit RunningServer(ConnectionLimits limits = {std::chrono::seconds(60)})
        : cache_(io_.get_executor(), {100, std::chrono::seconds(60)}, probe.function(),
                 [] { return at("2026-11-23T08:00:00Z"); }),
          published_(io_.get_executor(), {100, std::chrono::seconds(60)}, publications.function(),
                     [] { return at("2026-11-23T08:00:00Z"); }),
          server_(std::move(Server::open(io_.get_executor(), socket, {cache_, published_}, limits, metrics_))
                      .value()),
          thread_([this] { io_.run(); }) {}
    RunningServer(const RunningServer&) = delete;
    RunningServer& operator=(const RunningServer&) = delete;
    ~RunningServer() {
        io_.stop();
        thread_.join();
    }

    [[nodiscard]] EngineConnection connect() const {
        return std::move(EngineConnection::open(socket, test_limit())).value();
    }

    /// As it is when the server's thread comes to it.
    [[nodiscard]] std::string metrics_text() {
        const auto show = [this] {
            Exposition text;
            metrics_.show(text);
            return text.str();
        };
        return boost::asio::post(io_, std::packaged_task<std::string()>(show)).get();
    }

    /// Runs Server::shutdown until its end.
    [[nodiscard]] std::future<void> shutdown(policy::Deadline deadline) {
        return boost::asio::co_spawn(io_, server_->shutdown(deadline), boost::asio::use_future);
    }

    TemporaryDirectory directory;
    std::string socket = directory / "engine.sock";
    ScriptedProbe probe;
    ScriptedProbe publications;

  private:
    boost::asio::io_context io_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
        io_.get_executor()};
    Metrics metrics_;
    VerdictCache cache_;
    VerdictCache published_;
    std::unique_ptr<Server> server_;
    std::thread thread_;
};

}  // namespace smarttls::engine
