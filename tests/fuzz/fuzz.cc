// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/fuzz.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "policy/text.h"

namespace smarttls::fuzz {

void require(bool holds, const char* sentence) {
    if (holds) return;
    std::fprintf(stderr, "broken invariant: %s\n", sentence);
    std::abort();
}

bool is_printable(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char byte) { return byte >= ' ' && byte <= '~'; });
}

std::vector<std::string> texts_of(std::string_view input) {
    const auto pieces = policy::split(input, '\0');
    return {pieces.begin(), pieces.end()};
}

std::size_t take_byte(std::string_view& input) {
    if (input.empty()) return 0;
    const auto byte = static_cast<unsigned char>(input.front());
    input.remove_prefix(1);
    return byte;
}

std::vector<std::string_view> pieces_of(std::string_view text, std::size_t size) {
    std::vector<std::string_view> pieces;
    for (; !text.empty(); text.remove_prefix(pieces.back().size())) {
        pieces.push_back(text.substr(0, std::max<std::size_t>(size, 1)));
    }
    return pieces;
}

}  // namespace smarttls::fuzz

int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    // A copy of exactly that size: AddressSanitizer sees the first byte that is read behind it.
    const std::vector<char> bytes(data, data + size);
    smarttls::fuzz::judge({bytes.data(), bytes.size()});
    return 0;
}
