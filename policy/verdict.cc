// SPDX-License-Identifier: Apache-2.0
#include "policy/verdict.h"

#include <array>
#include <utility>

namespace smarttls::policy {
namespace {

template <class E, std::size_t N>
using Names = std::array<std::pair<E, std::string_view>, N>;

constexpr Names<Level, 8> kLevels{{{Level::Unknown, "unknown"},
                                   {Level::NoMail, "no-mail"},
                                   {Level::Forbidden, "forbidden"},
                                   {Level::Plaintext, "plaintext"},
                                   {Level::Encrypted, "encrypted"},
                                   {Level::Pkix, "pkix"},
                                   {Level::MtaSts, "mta-sts"},
                                   {Level::Dane, "dane"}}};

constexpr Names<Floor, 4> kFloors{{{Floor::Encrypted, "encrypted"},
                                   {Floor::Pkix, "pkix"},
                                   {Floor::MtaSts, "mta-sts"},
                                   {Floor::Dane, "dane"}}};

constexpr Names<Grade, 5> kGrades{{{Grade::None, "none"},
                                   {Grade::Insufficient, "insufficient"},
                                   {Grade::PhaseOut, "phase-out"},
                                   {Grade::Sufficient, "sufficient"},
                                   {Grade::Good, "good"}}};

constexpr Names<DaneStatus, 7> kDaneStatuses{{{DaneStatus::Verified, "verified"},
                                              {DaneStatus::Mismatch, "mismatch"},
                                              {DaneStatus::Unusable, "unusable"},
                                              {DaneStatus::None, "none"},
                                              {DaneStatus::Insecure, "insecure"},
                                              {DaneStatus::Bogus, "bogus"},
                                              {DaneStatus::Unchecked, "unchecked"}}};

constexpr Names<StsMode, 3> kStsModes{
    {{StsMode::Enforce, "enforce"}, {StsMode::Testing, "testing"}, {StsMode::None, "none"}}};

constexpr auto kReasons = std::to_array<std::pair<Reason, std::string_view>>({
    {Reason::StarttlsNotSupported, "starttls-not-supported"},
    {Reason::CertificateHostMismatch, "certificate-host-mismatch"},
    {Reason::CertificateExpired, "certificate-expired"},
    {Reason::CertificateNotTrusted, "certificate-not-trusted"},
    {Reason::ValidationFailure, "validation-failure"},
    {Reason::TlsaInvalid, "tlsa-invalid"},
    {Reason::DnssecInvalid, "dnssec-invalid"},
    {Reason::StsPolicyFetchError, "sts-policy-fetch-error"},
    {Reason::StsPolicyInvalid, "sts-policy-invalid"},
    {Reason::StsWebpkiInvalid, "sts-webpki-invalid"},
    {Reason::CertificateSelfSigned, "certificate-self-signed"},
    {Reason::CertificateNotYetValid, "certificate-not-yet-valid"},
    {Reason::CertificateMissingIssuer, "certificate-missing-issuer"},
    {Reason::CertificateUnknownRoot, "certificate-unknown-root"},
    {Reason::WeakKey, "weak-key"},
    {Reason::WeakSignature, "weak-signature"},
    {Reason::OldProtocol, "old-protocol"},
    {Reason::WeakCipher, "weak-cipher"},
    {Reason::WeakGroup, "weak-group"},
    {Reason::StarttlsRefused, "starttls-refused"},
    {Reason::StarttlsInjection, "starttls-injection"},
    {Reason::StsMxMismatch, "sts-mx-mismatch"},
    {Reason::Busy, "busy"},
    {Reason::Refused, "refused"},
    {Reason::Timeout, "timeout"},
    {Reason::ProtocolError, "protocol-error"},
    {Reason::NullMx, "null-mx"},
    {Reason::NoSuchDomain, "no-such-domain"},
    {Reason::NoAddress, "no-address"},
    {Reason::DnsFailure, "dns-failure"},
    {Reason::AddressNotAllowed, "address-not-allowed"},
    {Reason::NtaMissing, "nta7516-missing"},
    {Reason::NtaInvalid, "nta7516-invalid"},
    {Reason::NtaInsecure, "nta7516-insecure"},
    {Reason::NtaNotYetValid, "nta7516-not-yet-valid"},
    {Reason::NtaExpired, "nta7516-expired"},
    {Reason::TooManyMx, "too-many-mx"},
    {Reason::Downgrade, "downgrade"},
});

template <class E, std::size_t N>
std::string_view name_of(const Names<E, N>& names, E value) {
    for (const auto& [candidate, name] : names) {
        if (candidate == value) return name;
    }
    return {};
}

template <class E, std::size_t N>
std::optional<E> value_of(const Names<E, N>& names, std::string_view text) {
    for (const auto& [value, name] : names) {
        if (name == text) return value;
    }
    return std::nullopt;
}

}  // namespace

std::string_view to_string(Level level) { return name_of(kLevels, level); }
std::string_view to_string(Floor floor) { return name_of(kFloors, floor); }
std::string_view to_string(Grade grade) { return name_of(kGrades, grade); }
std::string_view to_string(Reason reason) { return name_of(kReasons, reason); }
std::string_view to_string(DaneStatus status) { return name_of(kDaneStatuses, status); }

std::string_view to_string(StsMode mode) { return name_of(kStsModes, mode); }

std::optional<Level> parse_level(std::string_view text) { return value_of(kLevels, text); }
std::optional<Floor> parse_floor(std::string_view text) { return value_of(kFloors, text); }
std::optional<Grade> parse_grade(std::string_view text) { return value_of(kGrades, text); }
std::optional<Reason> parse_reason(std::string_view text) { return value_of(kReasons, text); }
std::optional<DaneStatus> parse_dane_status(std::string_view text) {
    return value_of(kDaneStatuses, text);
}
std::optional<StsMode> parse_sts_mode(std::string_view text) { return value_of(kStsModes, text); }

Level level_of(Floor floor) {
    switch (floor) {
        case Floor::Encrypted: return Level::Encrypted;
        case Floor::Pkix: return Level::Pkix;
        case Floor::MtaSts: return Level::MtaSts;
        case Floor::Dane: return Level::Dane;
    }
    return Level::Dane;
}

bool is_valid(const NtaFacts& nta) { return !nta.why; }

bool is_known(const NtaFacts& nta) {
    return nta.why != Reason::DnssecInvalid && nta.why != Reason::DnsFailure &&
           nta.why != Reason::Timeout;
}

bool is_ranked(Level level) { return level >= Level::Plaintext; }

bool meets(Level level, Floor floor) { return is_ranked(level) && level >= level_of(floor); }

}  // namespace smarttls::policy
