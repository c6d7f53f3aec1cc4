// SPDX-License-Identifier: Apache-2.0
//
// SealingKeys: the public keys of a directory, of which the one for this month is wanted again and again.
//
//     SealingKeys keys(directory);
//     Result<PublicKey> key = keys.for_time(now);
//
// Where the month has none, the last one before it serves: evidence must not stop because nobody has made new
// keys. It is read once for each month. Threads: any. Errors: Misconfigured (there is none at all), Temporary, Corrupt.
#pragma once

#include <optional>
#include <string>

#include "policy/mutex.h"
#include "store/sealing/key.h"

namespace smarttls::store {

class SealingKeys {
  public:
    explicit SealingKeys(std::string directory) : directory_(std::move(directory)) {}

    [[nodiscard]] Result<PublicKey> for_time(std::chrono::sys_seconds time);

  private:
    struct Found {
        Epoch asked;
        PublicKey key;
    };
    const std::string directory_;
    policy::Mutex mutex_;
    std::optional<Found> found_ SMARTTLS_GUARDED_BY(mutex_);
};

/// The key of `epoch`, or the last one before it.
[[nodiscard]] Result<PublicKey> last_public_key(const std::string& directory, Epoch epoch);

}  // namespace smarttls::store
