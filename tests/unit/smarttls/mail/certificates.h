// SPDX-License-Identifier: Apache-2.0
//
// Certificates with every defect, made by OpenSSL while the test runs, around one fixed moment
// kNow.
//
//     const Identity root = issue({.common_name = "Root", .is_ca = true});
//     const Identity leaf = issue({.dns_names = {"mx.example"}, .issuer = &root});
//     const TlsContext tls = trusting({&root});
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/verdict.h"
#include "smarttls/dns/answer.h"
#include "smarttls/tls/context.h"
#include "smarttls/tls/peer_chain.h"

namespace smarttls::engine {

inline constexpr policy::WallTime kNow{std::chrono::seconds{1'800'000'000}};

struct Identity {
    X509Handle certificate;
    KeyHandle key;
};

enum class KeyKind { P256, P224, Rsa1024, Rsa2048, Ed25519 };

struct Wish {
    std::string common_name = "test";
    std::vector<std::string> dns_names = {};
    int from_days = -10;  // of kNow
    int to_days = 10;
    bool is_ca = false;
    std::string extended_usage = "";   // "clientAuth"
    const Identity* issuer = nullptr;  // nullptr: signs itself
    KeyKind key = KeyKind::P256;
    const char* hash = "SHA256";  // of the issuer's signature
};

[[nodiscard]] Identity issue(const Wish& wish);

/// What a server with these certificates presents; the first is its own.
[[nodiscard]] PeerChain chain_of(const std::vector<const Identity*>& presented);

[[nodiscard]] std::string pem_of(const Identity& identity);

/// A context whose CA file holds these certificates.
[[nodiscard]] TlsContext trusting(const std::vector<const Identity*>& roots);

/// The record that RFC 6698 §2.1 asks for; matching 0, 1 or 2.
[[nodiscard]] TlsaRecord tlsa_of(int usage, int selector, int matching, const Identity& identity);

}  // namespace smarttls::engine
