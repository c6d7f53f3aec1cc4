// SPDX-License-Identifier: Apache-2.0
//
// Disposition: the answer to the MTA, and the table from kinds of error to answers. Whatever the
// reason for doubt, class mail is never accepted for it (promise 2).
//
// Threads: plain values.
#pragma once

#include <string>
#include <string_view>

#include "policy/result.h"

namespace smarttls::milter {

enum class Verb { Continue, Tempfail, Reject };

struct Disposition {
    Verb verb = Verb::Continue;
    std::string code;      // "451", "550"
    std::string enhanced;  // "4.3.0"
    std::string text;      // one line for people; cut and cleaned at the rim

    [[nodiscard]] static Disposition proceed() { return {}; }
    [[nodiscard]] static Disposition tempfail(std::string enhanced, std::string text);
    [[nodiscard]] static Disposition reject(std::string_view code, std::string_view enhanced,
                                            std::string text);
};

/// The answer to class mail when `error` kept us from a decision. The sender learns which part of the
/// system failed; the log has the rest.
[[nodiscard]] Disposition disposition_of(const policy::Error& error, std::string_view part);

/// `text` with '?' for every byte that is not printable ASCII, cut after 480 bytes: one line, whoever
/// wrote it.
[[nodiscard]] std::string printable(std::string_view text);

/// `text` fit for smfi_setreply: no CR or LF (the call fails), '%' doubled (it is a format),
/// printable ASCII, at most one reply line long (RFC 5321 §4.5.3.1.5: 512 bytes).
[[nodiscard]] std::string reply_text(std::string_view text);

}  // namespace smarttls::milter
