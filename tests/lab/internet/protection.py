# SPDX-License-Identifier: Apache-2.0
"""Servers that differ in TLS versions, suites, groups, keys and hashes: what the two editions of NCSC-NL's guidelines
grade. Unsigned, with a CA certificate in order but for that."""
from rows import Domain, Host, servers, unsigned

server = servers("127.25.7")


def tls12(suite: str, key: str = "ecdsa-256", **facts) -> Host:
    """TLS 1.2 with one suite."""
    return server(tls_max="1.2", key=key, ciphers=f"{suite}:@SECLEVEL=0", **facts)


def dhe(suite: str, group: str = "ffdhe3072") -> Host:
    return tls12(suite, "rsa-3072", group=group)


DOMAINS: tuple[Domain, ...] = (
    unsigned("tls13-only.example", server(tls_min="1.3"), about="TLS 1.3 alone"),
    unsigned("tls10-to-12.example", server(tls_min="1.0", tls_max="1.2"), about="TLS 1.0 to 1.2"),
    # Suites of TLS 1.2
    unsigned("ecdsa-aes256-gcm.example", tls12("ECDHE-ECDSA-AES256-GCM-SHA384"), about="appendix B: sufficient"),
    unsigned("ecdsa-aes128-gcm.example", tls12("ECDHE-ECDSA-AES128-GCM-SHA256"), about="appendix B: sufficient"),
    unsigned("ecdsa-chacha20.example", tls12("ECDHE-ECDSA-CHACHA20-POLY1305"), about="appendix B: sufficient"),
    unsigned("ecdsa-aes128-ccm.example", tls12("ECDHE-ECDSA-AES128-CCM"), about="appendix B: sufficient"),
    unsigned("ecdsa-aes128-ccm8.example", tls12("ECDHE-ECDSA-AES128-CCM8"), about="CCM with a tag of 8 bytes"),
    unsigned("rsa-aes128-gcm.example", tls12("ECDHE-RSA-AES128-GCM-SHA256", "rsa-3072"), about="appendix B: sufficient"),
    unsigned("rsa-aes256-cbc.example", tls12("ECDHE-RSA-AES256-SHA384", "rsa-3072"), about="CBC with SHA-384"),
    unsigned("ecdsa-cbc-sha1.example", tls12("ECDHE-ECDSA-AES256-SHA"), about="CBC with SHA-1"),
    unsigned("camellia.example", tls12("ECDHE-ECDSA-CAMELLIA128-SHA256"), about="Camellia"),
    unsigned("aria.example", tls12("ECDHE-ECDSA-ARIA256-GCM-SHA384"), about="ARIA"),
    unsigned("dhe-chacha20.example", dhe("DHE-RSA-CHACHA20-POLY1305"), about="DHE in ffdhe3072"),
    unsigned("dhe-cbc.example", dhe("DHE-RSA-AES128-SHA256"), about="DHE with CBC"),
    unsigned("static-rsa-gcm.example", tls12("AES256-GCM-SHA384", "rsa-3072"), about="RSA key exchange with a modern cipher"),
    unsigned("static-rsa-weak-key.example", tls12("AES256-GCM-SHA384", "rsa-1024"), about="RSA key exchange with 1024 bits"),
    # Groups
    unsigned("group-p256.example", server(group="prime256v1"), about="secp256r1 alone"),
    unsigned("group-p384.example", server(group="secp384r1"), about="secp384r1 alone"),
    unsigned("group-p521.example", server(group="secp521r1"), about="secp521r1 alone"),
    # Keys and signatures of certificates
    unsigned("key-p384.example", server(key="ecdsa-384"), about="a key on secp384r1"),
    unsigned("key-p521.example", server(key="ecdsa-521"), about="a key on secp521r1"),
    unsigned("key-ed25519.example", server(key="ed25519"), about="an Ed25519 key"),
    unsigned("key-ed448.example", server(key="ed448"), about="an Ed448 key"),
    unsigned("key-rsa-2048.example", server(key="rsa-2048"), about="an RSA key of 2048 bits"),
    unsigned("key-rsa-1024.example", server(key="rsa-1024"), about="an RSA key of 1024 bits"),
    unsigned("sha224.example", server(certificate="sha224"), about="a certificate signed with SHA-224"),
    unsigned("sha384.example", server(certificate="sha384"), about="a certificate signed with SHA-384"),
)
