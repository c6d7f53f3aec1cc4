# SPDX-License-Identifier: Apache-2.0
"""What the floor guard is for (conf/postfix/main.cf): the envelope loses the floor, or a route of the site's own leads past
it. The plaintext server at the end may hear DATA, and gets nothing of the message."""
import socketserver
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scenario import main  # noqa: E402
from paths import BOB, GOOD, NOTICES, Paths  # noqa: E402

LMTP = ("127.26.0.1", 24)
MAILBOXES = f"lmtp:inet:{LMTP[0]}:{LMTP[1]}"


class LmtpServer(socketserver.ThreadingTCPServer):
    """RFC 2033 without TLS, on another address than this host's name has; `messages` is what it was sent."""
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(LMTP, LmtpSession)
        self.messages: list[str] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()


class LmtpSession(socketserver.StreamRequestHandler):
    server: LmtpServer

    def handle(self) -> None:
        self.wfile.write(b"220 mailboxes LMTP\r\n")
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = []
                while (text := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(text.decode())
                self.server.messages.append("".join(lines))
            self.wfile.write(b"221 2.0.0 bye\r\n" if verb == b"QUIT" else b"250 2.0.0 ok\r\n")


class Guarded(Paths):
    """The envelope loses the floor, or a route of the site's own leads past it: the floor guard holds."""
    settings = {"verdict_deadline": "15s\ntrusted-route = local virtual lmtp partner smtp:[127.25.0.20]"}

    delivered: list[str] = []  # what went out by a route that a test trusts

    def tearDown(self) -> None:
        self.assertEqual([text for text in self.site.content_in_clear() if text not in self.delivered], [])

    def test_an_alias_to_a_domain_with_an_own_route(self) -> None:
        self.configure(transport_maps=f"{NOTICES}, inline:{{ pkix.example={self.plaintext_route()} }}",
                       virtual_alias_maps=f"inline:{{ {{ {GOOD}=bob@pkix.example }} }}")
        self.assert_kept_back(self.send(GOOD))

    def test_an_alias_to_a_relay_domain(self) -> None:
        self.configure(relay_domains="plaintext.example", virtual_alias_maps=f"inline:{{ {{ {GOOD}={BOB} }} }}")
        self.assert_kept_back(self.send(GOOD))

    def test_a_local_forward_to_a_domain_with_an_own_route(self) -> None:
        self.site.postfix.alias(postmaster="bob@pkix.example")
        self.configure(transport_maps=f"{NOTICES}, inline:{{ pkix.example={self.plaintext_route()} }}")
        self.assert_kept_back(self.forwarded(self.send("postmaster@org.example")))

    def test_a_list_whose_owner_becomes_the_sender(self) -> None:
        self.site.postfix.alias(**{"list": BOB, "owner-list": "alice@org.example"})
        forwarded = self.forwarded(self.send("list@org.example"))
        self.assertIn("from=<owner-list@org.example>", self.site.postfix.wait_for_log(rf"{forwarded}: from=.*").group(0))
        self.assert_kept_back(forwarded)

    def test_a_canonical_map_that_takes_the_tag_off_the_sender(self) -> None:
        self.configure(virtual_alias_maps=f"inline:{{ {{ {GOOD}={BOB} }} }}",
                       sender_canonical_maps="regexp:{{/^alice.*@org/ alice@org.example}}")
        self.assert_kept_back(self.send(GOOD))

    def test_a_lower_floor_than_the_class_demands(self) -> None:
        self.configure(transport_maps=f"{NOTICES}, inline:{{ expired.example=smarttls-encrypted: }}",
                       virtual_alias_maps=f"inline:{{ {{ {GOOD}=bob@expired.example }} }}")
        self.assert_kept_back(self.send(GOOD))

    def test_a_trusted_next_hop_of_the_default_transport(self) -> None:
        self.configure(transport_maps=f"{NOTICES}, inline:{{ dane.example={self.plaintext_route()} }}")
        queue_id = self.send(GOOD)
        self.assertEqual(self.only_evidence(queue_id)["recipients"][0]["rule"], "trusted-route")
        self.assert_kept_back(queue_id)

    def test_a_trusted_transport_carries_class_mail_without_tag_and_field(self) -> None:
        master = self.site.postfix.config / "master.cf"
        master.write_text(master.read_text() + "partner unix - - n - - smtp\n    -o smtp_header_checks=$smarttls_trusted\n")
        self.configure(transport_maps=f"{NOTICES}, inline:{{ dane.example={self.plaintext_route('partner')} }}")
        queue_id = self.send(GOOD)
        self.wait_status(queue_id, "sent")
        message = self.site.lab.wait_received("mx.plaintext.example")[-1]
        Guarded.delivered.append(message["data"])
        self.assertEqual(message["mail_from"], "alice@org.example")
        self.assertNotIn("SmartTLS-Floor", message["data"])

    def test_without_the_line_that_lets_it_pass_it_waits(self) -> None:
        master = self.site.postfix.config / "master.cf"
        master.write_text(master.read_text() + "partner unix - - n - - smtp\n")
        self.configure(transport_maps=f"{NOTICES}, inline:{{ dane.example={self.plaintext_route('partner')} }}")
        self.assert_kept_back(self.send(GOOD))

    def start_lmtp(self) -> LmtpServer:
        server = LmtpServer()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server

    def test_lmtp_to_another_host(self) -> None:
        server = self.start_lmtp()
        self.configure(transport_maps=f"{NOTICES}, inline:{{ pkix.example={MAILBOXES} }}",
                       virtual_alias_maps=f"inline:{{ {{ {GOOD}=bob@pkix.example }} }}")
        self.assert_kept_back(self.send(GOOD))
        self.wait_status(self.assert_accepted(self.site.send(GOOD)), "sent")
        self.assertEqual(len(server.messages), 2)
        self.assertFalse([text for text in server.messages[0].splitlines() if not text.startswith(("Received:", "\t", " "))])
        self.assertIn("Hello.", server.messages[1], "unmarked mail is nobody's business")

    def test_mailboxes_behind_lmtp_take_class_mail_when_master_cf_says_so(self) -> None:
        server = self.start_lmtp()
        self.configure(virtual_mailbox_domains="dane.example", virtual_transport=MAILBOXES)
        refused = self.site.send(GOOD, mail_class="nta7516")
        self.assert_deferred(refused)
        self.assertIn("-o lmtp_header_checks=$smarttls_trusted", self.site.log("smarttls-milter"))
        self.site.postfix.set("lmtp/unix/lmtp_header_checks", "$smarttls_trusted")
        self.site.postfix.reload()
        self.wait_status(self.send(GOOD), "sent")
        self.assertIn("Hello.", server.messages[0])
        self.assertNotIn("SmartTLS-Floor", server.messages[0])


if __name__ == "__main__":
    main()
