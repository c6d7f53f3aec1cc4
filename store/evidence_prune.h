// SPDX-License-Identifier: Apache-2.0
//
// Retention: what is personal in the evidence of a class goes when its time is over ([class.NAME]
// evidence-retention). Records and hashes stay, and every proof with them; a record (kRetention) says how many of which
// class up to when.
//
//     Result<Pruning> would = count_prunable(settings, order);
//     Result<Pruning> pruned = prune_evidence(settings, order);      // again after a crash: it finishes
//     Result<std::vector<Epoch>> months = months_in_use(settings);
//
// A record whose message still waits for pickup, for release or to be sent stays until that has ended.
// Threads: any. Errors: those of SQLite and keys.
#pragma once

#include <string>
#include <vector>

#include "policy/config.h"
#include "store/evidence.h"

namespace smarttls::store {

struct PruneOrder {
    std::string class_name;
    EvidenceTime before{};  // records of this time and later stay
    std::string who;
    std::string config_version;
};

[[nodiscard]] Result<Pruning> count_prunable(const policy::StoreSettings& settings, const PruneOrder& order);
[[nodiscard]] Result<Pruning> prune_evidence(const policy::StoreSettings& settings, const PruneOrder& order);

/// The months in which something was sealed that is still kept: no private key but theirs is needed any more.
[[nodiscard]] Result<std::vector<Epoch>> months_in_use(const policy::StoreSettings& settings);

}  // namespace smarttls::store
