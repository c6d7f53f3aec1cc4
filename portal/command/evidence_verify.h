// SPDX-License-Identifier: Apache-2.0
//
// smarttls evidence verify FILE --key KEY, and smarttls evidence verify --log: what evidence proves and what it does not.
//
// A file is verified with the key alone: no database, no configuration.
// Threads: one. Result: the exit status (exit_status.h); errors are sentences on `err`.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "policy/config.h"
#include "portal/command/render.h"
#include "store/log/note_key.h"

namespace smarttls::portal {

struct VerifyArguments {
    std::string file;  // a bundle; empty with --log
    std::string key;   // of the log, or a file with it
    std::string timestamp_ca;
    std::string since;  // file of checkpoints
    bool log = false;
    bool quick = false;
    bool help = false;
};

/// `arguments` are those behind "verify".
[[nodiscard]] int evidence_verify(const policy::Config& config, const std::vector<std::string>& words,
                                  std::ostream& out, std::ostream& err, Style style = Style::Plain);

// Its two halves.
[[nodiscard]] int verify_bundle_file(const VerifyArguments& arguments, std::ostream& out, std::ostream& err, Style style);
[[nodiscard]] int verify_whole_log(const policy::Config& config, const VerifyArguments& arguments, std::ostream& out,
                                   std::ostream& err, Style style);

/// As "evidence checkpoint --key" prints it, or a file with that.
[[nodiscard]] policy::Result<store::NoteVerifier> read_verifier(const std::string& key);

}  // namespace smarttls::portal
