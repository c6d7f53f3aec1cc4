// SPDX-License-Identifier: Apache-2.0
#include "smarttls/sts/archive.h"

#include <algorithm>
#include <boost/asio/post.hpp>

#include "smarttls/cache_database.h"
#include "smarttls/log.h"

namespace smarttls::engine {
namespace {

using policy::DomainName;
using policy::Result;
using store::Database;

std::int64_t number_of(policy::WallTime time) {
    return time.time_since_epoch().count();
}

Result<void> write(Database& database, const DomainName& domain, const StoredPolicy& stored) {
    auto insert = database.prepare("INSERT OR REPLACE INTO sts_policy VALUES (?1, ?2, ?3, ?4, ?5)");
    if (!insert) return tl::unexpected(insert.error());
    auto bound = insert->bind_all(std::string_view(domain.str()), std::string_view(stored.id),
                                  std::string_view(format_sts_policy(stored.policy)),
                                  number_of(stored.fetched),
                                  number_of(stored.fetched + stored.policy.max_age));
    if (!bound) return bound;
    return insert->run();
}

Result<void> erase_expired(Database& database, policy::WallTime now) {
    auto erase = database.prepare("DELETE FROM sts_policy WHERE expires <= ?1");
    if (!erase) return tl::unexpected(erase.error());
    if (auto bound = erase->bind_all(number_of(now)); !bound) return bound;
    return erase->run();
}

void read_row(const store::Statement& row, StsArchive::Policies& policies) {
    auto domain = DomainName::parse(row.text(0));
    auto policy = parse_sts_policy(row.text(2));
    if (!domain || !policy) return;
    const policy::WallTime fetched{std::chrono::seconds(row.integer(3))};
    policies.emplace_back(*std::move(domain),
                          StoredPolicy{row.text(1), *std::move(policy), fetched});
}

}  // namespace

std::string format_sts_policy(const StsPolicy& policy) {
    std::string text = "version:STSv1\nmode:" + std::string(to_string(policy.mode)) +
                       "\nmax_age:" + std::to_string(policy.max_age.count());
    for (const std::string& pattern : policy.mx) text += "\nmx:" + pattern;
    return text;
}

Result<std::unique_ptr<StsArchive>> StsArchive::open(const std::string& path) {
    auto database = open_cache_database(path);
    if (!database) return tl::unexpected(database.error());
    return std::unique_ptr<StsArchive>(new StsArchive(*std::move(database)));
}

StsArchive::~StsArchive() {
    pool_.join();
}

Result<StsArchive::Policies> StsArchive::load(policy::WallTime now) {
    if (auto erased = erase_expired(database_, now); !erased) {
        return because(erased, "deleting MTA-STS policies that have expired");
    }
    auto select =
        database_.prepare("SELECT domain, id, policy, fetched FROM sts_policy "
                          "ORDER BY fetched DESC LIMIT ?1");
    if (!select) return because(select, "reading MTA-STS policies");
    const auto most = static_cast<std::int64_t>(StsCacheLimits{}.most_policies);
    if (auto bound = select->bind_all(most); !bound) return tl::unexpected(bound.error());
    Policies policies;
    for (;;) {
        const auto row = select->step();
        if (!row) return because(row, "reading MTA-STS policies");
        if (!*row) break;
        read_row(*select, policies);
    }
    std::reverse(policies.begin(), policies.end());
    return policies;
}

void StsArchive::put(DomainName domain, StoredPolicy policy) {
    boost::asio::post(pool_, [this, domain = std::move(domain), policy = std::move(policy)] {
        const auto written = write(database_, domain, policy);
        if (!written) {
            log(Severity::Error,
                domain.str() + ": keeping its MTA-STS policy on disk: " + written.error().what);
        }
    });
}

}  // namespace smarttls::engine
