// SPDX-License-Identifier: Apache-2.0
//
// What "smarttls check" writes about one domain for people: everything (report), or one line
// (report_line).
//
// What strangers wrote is escaped; states are words and signs, not colours alone. Threads: pure
// functions; times are in the zone of TZ.
#pragma once

#include <string>

#include "policy/config.h"
#include "policy/next_hop.h"
#include "policy/recipient_kind.h"
#include "portal/command/check_inquiry.h"
#include "portal/command/table.h"

namespace smarttls::portal {

struct Report {
    const policy::Config& config;
    const policy::MailClass& mail_class;  // the one that decides
    Layout layout;
    policy::WallTime now;
    const policy::ConsumerDomains* consumers = nullptr;  // borrowed; none: nobody is known to be one
};

/// Of a finding with a verdict: headline, mail servers, protections, what would have to change, what
/// Postfix is told, what happens to mail of each class.
[[nodiscard]] std::string report(const Report& context, const policy::NextHop& next_hop,
                                 const Finding& finding);

/// "x example.nl  encrypted  sufficient  certificate-expired": in front whether it meets the class, as
/// the sign of a state; behind the worst reasons, on a line of their own where there is no room.
/// `name_columns` are for the domain.
[[nodiscard]] std::string report_line(const Report& context, std::size_t name_columns,
                                      const policy::Verdict& verdict);

}  // namespace smarttls::portal
