// SPDX-License-Identifier: Apache-2.0
#include "smarttls/verdict_maker.h"

#include <bit>
#include <string>

#include "smarttls/profile_file.h"

namespace smarttls::engine {
namespace {

using Part = policy::Profile::Part;

/// FNV-1a; nobody gains by a collision.
std::uint64_t hash_of(const std::string& text) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char byte : text) {
        hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3U;
    }
    return hash;
}

std::string text_of(const policy::Profile& profile) {
    std::string text = profile.title();
    for (const Part part : {Part::Protocol, Part::Suite, Part::Group, Part::Curve, Part::Eddsa,
                            Part::Hash}) {
        for (const std::string& name : profile.names(part)) {
            text += "\n" + name + " " + std::string(to_string(profile.grade(part, name)));
        }
    }
    constexpr int kLargestKey = 16384;
    for (int bits = 512; bits <= kLargestKey; bits += 256) {
        text += "\n" + std::string(to_string(profile.grade_rsa(bits)));
    }
    return text;
}

}  // namespace

std::int64_t maker_of(const policy::EngineSettings& settings) {
    std::string text = SMARTTLS_VERSION;
    for (const policy::Endpoint& resolver : settings.resolvers) text += "\n" + resolver.str();
    for (const auto* networks : {&settings.trust_ad, &settings.allow_network}) {
        text += "\n";
        for (const policy::Network& network : *networks) text += network.str() + " ";
    }
    text += "\n" + settings.ca_file + (settings.mx == policy::MxScope::All ? "\nall\n" : "\nbest\n");
    if (const auto profile = load_profile(settings.profile)) text += text_of(*profile);
    return std::bit_cast<std::int64_t>(hash_of(text));
}

}  // namespace smarttls::engine
