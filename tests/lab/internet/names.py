# SPDX-License-Identifier: Apache-2.0
"""Domains whose DNS leads nowhere, to the wrong place or in circles. The servers, where there are some, are in order."""
from rows import DANE, Domain, Host, domain, servers, unsigned

server = servers("127.25.10")


def mx_records(name: str, *mx: str, **facts) -> Domain:
    """Unsigned; one good server mx.<name>, and these MX records."""
    return unsigned(name, server(), mx=mx, **facts)


DOMAINS: tuple[Domain, ...] = (
    unsigned("implicit-pkix.example", server(), implicit=True, about="no MX: the domain is its own server"),
    unsigned("nothing-there.example", implicit=True, about="neither MX nor address"),
    mx_records("null-mx-beside.example", "0 .", "10 mx.null-mx-beside.example", about="null MX beside another one"),
    mx_records("twice.example", "10 mx.twice.example", "20 mx.twice.example", about="one server as two MX"),
    mx_records("dangling-mx.example", "10 gone.dangling-mx.example", about="the MX name does not exist"),
    mx_records("dangling-first.example", "10 gone.dangling-first.example", "20 mx.dangling-first.example",
               about="the first MX name does not exist"),
    mx_records("mx-literal.example", "10 127.25.10.200", about="the MX is an address"),
    mx_records("mx-literal-first.example", "10 127.25.10.200", "20 mx.mx-literal-first.example", about="the first MX is an address"),
    mx_records("mx-of-nxdomain.example", "10 mx.nxdomain.example", about="the MX is in a domain that does not exist"),
    mx_records("mx-alias-loop.example", "10 a.mx-alias-loop.example", text=("a CNAME b", "b CNAME a"),
               about="the MX name is a CNAME in a circle"),
    mx_records("mx-servfail.example", "10 mx.servfail.example", about="the address look-up fails"),
    mx_records("mx-timeout.example", "10 mx.timeout.example", about="the address look-up is never answered"),
    mx_records("mx-bogus.example", "10 mx.bogus.example", about="the address is bogus"),
    mx_records("mx-servfail-first.example", "10 mx.servfail.example", "20 mx.mx-servfail-first.example",
               about="the address look-up of the first MX fails"),
    mx_records("mx-mixed-public.example", "10 mx.private.example", "20 mx.mx-mixed-public.example", about="the first MX is at 10.0.0.1"),
    domain("cname-to-unsigned.example", mx=("10 mail.cname-to-unsigned.example",), text=("mail CNAME mx.pkix.example.",),
           about="signed; a CNAME leads its MX into an unsigned zone"),
    unsigned("cname-to-signed.example", mx=("10 mail.cname-to-signed.example",), text=("mail CNAME mx.dane.example.",),
             about="unsigned; a CNAME leads its MX into a signed zone with TLSA"),
    domain("mx-elsewhere.example", mx=("10 mx.dane.example",), about="signed; its MX is another domain's, with TLSA"),
    domain("mx-elsewhere-unsigned.example", mx=("10 mx.pkix.example",), about="signed; its MX is in an unsigned zone"),
    domain("alias-chain.example", Host(address="127.25.10.100", **DANE), mx=("10 a.alias-chain.example",),
           text=("a CNAME b", "b CNAME mx"), about="two CNAMEs lead from the MX to the server with TLSA"),
)
