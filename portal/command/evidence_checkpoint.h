// SPDX-License-Identifier: Apache-2.0
//
// smarttls evidence checkpoint [--key]: signs what the log is now, for keeping elsewhere; or prints the key with which
// others verify such checkpoints.
//
// Needs the right to read [store] log-key: as the milter's user, or root.
// Threads: one. Result: the exit status (exit_status.h); errors are sentences on `err`.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "policy/config.h"
#include "portal/command/render.h"
#include "store/checkpoints.h"

namespace smarttls::portal {

/// `arguments` are those behind "checkpoint".
[[nodiscard]] int evidence_checkpoint(const policy::Config& config, const std::vector<std::string>& arguments,
                                      std::ostream& out, std::ostream& err, Style style = Style::Plain);

/// The newest checkpoint, which is signed now when the log has grown.
[[nodiscard]] policy::Result<std::optional<store::StoredCheckpoint>> sign_now(const policy::StoreSettings& settings);

}  // namespace smarttls::portal
