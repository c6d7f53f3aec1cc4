// SPDX-License-Identifier: Apache-2.0
#include "smarttls/dns/handles.h"

#include <stdbool.h>  // first: else ldns/common.h makes bool a macro, in C++ too

#include <ldns/ldns.h>

#include <cstdlib>

namespace smarttls::engine {

void LdnsFree::operator()(ldns_struct_pkt* packet) const noexcept {
    ldns_pkt_free(packet);
}
void LdnsFree::operator()(ldns_struct_rdf* name) const noexcept {
    ldns_rdf_deep_free(name);
}
void LdnsFree::operator()(ldns_struct_rr* record) const noexcept {
    ldns_rr_free(record);
}
void LdnsFree::operator()(std::uint8_t* bytes) const noexcept {
    std::free(bytes);
}
void LdnsFree::operator()(char* text) const noexcept {
    std::free(text);
}

}  // namespace smarttls::engine
