// SPDX-License-Identifier: Apache-2.0
//
// The one definition of every option. The parser walks this table; tests hold the shipped file, the
// manual and the code against it.
//
// Threads: immutable tables.
#pragma once

#include <span>
#include <string_view>

#include "policy/config.h"

namespace smarttls::policy {

/// How often an option may stand in a section: once, once per value, or with several values in a
/// line that are separated by blanks as well. The first setting replaces the default.
enum class Repeat { No, Lines, Words };

/// One option of type `Target`. `fallback` is the default, written as in the file; an empty one means
/// "not set", and the empty value in a file says so again.
template <class Target>
struct Option {
    std::string_view section;
    std::string_view key;
    std::string_view fallback;
    Repeat repeat = Repeat::No;
    Result<void> (*set)(Target&, std::string_view value);
    void (*clear)(Target&);     // of those that repeat or have no default; nullptr otherwise
    std::string_view sentence;  // what it is for
};

/// Options of [engine], [milter] and [store].
[[nodiscard]] std::span<const Option<Config>> options();

/// Options of every [class.NAME] section.
[[nodiscard]] std::span<const Option<MailClass>> class_options();

inline constexpr std::string_view kClassPrefix = "class.";

}  // namespace smarttls::policy
