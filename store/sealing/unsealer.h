// SPDX-License-Identifier: Apache-2.0
//
// Unsealer: opens a sealed message chunk by chunk, for readers who take their time (store/sealing/sealed_message.h tells of
// the file).
//
//     Result<Unsealer> unsealer = Unsealer::open(directory, facts, key);
//     for (;;) { auto chunk = unsealer->next(); if (!chunk || chunk->empty()) break; ... }
//
// Each chunk is authentic and in order; that nothing is missing is known when next() has given the empty one.
// Ownership: owns the open file; neither the key nor the facts are needed any more. Threads: one at a time. Errors: as
// unseal().
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "store/sealing/sealed_message.h"

namespace smarttls::store {

class Unsealer {
  public:
    [[nodiscard]] static Result<Unsealer> open(const std::string& directory, const SealedFacts& facts, const PrivateKey& key);
    Unsealer(Unsealer&&) noexcept;
    Unsealer& operator=(Unsealer&&) noexcept;
    ~Unsealer();

    /// At most kSealedChunk bytes; none at the end.
    [[nodiscard]] Result<std::vector<std::uint8_t>> next();
    /// Once the end has come.
    [[nodiscard]] const std::string& envelope() const { return envelope_; }

  private:
    struct File;
    explicit Unsealer(std::unique_ptr<File> file);

    std::unique_ptr<File> file_;
    std::string envelope_;
    bool has_ended_ = false;
};

}  // namespace smarttls::store
