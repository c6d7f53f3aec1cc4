// SPDX-License-Identifier: Apache-2.0
#include "milter/submitter.h"

#include <algorithm>

namespace smarttls::milter {
namespace {

using policy::InboundTls;

/// A client of this machine itself, or sendmail(1), which Postfix shows as localhost.
bool is_local(const policy::IpAddress& address) {
    static const std::vector<policy::Network> loopback{policy::Network::parse("127.0.0.0/8").value(),
                                                       policy::Network::parse("::1").value()};
    return contains(loopback, address);
}

policy::ClientCertificate certificate_of(const Macros& macros) {
    const std::string_view verified = macros("{verify}");
    if (!verified.empty() && verified != "OK") return {};
    std::string fingerprint;
    for (const char byte : macros("{cert_fp}")) {
        if (byte != ':') fingerprint += byte >= 'a' ? static_cast<char>(byte - 'a' + 'A') : byte;
    }
    return {std::string(macros("{cert_subject}")), std::string(macros("{cert_issuer}")), std::move(fingerprint)};
}

InboundTls protection_of(const policy::Client& client, std::string_view version) {
    if (client.address && is_local(*client.address)) return InboundTls::Verified;
    if (version != "TLSv1.2" && version != "TLSv1.3") return InboundTls::None;
    return client.certificate.is_known() ? InboundTls::Verified : InboundTls::Encrypted;
}

}  // namespace

Submitter submitter_of(const Macros& macros, const std::optional<policy::IpAddress>& address) {
    Submitter submitter;
    submitter.description = address ? address->str() : "unknown";
    policy::Client& client = submitter.client;
    client.address = address;
    if (!macros("{auth_type}").empty()) client.user = macros("{auth_authen}");
    if (!client.user.empty()) submitter.description += " as " + client.user;
    client.certificate = certificate_of(macros);
    client.tls = protection_of(client, macros("{tls_version}"));
    return submitter;
}

}  // namespace smarttls::milter
