// SPDX-License-Identifier: Apache-2.0
//
// The shipped profiles against OpenSSL: a name that it does not write would never be matched.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "smarttls/profile_file.h"
#include "smarttls/tls/certificate.h"
#include "smarttls/tls/handles.h"

namespace smarttls::engine {
namespace {

using Part = policy::Profile::Part;

policy::Profile shipped(const std::string& name) {
    return load_profile(name, {SMARTTLS_SOURCE_DIR "/conf/profiles"}).value();
}

/// As SSL_CIPHER_get_name() writes them, with the name that IANA has for each.
std::map<std::string, std::string> suites_of_openssl() {
    const SslCtxHandle context(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_set_cipher_list(context.get(), "ALL:COMPLEMENTOFALL");
    SSL_CTX_set_ciphersuites(context.get(),
                             "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:"
                             "TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_SHA256");
    std::map<std::string, std::string> names;
    const STACK_OF(SSL_CIPHER)* const suites = SSL_CTX_get_ciphers(context.get());
    for (int i = 0; i < sk_SSL_CIPHER_num(suites); ++i) {
        const SSL_CIPHER* const suite = sk_SSL_CIPHER_value(suites, i);
        names[SSL_CIPHER_get_name(suite)] = SSL_CIPHER_standard_name(suite);
    }
    return names;
}

/// Suites that Debian builds OpenSSL without.
bool is_retired(const std::string& name) {
    return name.find("DES-CBC3") != std::string::npos || name.find("SEED") != std::string::npos;
}

TEST(ShippedProfiles, NameSuitesAsOpensslDoes) {
    const auto known = suites_of_openssl();
    std::set<std::string> standard_names;
    for (const auto& [name, standard_name] : known) standard_names.insert(standard_name);
    for (const char* profile : {"ncsc-nl-2025-05", "ncsc-nl-2021-01"}) {
        for (const std::string& suite : shipped(profile).names(Part::Suite)) {
            if (known.contains(suite) || is_retired(suite)) continue;
            EXPECT_TRUE(suite.starts_with("TLS_")) << suite << " is no suite of OpenSSL";
            EXPECT_FALSE(standard_names.contains(suite)) << suite << " has a name in OpenSSL";
        }
    }
}

TEST(ShippedProfiles, NameCurvesAsCertificatesAreDescribed) {
    for (const char* profile : {"ncsc-nl-2025-05", "ncsc-nl-2021-01"}) {
        for (const std::string& curve : shipped(profile).names(Part::Curve)) {
            const int nid = EC_curve_nist2nid(curve.c_str());
            const bool named = OBJ_sn2nid(curve.c_str()) != NID_undef || nid != NID_undef;
            EXPECT_TRUE(named || curve == curve_name("prime256v1")) << curve;
        }
    }
}

}  // namespace
}  // namespace smarttls::engine
