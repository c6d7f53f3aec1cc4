# SPDX-License-Identifier: Apache-2.0
"""Mail that no class touches leaves as it came, to the byte: odd messages through a real Postfix, with the milter and
without, compared at the recipient's server and in a local mailbox."""
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scenario import Scenario, main  # noqa: E402

NTA7516 = "insecure = hold\nsubject-tag = [secure]\nremove-subject-tag = yes\nadd-subject-tag = [x]\nremove-header = X-Odd"
HEADER = b"From: alice@org.example\r\nTo: bob@dane.example\r\nDate: Mon, 23 Nov 2026 10:00:00 +0100\r\nMessage-Id: <odd@org.example>\r\n"
CORPUS = {
    "plain": HEADER + b"Subject: hello\r\n\r\nHello.\r\n",
    "8 bit in header and body": HEADER + b"Subject: caf\xe9 \xff\xfe\r\nX-Odd: \x80\r\n\r\n\xc3\xa9 \x00-less \xff\r\n",
    "no body": HEADER + b"Subject: only headers\r\n",
    "no blank line": HEADER + b"Subject: x\r\nthis is no header\r\nX-After: 1\r\n\r\nbody\r\n",
    "no header": b"\r\njust a body\r\n",
    "nothing": b"\r\n",
    "lines as long as Postfix takes them": HEADER + b"Subject: " + b"s" * 990 + b"\r\n\r\n" + b"b" * 998 + b"\r\n",
    "folded in all ways": HEADER + b"Subject: a\r\n \r\n\tb\r\n  c \r\nX-Odd:\r\n x\r\nX-Empty:\r\nX-Blank: \r\n\r\nx\r\n",
    "dots": HEADER + b"Subject: dots\r\n\r\n.\r\n..\r\n...x\r\n",
    "many of one name": HEADER + b"".join(b"X-Odd: %d\r\n" % i for i in range(300)) + b"Subject: a\r\nsubject: b\r\n\r\nx\r\n",
    "no blank behind the colon": HEADER + b"Subject:x\r\nX-Odd:y\r\nX-Tab:\tz\r\nX-Space : old syntax\r\n\r\nx\r\n",
    "encoded words, good and broken": HEADER + b"Subject: =?utf-8?Q?=C3=A9?= =?utf-8?B?!!?= =?x?y?z?= =?utf-8?Q?\r\n\r\nx\r\n",
    "a tag that is none": HEADER + b"Subject: insecure [ secure ]\r\nSensitivity: Normal\r\nmsip_labels: ;;;\r\n\r\nx\r\n",
    "signed": HEADER + b"Content-Type: multipart/signed; boundary=b; protocol=\"application/pkcs7-signature\"\r\n\r\n--b\r\n\r\nx \t\r\n--b--\r\n",
    "many blank lines at the end": HEADER + b"Subject: x\r\n\r\nx\r\n\r\n\r\n\r\n",
    "blanks at the ends of lines": HEADER + b"Subject: x   \r\n\r\nx   \r\n \t\r\n",
    "a body of a megabyte": HEADER + b"Subject: x\r\n\r\n" + b"0123456789abcdef" * 61 + b"\r\n" * 3 + (b"z" * 76 + b"\r\n") * 13000,
}
BARE_LF = HEADER + b"Subject: bare\nX-Odd: 1\n\nline\nline\r\nline\r\n"
ADDED = re.compile(r"^(Received|Delivered-To|X-Original-To|Return-Path|Message-Id|Date): .*\n([ \t].*\n)*", re.MULTILINE | re.IGNORECASE)


class Untouched(Scenario):
    settings = {"nta7516": NTA7516}

    def leaves_as(self, message: bytes) -> str:
        """What the recipient's server was sent, without what Postfix itself adds differently each time."""
        before = len(self.site.lab.received("dane.example"))
        queue_id = self.assert_accepted(self.site.postfix.inject_raw("alice@org.example", ["bob@dane.example"], message))
        self.wait_status(queue_id, "sent")
        data = self.site.lab.wait_received("dane.example", before + 1)[-1]["data"]
        return ADDED.sub("", data.replace("\r\n", "\n"))

    def compare(self, corpus: dict[str, bytes]) -> None:
        with_milter = {name: self.leaves_as(message) for name, message in corpus.items()}
        self.restore_configuration()
        self.configure(smtpd_milters="")
        for name, message in corpus.items():
            self.assertEqual(with_milter[name], self.leaves_as(message), name)
        self.assertEqual(self.site.command("evidence", "search", "--json", status=None), "", "no class, no evidence")

    def test_odd_messages_leave_as_they_came(self) -> None:
        self.compare(CORPUS)

    def test_bare_line_feeds_are_postfixs_affair(self) -> None:
        self.restore_configuration()
        self.configure(smtpd_forbid_bare_newline="no")
        self.compare({"bare LF": BARE_LF})


if __name__ == "__main__":
    main()
