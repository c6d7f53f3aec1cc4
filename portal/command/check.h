// SPDX-License-Identifier: Apache-2.0
//
// smarttls check DOMAIN...: how well the mail servers of a domain are protected, what would make them
// better, and what that means for Postfix and for each class. For one domain everything; for several
// a line each and a summary (check_arguments.h has the options and the exit status).
//
// Asks the engine where its socket answers; otherwise, or with --direct, probes with the same code
// and settings. Threads: one. Ctrl-C (SIGINT) ends it with the summary of what was done.
#pragma once

#include <istream>
#include <ostream>
#include <string>
#include <vector>

#include "policy/config.h"
#include "portal/command/check_progress.h"
#include "portal/command/render.h"
#include "portal/command/table.h"

namespace smarttls::portal {

struct CheckScreen {
    std::istream& in;
    std::ostream& out;
    std::ostream& err;
    Layout layout;
    Progress::Visibility progress = Progress::Visibility::Hidden;
};

/// `words` are those behind "check"; the width is that of standard output, and progress is shown
/// where standard error is a terminal.
[[nodiscard]] int check(const policy::Config& config, const std::vector<std::string>& words,
                        std::ostream& out, std::ostream& err, Style style = Style::Plain);

/// The same on a screen that the caller describes.
[[nodiscard]] int check_on(const policy::Config& config, const std::vector<std::string>& words,
                           const CheckScreen& screen);

/// The status of several domains: the last in the order 0, 1, 75, 69, 2, 78 that occurred. Nobody
/// takes an answer with holes for a whole one.
[[nodiscard]] int worse_status(int left, int right);

}  // namespace smarttls::portal
