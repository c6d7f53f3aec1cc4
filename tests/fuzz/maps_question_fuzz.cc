// SPDX-License-Identifier: Apache-2.0
//
// A request of the socketmap protocol, "<map> <key>"; keys come from strangers' addresses.
#include "smarttls/maps.h"
#include "smarttls/netstring.h"
#include "tests/fuzz/fuzz.h"

namespace smarttls::fuzz {
namespace {

void judge_answer(const engine::MapAnswer& answer) {
    require(answer.status == engine::AnswerStatus::NotFound ||
                answer.status == engine::AnswerStatus::Perm,
            "what is no question is never answered with a policy");
    const std::string text = format_answer(answer);
    require(is_printable(text) && text.size() < engine::kLongestReply, "an answer fits into a line");
}

void judge_question(std::string_view request, const engine::MapQuestion& question) {
    const std::string key = question.next_hop.str();
    require(is_printable(key), "a next hop is printable");
    const std::string name(request.substr(0, request.find(' ')));
    const auto again = engine::parse_question(name + " " + key);
    const auto* same = std::get_if<engine::MapQuestion>(&again);
    require(same != nullptr && same->map == question.map && same->next_hop == question.next_hop,
            "the canonical key asks the same question");
}

}  // namespace

void judge(std::string_view input) {
    const auto parsed = engine::parse_question(input);
    if (const auto* answer = std::get_if<engine::MapAnswer>(&parsed)) {
        judge_answer(*answer);
    } else {
        judge_question(input, std::get<engine::MapQuestion>(parsed));
    }
}

}  // namespace smarttls::fuzz
