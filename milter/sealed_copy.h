// SPDX-License-Identifier: Apache-2.0
//
// SealedCopy: the copy of one message that some recipient may have to pick up, encrypted while it
// streams, from the first byte of its header.
//
//     SealedCopy copy(config.store, fields, now);          // at the end of the headers
//     copy.append(chunk); ...
//     Result<store::Registration> kept = copy.finish(envelope, identity);
//     copy.keep();                                         // once the registration is committed
//
// What is not kept is removed. Lines end in CRLF; the header is as the MTA showed it, control header
// included. Ownership: the file. Threads: one callback at a time. Errors: the first one stands and
// comes out of finish(); the message goes on streaming.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "policy/config.h"
#include "policy/verdict.h"
#include "store/evidence.h"
#include "store/sealing/envelope.h"

namespace smarttls::milter {

/// Header fields in their order, names and values as libmilter gives them.
using HeaderFields = std::vector<std::pair<std::string, std::string>>;

class SealedCopy {
  public:
    SealedCopy(const policy::StoreSettings& settings, const HeaderFields& fields,
               policy::WallTime now);

    void append(std::span<const unsigned char> chunk);
    [[nodiscard]] policy::Result<store::Registration> finish(const store::SealedEnvelope& envelope,
                                                             std::string identity);
    void keep();

  private:
    policy::Result<store::SealedWriter> writer_;
};

/// One message keeps its identity however often it is submitted: sender, header and content. What
/// Postfix adds where it is missing (Message-Id, which holds the queue id, and with it Date) differs
/// with each attempt and does not count.
[[nodiscard]] std::string identity_of(const std::string& sender, const HeaderFields& fields,
                                      const std::string& content_sha256,
                                      const std::string& queue_id);

}  // namespace smarttls::milter
