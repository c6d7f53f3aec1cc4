// SPDX-License-Identifier: Apache-2.0
//
// SealedCopy: the copy of one message that some recipient may have to pick up, encrypted while it
// streams, from the first byte of its header.
//
//     SealedCopy copy(config.store, fields, now);          // at the end of the headers
//     copy.append(chunk); ...
//     Result<store::SealedFacts> sealed = copy.finish(envelope);
//     copy.keep();                                         // once the registration is committed
//
// What is not kept is removed. Lines end in CRLF; the header is as the MTA showed it, control header
// included, but without phone numbers and access code. Ownership: the file. Threads: one callback at a time. Errors: the first one stands and
// comes out of finish(); the message goes on streaming.
#pragma once

#include <span>

#include "milter/identity.h"
#include "policy/config.h"
#include "policy/verdict.h"
#include "store/sealing/envelope.h"
#include "store/sealing/sealed_message.h"

namespace smarttls::milter {

class SealedCopy {
  public:
    SealedCopy(const policy::StoreSettings& settings, const HeaderFields& fields,
               policy::WallTime now);

    /// False: this site has no place or no key for sealed messages.
    [[nodiscard]] bool is_possible() const;
    void append(std::span<const unsigned char> chunk);
    [[nodiscard]] policy::Result<store::SealedFacts> finish(const store::SealedEnvelope& envelope);
    void keep();

  private:
    policy::Result<store::SealedWriter> writer_;
};

}  // namespace smarttls::milter
