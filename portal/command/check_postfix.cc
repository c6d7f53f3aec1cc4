// SPDX-License-Identifier: Apache-2.0
#include "portal/command/check_postfix.h"

#include "policy/text.h"
#include "smarttls/maps.h"

namespace smarttls::portal {
namespace {

using policy::Floor;
using policy::Verdict;

PostfixAnswer looked_up(Floor floor, const Verdict& verdict) {
    const engine::MapAnswer answer = engine::policy_answer(floor, verdict);
    const bool passes = answer.status == engine::AnswerStatus::Ok;
    return {std::string(to_string(floor)), "map", std::string(policy::trim(format_answer(answer))),
            passes};
}

/// The level stands in master.cf; the reason why mail stays is the one that a map would give.
/// Postfix does not ask about a domain's own promises at the level encrypt: what is forbidden is for
/// the milter to stop.
PostfixAnswer fixed(Floor floor, std::string_view tls_level, const Verdict& verdict) {
    const bool unasked = floor == Floor::Encrypted && verdict.level == policy::Level::Forbidden;
    const bool passes = unasked || meets(verdict.level, floor);
    std::string answer(tls_level);
    if (!passes) answer += "; nothing leaves: " + engine::policy_answer(floor, verdict).text;
    return {std::string(to_string(floor)), "master.cf", std::move(answer), passes};
}

}  // namespace

std::vector<PostfixAnswer> postfix_answers(const Verdict& verdict, const std::string& default_map) {
    std::vector<PostfixAnswer> answers{
        fixed(Floor::Encrypted, "encrypt", verdict), looked_up(Floor::Pkix, verdict),
        looked_up(Floor::MtaSts, verdict), fixed(Floor::Dane, "dane-only", verdict)};
    if (default_map.empty()) return answers;
    std::string told(policy::trim(default_map));
    const bool passes = !told.starts_with("TEMP") && !told.starts_with("PERM");
    if (told == "NOTFOUND") told += ": it publishes no policy, your own settings hold";
    answers.push_back({"default", "map", std::move(told), passes});
    return answers;
}

}  // namespace smarttls::portal
