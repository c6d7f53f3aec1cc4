// SPDX-License-Identifier: Apache-2.0
//
// ProofPage: how a verification is told, in this order: the answer in a sentence, what is wrong, what is proved, what
// is not.
//
//     ProofPage page;
//     page.proved.push_back("3 records are in the log ...");
//     return tell(page, out, style);         // kExitYes, or kExitNo when something is wrong
//
// Threads: pure functions.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "portal/command/render.h"

namespace smarttls::portal {

struct ProofPage {
    std::string subject;              // "The evidence log of org.example/smarttls"
    std::vector<std::string> facts;   // what was looked at
    std::vector<std::string> wrong;
    std::vector<std::string> proved;
    std::vector<std::string> limits;  // what nobody can conclude although nothing is wrong
};

[[nodiscard]] int tell(const ProofPage& page, std::ostream& out, Style style);

}  // namespace smarttls::portal
