# SPDX-License-Identifier: Apache-2.0
"""Servers that cannot be talked to. A timeout, a 4xx, a refusal of the client or a lost connection says nothing about
TLS: unknown. Only an answer to the question itself (no STARTTLS, a final refusal, a TLS alert) is a finding."""
from row import row

SLOW = ""  # posttls-finger does not wait as long, or waits for ever
BEST_ALONE = "posttls-finger asks the best server alone; mail can end at any"
ENDS_SOONER = "posttls-finger ends at the first server that answers; delivery goes on to the next (RFC 5321 §5.1)"

TABLE = (
    # Before a word is said
    row("refused", "unknown", "refused", why="design: nobody there says nothing about TLS"),
    row("black-hole", "unknown", "timeout", why="RFC 5321 §4.5.4.1: not reached is not failed"),
    row("silent", "unknown", "timeout", why="RFC 5321 §4.5.3.2.1: no greeting in time", postfix=SLOW),
    row("dead-address", "pkix", why="RFC 5321 §5.1: the next address of the host"),
    row("dead-ipv6", "pkix", why="RFC 5321 §5.1: the next address, of whatever family"),
    row("ipv6-only", "unknown", "refused", why="design: no way there says nothing about TLS"),
    row("swallowed-address", "pkix", why="RFC 5321 §5.1: the next address of the host"),
    row("private", "unknown", "address-not-allowed", why="RFC 1918: not one packet into our own network"),
    row("loopback", "unknown", "address-not-allowed", why="RFC 1122 §3.2.1.3: not one packet to ourselves", postfix="pkix",
        differs="Postfix goes wherever an MX points"),
    # Banner
    row("busy", "unknown", "busy", why="RFC 5321 §3.8: 421 is about now"),
    row("banner-554", "unknown", "refused", why="RFC 5321 §3.1: 554 refuses us, not TLS"),
    row("banner-450", "unknown", "busy", why="RFC 6647: greylisting is about now"),
    row("postscreen", "pkix", why="RFC 5321 §4.2.1: a reply of several lines, with a pause", postfix=SLOW),
    row("tarpit", "unknown", "timeout", why="design: every reply is bounded in time, as a whole", postfix=SLOW),
    row("banner-binary", "unknown", "protocol-error", why="RFC 5321 §4.2: text is printable", postfix="unknown"),
    row("banner-long", "unknown", "protocol-error", why="RFC 5321 §4.5.3.1.5: 512 octets; we bear four times as many", postfix="pkix",
        differs="Postfix cuts lines short and goes on"),
    row("banner-endless", "unknown", "protocol-error", why="design: every reply is bounded in lines", postfix=SLOW),
    row("close-at-connect", "unknown", "protocol-error", why="design: a lost connection says nothing about TLS"),
    # EHLO
    row("ehlo-many-lines", "unknown", "protocol-error", why="design: every reply is bounded in lines", postfix="plaintext",
        differs="Postfix reads on and keeps the first lines, without STARTTLS in the last"),
    row("ehlo-long-line", "unknown", "protocol-error", why="RFC 5321 §4.5.3.1.5: 512 octets", postfix="plaintext",
        differs="Postfix cuts lines short, and reads what was cut as other lines"),
    row("ehlo-502", "plaintext", "starttls-not-supported", why="RFC 5321 §4.1.4: no extensions, so no STARTTLS"),
    row("ehlo-500", "plaintext", "starttls-not-supported", why="RFC 5321 §4.1.4: no extensions, so no STARTTLS"),
    row("ehlo-550", "unknown", "refused", why="RFC 5321 §4.1.4: 550 dislikes the name, not the command"),
    row("ehlo-421", "unknown", "busy", why="RFC 5321 §3.8: 421 answers any command"),
    row("ehlo-names", "plaintext", "starttls-not-supported", why="RFC 3207 §4: not offered to us", postfix="pkix",
        differs="the server likes Postfix's name: helo-name must be the one that Postfix uses"),
    row("close-at-ehlo", "unknown", "protocol-error", why="design: a lost connection says nothing about TLS"),
    row("plaintext", "plaintext", "starttls-not-supported", why="RFC 3207 §4: not offered"),
    # STARTTLS
    row("starttls-454", "unknown", "starttls-refused", why="RFC 3207 §4: 454 is temporary"),
    row("starttls-421", "unknown", "busy", why="RFC 5321 §3.8: 421 answers any command"),
    row("starttls-501", "plaintext", "starttls-refused", why="RFC 3207 §4: 501 is the last word"),
    row("starttls-502", "plaintext", "starttls-refused", why="RFC 5321 §4.2.1: 5xx is the last word"),
    row("starttls-injected", "plaintext", "starttls-injection", why="CVE-2011-0411: what came in clear must not count", postfix="pkix",
        differs="Postfix throws the bytes away and goes on; whoever put them there is still there"),
    row("starttls-garbage", "plaintext", "validation-failure", why="RFC 8446 §5.1: no TLS record"),
    row("close-at-starttls", "unknown", "protocol-error", why="design: a lost connection says nothing about TLS"),
    row("close-behind-starttls", "unknown", "protocol-error", why="design: a lost connection says nothing about TLS"),
    # Handshake
    row("handshake-slow", "pkix", why="design: four seconds are no fault", postfix=SLOW),
    row("handshake-hang", "unknown", "timeout", why="design: a timeout says nothing about TLS", postfix=SLOW),
    row("handshake-alert", "plaintext", "validation-failure", why="RFC 8446 §6.2: the server ends it, for want of common parameters"),
    row("handshake-close", "unknown", "protocol-error", why="design: a lost connection says nothing about TLS"),
    row("handshake-cut", "unknown", "protocol-error", why="design: a lost connection says nothing about TLS"),
    row("handshake-reset", "unknown", "protocol-error", why="RFC 9293 §3.5.2: anybody between can send RST"),
    # Under TLS
    row("close-behind-handshake", "unknown", "protocol-error", why="RFC 8446 §4.4.4: only an answer shows that the session stands",
        postfix="pkix", differs="posttls-finger judges the handshake; delivery would fail behind it"),
    row("close-at-second-ehlo", "unknown", "protocol-error", why="RFC 3207 §4.2: EHLO again, and no answer", postfix="pkix",
        differs="posttls-finger judges the handshake; delivery would fail behind it"),
    row("close-at-quit", "pkix", why="RFC 5321 §4.1.1.10: all was said before QUIT"),
    row("no-close-notify", "pkix", why="RFC 8446 §6.1: truncation after QUIT cuts nothing"),
    # Several servers
    row("first-mx-refuses", "pkix", why="RFC 5321 §5.1: mail goes to the next"),
    row("first-mx-black-hole", "pkix", why="RFC 5321 §5.1: mail goes to the next", postfix=SLOW),
    row("first-mx-busy", "pkix", why="RFC 5321 §5.1: mail goes to the next", postfix="unknown", differs=ENDS_SOONER),
    row("all-mx-dead", "unknown", "refused busy protocol-error", why="design: nothing was found out, and so it says"),
    row("two-mx", "plaintext", "starttls-not-supported", grade="sufficient", why="RFC 5321 §5.1: the best server is the weak one"),
    row("second-mx-plaintext", "plaintext", "starttls-not-supported", grade="sufficient", postfix="pkix",
        why="RFC 5321 §5.1: mail can end at the weakest", differs=BEST_ALONE),
    row("equal-mx-plaintext", "plaintext", "starttls-not-supported", grade="sufficient", postfix="",  # it takes either first
        why="RFC 5321 §5.1: equal MX are taken in any order"),
    row("second-mx-expired", "encrypted", "certificate-expired", why="RFC 5321 §5.1: mail can end at the weakest", postfix="pkix",
        differs=BEST_ALONE),
    row("twenty-mx", "pkix", "too-many-mx", why="design: ten servers are asked, and the verdict says that there are more"),
)
