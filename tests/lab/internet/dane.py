# SPDX-License-Identifier: Apache-2.0
"""Domains with TLSA records of every sort (RFC 6698, 7671, 7672), in signed zones unless the row says otherwise."""
from rows import DANE, Domain, Host, domain, servers, unsigned

server = servers("127.25.9")
SHORT = "ab" * 16   # half a SHA-256
DIGEST = "ab" * 32


def tlsa(*records: str, **facts) -> Host:
    return server(tlsa=records, **facts)


DOMAINS: tuple[Domain, ...] = (
    # The forms of a record
    *(domain(f"dane-{form.replace(' ', '')}.example", tlsa(form), about=f"TLSA {form} matches")
      for form in ("3 0 1", "3 1 2", "3 0 2", "3 0 0", "3 1 0", "2 1 1", "2 1 2", "2 0 2", "2 0 0")),
    domain("dane-ed25519.example", tlsa("3 1 1", key="ed25519"), about="TLSA 3 1 1 of an Ed25519 key"),
    # Usage 3 asks for the key alone
    *(domain(f"dane-ee-{kind}.example", tlsa("3 1 1", certificate=kind), about=f"TLSA 3 1 1 matches; certificate {kind}")
      for kind in ("expired", "not-yet-valid", "wrong-name", "unknown-root", "self-signed-expired", "cn-only", "sha1")),
    # Usage 2 asks for chain, dates and name
    domain("dane-ta-root.example", tlsa("2 0 1 root", certificate="root-sent"), about="TLSA 2 names the root, which is sent"),
    domain("dane-ta-root-not-sent.example", tlsa("2 0 1 root"), about="TLSA 2 names the root, which is not sent"),
    domain("dane-ta-not-sent.example", tlsa("2 0 1", certificate="missing-intermediate"), about="TLSA 2 names a CA that is not sent"),
    domain("dane-ta-private.example", tlsa("2 0 1", certificate="unknown-root"), about="TLSA 2 names a CA that nobody else trusts"),
    domain("dane-ta-wrong-name.example", tlsa("2 0 1", certificate="wrong-name"), about="TLSA 2 matches, of another name"),
    domain("dane-ta-next-hop.example", tlsa("2 0 1", certificate="next-hop-name"), about="TLSA 2 matches, the name is the domain's"),
    domain("dane-ta-cn-only.example", tlsa("2 0 1", certificate="cn-only"), about="TLSA 2 matches, the name is a CN"),
    domain("dane-ta-wildcard.example", tlsa("2 0 1", certificate="wildcard"), about="TLSA 2 matches, the name is a wildcard"),
    domain("dane-ta-expired.example", tlsa("2 0 1", certificate="expired"), about="TLSA 2 matches, expired"),
    domain("dane-ta-expired-ca.example", tlsa("2 0 1", certificate="expired-intermediate"), about="TLSA 2 matches a CA that expired"),
    domain("dane-ta-mismatch.example", tlsa("2 0 1 mismatch"), about="TLSA 2 of another CA"),
    domain("dane-ta-of-leaf.example", tlsa("2 1 1", certificate="self-signed"), about="TLSA 2 matches a self-signed certificate"),
    domain("dane-ta-sha1.example", tlsa("2 0 1", certificate="sha1"), about="TLSA 2 matches, signed with SHA-1"),
    # Records that cannot be used
    domain("dane-usage-0.example", tlsa("0 0 1"), about="TLSA usage 0 alone"),
    domain("dane-usage-1.example", server(tlsa=(f"1 1 1 {DIGEST}",)), about="TLSA usage 1 alone"),
    domain("dane-usage-4.example", tlsa(f"4 1 1 {DIGEST}"), about="TLSA of an unknown usage"),
    domain("dane-short.example", tlsa(f"3 1 1 {SHORT}"), about="TLSA with half a digest"),
    domain("dane-long.example", tlsa(f"3 1 1 {DIGEST}{SHORT}"), about="TLSA with a digest and a half"),
    domain("dane-selector-7.example", tlsa(f"3 7 1 {DIGEST}"), about="TLSA of an unknown selector"),
    domain("dane-matching-9.example", tlsa(f"3 1 9 {DIGEST}"), about="TLSA of an unknown matching type"),
    domain("dane-unusable-self-signed.example", tlsa(f"3 1 1 {SHORT}", certificate="self-signed"), about="no usable TLSA, self-signed"),
    domain("dane-unusable-plaintext.example", tlsa(f"3 1 1 {SHORT}", starttls="no"), about="no usable TLSA, no STARTTLS"),
    domain("dane-unusable-beside.example", tlsa(f"3 1 1 {SHORT}", f"1 1 1 {DIGEST}", "3 1 1"), about="two unusable TLSA beside a good one"),
    domain("dane-unusable-beside-wrong.example", tlsa(f"3 1 1 {SHORT}", "3 1 1 mismatch"), about="an unusable TLSA beside a wrong one"),
    # Several records
    domain("dane-rollover.example", tlsa("3 1 1 mismatch", "3 1 1"), about="TLSA of the old and the new key"),
    domain("dane-rollover-ta.example", tlsa("3 1 1 mismatch", "2 0 1"), about="TLSA of an old key and of the CA"),
    domain("dane-two-wrong.example", tlsa("3 1 1 mismatch", "2 0 1 mismatch"), about="two TLSA, none matches"),
    domain("dane-strong-digest-right.example", tlsa("3 1 1 mismatch", "3 1 2"), about="SHA-256 wrong, SHA-512 right"),
    domain("dane-strong-digest-wrong.example", tlsa("3 1 1", "3 1 2 mismatch"), about="SHA-256 right, SHA-512 wrong"),
    domain("dane-digests-of-two-selectors.example", tlsa("3 1 1", "3 0 2 mismatch"),
           about="SHA-256 of the key right, SHA-512 of the certificate wrong"),
    # A server that does not keep the promise, or cannot be asked
    domain("dane-plaintext.example", tlsa("3 1 1", starttls="no"), about="TLSA, but no STARTTLS"),
    domain("dane-502.example", tlsa("3 1 1", starttls="502"), about="TLSA, but STARTTLS is refused for good"),
    domain("dane-454.example", tlsa("3 1 1", starttls="454"), about="TLSA, but STARTTLS is refused for now"),
    domain("dane-busy.example", tlsa("3 1 1", banner="421"), about="TLSA, but 421"),
    domain("dane-old-tls.example", tlsa("3 1 1", tls_min="1.0", tls_max="1.1", key="rsa-3072"), about="TLSA matches, TLS 1.1 at most"),
    # The look-up
    domain("tlsa-timeout.example", tlsa("timeout"), about="the TLSA look-up is never answered"),
    domain("tlsa-bogus.example", server(tlsa_at="_25._tcp.mx.bogus.example"), about="a CNAME leads the TLSA look-up into a bogus zone"),
    domain("tlsa-cname.example", tlsa("3 1 1", tlsa_at="_dane.tlsa-cname.example"), about="a CNAME leads to the TLSA record"),
    domain("tlsa-cname-insecure.example", server(tlsa_at="_25._tcp.mx.pkix.example"),
           about="a CNAME leads the TLSA look-up into an unsigned zone"),
    unsigned("insecure-mx-mismatch.example", mx=("10 mx.tlsa-mismatch.example",), about="unsigned; its MX host fails its own TLSA"),
    unsigned("unsigned-tlsa.example", tlsa("3 1 1 mismatch"), about="a wrong TLSA in an unsigned zone"),
    # Several servers
    domain("dane-first-wrong.example", server(name="mx10", tlsa=("3 1 1 mismatch",)), server(name="mx20", **DANE),
           about="the first MX fails its TLSA, the second does not"),
    domain("dane-first-tlsa-servfail.example", server(name="mx10", tlsa=("servfail",)), server(name="mx20", **DANE),
           about="the TLSA look-up of the first MX fails, the second matches"),
    domain("dane-second-none.example", server(name="mx10", **DANE), server(name="mx20"), about="the second MX has no TLSA"),
    domain("dane-wrong-and-busy.example", server(name="mx10", tlsa=("3 1 1 mismatch",)), server(name="mx20", banner="421", **DANE),
           about="the first MX fails its TLSA, 421 at the second"),
)
