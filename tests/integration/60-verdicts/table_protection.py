# SPDX-License-Identifier: Apache-2.0
"""What the TLS guidelines of NCSC-NL, edition 2025-05, make of protocol, suite, group, key and hash (the worst counts), and
beside it those of 2021. "¶" is their paragraph, "B" their appendix of suites."""
from row import row

NOT_OFFERED = "the floors' transports do not offer it: no TLS at delivery"

TABLE = (
    row("pkix", "pkix", why="¶3.3.3: TLS 1.3, AES-256-GCM, x25519, a key on secp256r1", grade_2021="good"),
    row("tls13-only", "pkix", why="¶3.3.1: good, but for the group", grade_2021="good"),
    row("tls12", "pkix", why="¶3.3.1: TLS 1.2 is sufficient", grade_2021="sufficient"),
    row("tls10-to-12", "pkix", why="¶3.3.1: what was agreed on counts, TLS 1.2", grade_2021="sufficient"),
    row("tls11", "plaintext", "old-protocol weak-cipher", grade="insufficient", grade_2021="phase-out",
        why=f"¶3.3.1, RFC 8996: {NOT_OFFERED}"),
    row("old-tls", "plaintext", "old-protocol weak-cipher weak-key", grade="insufficient", why=f"¶3.3.1, RFC 8996: {NOT_OFFERED}",
        grade_2021="phase-out"),
    # Suites of TLS 1.2
    row("ecdsa-aes256-gcm", "pkix", why="B: sufficient", grade_2021="sufficient"),
    row("ecdsa-aes128-gcm", "pkix", why="B: sufficient", grade_2021="sufficient"),
    row("ecdsa-chacha20", "pkix", why="B: sufficient", grade_2021="sufficient"),
    row("ecdsa-aes128-ccm", "pkix", why="B: sufficient"),
    row("rsa-aes128-gcm", "pkix", why="B: sufficient, with RSA-3072", grade_2021="sufficient"),
    row("ecdsa-aes128-ccm8", "pkix", "weak-cipher", grade="insufficient", why="B: not listed"),
    row("cbc", "pkix", "weak-cipher", grade="phase-out", why="B: CBC with SHA-256", grade_2021="sufficient"),
    row("rsa-aes256-cbc", "pkix", "weak-cipher", grade="phase-out", why="B: CBC with SHA-384", grade_2021="sufficient"),
    row("ecdsa-cbc-sha1", "pkix", "weak-cipher", grade="insufficient", why="B: every suite with SHA-1", grade_2021="sufficient"),
    row("camellia", "pkix", "weak-cipher", grade="phase-out", why="B: Camellia", grade_2021="sufficient"),
    row("aria", "pkix", "weak-cipher", grade="phase-out", why="B: ARIA", grade_2021="phase-out"),
    row("dhe-chacha20", "pkix", "weak-cipher weak-group", grade="phase-out", why="B, ¶3.3.3: DHE in ffdhe3072", grade_2021="sufficient"),
    row("dhe-cbc", "pkix", "weak-cipher weak-group", grade="phase-out", why="B, ¶3.3.3: DHE with CBC", grade_2021="sufficient"),
    row("static-rsa", "pkix", "weak-cipher", grade="insufficient", why="¶3.3.3: no forward secrecy", grade_2021="phase-out"),
    row("static-rsa-gcm", "pkix", "weak-cipher", grade="insufficient", why="¶3.3.3: no forward secrecy", grade_2021="phase-out"),
    row("static-rsa-weak-key", "pkix", "weak-cipher weak-key", grade="insufficient", why="¶3.3.2, ¶3.3.3: two faults at once",
        grade_2021="insufficient"),
    row("null-cipher", "plaintext", "weak-cipher", grade="insufficient", why=f"B: it encrypts nothing; {NOT_OFFERED}"),
    # Groups
    row("group-p256", "pkix", why="¶3.3.3: sufficient", grade_2021="good"),
    row("group-p384", "pkix", why="¶3.3.3: sufficient", grade_2021="good"),
    row("group-p521", "pkix", why="¶3.3.3: sufficient", grade_2021="good"),
    row("p224", "plaintext", "weak-group", grade="phase-out", why=f"¶3.3.3: secp224r1; {NOT_OFFERED}", grade_2021="phase-out"),
    row("ffdhe3072", "pkix", "weak-cipher weak-group", grade="phase-out", why="¶3.3.3: ffdhe3072", grade_2021="sufficient"),
    row("ffdhe2048", "pkix", "weak-group weak-cipher", grade="insufficient", why="¶3.3.3: ffdhe2048", grade_2021="phase-out"),
    # Keys and signatures of certificates
    row("key-p384", "pkix", why="¶3.3.2: sufficient", grade_2021="good"),
    row("key-p521", "pkix", why="¶3.3.2: sufficient"),
    row("key-ed25519", "pkix", why="¶3.3.2: sufficient"),
    row("key-ed448", "pkix", why="¶3.3.2: sufficient"),
    row("p224-key", "plaintext", "weak-key", grade="phase-out", why=f"¶3.3.2: secp224r1; RFC 8422 §5.1: {NOT_OFFERED}"),
    row("rsa-3072", "dane", why="¶3.3.2: 3072 bits are sufficient", grade_2021="good"),
    row("rsa-2048", "dane", "weak-key", grade="phase-out", why="¶3.3.2: 2048 bits", grade_2021="sufficient"),
    row("rsa-1024", "dane", "weak-key", grade="insufficient", why="¶3.3.2: less than 2048 bits", grade_2021="insufficient"),
    row("key-rsa-2048", "pkix", "weak-key", grade="phase-out", why="¶3.3.2: 2048 bits", grade_2021="sufficient"),
    row("key-rsa-1024", "pkix", "weak-key", grade="insufficient", why="¶3.3.2: less than 2048 bits", grade_2021="insufficient"),
    row("sha1", "encrypted", "certificate-not-trusted weak-signature", grade="insufficient", grade_2021="insufficient",
        why="¶3.3.5: SHA-1; Postfix authenticates at OpenSSL's security level 1, which refuses it"),
    row("sha224", "pkix", "weak-signature", grade="phase-out", why="¶3.3.5: SHA-224"),
    row("sha384", "pkix", why="¶3.3.5: good", grade_2021="good"),
    # Several
    row("weak-second", "dane", "weak-key", grade="insufficient", why="¶3.3.2: the weakest server counts"),
    row("all-wrong", "encrypted", "certificate-host-mismatch weak-cipher weak-key", grade="insufficient",
        why="¶3.3.2, ¶3.3.3: the level's reason first"),
)
