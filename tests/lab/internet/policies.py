# SPDX-License-Identifier: Apache-2.0
"""Domains with MTA-STS (RFC 8461): records and policies of every spelling, and servers that do not meet them. A good
server and a good policy for it, in an unsigned zone, unless the row says otherwise."""
import itertools

from rows import Domain, Host, PolicyHost, domain, servers

server = servers("127.25.11")
web_numbers = itertools.count(1)
ENFORCE = "version: STSv1\nmode: enforce\nmax_age: 86400\nmx: mx.{domain}\n"


def sts(name: str, *hosts: Host, text: str = ENFORCE, txt: str = '"v=STSv1; id=1;"', web: dict | None = None, at: str = "_mta-sts",
        more: tuple[str, ...] = (), **facts) -> Domain:
    """A domain `name`.example with the policy `text`, in which {domain} is its name, and the TXT record `txt`."""
    full = f"{name}.example"
    web_host = PolicyHost(address=f"127.25.12.{next(web_numbers)}", policy=text.format(domain=full), **(web or {}))
    return domain(full, *(hosts or (server(),)), signed=False, sts=web_host, text=(f"{at} TXT {txt}", *more), **facts)


def spelled(name: str, old: str, new: str, about: str) -> Domain:
    """With one thing changed in the policy."""
    return sts(name, text=ENFORCE.replace(old, new), about=about)


DOMAINS: tuple[Domain, ...] = (
    # The record
    sts("txt-bare", txt='"v=STSv1;id=20261101"', about="TXT without blanks and last semicolon"),
    sts("txt-blanks", txt='"v=STSv1 ; id=1 ;"', about="TXT with blanks before semicolons"),
    sts("txt-more", txt='"v=STSv1; id=1; x-more=yes;"', about="TXT with a field of the future"),
    sts("txt-split", txt='"v=STS" "v1; id" "=1;"', about="TXT in three character-strings"),
    sts("txt-beside", more=('_mta-sts TXT "v=spf1 -all"',), about="another TXT beside the record"),
    sts("txt-other", txt='"v=spf1 -all"', about="TXT of something else"),
    sts("txt-cname", at="_record", more=("_mta-sts CNAME _record",), about="a CNAME leads to the TXT"),
    sts("txt-upper-case", txt='"V=STSV1; id=1;"', about="TXT in upper case"),
    sts("txt-blank-first", txt='" v=STSv1; id=1;"', about="TXT that begins with a blank"),
    sts("txt-version-2", txt='"v=STSv2; id=1;"', about="TXT of a later version"),
    sts("txt-no-id", txt='"v=STSv1;"', about="TXT without an id"),
    sts("txt-long-id", txt=f'"v=STSv1; id={"1" * 33};"', about="TXT with an id of 33 characters"),
    sts("txt-odd-id", txt='"v=STSv1; id=2026-11-01;"', about="TXT with hyphens in the id"),
    # The grammar of the policy
    spelled("policy-crlf", "\n", "\r\n", "lines end in CRLF"),
    spelled("policy-no-end", "{domain}\n", "{domain}", "the last line has no end"),
    spelled("policy-no-blanks", ": ", ":", "no blanks behind colons"),
    spelled("policy-more", "max_age", "x_more: 1\nmax_age", "a key of the future"),
    spelled("policy-order", "version: STSv1\nmode: enforce\n", "mode: enforce\nversion: STSv1\n", "version in the second line"),
    spelled("policy-mode-twice", "max_age", "mode: none\nmax_age", "mode: enforce, and then mode: none"),
    spelled("policy-max-age-twice", "mx:", "max_age: nonsense\nmx:", "max_age twice, the second one nonsense"),
    spelled("policy-version-twice", "mode", "version: STSv1\nmode", "version twice"),
    spelled("policy-no-version", "version: STSv1\n", "", "no version"),
    spelled("policy-version-2", "STSv1", "STSv2", "version: STSv2"),
    spelled("policy-key-case", "version", "Version", "Version: in upper case"),
    spelled("policy-mode-case", "enforce", "Enforce", "mode: Enforce"),
    spelled("policy-mode-unknown", "enforce", "strict", "mode: strict"),
    spelled("policy-no-mode", "mode: enforce\n", "", "no mode"),
    spelled("policy-no-max-age", "max_age: 86400\n", "", "no max_age"),
    spelled("policy-year", "86400", "31557600", "max_age: a year, the most there is"),
    spelled("policy-over-a-year", "86400", "31557601", "max_age: a second too much"),
    spelled("policy-negative", "86400", "-1", "max_age: -1"),
    spelled("policy-eleven-digits", "86400", "00000086400", "max_age of eleven digits"),
    spelled("policy-no-mx", "mx: mx.{domain}\n", "", "no mx"),
    spelled("policy-none-no-mx", "enforce\nmax_age: 86400\nmx: mx.{domain}\n", "none\nmax_age: 86400\n", "mode: none without mx"),
    spelled("policy-empty", ENFORCE, "", "an empty policy"),
    # Which servers it names
    spelled("policy-mx-case", "mx.{domain}", "MX.{domain}", "mx in upper case"),
    spelled("policy-wildcard-too-high", "mx.{domain}", "*.example", "a wildcard one label too high"),
    spelled("policy-wildcard-of-itself", "mx.{domain}", "*.mx.{domain}", "a wildcard below the server"),
    spelled("policy-wildcard-partial", "mx.{domain}", "m*.{domain}", "a wildcard within a label"),
    spelled("policy-mx-second", "mx: mx", "mx: elsewhere.example\nmx: mx", "the server as second of two mx"),
    sts("policy-names-alias", server(alias="mail", certificate="wildcard"), text=ENFORCE.replace("mx.{", "mail.{"),
        about="the MX is a CNAME; the policy names it as the MX record does"),
    sts("policy-names-target", server(alias="mail", certificate="wildcard"), about="the MX is a CNAME; the policy names its target"),
    # Servers that do not meet it
    *(sts(f"enforce-{kind}", server(certificate=kind), about=f"enforce; certificate {kind}")
      for kind in ("self-signed", "wrong-name", "missing-intermediate", "unknown-root", "cn-only", "wildcard")),
    sts("enforce-tls11", server(tls_min="1.0", tls_max="1.1", key="rsa-3072"), about="enforce; TLS 1.1 at most"),
    sts("enforce-busy", server(banner="421"), about="enforce; 421"),
    sts("enforce-454", server(starttls="454"), about="enforce; STARTTLS is refused for now"),
    sts("enforce-first-out", server(name="mx10"), server(name="mx"), about="enforce; the first of two MX is not named"),
    sts("testing-plaintext", server(starttls="no"), text=ENFORCE.replace("enforce", "testing"), about="testing; no STARTTLS"),
    # The policy host
    sts("web-cn-only", web={"certificate": "cn-only"}, about="policy host with its name as CN"),
    sts("web-wildcard", web={"certificate": "wildcard"}, about="policy host with a wildcard certificate"),
    sts("web-unknown-root", web={"certificate": "unknown-root"}, about="policy host with a CA that nobody trusts"),
    sts("web-500", web={"status": 500}, about="policy host answers 500"),
    sts("web-206", web={"status": 206}, about="policy host answers 206"),
    sts("web-refuses", web={"listens": False}, about="nobody at the policy host"),
    sts("web-no-type", web={"content_type": ""}, about="policy without a Content-Type"),
)
