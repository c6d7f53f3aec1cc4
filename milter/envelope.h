// SPDX-License-Identifier: Apache-2.0
//
// Envelope addresses as the MTA hands them to a milter: RFC 5321 paths with or without angle brackets
// (sendmail(1) submission has none), in any case, possibly quoted.
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "policy/verdict.h"

namespace smarttls::milter {

/// "<alice@example.nl>" -> "alice@example.nl"; "<>" -> "".
[[nodiscard]] std::string without_brackets(std::string_view path);

/// Behind the last '@', as written; empty when there is none.
[[nodiscard]] std::string_view domain_of(std::string_view address);

/// True for addresses that name a path rather than a mailbox: source routes ("@gw:u@b"), percent and
/// bang paths, an '@' inside the local part. The MTA may deliver them elsewhere than their domain
/// says, so that no verdict about the domain protects them (RFC 5321 appendix C and F.2).
[[nodiscard]] bool is_routed(std::string_view address);

/// Where notices to a sender go: to a mailbox of the site's own or by a route that is trusted; or by the
/// MTA's default route, which needs the floor for them as well (smarttls_notices in main.cf).
enum class Home { Trusted, Remote };

/// The floor that the address carries: alice+smarttls-dane@example.nl, in any case, since Postfix's
/// regexp tables ignore it. "-dsn" behind it makes no difference here.
[[nodiscard]] std::optional<policy::Floor> floor_of(std::string_view address);

/// The address as its owner knows it.
[[nodiscard]] std::string without_floor(std::string_view address);

/// The address with that floor, or the one it carries when that is as high: tags are only raised.
/// Quoted local parts keep their quotes: "a b"@x becomes "a b+smarttls-dane"@x. A remote sender's tag
/// ends in "-dsn": alice+smarttls-dane-dsn@example.nl.
[[nodiscard]] std::string with_floor(std::string_view address, policy::Floor floor,
                                     Home home = Home::Trusted);

}  // namespace smarttls::milter
