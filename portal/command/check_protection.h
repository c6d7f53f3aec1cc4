// SPDX-License-Identifier: Apache-2.0
//
// protections(): what a verdict says about each protection of a domain's mail, one line each, with the
// clause on which it rests: DNSSEC, DANE, MTA-STS, TLS, certificate, NTA 7516 where it was looked up.
//
// The states answer the question of a colleague, "is that in order?"; the level and the grade of the
// verdict stay the only things that decide about mail. Threads: pure functions.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "policy/verdict.h"

namespace smarttls::portal {

enum class State {
    Ok,
    Weak,     // there, and not as good as it should be
    Failed,   // there, and broken
    Absent,   // not there
    Unknown,  // could not be found out: says nothing about it
};

/// "ok", and a sign that needs no colour: '+'.
[[nodiscard]] std::string_view to_string(State state);
[[nodiscard]] char sign_of(State state);

struct Protection {
    std::string_view name;  // "DANE"
    State state = State::Unknown;
    std::string fact;    // "TLSA 3 1 1 matches"
    std::string clause;  // "RFC 7672 §3.1.1"
};

[[nodiscard]] std::vector<Protection> protections(const policy::Verdict& verdict);

/// True when it stands among the reasons of the domain or of one of its hosts.
[[nodiscard]] bool has_reason(const policy::Verdict& verdict, policy::Reason reason);
[[nodiscard]] bool has_reason(const policy::HostVerdict& host, policy::Reason reason);

/// The first host for which it holds; nullptr when it holds for none.
template <class F>
[[nodiscard]] const policy::HostVerdict* first_host(const policy::Verdict& verdict, F&& holds) {
    const auto found = std::find_if(verdict.hosts.begin(), verdict.hosts.end(), holds);
    return found == verdict.hosts.end() ? nullptr : &*found;
}

/// A protection that nobody could look at, because of what the whole verdict is.
[[nodiscard]] Protection not_examined(std::string_view name, const policy::Verdict& verdict);

}  // namespace smarttls::portal
