# SPDX-License-Identifier: Apache-2.0
"""MTA-STS (RFC 8461): what is a record, what is a policy, which servers it names, and what it asks of them. A policy that
cannot be had is as if there were none, and the reason is told. Postfix's own probe knows nothing of MTA-STS."""
from row import row

FETCH, INVALID, WEBPKI, MISMATCH = "sts-policy-fetch-error", "sts-policy-invalid", "sts-webpki-invalid", "sts-mx-mismatch"
NO_STS = "posttls-finger knows nothing of MTA-STS"
GRAMMAR = "§3.2: breaks the grammar, as if there were no policy"
MEETS = "§4.2: the server meets it"
HTTP = "§3.3: 200 alone, and no redirects"


def refused(name: str, reasons: str, why: str, postfix: str) -> tuple:
    """A server that an enforced policy excludes."""
    return row(name, "forbidden", reasons, sts="enforce", why=why, postfix=postfix, differs=NO_STS)


TABLE = (
    # The record
    row("txt-bare", "mta-sts", why="§3.1: blanks and the last semicolon are optional"),
    row("txt-blanks", "mta-sts", why="§3.1: *WSP \";\" *WSP"),
    row("txt-more", "mta-sts", why="§3.1: unknown fields are ignored"),
    row("txt-split", "mta-sts", why="§3.1, RFC 7208 §3.3: strings are joined without blanks"),
    row("txt-beside", "mta-sts", why="§3.1: others are dropped"),
    row("txt-cname", "mta-sts", why="§3.1: a CNAME is followed"),
    row("txt-other", "pkix", why="§3.1: no record, no MTA-STS"),
    row("txt-upper-case", "pkix", why="§3.1: v=STSv1 as it is written"),
    row("txt-blank-first", "pkix", why="§3.1: begins with v=STSv1"),
    row("txt-version-2", "pkix", why="§3.1: other versions are dropped"),
    row("txt-no-id", "pkix", INVALID, why="§3.1: id is required"),
    row("txt-long-id", "pkix", INVALID, why="§3.1: 1*32(ALPHA / DIGIT)"),
    row("txt-odd-id", "pkix", INVALID, why="§3.1: 1*32(ALPHA / DIGIT)"),
    row("sts-two-records", "pkix", INVALID, why="§3.1: if not one, then none"),
    row("sts-no-record", "pkix", why="§3.1: no record, no MTA-STS"),
    row("sts-dns-failure", "pkix", FETCH, why="§3.1: nothing cached, as if there were none"),
    row("sts-neighbour", "pkix", why="§3.4: a policy is the recipient domain's alone"),
    # The grammar of the policy
    row("policy-crlf", "mta-sts", why="§3.2: CRLF or LF"),
    row("policy-no-end", "mta-sts", why="§3.2: the last line may lack its end"),
    row("policy-no-blanks", "mta-sts", why="§3.2: \":\" *WSP"),
    row("policy-more", "mta-sts", why="§3.2: unknown keys are ignored"),
    row("policy-order", "mta-sts", why="§3.2: in any order"),
    row("policy-mode-twice", "mta-sts", why="§3.2: the first counts"),
    row("policy-max-age-twice", "mta-sts", why="§3.2: the first counts"),
    row("policy-version-twice", "mta-sts", why="§3.2: the first counts"),
    row("policy-year", "mta-sts", why="§3.2: 31557600 is the most"),
    *(row(f"policy-{name}", "pkix", INVALID, why=GRAMMAR)
      for name in ("no-version", "version-2", "key-case", "mode-case", "mode-unknown", "no-mode", "no-max-age", "over-a-year", "negative",
                   "eleven-digits", "no-mx", "empty", "wildcard-partial")),
    row("sts-garbage", "pkix", INVALID, why=GRAMMAR),
    row("policy-none-no-mx", "pkix", sts="none", why="§3.2: mode none needs no mx"),
    # Which servers it names
    row("sts-enforce", "mta-sts", why=MEETS),
    row("sts-wildcard", "mta-sts", why="§4.1: * is the leftmost label"),
    row("policy-mx-case", "mta-sts", why="§4.1: names without regard to case"),
    row("policy-mx-second", "mta-sts", why="§4.1: any of them"),
    row("policy-names-alias", "mta-sts", why="§4.1: the name in the MX record"),
    refused("policy-names-target", MISMATCH, "§4.1: the name in the MX record, not where it leads", "pkix"),
    refused("policy-wildcard-too-high", MISMATCH, "§4.1: * is one label", "pkix"),
    refused("policy-wildcard-of-itself", MISMATCH, "§4.1: * is one label, not none", "pkix"),
    refused("sts-mx-mismatch", MISMATCH, "§5: other servers are out", "pkix"),
    row("enforce-first-out", "mta-sts", why="§5: on to the next, which is named"),
    # What it asks of them
    row("enforce-wildcard", "mta-sts", why="§4.2: a wildcard in the certificate"),
    refused("sts-mx-expired", "certificate-expired", "§4.2: dates", "encrypted"),
    refused("sts-mx-plaintext", "starttls-not-supported", "§4.2: STARTTLS", "plaintext"),
    refused("enforce-self-signed", "certificate-self-signed", "§4.2: a trusted root", "encrypted"),
    refused("enforce-unknown-root", "certificate-unknown-root", "§4.2: a trusted root", "encrypted"),
    refused("enforce-missing-intermediate", "certificate-missing-issuer", "§4.2: a trusted root", "encrypted"),
    refused("enforce-wrong-name", "certificate-host-mismatch", "§4.2: a DNS-ID for the MX host", "encrypted"),
    refused("enforce-cn-only", "certificate-host-mismatch", "§4.2: a DNS-ID; CN does not count", "pkix"),
    refused("enforce-tls11", "old-protocol weak-cipher", "§4.2, RFC 8996: TLS 1.2 or later", "plaintext"),
    row("enforce-busy", "unknown", "busy", sts="enforce", why="RFC 5321 §3.8: 421 is about now, also with MTA-STS"),
    row("enforce-454", "unknown", "starttls-refused", sts="enforce", why="RFC 3207 §4: 454 is temporary, also with MTA-STS"),
    row("sts-testing", "pkix", sts="testing", why="§5: delivered all the same"),
    row("testing-plaintext", "plaintext", "starttls-not-supported", sts="testing", why="§5: delivered all the same"),
    row("sts-none", "pkix", sts="none", why="§5: as if there were none"),
    # Beside DANE
    row("sts-dane", "dane", sts="enforce", why="§2: DANE decides"),
    row("sts-with-dane-mismatch", "forbidden", "tlsa-invalid", sts="enforce", dane="mismatch", why="§2: never rescued by MTA-STS"),
    row("sts-with-dane-servfail", "unknown", "dns-failure", sts="enforce", why="§2, RFC 7672 §2.1.2: nor while it cannot be looked up"),
    # The policy host
    row("sts-bad-cert", "pkix", WEBPKI, why="§3.3: dates"),
    row("sts-wrong-name", "pkix", WEBPKI, why="§3.3: a DNS-ID for mta-sts.<domain>"),
    row("sts-self-signed", "pkix", WEBPKI, why="§3.3: a trusted root"),
    row("web-unknown-root", "pkix", WEBPKI, why="§3.3: a trusted root"),
    row("web-cn-only", "pkix", WEBPKI, why="§3.3: a DNS-ID; CN does not count"),
    row("web-wildcard", "mta-sts", why="§3.3: a wildcard as leftmost label"),
    row("sts-redirect", "pkix", FETCH, why=HTTP),
    row("sts-missing", "pkix", FETCH, why=HTTP),
    row("web-500", "pkix", FETCH, why=HTTP),
    row("web-206", "pkix", FETCH, why=HTTP),
    row("web-refuses", "pkix", FETCH, why="§3.3: cannot be had, as if there were none"),
    row("sts-close", "pkix", FETCH, why="§3.3: cannot be had, as if there were none"),
    row("sts-cut", "pkix", FETCH, why="§3.3: half a policy is none"),
    row("sts-huge", "pkix", FETCH, why="§3.3: 64 KiB are the most"),
    row("sts-slow", "pkix", FETCH, why="§3.3: within a minute; the probe waits less"),
    row("sts-private", "pkix", FETCH, why="RFC 1918: not one packet into our own network"),
    row("sts-html", "pkix", FETCH, why="§3.2: text/plain guards against pages for people"),
    row("web-no-type", "mta-sts", why="§3.2: Content-Type SHOULD be text/plain; none is no other", postfix="pkix"),
)
