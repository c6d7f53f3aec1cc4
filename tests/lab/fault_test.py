# SPDX-License-Identifier: Apache-2.0
"""The faults of the lab's servers, seen by plain sockets and Python's own TLS: each is what its name says.

Its tests run with those of lab_test.py.
"""
from __future__ import annotations

import os
import socket
import ssl
import tempfile
import unittest

import dns.rdatatype

from internet import certificate_defects, dane, setbacks
from lab import Lab, ask
from zones import RESOLVER


class Faults(unittest.TestCase):
    lab: Lab

    @classmethod
    def setUpClass(cls) -> None:
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        os.chmod(scratch.name, 0o755)
        cls.lab = Lab(scratch.name, (*setbacks.DOMAINS, *certificate_defects.DOMAINS, *dane.DOMAINS))
        cls.addClassCleanup(cls.lab.stop)
        cls.lab.start()

    def connect(self, domain: str) -> socket.socket:
        return socket.create_connection((self.lab.hosts[f"mx.{domain}.example"].address, 25), 2)

    def hear(self, domain: str, *said: bytes) -> bytes:
        """What is said behind the banner to these lines, one at a time, until the server hangs up or waits."""
        with self.connect(domain) as tcp:
            replies = tcp.makefile("rb")
            heard = replies.readline()
            try:
                for line in said:
                    tcp.sendall(line)
                    heard = b""
                    while (reply := replies.readline()) and reply[3:4] == b"-":
                        heard += reply
                    heard += reply
                while reply := replies.readline():
                    heard += reply
                return heard
            except (TimeoutError, ConnectionResetError) as end:
                return heard + type(end).__name__.encode()

    def handshake(self, domain: str, authority: str = "") -> ssl.SSLSocket:
        """A TLS 1.2 session: with TLS 1.3 a client is done before the server."""
        context = ssl.create_default_context(cafile=str(self.lab.ca_file))
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
        tcp = self.connect(domain)
        self.addCleanup(tcp.close)
        tcp.recv(1000)
        for line in (b"EHLO client.example\r\n", b"STARTTLS\r\n"):
            tcp.sendall(line)
            tcp.recv(1000)
        session = context.wrap_socket(tcp, server_hostname=authority or f"mx.{domain}.example")
        self.addCleanup(session.close)
        return session

    def test_a_black_hole_answers_no_one(self) -> None:
        for _ in range(3):
            with self.assertRaises(TimeoutError):
                socket.create_connection((setbacks.BLACK_HOLE, 25), 0.5)

    def test_banners(self) -> None:
        self.assertTrue(self.hear("postscreen").startswith(b"220-mx.postscreen.example wait"))
        self.assertEqual(self.hear("close-at-connect"), b"")
        self.assertGreater(len(self.hear("banner-long")), 10_000)
        with self.connect("banner-endless") as tcp:
            endless = tcp.makefile("rb")
            self.assertEqual({endless.readline() for _ in range(20_000)}, {b"220-and so on\r\n"})

    def test_answers_to_ehlo(self) -> None:
        self.assertEqual(self.hear("ehlo-many-lines", b"EHLO a.example\r\n").count(b"\r\n"), 10_008)
        self.assertGreater(max(map(len, self.hear("ehlo-long-line", b"EHLO a.example\r\n").split(b"\r\n"))), 10_000)
        self.assertIn(b"STARTTLS", self.hear("ehlo-names", b"EHLO a.example\r\n"))
        self.assertNotIn(b"STARTTLS", self.hear("ehlo-names", b"EHLO a.test\r\n"))
        self.assertEqual(self.hear("close-at-ehlo", b"EHLO a.example\r\n"), b"")

    def test_answers_to_starttls(self) -> None:
        ready = b"220 2.0.0 Ready to start TLS\r\n"
        for domain, heard in (("starttls-501", b"501 5.5.4 Syntax error\r\nTimeoutError"), ("close-at-starttls", b""),
                              ("close-behind-starttls", ready), ("starttls-injected", ready + b"250 2.0.0 injected\r\nTimeoutError")):
            with self.subTest(domain):
                self.assertEqual(self.hear(domain, b"EHLO a.example\r\n", b"STARTTLS\r\n"), heard)

    def test_handshakes(self) -> None:
        for domain, error in (("handshake-alert", "ALERT_HANDSHAKE_FAILURE"), ("handshake-close", "EOF"), ("handshake-cut", "EOF"),
                              ("handshake-reset", "Connection reset"), ("starttls-garbage", "WRONG_VERSION"), ("handshake-hang", "timed out")):
            with self.subTest(domain), self.assertRaisesRegex(OSError, error):
                self.handshake(domain)

    def test_ends_under_tls(self) -> None:
        self.assertEqual(self.handshake("close-behind-handshake").recv(100), b"")
        session = self.handshake("close-at-second-ehlo")
        session.sendall(b"EHLO a.example\r\n")
        self.assertEqual(session.recv(100), b"")
        session = self.handshake("no-close-notify")
        session.sendall(b"QUIT\r\n")
        self.assertEqual(session.recv(100), b"221 2.0.0 Bye\r\n")
        session.suppress_ragged_eofs = False
        with self.assertRaisesRegex(OSError, "EOF|Connection reset"):
            session.recv(100)

    def test_chains(self) -> None:
        for domain, error in (
                ("expired-intermediate", "has expired"), ("false-authority", "invalid CA"), ("client-only", "unsuitable|unsupported"),
                ("tampered", "signature failure"), ("unknown-root-sent", "self-signed certificate in"), ("self-signed-expired", "self-signed"),
                ("wildcard-above", "Hostname mismatch"), ("cn-beside-dns-id", "Hostname mismatch")):
            with self.subTest(domain), self.assertRaisesRegex(ssl.SSLCertVerificationError, error):
                self.handshake(domain)
        for domain in ("root-sent", "disordered", "wildcard", "many-names"):
            with self.subTest(domain):
                self.assertEqual(self.handshake(domain).version(), "TLSv1.2")

    def test_addresses_and_tlsa_records(self) -> None:
        self.assertEqual([r.to_text() for r in ask(RESOLVER, "mx.dead-ipv6.example", "AAAA").answer[0]], ["fd25::1"])
        self.assertEqual(len(ask(RESOLVER, "mx.dead-address.example", "A").answer[0]), 2)
        by_alias = ask(RESOLVER, "_25._tcp.mx.tlsa-cname.example", "TLSA").answer
        self.assertEqual([(dns.rdatatype.to_text(set_.rdtype), len(set_)) for set_ in by_alias], [("CNAME", 1), ("TLSA", 1)])
        own, other = (ask(RESOLVER, f"_25._tcp.mx.{name}.example", "TLSA").answer[0][0]
                      for name in ("dane-ta-wildcard", "dane-ta-mismatch"))
        self.assertNotEqual(own.cert, other.cert)


if __name__ == "__main__":
    unittest.main(verbosity=2)
