// SPDX-License-Identifier: Apache-2.0
#include "store/log/timestamp.h"

#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <memory>
#include <optional>

#include "policy/text.h"

namespace smarttls::store {
namespace {

using policy::ErrorKind;
using policy::fail;

/// Owner of what an OpenSSL function has allocated.
template <class T, void (*free)(T*)>
struct Free {
    void operator()(T* object) const noexcept { free(object); }
};
template <class T, void (*free)(T*)>
using Handle = std::unique_ptr<T, Free<T, free>>;

using Request = Handle<TS_REQ, TS_REQ_free>;
using Response = Handle<TS_RESP, TS_RESP_free>;
using Imprint = Handle<TS_MSG_IMPRINT, TS_MSG_IMPRINT_free>;
using Token = Handle<PKCS7, PKCS7_free>;
using TokenContent = Handle<TS_TST_INFO, TS_TST_INFO_free>;
using Verification = Handle<TS_VERIFY_CTX, TS_VERIFY_CTX_free>;
using Store = Handle<X509_STORE, X509_STORE_free>;
using Integer = Handle<ASN1_INTEGER, ASN1_INTEGER_free>;
using Number = Handle<BIGNUM, BN_free>;
using KeyUsage = Handle<EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free>;
using Algorithm = Handle<X509_ALGOR, X509_ALGOR_free>;

void free_text(char* text) {
    OPENSSL_free(text);
}
using Text = Handle<char, free_text>;

/// The stack alone: the certificates in it are borrowed.
void free_stack(STACK_OF(X509) * stack) {
    sk_X509_free(stack);
}
using Signers = Handle<STACK_OF(X509), free_stack>;

/// The thread's error queue belongs to whoever asks next.
struct ErrorQueueGuard {
    ErrorQueueGuard() { ERR_clear_error(); }
    ErrorQueueGuard(const ErrorQueueGuard&) = delete;
    ErrorQueueGuard& operator=(const ErrorQueueGuard&) = delete;
    ~ErrorQueueGuard() { ERR_clear_error(); }
};

/// What OpenSSL says of its last failure; the authority's own words may be in it.
std::string reason() {
    const char* data = nullptr;
    int flags = 0;
    const unsigned long code = ERR_peek_last_error_all(nullptr, nullptr, nullptr, &data, &flags);
    const char* name = ERR_reason_error_string(code);
    std::string what = name != nullptr ? name : "no reason given";
    if ((flags & ERR_TXT_STRING) != 0 && data != nullptr && *data != '\0') {
        what += " " + policy::quote(data);
    }
    return what;
}

auto untrusted(const std::string& what) {
    return fail(ErrorKind::Untrusted, "timestamp: " + what);
}

auto malformed(const std::string& what) {
    return fail(ErrorKind::Malformed, "timestamp: " + what);
}

auto broken(const std::string& what) {
    return fail(ErrorKind::Bug, "timestamp: " + what + ": " + reason());
}

/// The whole of `der` as one object.
template <class Object, class T>
Object parse(ByteView der, T* (*read)(T**, const unsigned char**, long)) {
    if (der.size() > kLongestTimestamp) return nullptr;
    const unsigned char* next = der.data();
    Object object(read(nullptr, &next, static_cast<long>(der.size())));
    return next == der.data() + der.size() ? std::move(object) : nullptr;
}

template <class T>
Result<Bytes> to_der(const T* object, int (*write)(const T*, unsigned char**)) {
    const int size = write(object, nullptr);
    if (size <= 0) return broken("it cannot be encoded");
    Bytes der(static_cast<std::size_t>(size));
    unsigned char* next = der.data();
    write(object, &next);
    return der;
}

bool set_imprint(TS_REQ* request, ByteView bytes) {
    Hash hash = sha256(bytes);
    const Imprint imprint(TS_MSG_IMPRINT_new());
    const Algorithm algorithm(X509_ALGOR_new());
    return imprint && algorithm &&
           X509_ALGOR_set0(algorithm.get(), OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nullptr) == 1 &&
           TS_MSG_IMPRINT_set_algo(imprint.get(), algorithm.get()) == 1 &&
           TS_MSG_IMPRINT_set_msg(imprint.get(), hash.data(), static_cast<int>(hash.size())) == 1 &&
           TS_REQ_set_msg_imprint(request, imprint.get()) == 1;
}

/// A request without a nonce.
Request request_for(ByteView bytes) {
    Request request(TS_REQ_new());
    const bool made = request && TS_REQ_set_version(request.get(), 1) == 1 &&
                      set_imprint(request.get(), bytes) &&
                      TS_REQ_set_cert_req(request.get(), 1) == 1;
    return made ? std::move(request) : nullptr;
}

bool set_nonce(TS_REQ* request) {
    std::array<unsigned char, 8> random{};
    if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) return false;
    const Number number(BN_bin2bn(random.data(), static_cast<int>(random.size()), nullptr));
    const Integer nonce(number ? BN_to_ASN1_INTEGER(number.get(), nullptr) : nullptr);
    return nonce && TS_REQ_set_nonce(request, nonce.get()) == 1;
}

/// Certificates of 112 bits of security and signed without SHA-1, valid at this time.
Result<Store> open_store(const TimestampTrust& trust) {
    constexpr int kSecurityLevel = 2;
    Store store(X509_STORE_new());
    if (!store) return broken("no certificate store");
    if (X509_STORE_load_file(store.get(), trust.ca_file.c_str()) != 1) {
        return fail(ErrorKind::Misconfigured, "timestamp: no certificates can be read from " +
                                                  trust.ca_file + ": " + reason());
    }
    X509_VERIFY_PARAM* const param = X509_STORE_get0_param(store.get());
    X509_VERIFY_PARAM_set_time(param, trust.now.time_since_epoch().count());
    X509_VERIFY_PARAM_set_auth_level(param, kSecurityLevel);
    return store;
}

/// What the request asks of a token, and who may have signed it.
Result<Verification> expect(TS_REQ* request, const TimestampTrust& trust) {
    auto store = open_store(trust);
    if (!store) return tl::unexpected(store.error());
    Verification expected(TS_REQ_to_TS_VERIFY_CTX(request, nullptr));
    if (!expected) return broken("no verification");
    TS_VERIFY_CTX_add_flags(expected.get(), TS_VFY_SIGNATURE);
    TS_VERIFY_CTX_set_store(expected.get(), store->release());
    return expected;
}

/// RFC 3161 section 2.3: extended key usage, critical, with id-kp-timeStamping alone. OpenSSL
/// itself overlooks a second usage that it does not know.
bool is_for_timestamps_alone(const X509* certificate) {
    int critical = 0;
    const KeyUsage usage(static_cast<EXTENDED_KEY_USAGE*>(
        X509_get_ext_d2i(certificate, NID_ext_key_usage, &critical, nullptr)));
    return usage && critical == 1 && sk_ASN1_OBJECT_num(usage.get()) == 1 &&
           OBJ_obj2nid(sk_ASN1_OBJECT_value(usage.get(), 0)) == NID_time_stamp;
}

/// The certificate of the one signer; borrowed from the token.
Result<X509*> signer_of(PKCS7* token) {
    if (PKCS7_type_is_signed(token) != 1) return malformed("it is not signed data");
    const Signers signers(PKCS7_get0_signers(token, nullptr, 0));
    if (!signers || sk_X509_num(signers.get()) != 1) {
        return untrusted("it does not bring the certificate of its one signer");
    }
    return sk_X509_value(signers.get(), 0);
}

/// What OpenSSL does not ask.
Result<void> check_signer(PKCS7* token) {
    const auto signer = signer_of(token);
    if (!signer) return tl::unexpected(signer.error());
    if (!is_for_timestamps_alone(*signer)) {
        return untrusted("its certificate is not for timestamps alone (RFC 3161 section 2.3)");
    }
    PKCS7_SIGNER_INFO* const info = sk_PKCS7_SIGNER_INFO_value(PKCS7_get_signer_info(token), 0);
    if (PKCS7_get_signed_attribute(info, NID_id_smime_aa_signingCertificateV2) == nullptr) {
        return untrusted("it does not name its certificate by ESSCertIDv2 (RFC 5816)");
    }
    return policy::ok();
}

std::optional<policy::WallTime> time_of(const TS_TST_INFO* content) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(TS_TST_INFO_get_time(content), &parts) != 1) return std::nullopt;
    return policy::WallTime(std::chrono::seconds(::timegm(&parts)));
}

std::string serial_of(const TS_TST_INFO* content) {
    const Number number(ASN1_INTEGER_to_BN(TS_TST_INFO_get_serial(content), nullptr));
    const Text hex(number ? BN_bn2hex(number.get()) : nullptr);
    return hex ? policy::to_lower(hex.get()) : "";
}

std::string policy_of(TS_TST_INFO* content) {
    std::array<char, 128> text{};
    OBJ_obj2txt(text.data(), static_cast<int>(text.size()), TS_TST_INFO_get_policy_id(content), 1);
    return text.data();
}

Result<Timestamp> read(PKCS7* token) {
    const auto signer = signer_of(token);
    if (!signer) return tl::unexpected(signer.error());
    const TokenContent content(PKCS7_to_TS_TST_INFO(token));
    if (!content) return malformed("it has no TSTInfo: " + reason());
    const auto time = time_of(content.get());
    if (!time) return malformed("it has no time");
    const Text subject(X509_NAME_oneline(X509_get_subject_name(*signer), nullptr, 0));
    return Timestamp{*time, serial_of(content.get()), policy_of(content.get()),
                     subject ? subject.get() : ""};
}

}  // namespace

Result<Bytes> make_timestamp_request(ByteView bytes) {
    const ErrorQueueGuard guard;
    const Request request = request_for(bytes);
    if (!request || !set_nonce(request.get())) return broken("no request");
    return to_der(request.get(), i2d_TS_REQ);
}

Result<StampedToken> check_timestamp_response(ByteView request, ByteView response,
                                              const TimestampTrust& trust) {
    const ErrorQueueGuard guard;
    const auto asked = parse<Request>(request, d2i_TS_REQ);
    if (!asked) return malformed("what was asked is no TimeStampReq");
    const auto answer = parse<Response>(response, d2i_TS_RESP);
    if (!answer) return malformed("the answer is no TimeStampResp");
    PKCS7* const token = TS_RESP_get_token(answer.get());
    auto expected = expect(asked.get(), trust);
    if (!expected) return tl::unexpected(expected.error());
    if (TS_RESP_verify_response(expected->get(), answer.get()) != 1) {
        if (token == nullptr) {
            return fail(ErrorKind::Temporary, "timestamp: the authority refuses: " + reason());
        }
        return untrusted(reason());
    }
    if (auto signer = check_signer(token); !signer) return tl::unexpected(signer.error());
    auto timestamp = read(token);
    if (!timestamp) return tl::unexpected(timestamp.error());
    auto der = to_der(token, i2d_PKCS7);
    if (!der) return tl::unexpected(der.error());
    return StampedToken{*std::move(der), *std::move(timestamp)};
}

Result<Timestamp> verify_timestamp(ByteView token, ByteView bytes, const std::string& ca_file) {
    const ErrorQueueGuard guard;
    const auto parsed = parse<Token>(token, d2i_PKCS7);
    if (!parsed) return malformed("it is no TimeStampToken");
    auto timestamp = read(parsed.get());
    if (!timestamp) return timestamp;
    const Request asked = request_for(bytes);
    if (!asked) return broken("no request");
    auto expected = expect(asked.get(), {ca_file, timestamp->time});
    if (!expected) return tl::unexpected(expected.error());
    if (TS_RESP_verify_token(expected->get(), parsed.get()) != 1) return untrusted(reason());
    if (auto signer = check_signer(parsed.get()); !signer) return tl::unexpected(signer.error());
    return timestamp;
}

}  // namespace smarttls::store
