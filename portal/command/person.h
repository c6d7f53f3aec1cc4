// SPDX-License-Identifier: Apache-2.0
//
// Who sits before the command, for what a second person has to approve.
//
// The login of the session (/proc/self/loginuid, which survives sudo and su), else for root who called
// sudo, else the user of the process. Who is root can pretend to be anybody; what reaches others is the report.
// Threads: one.
#pragma once

#include <string>

namespace smarttls::portal {

/// "jan (uid 1000)": equal for the same person.
[[nodiscard]] std::string person();

}  // namespace smarttls::portal
