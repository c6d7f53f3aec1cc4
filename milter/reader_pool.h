// SPDX-License-Identifier: Apache-2.0
//
// ReaderPool<Reader>: open readers of the store (Reader::open(path)), as many as were in use at once. Opening one costs
// several times what is asked of it: SQLite reads and parses the whole schema.
//
//     ReaderPool<store::SealedFates> pool;
//     auto fates = pool.use(path, [&](store::SealedFates& reader) { return reader.fates_of(identity); });
//
// Promises: a reader that failed is not used again.
// Ownership: owns the idle readers. Threads: any. Errors: those of the reader.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "policy/guarded.h"
#include "policy/result.h"

namespace smarttls::milter {

template <class Reader>
class ReaderPool {
  public:
    /// `ask`: a callable from Reader& to a Result.
    template <class Ask>
    auto use(const std::string& path, Ask ask) -> decltype(ask(std::declval<Reader&>())) {
        auto reader = take(path);
        if (!reader) return tl::unexpected(reader.error());
        auto answer = ask(*reader);
        if (answer) give_back(*std::move(reader));
        return answer;
    }

    /// Closes what is idle.
    void close() {
        idle_.with([](auto& idle) { idle.clear(); });
    }

  private:
    static constexpr std::size_t kMostIdle = 16;

    policy::Result<Reader> take(const std::string& path) {
        auto found = idle_.with([](auto& idle) -> std::optional<Reader> {
            if (idle.empty()) return std::nullopt;
            std::optional last(std::move(idle.back()));
            idle.pop_back();
            return last;
        });
        return found ? policy::Result<Reader>(*std::move(found)) : Reader::open(path);
    }

    void give_back(Reader reader) {
        idle_.with([&](auto& idle) {
            if (idle.size() < kMostIdle) idle.push_back(std::move(reader));
        });
    }

    policy::Guarded<std::vector<Reader>> idle_;
};

}  // namespace smarttls::milter
