// SPDX-License-Identifier: Apache-2.0
//
// Client: who hands a message to the MTA, by what the MTA itself has seen: address, authenticated user,
// verified certificate, protection of the way. None of it can be written into a message.
//
//     if (is_trusted(pattern, client.certificate, tenants)) ...
//
// Threads: plain values. Errors: Malformed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/network.h"
#include "policy/result.h"

namespace smarttls::policy {

/// How a message came in, and what a class demands of that. In order of strength.
enum class InboundTls {
    None,
    Encrypted,  // TLS 1.2 or newer
    Verified,   // and the client has shown a certificate that the MTA verified
};

[[nodiscard]] std::string_view to_string(InboundTls tls);  // "encrypted"

/// Empty when the client showed none that the MTA verified. Postfix tells the common names alone
/// (smtpd_tls_CAfile, smtpd_tls_ask_ccert), Sendmail whole distinguished names and the fingerprint.
struct ClientCertificate {
    std::string name;
    std::string issuer;
    std::string fingerprint;  // hex digits, upper case

    [[nodiscard]] bool is_known() const { return !name.empty() || !fingerprint.empty(); }
};

struct Client {
    std::optional<IpAddress> address;
    std::string user;  // authenticated; empty: nobody
    ClientCertificate certificate;
    InboundTls tls = InboundTls::None;  // mail from this machine itself crossed no network: Verified
};

/// Which certificates a setting means: parts separated by ';', all of which have to fit.
///
///     mail.protection.outlook.com; issuer=DigiCert Cloud Services CA-1; tenant=<GUID>
///     sha256=AB:CD:...
///
/// `tenant`: one of the organisations that share that certificate (Microsoft 365); the message has to name
/// it, and no other, in X-MS-Exchange-CrossTenant-Id.
struct CertificatePattern {
    std::string name;
    std::string issuer;
    std::string fingerprint;  // SHA-256, hex digits, upper case
    std::string tenant;       // lower case

    [[nodiscard]] static Result<CertificatePattern> parse(std::string_view text);
    /// The tenant apart, which is known only at the end of the headers.
    [[nodiscard]] bool fits(const ClientCertificate& certificate) const;
    [[nodiscard]] bool fits(const ClientCertificate& certificate, const std::vector<std::string>& tenants) const;
    [[nodiscard]] std::string str() const;
};

/// "6BA7B810-9dad-11d1-80b4-00c04fd430c8" in lower case.
[[nodiscard]] Result<std::string> read_guid(std::string_view text);

}  // namespace smarttls::policy
