// SPDX-License-Identifier: Apache-2.0
#include "smarttls/tls/certificate.h"

#include <algorithm>
#include <array>
#include <ctime>

#include "policy/text.h"

namespace smarttls::engine {
namespace {

constexpr std::size_t kLongestName = 1024;    // of a subject or issuer
constexpr std::size_t kLongestDnsName = 253;  // RFC 1035 §2.3.4
constexpr std::size_t kMostDnsNames = 100;
constexpr int kMostCertificates = 10;  // of a chain; honest ones have two to four

/// RFC 2253; the flags escape control bytes and everything above ASCII.
std::string text_of(const X509_NAME* name) {
    const BioHandle out(BIO_new(BIO_s_mem()));
    if (!out || X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253) < 0) return {};
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    if (size <= 0) return {};
    return {text, std::min(static_cast<std::size_t>(size), kLongestName)};
}

/// The bytes of a dNSName, or nothing when they are no name: an embedded NUL would show a reader
/// another name than the one that is compared.
std::string dns_name_of(const GENERAL_NAME& name) {
    if (name.type != GEN_DNS) return {};
    const auto* const found = static_cast<const ASN1_STRING*>(GENERAL_NAME_get0_value(&name, nullptr));
    const auto* const begin = ASN1_STRING_get0_data(found);
    const std::string text(begin, begin + ASN1_STRING_length(found));
    const bool printable =
        std::all_of(text.begin(), text.end(), [](char byte) { return byte > ' ' && byte < 0x7f; });
    return printable && text.size() <= kLongestDnsName ? text : std::string{};
}

std::vector<std::string> dns_names_of(X509* certificate) {
    const NamesHandle all(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    std::vector<std::string> names;
    for (int i = 0; i < sk_GENERAL_NAME_num(all.get()) && names.size() < kMostDnsNames; ++i) {
        std::string name = dns_name_of(*sk_GENERAL_NAME_value(all.get(), i));
        if (!name.empty()) names.push_back(std::move(name));
    }
    return names;
}

policy::WallTime time_of(const ASN1_TIME* time) {
    std::tm parts{};
    if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return {};
    return policy::WallTime(std::chrono::seconds(timegm(&parts)));
}

/// Empty for keys without curve and for curves that are written out instead of named.
std::string curve_of(X509* certificate) {
    const EVP_PKEY* const key = X509_get0_pubkey(certificate);
    if (key == nullptr || EVP_PKEY_get_base_id(key) != EVP_PKEY_EC) return {};
    std::array<char, 64> name{};
    std::size_t size = 0;
    if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) != 1) return {};
    return curve_name({name.data(), size});
}

std::string key_of(X509* certificate) {
    const EVP_PKEY* const key = X509_get0_pubkey(certificate);
    if (key == nullptr) return {};
    const std::string bits = "-" + std::to_string(EVP_PKEY_get_bits(key));
    switch (EVP_PKEY_get_base_id(key)) {
        case EVP_PKEY_RSA:
        case EVP_PKEY_RSA_PSS:
            return "rsa" + bits;
        case EVP_PKEY_EC:
            return "ecdsa" + bits;
        case EVP_PKEY_ED25519:
            return "ed25519";
        case EVP_PKEY_ED448:
            return "ed448";
        default:
            break;
    }
    const char* const name = EVP_PKEY_get0_type_name(key);
    return name != nullptr ? policy::to_lower(name) + bits : std::string{};
}

/// The hash, or the whole algorithm where it has none of its own (Ed25519: RFC 8410 §3).
std::string signature_of(X509* certificate) {
    int hash = NID_undef;
    X509_get_signature_info(certificate, &hash, nullptr, nullptr, nullptr);
    const int named = hash != NID_undef ? hash : X509_get_signature_nid(certificate);
    return named != NID_undef ? policy::to_lower(OBJ_nid2sn(named)) : std::string{};
}

std::string sha256_of(X509* certificate) {
    static constexpr std::string_view kHex = "0123456789abcdef";
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (X509_digest(certificate, EVP_sha256(), digest.data(), &size) != 1) return {};
    std::string text;
    for (unsigned i = 0; i < size; ++i) {
        text += kHex[digest[i] >> 4];
        text += kHex[digest[i] & 0xf];
    }
    return text;
}

}  // namespace

policy::CertificateFacts describe(X509* certificate) {
    const ErrorQueueGuard guard;
    policy::CertificateFacts facts;
    facts.subject = text_of(X509_get_subject_name(certificate));
    facts.issuer = text_of(X509_get_issuer_name(certificate));
    facts.names = dns_names_of(certificate);
    facts.not_before = time_of(X509_get0_notBefore(certificate));
    facts.not_after = time_of(X509_get0_notAfter(certificate));
    facts.key = key_of(certificate);
    facts.signature = signature_of(certificate);
    facts.sha256 = sha256_of(certificate);
    facts.curve = curve_of(certificate);
    return facts;
}

std::vector<policy::CertificateFacts> describe_issuers(const PeerChain& chain) {
    std::vector<policy::CertificateFacts> issuers;
    const int sent = std::min(sk_X509_num(chain.presented()), kMostCertificates);
    for (int i = 1; i < sent; ++i) issuers.push_back(describe(sk_X509_value(chain.presented(), i)));
    return issuers;
}

std::string curve_name(std::string_view openssl_name) {
    if (openssl_name == "prime256v1") return "secp256r1";
    if (openssl_name == "prime192v1") return "secp192r1";
    return std::string(openssl_name);
}

}  // namespace smarttls::engine
