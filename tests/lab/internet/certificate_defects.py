# SPDX-License-Identifier: Apache-2.0
"""Servers with each defect that a certificate or its chain can have (certificates.KINDS), without DNSSEC."""
from rows import Domain, servers, unsigned

server = servers("127.25.8")
ABOUT = {
    "cn-only": "the name as CN, without a DNS-ID",
    "cn-beside-dns-id": "the name as CN, beside a DNS-ID of another",
    "many-names": "the name as last of three DNS-IDs",
    "next-hop-name": "the domain's name instead of the server's",
    "wildcard": "a wildcard for the server's label",
    "wildcard-above": "a wildcard one label too high",
    "wildcard-two-labels": "a wildcard for two labels",
    "wildcard-partial": "a wildcard for part of a label",
    "root-sent": "the root is sent along",
    "disordered": "the chain in a wrong order",
    "unknown-root-sent": "a CA that nobody trusts, with its root",
    "expired-intermediate": "the intermediate expired",
    "false-authority": "signed by a certificate that is no CA's",
    "client-only": "for TLS clients only",
    "tampered": "the signature does not fit",
    "self-signed-expired": "self-signed and expired",
    "expired-wrong-name": "expired and of another name",
}

DOMAINS: tuple[Domain, ...] = (
    *(unsigned(f"{kind}.example", server(certificate=kind), about=about) for kind, about in ABOUT.items()),
    unsigned("every-defect.example", server(certificate="all-wrong", key="rsa-1024"),
             about="unknown CA, expired, wrong name, SHA-224 and a short key"),
    unsigned("xn--bcher-kva.example", server(), about="an internationalised domain, A-label in the certificate"),
)
