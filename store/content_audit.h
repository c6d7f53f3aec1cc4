// SPDX-License-Identifier: Apache-2.0
//
// audit_content: whether what stands in clear beside the encrypted parts, and what records are found by, is what the
// parts say. The log commits to none of it: who changes it changes what a search finds and what is shown to whom has no
// key, and nothing else.
//
//     Result<ContentAudit> audit = audit_content(settings, private_keys, records);
//
// Opens every part for which there is a key. Rows of `term` that are too many do no harm, since what they find is looked
// at again; those that are missing are found. Ownership: connections of its own. Threads: one. Errors: those of SQLite
// and of the keys. Whatever is wrong is a finding.
#pragma once

#include <string>

#include "policy/config.h"
#include "store/log_audit.h"

namespace smarttls::store {

struct ContentAudit {
    std::uint64_t opened = 0;  // parts
    std::uint64_t sealed = 0;  // for which there is no key here
    std::uint64_t erased = 0;
    bool knows_addresses = false;  // the key of addresses is there: they were compared as well
    Findings mistakes;
};

/// Of the records from 1 to `records`.
[[nodiscard]] Result<ContentAudit> audit_content(const policy::StoreSettings& settings, const std::string& private_keys,
                                                 std::uint64_t records);

}  // namespace smarttls::store
