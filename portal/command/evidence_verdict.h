// SPDX-License-Identifier: Apache-2.0
//
// The main facts of a stored verdict for a person, host by host: level, TLS, certificate, DANE.
//
// It reads the JSON of design §4 as it was kept, perhaps by another version of the program: members
// that are missing or of another type are left out, and text that is no JSON says so.
// Threads: pure functions; local_time reads TZ.
#pragma once

#include <string>
#include <string_view>

#include "portal/command/render.h"

namespace smarttls::portal {

/// Lines with their newlines, each behind `indent` spaces; nothing for the empty text.
[[nodiscard]] std::string verdict_lines(std::string_view verdict_json, std::size_t indent,
                                        Style style);

/// Of the words for a level and for a grade, known here or not.
[[nodiscard]] Tone tone_of_level(std::string_view level_name);
[[nodiscard]] Tone tone_of_grade(std::string_view name);

}  // namespace smarttls::portal
