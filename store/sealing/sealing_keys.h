// SPDX-License-Identifier: Apache-2.0
//
// SealingKeys: the public keys of a directory, of which the one for this month is wanted again and again.
//
//     SealingKeys keys(directory);
//     Result<PublicKey> key = keys.for_time(now);
//     auto wrapping = keys.wrapping_for(now);            // for records: the same one for a second
//
// Where the month has none, the last one before it serves: evidence must not stop because nobody has made new
// keys. It is read once for each month. Threads: any. Errors: Misconfigured (there is none at all), Temporary, Corrupt.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "policy/mutex.h"
#include "store/sealing/key.h"
#include "store/sealing/record_wrapping.h"

namespace smarttls::store {

class SealingKeys {
  public:
    explicit SealingKeys(std::string directory) : directory_(std::move(directory)) {}

    [[nodiscard]] Result<PublicKey> for_time(std::chrono::sys_seconds time);
    [[nodiscard]] Result<std::shared_ptr<const WrappingKey>> wrapping_for(std::chrono::sys_seconds time);

  private:
    Result<PublicKey> find(std::chrono::sys_seconds time) SMARTTLS_REQUIRES(mutex_);

    struct Found {
        Epoch asked;
        PublicKey key;
    };
    const std::string directory_;
    policy::Mutex mutex_;
    std::optional<Found> found_ SMARTTLS_GUARDED_BY(mutex_);
    std::shared_ptr<const WrappingKey> wrapping_ SMARTTLS_GUARDED_BY(mutex_);
    std::chrono::sys_seconds made_ SMARTTLS_GUARDED_BY(mutex_);  // when wrapping_ was
};

/// The key of `epoch`, or the last one before it.
[[nodiscard]] Result<PublicKey> last_public_key(const std::string& directory, Epoch epoch);

}  // namespace smarttls::store
