# SPDX-License-Identifier: Apache-2.0
"""Mail servers that cannot be talked to, from the first SYN to QUIT, and domains of which only some servers can. Their
certificates and TLS are in order, and there is no DNSSEC."""
from rows import Domain, Host, servers, unsigned

server = servers("127.25.5")
BLACK_HOLE = "127.25.5.251"
NOBODY, NOBODY_6 = "127.25.5.252", "fd25::1"


def answers(verb: str, reply: str) -> Host:
    return server(replies=((verb, reply),))


DOMAINS: tuple[Domain, ...] = (
    # Before a word is said
    unsigned("black-hole.example", Host(address=BLACK_HOLE, black_hole=True), about="packets vanish"),
    unsigned("dead-address.example", server(also=(NOBODY,)), about="two addresses, one refuses"),
    unsigned("dead-ipv6.example", server(also=(NOBODY_6,)), about="IPv6 does not work, IPv4 does"),
    unsigned("ipv6-only.example", Host(also=(NOBODY_6,)), about="IPv6 alone, and it does not work"),
    unsigned("swallowed-address.example", server(also=(BLACK_HOLE,)), about="two addresses, packets vanish at one"),
    # Banner
    unsigned("banner-554.example", server(banner="554"), about="greets with 554"),
    unsigned("banner-450.example", answers("EHLO", "450 4.7.1 Greylisted"), about="greylists at EHLO"),
    unsigned("postscreen.example", server(banner="multi-line", banner_delay=6.0), about="multi-line greeting with six seconds' pause"),
    unsigned("tarpit.example", server(banner="slow"), about="a byte per second"),
    unsigned("banner-binary.example", server(banner="binary"), about="a banner of all bytes"),
    unsigned("banner-long.example", server(banner="long-line"), about="a banner of 10,000 characters"),
    unsigned("banner-endless.example", server(banner="endless"), about="a banner that never ends"),
    unsigned("close-at-connect.example", server(banner="close"), about="hangs up without a word"),
    # EHLO
    unsigned("ehlo-many-lines.example", server(ehlo="many-lines"), about="EHLO answered by 10,000 lines"),
    unsigned("ehlo-long-line.example", server(ehlo="long-line"), about="EHLO answered by a line of 10,000 characters"),
    unsigned("ehlo-502.example", answers("EHLO", "502 5.5.1 Command not implemented"), about="knows HELO alone"),
    unsigned("ehlo-500.example", answers("EHLO", "500 5.5.2 Command unrecognized"), about="has never heard of EHLO"),
    unsigned("ehlo-550.example", answers("EHLO", "550 5.7.1 Your name is not welcome"), about="dislikes our name"),
    unsigned("ehlo-421.example", answers("EHLO", "421 4.7.0 Too many connections"), about="421 to EHLO"),
    unsigned("ehlo-names.example", server(ehlo="names-differ"), about="hides STARTTLS from names that are not in .example"),
    unsigned("close-at-ehlo.example", server(close_at="EHLO"), about="hangs up at EHLO"),
    # STARTTLS
    unsigned("starttls-501.example", server(starttls="501"), about="offers STARTTLS, answers it with 501"),
    unsigned("starttls-502.example", server(starttls="502"), about="offers STARTTLS, answers it with 502"),
    unsigned("starttls-421.example", answers("STARTTLS", "421 4.3.2 Shutting down"), about="offers STARTTLS, answers it with 421"),
    unsigned("starttls-injected.example", server(starttls="injected"), about="a reply in clear behind that to STARTTLS"),
    unsigned("starttls-garbage.example", server(starttls="garbage"), about="says yes, then speaks no TLS"),
    unsigned("close-at-starttls.example", server(close_at="STARTTLS"), about="hangs up at STARTTLS"),
    unsigned("close-behind-starttls.example", server(starttls="close"), about="hangs up when it has said yes to STARTTLS"),
    # Handshake
    unsigned("handshake-slow.example", server(starttls="slow"), about="takes four seconds for the ServerHello"),
    unsigned("handshake-hang.example", server(starttls="hang"), about="never answers the ClientHello"),
    unsigned("handshake-alert.example", server(starttls="alert"), about="answers the ClientHello by a fatal alert"),
    unsigned("handshake-close.example", server(starttls="close-at-hello"), about="hangs up at the ClientHello"),
    unsigned("handshake-cut.example", server(starttls="cut"), about="hangs up within the handshake"),
    unsigned("handshake-reset.example", server(starttls="reset-at-hello"), about="resets at the ClientHello"),
    # Under TLS
    unsigned("close-behind-handshake.example", server(close_at="TLS"), about="hangs up when the handshake is over"),
    unsigned("close-at-second-ehlo.example", server(close_at="TLS-EHLO"), about="hangs up at the EHLO under TLS"),
    unsigned("close-at-quit.example", server(close_at="QUIT"), about="hangs up at QUIT"),
    unsigned("no-close-notify.example", server(close_notify=False), about="ends TLS without close_notify"),
    # Several servers
    unsigned("first-mx-refuses.example", server(name="mx10", listens=False), server(name="mx20"), about="nobody at the first MX"),
    unsigned("first-mx-black-hole.example", Host(name="mx10", address=BLACK_HOLE, listens=False), server(name="mx20"),
             about="packets vanish at the first MX"),
    unsigned("first-mx-busy.example", server(name="mx10", banner="421"), server(name="mx20"), about="421 at the first MX"),
    unsigned("all-mx-dead.example", server(name="mx10", listens=False), server(name="mx20", banner="421"),
             server(name="mx30", banner="close"), about="three MX, no one to talk to"),
    unsigned("second-mx-plaintext.example", server(name="mx10"), server(name="mx20", starttls="no"), about="the second MX has no STARTTLS"),
    unsigned("equal-mx-plaintext.example", server(name="mx-a"), server(name="mx-b", starttls="no"),
             mx=("10 mx-a.equal-mx-plaintext.example", "10 mx-b.equal-mx-plaintext.example"), about="one of two equal MX has no STARTTLS"),
    unsigned("second-mx-expired.example", server(name="mx10"), server(name="mx20", certificate="expired"),
             about="the second MX has an expired certificate"),
    unsigned("twenty-mx.example", *(server(name=f"mx{n}") for n in range(10, 30)), about="twenty MX"),
)
