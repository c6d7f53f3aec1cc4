// SPDX-License-Identifier: Apache-2.0
//
// Trust: the TlsContext of a CA file that changes while the engine runs, as Debian's does whenever
// ca-certificates is updated.
//
//     Result<Trust> trust = Trust::open(config.engine.ca_file);
//     prober.use(trust->current());              // before each probe: one stat(2)
//
// A file that is missing or broken for the moment leaves the certificates in force that were read
// before: an update is no reason to trust nobody.
// Ownership: plain value. Threads: one thread. Errors of open(): those of TlsContext::open().
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "smarttls/tls/context.h"

namespace smarttls::engine {

class Trust {
  public:
    [[nodiscard]] static policy::Result<Trust> open(std::string ca_file);

    /// Read again when the file is another than before.
    [[nodiscard]] const TlsContext& current();

  private:
    /// What tells two versions of a file apart.
    struct Stamp {
        dev_t device = 0;
        ino_t inode = 0;
        off_t size = 0;
        std::int64_t modified_ns = 0;
        bool operator==(const Stamp&) const = default;
    };

    Trust(std::string ca_file, Stamp stamp, TlsContext context);
    [[nodiscard]] static Stamp stamp_of(const std::string& file);

    std::string ca_file_;
    Stamp stamp_;
    TlsContext context_;
};

}  // namespace smarttls::engine
