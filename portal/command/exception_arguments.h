// SPDX-License-Identifier: Apache-2.0
//
// The words behind `smarttls exception add`, approve, revoke and list.
//
// Threads: pure functions; dates without a zone are in TZ's. Errors: Malformed, to be shown with the usage.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policy/exception.h"
#include "store/evidence.h"

namespace smarttls::portal {

extern const std::string_view kAddUsage;
extern const std::string_view kApproveUsage;
extern const std::string_view kRevokeUsage;
extern const std::string_view kListUsage;

struct AddArguments {
    policy::Exception exception;  // as far as words say
    bool help = false;
};
/// The class is one of `config`, its end not later than this allows and after `now`.
[[nodiscard]] policy::Result<AddArguments> parse_add(const std::vector<std::string>& words,
                                                     const policy::Config& config,
                                                     store::EvidenceTime now);

struct TurnArguments {
    std::int64_t id = 0;
    std::string reason;
    bool help = false;
};
[[nodiscard]] policy::Result<TurnArguments> parse_approve(const std::vector<std::string>& words);
[[nodiscard]] policy::Result<TurnArguments> parse_revoke(const std::vector<std::string>& words);

struct ListArguments {
    bool all = false;
    bool json = false;
    bool help = false;
};
[[nodiscard]] policy::Result<ListArguments> parse_list(const std::vector<std::string>& words);

}  // namespace smarttls::portal
