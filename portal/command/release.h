// SPDX-License-Identifier: Apache-2.0
//
// smarttls message release: sends a message that was set aside to those for whom it is held. It goes out
// as the milter would have sent it, under the floor of its class: a person may end the wait, but not
// lower the protection. Until the servers reach that floor it waits in the MTA's queue.
//
// The release is written down once the MTA has taken the message. A crash between the two leaves it held,
// and releasing it again sends it again, under the same Message-Id: at least once, never lost.
// Threads: one. Errors: complained about on `err`; the exit status says of which kind.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "policy/config.h"
#include "portal/command/render.h"

namespace smarttls::portal {

[[nodiscard]] int message_release(const policy::Config& config,
                                  const std::vector<std::string>& words, std::ostream& out,
                                  std::ostream& err, Style style);

}  // namespace smarttls::portal
