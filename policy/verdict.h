// SPDX-License-Identifier: Apache-2.0
//
// Verdict: what the engine found out about the mail servers of one next hop. It is the vocabulary
// that engine, milter, store and command share; its JSON form is in smarttls/verdict_json.h.
//
// Findings only: what could not be found out is Level::Unknown with a reason, never a weaker level.
// Threads: plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/domain_name.h"

namespace smarttls::policy {

using WallTime = std::chrono::sys_seconds;

/// How a server is authenticated. The ranked part is in order: each level demands what the one
/// before it demands, and more. Forbidden: the domain's own DANE or MTA-STS policy fails, so that mail
/// must not be delivered at all (RFC 7672 §3.2, RFC 8461 §5). NoMail: the domain takes no mail (RFC 7505) or is not there.
enum class Level { Unknown, NoMail, Forbidden, Plaintext, Encrypted, Pkix, MtaSts, Dane };

/// The levels that a class can demand and that Postfix has a transport for: smarttls-<floor>.
enum class Floor { Encrypted, Pkix, MtaSts, Dane };

/// How the guidelines that the engine grades by (profile.h) judge protocol, cipher suite, key exchange
/// and certificates: the worst part counts. In order; None: there was nothing to judge.
enum class Grade { None, Insufficient, PhaseOut, Sufficient, Good };

/// Why a level or a grade is not better. Names up to StsWebpkiInvalid are result types of RFC 8460
/// §4.3.
enum class Reason {
    StarttlsNotSupported, CertificateHostMismatch, CertificateExpired, CertificateNotTrusted,
    ValidationFailure, TlsaInvalid, DnssecInvalid,
    StsPolicyFetchError, StsPolicyInvalid, StsWebpkiInvalid,
    CertificateSelfSigned, CertificateNotYetValid, CertificateMissingIssuer, CertificateUnknownRoot,
    WeakKey, WeakSignature, OldProtocol, WeakCipher, WeakGroup,
    StarttlsRefused, StarttlsInjection, StsMxMismatch, Busy, Refused, Timeout, ProtocolError, NullMx,
    NoSuchDomain, NoAddress, DnsFailure, AddressNotAllowed,
    NtaMissing, NtaInvalid, NtaInsecure, NtaNotYetValid, NtaExpired, TooManyMx, Downgrade,
};

/// None: securely denied. Unchecked: nobody could look, or records are there and no server answered.
enum class DaneStatus { Verified, Mismatch, Unusable, None, Insecure, Bogus, Unchecked };

/// RFC 8461 §5. None: the domain says that it has no policy (any more).
enum class StsMode { Enforce, Testing, None };

[[nodiscard]] std::string_view to_string(Level level);      // "mta-sts"
[[nodiscard]] std::string_view to_string(Floor floor);      // "mta-sts"
[[nodiscard]] std::string_view to_string(Grade grade);      // "phase-out"
[[nodiscard]] std::string_view to_string(Reason reason);    // "starttls-not-supported"
[[nodiscard]] std::string_view to_string(DaneStatus status);  // "verified"
[[nodiscard]] std::string_view to_string(StsMode mode);       // "enforce"
[[nodiscard]] std::optional<Level> parse_level(std::string_view text);
[[nodiscard]] std::optional<Floor> parse_floor(std::string_view text);
[[nodiscard]] std::optional<Grade> parse_grade(std::string_view text);
[[nodiscard]] std::optional<Reason> parse_reason(std::string_view text);
[[nodiscard]] std::optional<DaneStatus> parse_dane_status(std::string_view text);
[[nodiscard]] std::optional<StsMode> parse_sts_mode(std::string_view text);

[[nodiscard]] Level level_of(Floor floor);
/// True for levels that can be compared: Plaintext to Dane.
[[nodiscard]] bool is_ranked(Level level);
[[nodiscard]] bool meets(Level level, Floor floor);

/// The session that the probe had; OpenSSL's names for suite and group.
struct TlsFacts {
    std::string protocol;  // "TLSv1.3"
    std::string suite;     // "TLS_AES_256_GCM_SHA384"
    std::string group;     // "x25519", empty when unknown
    bool lax = false;      // more was offered than the floors do, to find out why those fail
};

/// A certificate of the chain that a server sent; what it says about itself, verified or not.
struct CertificateFacts {
    std::string subject;             // RFC 2253 form
    std::string issuer;
    std::vector<std::string> names;  // DNS-IDs of subjectAltName
    WallTime not_before{};
    WallTime not_after{};
    std::string key;        // "ecdsa-256", "rsa-2048", "ed25519"
    std::string signature;  // "sha256"
    std::string sha256;     // of the DER form, 64 hex digits
    std::string curve = {}; // of an ECDSA key, "secp256r1"; empty when it has no name
};

/// One thing that makes a grade PhaseOut or Insufficient.
struct Weakness {
    Reason reason = Reason::WeakKey;  // OldProtocol or one of Weak...
    Grade grade = Grade::Insufficient;
    std::string what;  // "rsa-1024", "AES128-SHA", "TLSv1.1"
    int depth = 0;     // of the certificate in the chain as sent; 0 is the server's own
};

/// The outcome of RFC 7672 for one host. The numbers are those of the record that matched.
struct DaneFacts {
    DaneStatus status = DaneStatus::None;
    std::optional<int> usage;
    std::optional<int> selector;
    std::optional<int> matching;
};

/// The MTA-STS policy of the domain itself (RFC 8461 §3.2), fetched now or earlier.
struct StsFacts {
    StsMode mode = StsMode::None;
    std::string id;                // of the TXT record for which it was fetched
    std::uint32_t max_age = 0;     // seconds
    std::vector<std::string> mx;   // patterns: "mx.example.nl", "*.example.nl"; in a Verdict the first ones
};

struct HostVerdict {
    std::string name;  // unexpanded MX host name (RFC 7672 §2.2.1)
    std::uint16_t preference = 0;
    std::vector<std::string> addresses;
    Level level = Level::Unknown;
    Grade grade = Grade::None;
    std::vector<Reason> reasons;  // most important first
    std::vector<Weakness> weak;   // worst first; its reasons stand in `reasons` too
    std::optional<TlsFacts> tls;
    std::optional<CertificateFacts> certificate;
    std::vector<CertificateFacts> chain;  // what was sent behind it
    DaneFacts dane;
};

/// The NTA 7516 record of the domain (smarttls/nta7516.h). It says nothing about the level: ordinary
/// delivery goes to the MX hosts.
struct NtaFacts {
    std::optional<Reason> why;  // why it is not valid, or not known: see is_known()
    std::string mistake;        // of one that is not readable, for people
    std::string provider;
    std::string start;               // "2024-01", from its first day
    std::string end;                 // "2027-12", to its last day
    std::vector<HostVerdict> ntamx;  // its own hosts, in order; none: the MX hosts serve
};

[[nodiscard]] bool is_valid(const NtaFacts& nta);
/// False where the look-up failed, so that nobody knows whether there is a valid record.
[[nodiscard]] bool is_known(const NtaFacts& nta);

struct Verdict {
    std::string domain;  // the next hop as asked: "example.nl", "[relay.example.nl]:587"
    Level level = Level::Unknown;
    Grade grade = Grade::None;
    std::string profile;  // title of what the grade was found by; empty without grading
    std::vector<Reason> reasons;
    bool mx_secure = false;  // the MX answer (or its proven absence) was validated
    WallTime checked{};
    WallTime expires{};
    std::optional<Level> best_seen;     // the best ranked level of the last weeks, now included
    bool stale = false;                 // has expired; the attempt to find out anew failed for
    std::vector<Reason> stale_reasons;  // these reasons
    std::optional<StsFacts> sts;
    std::optional<NtaFacts> nta7516;  // none: nobody asked
    std::vector<HostVerdict> hosts;
};

}  // namespace smarttls::policy
