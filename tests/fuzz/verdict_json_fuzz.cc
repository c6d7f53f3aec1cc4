// SPDX-License-Identifier: Apache-2.0
//
// The engine's answer as its clients read it, and kept evidence as a later release reads it.
#include "smarttls/netstring.h"
#include "smarttls/verdict_json.h"
#include "tests/fuzz/fuzz.h"

namespace smarttls::fuzz {

void judge(std::string_view input) {
    const auto verdict = engine::parse_verdict(input);
    if (!verdict) {
        require(is_printable(verdict.error().what), "an error is printable");
        return;
    }
    const std::string written = engine::to_json(*verdict);
    require(is_printable(written), "a verdict is one printable line");
    if (written.size() > engine::kLongestReply) return;
    const auto again = engine::parse_verdict(written);
    require(again.has_value(), "a verdict that is written is read");
    require(engine::to_json(*again) == written, "reading and writing change nothing");
}

}  // namespace smarttls::fuzz
