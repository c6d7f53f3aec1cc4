// SPDX-License-Identifier: Apache-2.0
#include "portal/command/confirm.h"

#include <iostream>
#include <string>

#include "policy/text.h"

namespace smarttls::portal {

bool confirmed(std::string_view question, std::ostream& out) {
    out << question << " This cannot be undone. Type yes: " << std::flush;
    std::string answer;
    std::getline(std::cin, answer);
    if (policy::trim(answer) == "yes") return true;
    out << "\nNothing was changed.\n";
    return false;
}

}  // namespace smarttls::portal
