// SPDX-License-Identifier: Apache-2.0
//
// fill CONFIG COUNT: writes verdicts about d0.bench, d1.bench, ... into the engine's cache-file, as
// the engine would with this configuration: two kilobytes of JSON each, good for a day.
//
// Exit status: 0; 1 when the file cannot be used; 2 usage.
#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <iostream>

#include "policy/config.h"
#include "smarttls/configured_prober.h"
#include "smarttls/verdict_archive.h"
#include "smarttls/verdict_maker.h"

namespace {

using namespace smarttls;

policy::Verdict typical(const std::string& name, policy::WallTime now) {
    policy::HostVerdict host;
    host.name = "mx1." + name;
    host.preference = 10;
    host.addresses = {"192.0.2.1"};
    host.level = policy::Level::Pkix;
    host.grade = policy::Grade::Sufficient;
    host.tls = policy::TlsFacts{"TLSv1.3", "TLS_AES_256_GCM_SHA384", "x25519"};
    const policy::WallTime end = now + std::chrono::hours(24 * 90);
    host.certificate = policy::CertificateFacts{"CN=mx1." + name,
                                                "CN=An Authority, O=Somebody, C=NL",
                                                {"mx1." + name, "mx2." + name},
                                                now,
                                                end,
                                                "ecdsa-256",
                                                "sha256",
                                                std::string(64, 'a')};
    host.chain = {*host.certificate};
    policy::Verdict verdict;
    verdict.domain = name;
    verdict.level = policy::Level::Pkix;
    verdict.grade = policy::Grade::Sufficient;
    verdict.hosts = {host, host};
    verdict.hosts[1].name = "mx2." + name;
    verdict.checked = now;
    verdict.expires = now + std::chrono::hours(24);
    return verdict;
}

int fill(const policy::EngineSettings& settings, int count) {
    constexpr int kBatch = 1000;
    boost::asio::io_context io;
    const engine::ArchiveLimits limits{settings.cache_size, settings.best_seen_ttl,
                                       engine::maker_of(settings)};
    const auto archive =
        engine::VerdictArchive::open(settings.cache_file, limits, io.get_executor());
    if (!archive) {
        std::cerr << archive.error().what << '\n';
        return 1;
    }
    const policy::WallTime now = engine::wall_time();
    for (int i = 0; i < count; ++i) {
        const std::string name = "d" + std::to_string(i) + ".bench";
        const auto verdict = std::make_shared<const engine::KeptVerdict>(typical(name, now));
        (*archive)->put(name, {verdict, {}, now});
        if ((i + 1) % kBatch != 0 && i + 1 != count) continue;
        (*archive)->commit(now);
        io.restart();
        io.run();
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    const auto config = policy::load_config(argv[1]);
    if (!config) {
        std::cerr << config.error().what << '\n';
        return 1;
    }
    return fill(config->engine, std::atoi(argv[2]));
}
