// SPDX-License-Identifier: Apache-2.0
#include "policy/client.h"

#include <algorithm>

#include "policy/text.h"

namespace smarttls::policy {
namespace {

constexpr std::size_t kSha256Digits = 64;

bool is_hex(char byte) { return is_digit(byte) || (to_lower(byte) >= 'a' && to_lower(byte) <= 'f'); }

/// With or without colons.
Result<std::string> read_fingerprint(std::string_view text) {
    std::string digits;
    for (const char byte : text) {
        if (byte == ':') continue;
        if (!is_hex(byte)) return fail(ErrorKind::Malformed, quote(text) + " is not a SHA-256 fingerprint");
        digits += byte >= 'a' ? static_cast<char>(byte - 'a' + 'A') : byte;
    }
    if (digits.size() == kSha256Digits) return digits;
    return fail(ErrorKind::Malformed, quote(text) + " is not a SHA-256 fingerprint of 64 hex digits");
}

Result<void> take(CertificatePattern& pattern, std::string_view part) {
    const std::size_t equals = part.find('=');
    const std::string_view key = trim(part.substr(0, equals));
    const std::string_view value = equals == std::string_view::npos ? "" : trim(part.substr(equals + 1));
    if (key == "issuer" && !value.empty()) {
        pattern.issuer = value;
    } else if (key == "tenant") {
        auto guid = read_guid(value);
        if (!guid) return because(guid, "tenant");
        pattern.tenant = *std::move(guid);
    } else if (key == "sha256") {
        auto fingerprint = read_fingerprint(value);
        if (!fingerprint) return tl::unexpected(fingerprint.error());
        pattern.fingerprint = *std::move(fingerprint);
    } else if (equals == std::string_view::npos && pattern.name.empty() && !part.empty()) {
        pattern.name = part;
    } else {
        return fail(ErrorKind::Malformed, quote(part) + " is none of a name, issuer=, tenant=, sha256=");
    }
    return ok();
}

}  // namespace

std::string_view to_string(InboundTls tls) {
    switch (tls) {
        case InboundTls::None: break;
        case InboundTls::Encrypted: return "encrypted";
        case InboundTls::Verified: return "verified";
    }
    return "none";
}

Result<std::string> read_guid(std::string_view text) {
    constexpr std::string_view kShape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    const bool fits = std::equal(text.begin(), text.end(), kShape.begin(), kShape.end(), [](char byte, char shape) {
        return shape == 'x' ? is_hex(byte) : byte == shape;
    });
    if (fits) return to_lower(text);
    return fail(ErrorKind::Malformed, quote(text) + " is not a GUID such as 72f988bf-86f1-41af-91ab-2d7cd011db47");
}

Result<CertificatePattern> CertificatePattern::parse(std::string_view text) {
    CertificatePattern pattern;
    for (const std::string_view part : split(text, ';')) {
        if (auto taken = take(pattern, trim(part)); !taken) return tl::unexpected(taken.error());
    }
    if (!pattern.name.empty() || !pattern.fingerprint.empty()) return pattern;
    return fail(ErrorKind::Malformed, quote(text) + " has neither a certificate's name nor sha256=");
}

bool CertificatePattern::fits(const ClientCertificate& certificate) const {
    if (!certificate.is_known()) return false;
    return (name.empty() || equal_ignoring_case(name, certificate.name)) &&
           (issuer.empty() || equal_ignoring_case(issuer, certificate.issuer)) &&
           (fingerprint.empty() || fingerprint == certificate.fingerprint);
}

bool CertificatePattern::fits(const ClientCertificate& certificate, const std::vector<std::string>& tenants) const {
    if (!fits(certificate) || tenant.empty()) return fits(certificate);
    return !tenants.empty() && std::all_of(tenants.begin(), tenants.end(), [&](const std::string& one) {
        return equal_ignoring_case(trim(one), tenant);
    });
}

std::string CertificatePattern::str() const {
    std::vector<std::string> parts;
    if (!name.empty()) parts.push_back(name);
    if (!fingerprint.empty()) parts.push_back("sha256=" + fingerprint);
    if (!issuer.empty()) parts.push_back("issuer=" + issuer);
    if (!tenant.empty()) parts.push_back("tenant=" + tenant);
    return join(parts, "; ");
}

}  // namespace smarttls::policy
