// SPDX-License-Identifier: Apache-2.0
//
// What the portal's pages do, from the command line, on a store that the portal has open at the same time.
//
//     pickup CONFIG find TOKEN | ask TOKEN FACTOR | enter TOKEN CODE [CLIENT] | read SECRET | record SECRET read|downloaded
//
// Prints one line (read: the message); exit status 0, or 1 when there is no such pickup or session, the code is wrong, or
// something failed, which it says.
#include <iostream>

#include "portal/pickup/codes.h"
#include "portal/pickup/pickups.h"

namespace {

namespace portal = smarttls::portal;
using smarttls::policy::Result;

int fail(const smarttls::policy::Error& error) {
    std::cout << "error: " << error.what << "\n";
    return 1;
}

int find(portal::Pickups& pickups, const std::string& token) {
    const auto view = pickups.find(token);
    if (!view) return fail(view.error());
    if (!*view) return 1;
    std::cout << (*view)->message << " " << (*view)->sender << " " << (*view)->attempts_left << " " << (*view)->phone_hint << " ";
    for (const portal::Factor factor : (*view)->factors) std::cout << to_string(factor) << ",";
    std::cout << "\n";
    return 0;
}

int ask(portal::Pickups& pickups, const std::string& token, const std::string& factor) {
    const auto asked = pickups.request_code(token, portal::factor_of(factor), "192.0.2.1");
    if (!asked) return fail(asked.error());
    std::cout << static_cast<int>(*asked) << "\n";
    return *asked == portal::CodeRequest::Sent ? 0 : 1;
}

int enter(portal::Pickups& pickups, const std::string& token, const std::string& code, const std::string& client) {
    const auto verdict = pickups.verify_code(token, code, client);
    if (!verdict) return fail(verdict.error());
    const bool is_right = verdict->answer == portal::CodeVerdict::Answer::Right;
    if (is_right) std::cout << verdict->secret << "\n";
    if (!is_right) std::cout << static_cast<int>(verdict->answer) << " " << verdict->attempts_left << "\n";
    return is_right ? 0 : 1;
}

int read(portal::Pickups& pickups, const std::string& secret) {
    const auto read = pickups.read(secret, [](std::span<const std::uint8_t> bytes) {
        std::cout.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        return smarttls::policy::ok();
    });
    return read ? 0 : fail(read.error());
}

int record(portal::Pickups& pickups, const std::string& secret, const std::string& what) {
    const auto recorded = pickups.record(secret, what == "read" ? portal::PickupEvent::Read : portal::PickupEvent::Downloaded);
    if (!recorded) return fail(recorded.error());
    return *recorded ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.size() < 3) return 2;
    const auto config = smarttls::policy::load_config(words[0]);
    if (!config) return fail(config.error());
    auto store = smarttls::store::PortalStore::open_existing(config->portal.directory);
    if (!store) return fail(store.error());
    const portal::SmsGateway gateway(config->sms);
    portal::Pickups pickups(*config, **store, gateway);
    const std::string& verb = words[1];
    if (verb == "find") return find(pickups, words[2]);
    if (verb == "read") return read(pickups, words[2]);
    if (words.size() < 4) return 2;
    if (verb == "ask") return ask(pickups, words[2], words[3]);
    if (verb == "enter") return enter(pickups, words[2], words[3], words.size() > 4 ? words[4] : "192.0.2.1");
    return verb == "record" ? record(pickups, words[2], words[3]) : 2;
}
