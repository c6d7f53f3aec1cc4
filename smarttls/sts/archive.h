// SPDX-License-Identifier: Apache-2.0
//
// StsArchive: the policies of the cache on disk, so that they survive a restart: who has once seen
// an MTA-STS policy must not forget it before max_age has passed (RFC 8461 §3.3, §10.2).
//
//     auto archive = StsArchive::open(path);
//     for (auto& [domain, policy] : (*archive)->load(now)) cache.keep(domain, policy);
//     (*archive)->put(domain, policy);               // returns at once
//
// SQLite works in a thread of its own; what it cannot write is logged and stays in memory alone.
// Ownership: the database and the thread; the destructor waits until everything is written.
// Threads: open() and load() before the first put(); then one thread. Errors of open() and load():
// those of store::Database.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "smarttls/sts/cache.h"
#include "store/sqlite.h"

namespace smarttls::engine {

class StsArchive {
  public:
    using Policies = std::vector<std::pair<policy::DomainName, StoredPolicy>>;

    [[nodiscard]] static policy::Result<std::unique_ptr<StsArchive>> open(const std::string& path);
    StsArchive(const StsArchive&) = delete;
    StsArchive& operator=(const StsArchive&) = delete;
    ~StsArchive();

    /// Those in force, oldest first; the others are deleted. A row that cannot be read is skipped,
    /// and so are the oldest beyond what the cache takes.
    [[nodiscard]] policy::Result<Policies> load(policy::WallTime now);

    void put(policy::DomainName domain, StoredPolicy policy);

  private:
    explicit StsArchive(store::Database database) : database_(std::move(database)) {}

    store::Database database_;  // of the pool's thread, once it has begun
    boost::asio::thread_pool pool_{1};
};

/// The policy in the form of RFC 8461 §3.2, as short as it can be.
[[nodiscard]] std::string format_sts_policy(const StsPolicy& policy);

}  // namespace smarttls::engine
