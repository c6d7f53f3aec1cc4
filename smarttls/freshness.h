// SPDX-License-Identifier: Apache-2.0
//
// Freshness: whether a probe may use what another one has just seen of the same server.
//
//     prober.probe(next_hop, deadline, Freshness::New);      // of the map "fresh"
//
// Threads: plain values.
#pragma once

namespace smarttls::engine {

enum class Freshness {
    Shared,
    New,  // only sessions that began after the question
};

}  // namespace smarttls::engine
