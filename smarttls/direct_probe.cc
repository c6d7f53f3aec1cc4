// SPDX-License-Identifier: Apache-2.0
#include "smarttls/direct_probe.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "smarttls/configured_prober.h"

namespace smarttls::engine {

policy::Result<policy::Verdict> probe_directly(const policy::EngineSettings& settings,
                                               const policy::NextHop& next_hop) {
    std::unique_ptr<ConfiguredProber> prober;  // before the context: outlives its coroutines
    boost::asio::io_context context;
    policy::EngineSettings own = settings;
    own.cache_file.clear();  // the daemon's: one process writes it
    auto opened = ConfiguredProber::open(context.get_executor(), own);
    if (!opened) return tl::unexpected(opened.error());
    prober = *std::move(opened);
    policy::Result<policy::Verdict> verdict;
    // Awaited by context.run() below.
    boost::asio::co_spawn(context, prober->probe(next_hop),
                          [&](const std::exception_ptr& thrown, policy::Verdict found) {
                              if (thrown == nullptr) verdict = std::move(found);
                          });
    context.run();
    return verdict;
}

}  // namespace smarttls::engine
