// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/smarttls/mail/certificates.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <unistd.h>

#include <array>
#include <fstream>

namespace smarttls::engine {
namespace {

constexpr long kDay = 86'400;

KeyHandle new_key(KeyKind kind) {
    switch (kind) {
        case KeyKind::P256:
            return KeyHandle(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
        case KeyKind::P224:
            return KeyHandle(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-224"));
        case KeyKind::Rsa1024:
            return KeyHandle(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{1024}));
        case KeyKind::Rsa2048:
            return KeyHandle(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048}));
        case KeyKind::Ed25519:
            return KeyHandle(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    }
    return nullptr;
}

void add_extension(X509* certificate, int nid, const char* value) {
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

/// By length, so that a name may hold any byte.
void add_dns_names(X509* certificate, const std::vector<std::string>& names) {
    if (names.empty()) return;
    const NamesHandle all(GENERAL_NAMES_new());
    for (const std::string& name : names) {
        ASN1_IA5STRING* const text = ASN1_IA5STRING_new();
        ASN1_STRING_set(text, name.data(), static_cast<int>(name.size()));
        GENERAL_NAME* const entry = GENERAL_NAME_new();
        GENERAL_NAME_set0_value(entry, GEN_DNS, text);
        sk_GENERAL_NAME_push(all.get(), entry);
    }
    X509_add1_ext_i2d(certificate, NID_subject_alt_name, all.get(), 0, 0);
}

void set_name(X509_NAME* name, const std::string& common_name) {
    X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(common_name.data()),
                               static_cast<int>(common_name.size()), -1, 0);
}

}  // namespace

Identity issue(const Wish& wish) {
    static long serial = 1;
    Identity made{X509Handle(X509_new()), new_key(wish.key)};
    X509* const certificate = made.certificate.get();
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
    const std::time_t now = kNow.time_since_epoch().count();
    ASN1_TIME_set(X509_getm_notBefore(certificate), now + wish.from_days * kDay);
    ASN1_TIME_set(X509_getm_notAfter(certificate), now + wish.to_days * kDay);
    set_name(X509_get_subject_name(certificate), wish.common_name);
    X509_set_pubkey(certificate, made.key.get());
    const Identity& issuer = wish.issuer != nullptr ? *wish.issuer : made;
    X509_set_issuer_name(certificate, X509_get_subject_name(issuer.certificate.get()));
    if (wish.is_ca) add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
    if (!wish.extended_usage.empty()) {
        add_extension(certificate, NID_ext_key_usage, wish.extended_usage.c_str());
    }
    add_dns_names(certificate, wish.dns_names);
    const bool intrinsic = EVP_PKEY_get_base_id(issuer.key.get()) == EVP_PKEY_ED25519;
    X509_sign(certificate, issuer.key.get(), intrinsic ? nullptr : EVP_get_digestbyname(wish.hash));
    return made;
}

PeerChain chain_of(const std::vector<const Identity*>& presented) {
    ChainHandle chain(sk_X509_new_null());
    for (const Identity* identity : presented) {
        X509_up_ref(identity->certificate.get());
        sk_X509_push(chain.get(), identity->certificate.get());
    }
    X509_up_ref(presented.front()->certificate.get());
    return {X509Handle(presented.front()->certificate.get()), std::move(chain)};
}

std::string pem_of(const Identity& identity) {
    const BioHandle out(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(out.get(), identity.certificate.get());
    std::array<char, 8192> text{};
    const int size = BIO_read(out.get(), text.data(), static_cast<int>(text.size()));
    return {text.data(), static_cast<std::size_t>(size)};
}

TlsContext trusting(const std::vector<const Identity*>& roots) {
    static int number = 0;
    const std::string file = testing::TempDir() + "smarttls-ca-" + std::to_string(getpid()) + "-" +
                             std::to_string(number++) + ".pem";
    std::ofstream(file) << [&] {
        std::string all;
        for (const Identity* root : roots) all += pem_of(*root);
        return all;
    }();
    TlsContext tls = TlsContext::open(file).value();
    unlink(file.c_str());
    return tls;
}

TlsaRecord tlsa_of(int usage, int selector, int matching, const Identity& identity) {
    unsigned char* der = nullptr;
    const int size = selector == 0 ? i2d_X509(identity.certificate.get(), &der)
                                   : i2d_PUBKEY(identity.key.get(), &der);
    std::vector<std::uint8_t> data(der, der + size);
    OPENSSL_free(der);
    if (matching != 0) {
        std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
        unsigned digest_size = 0;
        EVP_Digest(data.data(), data.size(), digest.data(), &digest_size,
                   matching == 1 ? EVP_sha256() : EVP_sha512(), nullptr);
        data.assign(digest.begin(), digest.begin() + digest_size);
    }
    return {static_cast<std::uint8_t>(usage), static_cast<std::uint8_t>(selector),
            static_cast<std::uint8_t>(matching), std::move(data)};
}

}  // namespace smarttls::engine
