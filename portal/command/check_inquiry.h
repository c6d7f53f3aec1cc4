// SPDX-License-Identifier: Apache-2.0
//
// Inquiry: many questions about domains at once, bounded; asked from the engine over its socket, or
// answered by probes of our own with the same code and settings.
//
//     auto inquiry = ask_engine(config.engine, Ask::Remembered);
//     inquiry->begin(next_hop, [&](Finding finding) { ... });     // while inquiry->has_room()
//     while (inquiry->running() > 0) inquiry->work(100ms);        // calls back from here
//
// Destroying it drops what is running; nobody is called back any more. Threads: one. Errors: in
// the findings.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "policy/config.h"
#include "policy/next_hop.h"
#include "policy/result.h"
#include "policy/verdict.h"

namespace smarttls::portal {

struct Finding {
    policy::Result<policy::Verdict> verdict;
    std::string json;        // of the verdict, as it came: members that this program does not know, too
    std::string default_map;  // the answer of the map "default", when it was asked for: "OK dane-only"
};

enum class Ask { Remembered, Fresh };
enum class DefaultMap { Left, Asked };

class Inquiry {
  public:
    using Done = std::function<void(Finding)>;

    virtual ~Inquiry() = default;
    /// Calls `done` once, perhaps at once.
    virtual void begin(policy::NextHop next_hop, Done done) = 0;
    /// Goes on for at most so long, less when something ends; calls back.
    virtual void work(std::chrono::milliseconds longest) = 0;
    [[nodiscard]] virtual std::size_t running() const = 0;
    [[nodiscard]] virtual bool has_room() const = 0;
};

/// The error with which the engine's socket does not answer.
[[nodiscard]] policy::Result<void> engine_answers(const policy::EngineSettings& settings);

[[nodiscard]] std::unique_ptr<Inquiry> ask_engine(const policy::EngineSettings& settings, Ask ask,
                                                  DefaultMap default_map);

/// Errors: Misconfigured.
[[nodiscard]] policy::Result<std::unique_ptr<Inquiry>> probe_from_here(
    const policy::EngineSettings& settings, DefaultMap default_map);

}  // namespace smarttls::portal
