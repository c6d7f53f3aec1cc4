// SPDX-License-Identifier: Apache-2.0
//
// How the command writes to a person: aligned columns of at most 100, colours on a terminal only,
// and nothing that strangers wrote can steer the terminal. Tables are in table.h.
//
// Text is UTF-8; a column is a code point. Threads: pure functions, but local_time reads TZ, and
// output_style and output_columns ask about standard output.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace smarttls::portal {

inline constexpr std::size_t kLineColumns = 100;

enum class Style { Plain, Terminal };
enum class Tone { Ordinary, Strong, Good, Doubtful, Bad };

/// In the tone's colour on a terminal, else unchanged.
[[nodiscard]] std::string painted(std::string_view text, Tone tone, Style style);

/// Control characters (C0, DEL, C1, invisible and direction-changing ones) and what is not UTF-8
/// as \xHH, byte by byte.
[[nodiscard]] std::string printable(std::string_view text);

/// JSON text whose strings hold the same characters, but those that printable() hides as \uHHHH;
/// what is not UTF-8 becomes \ufffd.
[[nodiscard]] std::string safe_json(std::string_view json);

/// Columns that the text takes.
[[nodiscard]] std::size_t columns(std::string_view text);

/// Followed by spaces up to the width.
[[nodiscard]] std::string padded(std::string_view text, std::size_t width);

/// Broken at spaces so that lines of `width` result when each begins with `indent` spaces. The first
/// line has none: the caller stands there already. Words longer than a line stay whole.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t indent,
                                  std::size_t width = kLineColumns);

/// Terminal for a standard output that is one, unless the environment says NO_COLOR
/// (https://no-color.org: any text but the empty one) or TERM=dumb.
[[nodiscard]] Style output_style();

/// Width of the terminal that standard output is, within bounds that tables can use; 80 when it is
/// none.
[[nodiscard]] std::size_t output_columns();

/// "45 seconds", "90 minutes", "89 days": in the largest unit of which there are two or more.
[[nodiscard]] std::string span_of(std::chrono::seconds span);

/// "2026-11-23 09:00:00 CET": the machine's time zone, named.
[[nodiscard]] std::string local_time(std::chrono::sys_seconds time);

}  // namespace smarttls::portal
