// SPDX-License-Identifier: Apache-2.0
//
// Canonical JSON: one text of each value, so that a hash of the text is a hash of the value.
// Members sorted by the bytes of their names, each once; no white space; integers alone (64 bits);
// in strings only what must be escaped is, in the shortest way (as RFC 8785 has it).
//
//     const std::string text = canonical_json({{"b", 1}, {"a", nullptr}});    // {"a":null,"b":1}
//     Result<json::value> value = parse_canonical(text, 8);
//
// Threads: pure functions. Errors: Malformed (not JSON, not canonical, nested deeper than that).
#pragma once

#include <boost/json/value.hpp>

#include "policy/result.h"

namespace smarttls::store {

using policy::Result;

/// The value has no floating-point number in it.
[[nodiscard]] std::string canonical_json(const boost::json::value& value);

/// Text that is canonical already; anything else is refused.
[[nodiscard]] Result<boost::json::value> parse_canonical(std::string_view text, std::size_t depth);

}  // namespace smarttls::store
