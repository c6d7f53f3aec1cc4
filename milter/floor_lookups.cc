// SPDX-License-Identifier: Apache-2.0
#include "milter/floor_lookups.h"

#include <string_view>

#include "milter/floor_guard.h"

namespace smarttls::milter {
namespace {

void add(std::vector<Lookup>& lookups, const std::string& floor, std::string_view suffix) {
    const std::string tag = "+smarttls-" + floor + std::string(suffix);
    const std::string address = "canary" + tag + "@example.invalid";
    const std::string plain = "canary@example.invalid";
    const std::string transport = "smarttls-" + floor + ":";
    const std::string sends = "send " + tag + " to " + transport;
    const std::string strips = "take " + tag + " off the sender";
    lookups.push_back({"sender_dependent_default_transport_maps", address, transport, sends});
    lookups.push_back({"smtp_generic_maps", address, plain, strips});
    lookups.push_back({"lmtp_generic_maps", address, plain, strips});
    lookups.push_back({"header_checks", "To: " + address,
                       "PREPEND " + std::string(kFloorField) + ": " + floor,
                       "mark notices to " + tag});
    // Only remote senders need a route for the notices that go to them.
    if (!suffix.empty()) lookups.push_back({"transport_maps", address, transport, sends});
}

}  // namespace

std::vector<Lookup> lookups_of(policy::Floor floor) {
    std::vector<Lookup> lookups;
    add(lookups, std::string(to_string(floor)), "");
    add(lookups, std::string(to_string(floor)), "-dsn");
    return lookups;
}

}  // namespace smarttls::milter
