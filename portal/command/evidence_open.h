// SPDX-License-Identifier: Apache-2.0
//
// How the evidence verbs begin and fail: opening the database that the configuration names, and
// telling what went wrong.
// Threads: one.
#pragma once

#include <ostream>
#include <string_view>

#include "policy/config.h"
#include "store/evidence_reader.h"

namespace smarttls::portal {

/// Misconfigured when [store] evidence is not set.
[[nodiscard]] policy::Result<store::EvidenceReader> open_evidence(const policy::Config& config);

/// Writes "smarttls: what" to `err`; the exit status for its kind.
[[nodiscard]] int complain(const policy::Error& error, std::ostream& err);

/// The same for the arguments of a verb, with a hint where its usage stands.
[[nodiscard]] int complain_about_usage(const policy::Error& error, std::string_view verb,
                                       std::ostream& err);

}  // namespace smarttls::portal
