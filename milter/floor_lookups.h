// SPDX-License-Identifier: Apache-2.0
//
// What the tables of Postfix's main.cf must answer so that mail with a floor's tag, and notices about it,
// take the floor's transport.
//
//     for (const Lookup& lookup : lookups_of(Floor::Dane)) ...
//
// Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "policy/verdict.h"

namespace smarttls::milter {

struct Lookup {
    std::string parameter;  // that names the tables
    std::string key;
    std::string answer;
    std::string purpose;  // what the tables do when they answer so: "send +smarttls-dane to ..."
};

[[nodiscard]] std::vector<Lookup> lookups_of(policy::Floor floor);

}  // namespace smarttls::milter
