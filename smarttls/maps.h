// SPDX-License-Identifier: Apache-2.0
//
// The lookup tables that the engine serves by the socketmap protocol (socketmap_table(5)): from a
// request "<map> <key>" to a question, and from a verdict to the answer.
//
//     verdict, fresh   the verdict as JSON
//     pkix, mta-sts    the TLS policy that Postfix must enforce at this floor (TLS_README "TLS
//                      policy table"), or TEMP with the reason, which Postfix turns into a deferral
//     default          the policy that the domain publishes, for ordinary mail; NOTFOUND when it
//                      publishes none, so that Postfix's own settings hold
//     cache            what is kept about a next hop, or with "*" the whole cache in short, as JSON
//     flush            forgets what is kept about a next hop, or with "*" all of it
//
// A policy is never weaker than its floor: the answers are `dane-only`, or `secure` with the names
// of hosts. `may`, `none`, `encrypt`, `dane` and `verify` never occur (postfix.md §1c: each can
// leak or trusts what an attacker can forge). Threads: pure functions. Errors: none; what cannot be
// answered is an answer.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "policy/next_hop.h"
#include "policy/verdict.h"
#include "smarttls/kept_verdict.h"

namespace smarttls::engine {

enum class Map { Verdict, Fresh, MtaSts, Pkix, Default };

enum class AnswerStatus {
    Ok,
    NotFound,
    Temp,  // Postfix: defers and logs "socketmap server temporary error: <text, 200 bytes>"
    Perm,  // the same for Postfix, "permanent error"; asking again is of no use
};

struct MapAnswer {
    AnswerStatus status = AnswerStatus::Temp;
    std::string text;
};

/// "OK dane-only", "NOTFOUND ", "TEMP reason", "PERM reason".
[[nodiscard]] std::string format_answer(const MapAnswer& answer);

struct MapQuestion {
    Map map{};
    policy::NextHop next_hop;
};

/// About the cache itself (cache_control.h).
struct CacheQuestion {
    enum class What { Show, Flush };
    What what = What::Show;
    std::optional<policy::NextHop> next_hop;  // nothing: all
};

/// The map that a request names, as a literal of ours: "mta-sts", "cache"; "none" when there is
/// none of that name.
[[nodiscard]] std::string_view map_name(std::string_view request);

/// The question, or the answer when nobody needs to be probed: NOTFOUND for the look-up of a parent
/// domain (".example.nl"); PERM for an unknown map, and for a key that is no next hop, such as an
/// address: nothing can authenticate it, today or later. The map `default` has NOTFOUND for those
/// keys too: ordinary mail to them is none of our business.
[[nodiscard]] std::variant<MapQuestion, MapAnswer, CacheQuestion> parse_question(std::string_view request);

[[nodiscard]] MapAnswer answer(Map map, const KeptVerdict& verdict);

/// The answer of the maps `pkix` and `mta-sts`.
[[nodiscard]] MapAnswer policy_answer(policy::Floor floor, const policy::Verdict& verdict);

/// The answer of the map `default`, from what published.h reads.
[[nodiscard]] MapAnswer default_answer(const policy::Verdict& published);

/// TEMP: the probe did not end within the time that a client is made to wait.
[[nodiscard]] MapAnswer not_in_time(const policy::NextHop& next_hop);

}  // namespace smarttls::engine
