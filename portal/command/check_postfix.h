// SPDX-License-Identifier: Apache-2.0
//
// postfix_answers(): what Postfix is told, or does by itself, for mail to a domain under each floor
// and for ordinary mail: the TLS policy, or the reason for which mail does not leave.
//
// The floors encrypted and dane are lines of master.cf that no engine can lower; pkix, mta-sts and
// default are looked up (TLS_README "TLS policy table"). Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "policy/verdict.h"

namespace smarttls::portal {

struct PostfixAnswer {
    std::string who;     // "mta-sts", "default"
    std::string source;  // "map" or "master.cf"
    std::string answer;  // "secure match=mx.example.nl servername=hostname", "TEMP ..."
    bool passes = false;  // mail can leave now
};

/// `default_map` is the answer of that map; empty when it was not asked for, which leaves it out.
[[nodiscard]] std::vector<PostfixAnswer> postfix_answers(const policy::Verdict& verdict,
                                                         const std::string& default_map);

}  // namespace smarttls::portal
