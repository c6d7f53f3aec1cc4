// SPDX-License-Identifier: Apache-2.0
//
// find_nta: the NTA 7516 record of a mail domain, looked up at its apex and judged by the month that it
// is in the Netherlands. Only a record that DNSSEC proves counts: whoever could forge it would choose the
// carrier of medical mail.
//
//     NtaPublication nta = co_await find_nta(lookup, domain, now, deadline);
//
// Ownership: borrows the Lookup; the other arguments are the coroutine's own. Threads: one thread.
// Errors: never; a look-up that failed is a reason of its own (policy::is_known).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <vector>

#include "smarttls/mail_routes.h"

namespace smarttls::engine {

struct NtaPublication {
    policy::NtaFacts facts;       // of its hosts, name and preference alone
    std::vector<MailHost> hosts;  // the ntamx of a valid record
    Ttl ttl;                      // none where the look-up failed
};

[[nodiscard]] boost::asio::awaitable<NtaPublication> find_nta(Lookup& lookup,
                                                              policy::DomainName domain,
                                                              policy::WallTime now,
                                                              policy::Deadline deadline);

}  // namespace smarttls::engine
