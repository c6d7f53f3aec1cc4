// SPDX-License-Identifier: Apache-2.0
//
// SealedEnvelope: what stands in a sealed message beside the message: who sent it to whom, how it was
// classed, and what the sender gave to let its recipients in. One "name value" a line; control bytes and
// '%' as %XX.
//
//     writer.finish(to_text(envelope));
//     Result<SealedEnvelope> envelope = read_envelope(*unsealed);
//
// Threads: pure functions. Errors: Corrupt.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "policy/result.h"

namespace smarttls::store {

using policy::Result;

struct SealedEnvelope {
    std::string class_name;
    std::string queue_id;
    std::string sender;
    std::string released_as;  // the sender under which it goes out if it is released: with its floor
    std::vector<std::string> recipients;
    std::map<std::string, std::string> phones = {};  // recipient, as in `recipients` -> number (E.164): "+31612345678"
    std::string access_code = {};  // that the sender tells the recipients; empty: none

    friend bool operator==(const SealedEnvelope&, const SealedEnvelope&) = default;
};

[[nodiscard]] std::string to_text(const SealedEnvelope& envelope);
/// Names that it does not know are of a later version and are passed over.
[[nodiscard]] Result<SealedEnvelope> read_envelope(std::string_view text);

}  // namespace smarttls::store
