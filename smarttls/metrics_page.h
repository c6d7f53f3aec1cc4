// SPDX-License-Identifier: Apache-2.0
//
// The page of metrics: what was counted (metrics.h), what caches and sessions are like now, and the
// process.
//
//     std::string text = metrics_page(metrics, caches, *prober);
//
// Threads: one thread (that of the engine). Errors: none.
#pragma once

#include <string>

#include "smarttls/cache.h"
#include "smarttls/configured_prober.h"
#include "smarttls/metrics.h"

namespace smarttls::engine {

[[nodiscard]] std::string metrics_page(const Metrics& metrics, VerdictCaches caches,
                                       const ConfiguredProber& prober);

}  // namespace smarttls::engine
