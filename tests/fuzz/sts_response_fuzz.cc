// SPDX-License-Identifier: Apache-2.0
//
// What a policy host answers by HTTP. The first byte is the size of the pieces in which it arrives; then
// the server closes its side.
#include "smarttls/sts/policy.h"
#include "smarttls/sts/response.h"
#include "tests/fuzz/fuzz.h"

namespace smarttls::fuzz {

void judge(std::string_view input) {
    using engine::PolicyResponse;
    const std::size_t size = take_byte(input);
    PolicyResponse whole;
    whole.feed(input);
    PolicyResponse pieced;
    for (const std::string_view piece : pieces_of(input, size)) pieced.feed(piece);
    // What is no HTTP may be refused later in pieces: the parser then waits for the end of the header.
    const auto complete = PolicyResponse::State::Complete;
    require((whole.state() == complete) == (pieced.state() == complete),
            "pieces are complete when the whole is");
    require(whole.end() == pieced.end(), "pieces say what the whole says");
    require(whole.state() != PolicyResponse::State::NeedMore, "nothing comes behind the end");
    if (whole.state() == PolicyResponse::State::Failed) {
        require(is_printable(whole.failure()) && !whole.failure().empty(), "a failure is a sentence");
        return;
    }
    require(whole.body().size() <= engine::kLongestStsPolicy, "a body is bounded");
    require(whole.body() == pieced.body(), "pieces make the same body");
}

}  // namespace smarttls::fuzz
