// SPDX-License-Identifier: Apache-2.0
//
// What a fuzzer is: one function that judges an input, and the invariants that it holds the parser to.
//
//     void judge(std::string_view input) {           // in NAME_fuzz.cc
//         const auto policy = parse_sts_policy(input);
//         if (policy) require(policy->mx.size() > 0, "a policy names hosts");
//     }
//
// libFuzzer makes inputs (preset fuzz, tests/fuzz/run); replay.cc feeds those of corpus/NAME to the same
// function as an ordinary test. Threads: one thread. Errors: a broken invariant ends the program.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace smarttls::fuzz {

/// Defined by each fuzzer.
void judge(std::string_view input);

/// Says the sentence and aborts when it does not hold.
void require(bool holds, const char* sentence);

/// Bytes from space to '~'.
[[nodiscard]] bool is_printable(std::string_view text);

/// Several texts in one input, separated by zero bytes; as many as there are zeros and one.
[[nodiscard]] std::vector<std::string> texts_of(std::string_view input);

/// Takes the first byte off the input as a number; 0 when there is none.
[[nodiscard]] std::size_t take_byte(std::string_view& input);

/// The text in pieces of `size` bytes (0 counts as 1).
[[nodiscard]] std::vector<std::string_view> pieces_of(std::string_view text, std::size_t size);

}  // namespace smarttls::fuzz

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size);
