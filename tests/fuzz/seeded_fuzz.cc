// SPDX-License-Identifier: Apache-2.0
//
// A fuzzer with a breach in it: what does not see it sees nothing. Left out of ordinary runs.
#include "tests/fuzz/fuzz.h"

namespace smarttls::fuzz {

void judge(std::string_view input) {
    require(!input.starts_with("BREACH"), "no input begins with BREACH");
}

}  // namespace smarttls::fuzz
