// SPDX-License-Identifier: Apache-2.0
#include "policy/explanation.h"

namespace smarttls::policy {

std::string_view phrase(Reason reason) {
    switch (reason) {
        case Reason::StarttlsNotSupported: return "offers no STARTTLS";
        case Reason::CertificateHostMismatch: return "presents a certificate for another name";
        case Reason::CertificateExpired: return "presents an expired certificate";
        case Reason::CertificateNotTrusted: return "presents a certificate that is not trusted";
        case Reason::ValidationFailure: return "completes no TLS handshake that is strong enough today";
        case Reason::TlsaInvalid: return "does not match its own TLSA records (DANE)";
        case Reason::DnssecInvalid: return "has DNS answers whose DNSSEC signatures do not verify";
        case Reason::StsPolicyFetchError: return "has an MTA-STS policy that could not be fetched";
        case Reason::StsPolicyInvalid: return "has an MTA-STS record or policy that breaks its grammar";
        case Reason::StsWebpkiInvalid: return "serves its MTA-STS policy under a certificate that is not valid";
        case Reason::StsMxMismatch: return "is not among the mail servers of the domain's MTA-STS policy";
        case Reason::CertificateSelfSigned: return "presents a self-signed certificate";
        case Reason::CertificateNotYetValid: return "presents a certificate that is not valid yet";
        case Reason::CertificateMissingIssuer: return "leaves out an intermediate certificate";
        case Reason::CertificateUnknownRoot: return "has a certificate from an unknown authority";
        case Reason::WeakKey: return "has a certificate with a weak key";
        case Reason::WeakSignature: return "has a certificate with a weak signature";
        case Reason::OldProtocol: return "speaks an outdated version of TLS";
        case Reason::WeakCipher: return "uses a weak cipher suite";
        case Reason::WeakGroup: return "uses a weak key exchange group";
        case Reason::StarttlsRefused: return "refused to start TLS";
        case Reason::StarttlsInjection: return "takes plaintext commands into the encrypted session";
        case Reason::Busy: return "was too busy to answer";
        case Reason::Refused: return "refused the connection";
        case Reason::Timeout: return "did not answer in time";
        case Reason::ProtocolError: return "broke the SMTP protocol";
        case Reason::NullMx: return "takes no mail (Null MX)";
        case Reason::NoSuchDomain: return "does not exist";
        case Reason::NoAddress: return "has no address";
        case Reason::DnsFailure: return "could not be looked up in the DNS";
        case Reason::AddressNotAllowed: return "has an address that is not public";
        case Reason::NtaMissing: return "has no NTA 7516 record";
        case Reason::NtaInvalid: return "has an NTA 7516 record that breaks its grammar, or several";
        case Reason::NtaInsecure: return "has an NTA 7516 record that DNSSEC does not prove";
        case Reason::NtaNotYetValid: return "has an NTA 7516 record of a later month";
        case Reason::NtaExpired: return "has an NTA 7516 record that has expired";
        case Reason::TooManyMx: return "has more mail servers than are examined";
        case Reason::Downgrade: return "was better protected before (possible downgrade attack)";
    }
    return "could not be examined";
}

}  // namespace smarttls::policy
