// SPDX-License-Identifier: Apache-2.0
//
// The floor of one recipient, in its address: what an exception lowers travels so, since the sender's tag
// holds for the whole message. bob@example.nl becomes bob+smarttls-to-pkix=bob=example.nl@example.nl:
// static lines of main.cf route it to smarttls-pkix and take the tag off on the wire.
//
// The tag repeats the address, and the route holds for no other: where an alias or a forward carries
// the tag on to another address (propagate_unmatched_extensions), the sender's floor counts again.
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "policy/verdict.h"

namespace smarttls::policy {

/// Nothing for addresses of which Postfix's regexp tables see another form than we do: quoted local
/// parts, bytes beyond ASCII. Nothing for Floor::Dane, below which there is always another.
[[nodiscard]] std::optional<std::string> with_lower_floor(std::string_view address, Floor floor);

/// The address to which with_lower_floor() gave this tag; nothing for any other.
[[nodiscard]] std::optional<std::string> without_lower_floor(std::string_view address);

/// True for any address with such a tag, in any case, whatever it repeats.
[[nodiscard]] bool has_lower_floor(std::string_view address);

}  // namespace smarttls::policy
