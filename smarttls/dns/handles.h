// SPDX-License-Identifier: Apache-2.0
//
// Owners of what ldns allocates: one alias per type, freed by the function that ldns wants for it.
//
//     RrHandle record(raw);          // owns; .get() lends
//
// ldns_rr_free frees owner and RDATA too; ldns_rdf_free would forget the bytes of a name, so names
// take ldns_rdf_deep_free; ldns_pkt_free frees its sections itself (packet.c).
// Ownership: that is the whole file. Threads: plain values. No ldns header here.
#pragma once

#include <cstdint>
#include <memory>

struct ldns_struct_pkt;
struct ldns_struct_rdf;
struct ldns_struct_rr;

namespace smarttls::engine {

struct LdnsFree {
    void operator()(ldns_struct_pkt* packet) const noexcept;
    void operator()(ldns_struct_rdf* name) const noexcept;
    void operator()(ldns_struct_rr* record) const noexcept;
    void operator()(std::uint8_t* bytes) const noexcept;
    void operator()(char* text) const noexcept;
};

using PktHandle = std::unique_ptr<ldns_struct_pkt, LdnsFree>;
using NameHandle = std::unique_ptr<ldns_struct_rdf, LdnsFree>;
using RrHandle = std::unique_ptr<ldns_struct_rr, LdnsFree>;
using WireHandle = std::unique_ptr<std::uint8_t, LdnsFree>;
using TextHandle = std::unique_ptr<char, LdnsFree>;

}  // namespace smarttls::engine
