// SPDX-License-Identifier: Apache-2.0
//
// What a client sends to the engine's socket. The first byte is the size of the pieces.
#include "smarttls/netstring.h"
#include "tests/fuzz/fuzz.h"

namespace smarttls::fuzz {
namespace {

struct Reading {
    std::vector<std::string> contents;
    bool broken = false;
};

Reading read(std::string_view input, std::size_t size) {
    engine::NetstringReader reader(engine::kLongestRequest);
    Reading reading;
    for (const std::string_view piece : pieces_of(input, size)) {
        reader.append(piece);
        auto next = reader.next();
        for (; next && *next; next = reader.next()) reading.contents.push_back(**next);
        require(!(reading.broken && next), "a stream that is broken stays so");
        reading.broken = !next;
    }
    return reading;
}

}  // namespace

void judge(std::string_view input) {
    const std::size_t size = take_byte(input);
    const Reading pieced = read(input, size);
    const Reading whole = read(input, input.size());
    require(pieced.contents == whole.contents && pieced.broken == whole.broken,
            "pieces say what the whole says");
    std::string written;
    for (const std::string& content : whole.contents) {
        require(content.size() <= engine::kLongestRequest, "a content is bounded");
        written += engine::encode_netstring(content);
    }
    require(input.starts_with(written), "what was read is what was sent: there is one form");
}

}  // namespace smarttls::fuzz
