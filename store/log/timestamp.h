// SPDX-License-Identifier: Apache-2.0
//
// Trusted timestamps (RFC 3161, RFC 5816): somebody else's word that a checkpoint existed at a
// time.
//
//     Result<Bytes> request = make_timestamp_request(bytes_of(note));
//     // POST it as application/timestamp-query; the answer is application/timestamp-reply
//     Result<StampedToken> stamped = check_timestamp_response(*request, response, {ca_file, now});
//     Result<Timestamp> again = verify_timestamp(stamped->token, bytes_of(note), ca_file);
//
// A token is good when it is over the SHA-256 of these bytes, answers this request, and is signed
// by a certificate for timestamps alone, which a CA of the file has issued and the token names by
// ESSCertIDv2. A response is judged by the certificates of now, a stored token by those of its own
// time: the certificates of authorities end before evidence does.
// Ownership: values. Threads: pure functions (they read the file). Errors: Temporary (the authority
// refuses), Malformed (not DER of this kind), Untrusted (signed wrongly, or for something else),
// Misconfigured (the file), Bug (OpenSSL fails).
#pragma once

#include "policy/verdict.h"
#include "store/log/hash.h"

namespace smarttls::store {

/// A response or a token is a few kilobytes: some certificates and a signature.
constexpr std::size_t kLongestTimestamp = 65'536;

struct Timestamp {
    policy::WallTime time{};
    std::string serial;     // in hexadecimal
    std::string policy;     // the authority's, an OID
    std::string authority;  // the subject of its certificate

    bool operator==(const Timestamp&) const = default;
};

struct StampedToken {
    Bytes token;  // TimeStampToken, DER
    Timestamp timestamp;
};

/// Who is trusted, a file of PEM certificates, and the time for which their validity is asked.
struct TimestampTrust {
    std::string ca_file;
    policy::WallTime now{};
};

/// TimeStampReq (DER) with a fresh nonce; the answer shall bring its certificates.
[[nodiscard]] Result<Bytes> make_timestamp_request(ByteView bytes);

[[nodiscard]] Result<StampedToken> check_timestamp_response(ByteView request, ByteView response,
                                                            const TimestampTrust& trust);

[[nodiscard]] Result<Timestamp> verify_timestamp(ByteView token, ByteView bytes,
                                                 const std::string& ca_file);

}  // namespace smarttls::store
