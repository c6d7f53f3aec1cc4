// SPDX-License-Identifier: Apache-2.0
#include "smarttls/dns/extended_error.h"

#include <gtest/gtest.h>

namespace smarttls::engine {
namespace {

using Codes = std::vector<std::uint16_t>;

struct Row {
    Codes codes;
    Blame blame;
    const char* text;
};

TEST(ExtendedErrors, TellWhoseFaultAFailureIs) {
    for (const Row& row : {
             Row{{}, Blame::Unsaid, ""},
             Row{{6}, Blame::Signatures, "DNSSEC bogus"},
             Row{{7}, Blame::Signatures, "signature expired"},
             Row{{12}, Blame::Signatures, "NSEC missing"},
             Row{{22}, Blame::Network, "no reachable authority"},
             Row{{22, 9}, Blame::Signatures, "no reachable authority, DNSKEY missing"},
             Row{{23, 13}, Blame::Network, "network error, cached error"},
             Row{{0, 5, 13}, Blame::Unsaid, "extended error 0, DNSSEC indeterminate, cached error"},
             Row{{65535}, Blame::Unsaid, "extended error 65535"},
         }) {
        EXPECT_EQ(blame_of(row.codes), row.blame) << row.text;
        EXPECT_EQ(describe(row.codes), row.text);
    }
}

}  // namespace
}  // namespace smarttls::engine
