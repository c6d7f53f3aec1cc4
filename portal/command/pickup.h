// SPDX-License-Identifier: Apache-2.0
//
// smarttls message show | resend | extend | revoke | discard | code | bounced: what becomes of a message that is kept for pickup, by hand.
// They change portal.db and may run while the portal does; each step that matters is evidence, with who took it and why.
//
// Threads: one. Errors: complained about on `err`; the exit status says of which kind.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "policy/config.h"
#include "portal/command/render.h"

namespace smarttls::portal {

using Words = std::vector<std::string>;

[[nodiscard]] int message_show(const policy::Config& config, const Words& words, std::ostream& out, std::ostream& err, Style style);
[[nodiscard]] int message_resend(const policy::Config& config, const Words& words, std::ostream& out, std::ostream& err, Style style);
[[nodiscard]] int message_extend(const policy::Config& config, const Words& words, std::ostream& out, std::ostream& err, Style style);
[[nodiscard]] int message_revoke(const policy::Config& config, const Words& words, std::ostream& out, std::ostream& err, Style style);
[[nodiscard]] int message_discard(const policy::Config& config, const Words& words, std::ostream& out, std::ostream& err, Style style);
[[nodiscard]] int message_code(const policy::Config& config, const Words& words, std::ostream& out, std::ostream& err, Style style);

[[nodiscard]] int message_bounced(const policy::Config& config, const Words& words, std::ostream& out, std::ostream& err, Style style);

}  // namespace smarttls::portal
