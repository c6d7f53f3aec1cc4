// SPDX-License-Identifier: Apache-2.0
//
// What stands behind "smarttls evidence show" and "smarttls evidence search" on the command line.
//
// Threads: pure functions; times without a zone are read in the machine's. Errors: Malformed, one
// sentence for the administrator.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/result.h"
#include "store/evidence_query.h"

namespace smarttls::portal {

inline constexpr std::string_view kShowUsage =
    "usage: smarttls evidence show QUEUE-ID [--json]\n"
    "\n"
    "Tells what was decided about the message, for whom, and why; oldest first when the MTA has\n"
    "used the queue id more than once.\n"
    "\n"
    "  --json   one JSON object per line and decision\n"
    "\n"
    "Exit status: 0 found, 1 nothing found, 2 usage, 69 database unavailable, 78 configuration.\n";

inline constexpr std::string_view kSearchUsage =
    "usage: smarttls evidence search [OPTION]...\n"
    "\n"
    "Lists decisions, one line per message and recipient, newest first.\n"
    "\n"
    "  --since TIME      from this moment on: 2026-11-23, 2026-11-23T08:00, -2h, -7d (also m)\n"
    "  --until TIME      before this moment\n"
    "  --class NAME      of the message\n"
    "  --domain NAME     of the recipient\n"
    "  --address ADDR    of the recipient or the sender\n"
    "  --queue-id ID     of the message\n"
    "  --outcome WORD    direct, queue, portal, hold, reject: of the recipient or the message\n"
    "  --event NAME      such as SubmissionAcceptance, RelayToNonERDS, DeliveryWeakerThanDecided\n"
    "  --limit N         at most so many messages (100)\n"
    "  --before NUMBER   the page that follows: the number is said where a page ends\n"
    "  --json            one JSON object per line and message, with all its recipients\n"
    "\n"
    "Exit status: 0 found, 1 nothing found, 2 usage, 69 database unavailable, 78 configuration.\n";

struct ShowArguments {
    std::string queue_id;
    bool json = false;
    bool help = false;
};

struct SearchArguments {
    store::EvidenceQuery query;
    std::size_t limit = 100;
    std::optional<std::int64_t> before;  // id of the record after which the page begins
    bool json = false;
    bool help = false;
};

[[nodiscard]] policy::Result<ShowArguments> parse_show(const std::vector<std::string>& arguments);

/// Relative times count back from `now`.
[[nodiscard]] policy::Result<SearchArguments> parse_search(
    const std::vector<std::string>& arguments, store::EvidenceTime now);

/// "2026-11-23", "2026-11-23T08:00", "2026-11-23T08:00:30", "-30m", "-2h", "-7d".
[[nodiscard]] policy::Result<store::EvidenceTime> parse_time(std::string_view text,
                                                             store::EvidenceTime now);

}  // namespace smarttls::portal
