// SPDX-License-Identifier: Apache-2.0
//
// grade: what a profile says about the session and the certificates that a mail server showed. The
// worst part is the grade, as in the guidelines; each part at phase-out or below is named.
//
//     Grading grading = grade(profile, host);      // of host.tls, host.certificate and host.chain
//
// Certificates are judged as NCSC-NL judges them: keys and signature hashes of the whole chain as
// it was sent, except roots, which are trusted by name and not by their signature. Threads: pure
// functions.
#pragma once

#include <vector>

#include "policy/profile.h"
#include "policy/verdict.h"

namespace smarttls::policy {

struct Grading {
    Grade grade = Grade::None;   // None when the host showed no TLS
    std::vector<Weakness> weak;  // worst first
};

[[nodiscard]] Grading grade(const Profile& profile, const HostVerdict& host);

}  // namespace smarttls::policy
