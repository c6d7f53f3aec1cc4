#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The lab examined by tools that are not its own: dnspython, openssl, posttls-finger and a real Postfix.

    tests/lab/enter /usr/bin/python3 tests/lab/lab_test.py
"""
from __future__ import annotations

import contextlib
import http.client
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
from dataclasses import replace
from unittest import mock

import dns.edns
import dns.exception
import dns.flags
import dns.rcode

from daemon import until
from domains import TOP
from enter_test import Enter  # noqa: F401 - its tests run with ours
from fault_test import Faults  # noqa: F401 - likewise
from finger import Finger
from lab import Lab, ask, require_private_network
from postfix import Postfix
from zones import RESOLVER

READY_WITHIN = 12.0  # seconds, on a busy machine
lab: Lab
postfix: Postfix
started_in: float


def setUpModule() -> None:
    global lab, postfix, started_in
    scratch = tempfile.TemporaryDirectory()
    os.chmod(scratch.name, 0o755)
    begin = time.monotonic()
    lab = Lab(scratch.name)
    unittest.addModuleCleanup(scratch.cleanup)
    unittest.addModuleCleanup(lab.stop)
    lab.start()
    postfix = Postfix(lab.directory / "postfix", lab.ca_file, snippets=None)
    unittest.addModuleCleanup(postfix.stop)
    postfix.start()
    started_in = time.monotonic() - begin


def s_client(host: str, *options: str) -> str:
    """What openssl has to say about a host's certificate and TLS."""
    done = subprocess.run(["openssl", "s_client", "-starttls", "smtp", "-connect", f"{lab.hosts[host].address}:25", "-brief",
                           "-CAfile", str(lab.ca_file), "-verify_hostname", host, *options],
                          input="QUIT\n", capture_output=True, text=True, timeout=10)
    return done.stdout + done.stderr


def finger(domain: str, level: str = "dane-only") -> str:
    """What Postfix's own probe says about a domain at a TLS level."""
    return Finger(postfix, lab.ca_file).says(level, domain)


def get(host: str) -> http.client.HTTPResponse:
    """What a policy host answers Python's own client; the body as its attribute `body`."""
    context = ssl.create_default_context(cafile=str(lab.ca_file))
    with socket.create_connection((lab.policy_hosts[host].address, 443), 5) as tcp:
        with context.wrap_socket(tcp, server_hostname=host) as connection:
            connection.sendall(f"GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            reply = http.client.HTTPResponse(connection)
            reply.begin()
            reply.body = reply.read()
            return reply


def listen(host: str, said: bytes, patience: float = 0.3) -> bytes:
    """What a host says last, to whoever says `said` after its banner and then keeps quiet."""
    heard = b""
    with socket.create_connection((lab.hosts[host].address, 25), 5) as connection:
        connection.settimeout(patience)
        with contextlib.suppress(TimeoutError):
            if said:
                connection.recv(1000)
                connection.sendall(said)
            while received := connection.recv(1000):
                heard += received
    return heard


def send(domain: str) -> str:
    """Queue id of a message to somebody there."""
    reply = postfix.inject("alice@org.example", [f"bob@{domain}"], {"Subject": "lab"}, "first line\r\n.second line\r\n")
    if reply.code != 250:
        raise AssertionError(reply)
    return reply.queue_id


class Start(unittest.TestCase):
    def test_everything_is_ready_soon(self) -> None:
        self.assertLess(started_in, READY_WITHIN)

    def test_refuses_a_network_that_is_not_private(self) -> None:
        with mock.patch("socket.if_nameindex", return_value=[(1, "lo"), (2, "eth0")]):
            with self.assertRaisesRegex(RuntimeError, "start the lab with tests/lab/enter"):
                require_private_network()


class Dns(unittest.TestCase):
    def assert_answer(self, name: str, kind: str, secure: bool, code: dns.rcode.Rcode = dns.rcode.NOERROR) -> None:
        reply = ask(RESOLVER, name, kind)
        self.assertEqual((reply.rcode(), bool(reply.flags & dns.flags.AD)), (code, secure), f"{name} {kind}\n{reply}")

    def test_signed_zones_are_secure_from_the_root_down(self) -> None:
        for name, kind in ((".", "NS"), (TOP, "SOA"), ("dane.example", "MX"), ("mx.dane.example", "A"),
                           ("_25._tcp.mx.dane.example", "TLSA"), ("mail.cname-mx.example", "A")):
            self.assert_answer(name, kind, secure=True)

    def test_absence_is_proven(self) -> None:
        self.assert_answer("nxdomain.example", "MX", secure=True, code=dns.rcode.NXDOMAIN)
        self.assert_answer("no-such-top.", "MX", secure=True, code=dns.rcode.NXDOMAIN)
        self.assert_answer("mx.no-address.example", "A", secure=True, code=dns.rcode.NXDOMAIN)

    def test_unsigned_zones_are_insecure(self) -> None:
        for name in ("pkix.example", "insecure-mx.example", "private.example"):
            self.assert_answer(name, "MX", secure=False)
        self.assert_answer("mx.dane.example", "A", secure=True)

    def test_broken_signatures_fail_and_say_why(self) -> None:
        for name in ("bogus.example", "stale.example"):
            self.assert_answer(name, "MX", secure=False, code=dns.rcode.SERVFAIL)
            errors = [option for option in ask(RESOLVER, name, "MX").options if option.otype == dns.edns.EDE]
            self.assertTrue(errors, f"no extended error (RFC 8914) for {name}")

    def test_failing_name_server_fails(self) -> None:
        self.assert_answer("servfail.example", "MX", secure=False, code=dns.rcode.SERVFAIL)

    def test_tlsa_alone_can_fail(self) -> None:
        self.assert_answer("mx.tlsa-servfail.example", "A", secure=True)
        self.assert_answer("_25._tcp.mx.tlsa-servfail.example", "TLSA", secure=False, code=dns.rcode.SERVFAIL)

    def test_silent_name_server_stays_silent(self) -> None:
        with self.assertRaises(dns.exception.Timeout):
            ask(RESOLVER, "timeout.example", "MX", limit=1.0)

    def test_null_and_foreign_mx(self) -> None:
        self.assertEqual(ask(RESOLVER, "null-mx.example", "MX").answer[0][0].to_text(), "0 .")
        self.assertEqual(ask(RESOLVER, "insecure-mx.example", "MX").answer[0][0].to_text(), "10 mx.dane.example.")

    def test_a_zone_changes_while_running(self) -> None:
        row = lab.domains["dane-ta.example"]
        self.addCleanup(lab.publish, row)
        lab.publish(replace(row, text=('@ TXT "changed"',)))
        until("new record", lambda: ask(RESOLVER, row.name, "TXT").answer)
        self.assert_answer(row.name, "TXT", secure=True)


class Servers(unittest.TestCase):
    def test_certificates_are_as_good_and_as_bad_as_they_say(self) -> None:
        for domain, verdict in (
                ("pkix", "Verification: OK"), ("expired", "certificate has expired"), ("not-yet-valid", "not yet valid"),
                ("self-signed", "self-signed certificate"), ("wrong-name", "hostname mismatch"),
                ("missing-intermediate", "unable to get local issuer"), ("unknown-root", "unable to get")):
            with self.subTest(domain):
                self.assertIn(verdict, s_client(f"mx.{domain}.example"))

    def test_old_tls_is_old(self) -> None:
        self.assertNotIn("CONNECTION ESTABLISHED", s_client("mx.old-tls.example", "-min_protocol", "TLSv1.2"))
        shown = s_client("mx.old-tls.example", "-min_protocol", "TLSv1", "-cipher", "ALL:@SECLEVEL=0")
        self.assertIn("Protocol version: TLSv1\n", shown)

    def test_dane_is_verified_by_postfix(self) -> None:
        for domain in ("dane", "dane-ta", "implicit", "cname-mx", "fickle"):
            with self.subTest(domain):
                self.assertIn("Verified TLS connection established", finger(f"{domain}.example"))

    def test_dane_is_not_verified_where_it_must_not(self) -> None:
        for domain, why in (("tlsa-mismatch", "Untrusted TLS"), ("insecure-mx", "MX RRset insecure: log verified as trusted"),
                            ("pkix", "no TLSA records found"), ("tlsa-servfail", "TLSA lookup error"), ("bogus", "try again")):
            with self.subTest(domain):
                shown = finger(f"{domain}.example")
                self.assertFalse("Matched DANE" in shown and "Verified TLS" in shown, shown)
                self.assertIn(why, shown)

    def test_faults_hold_from_the_next_connection_on(self) -> None:
        self.addCleanup(lab.restore, "mx.fickle.example")
        for facts, shown in (
                ({"starttls": "no"}, "^$"),  # posttls-finger says nothing about it
                ({"starttls": "454"}, "454 4.7.0"), ({"starttls": "502"}, "502 5.5.1"), ({"starttls": "garbage"}, "SSL_connect error"),
                ({"starttls": "reset"}, "SSL_connect error|lost connection"), ({"key": "rsa-1024"}, "Untrusted TLS"),
                ({"banner": "421"}, "421 4.3.2"), ({"banner": "554"}, "554 5.7.1"), ({"close_at": "EHLO"}, "lost connection"),
                ({"certificate": "good"}, "Untrusted TLS"), ({"replies": (("EHLO", "451 4.7.1 Greylisted"),)}, "Greylisted")):
            with self.subTest(facts):
                lab.change("mx.fickle.example", **facts)
                said = finger("fickle.example")
                self.assertRegex(said, shown)
                self.assertNotIn("Verified TLS", said)
            lab.restore("mx.fickle.example")

    def test_a_host_can_be_slow_or_silent(self) -> None:
        self.addCleanup(lab.restore, "mx.fickle.example")
        for facts, said, heard in (({"banner": "silence"}, b"", b""), ({"banner": "slow"}, b"", b"2"),
                                   ({"banner_delay": 60.0}, b"", b""), ({}, b"", b"220 mx"),
                                   ({"starttls": "hang"}, b"STARTTLS\r\n", b"220 2.0.0 Ready to start TLS\r\n")):
            with self.subTest(facts):
                lab.change("mx.fickle.example", **facts)
                self.assertTrue(listen("mx.fickle.example", said).startswith(heard))
                if not heard:
                    self.assertEqual(listen("mx.fickle.example", said), b"")
            lab.restore("mx.fickle.example")

    def test_a_restored_host_is_whole_again(self) -> None:
        lab.change("mx.fickle.example", certificate="expired", tls_max="1.2")
        lab.restore("mx.fickle.example")
        self.assertIn("Verified TLS", finger("fickle.example"))

    def test_a_fault_that_does_not_exist_is_refused(self) -> None:
        for facts in ({"starttls": "perhaps"}, {"address": "127.25.9.9"}, {"certificate": "golden"}):
            with self.subTest(facts), self.assertRaises(ValueError):
                lab.change("mx.fickle.example", **facts)


class PolicyHosts(unittest.TestCase):
    def test_a_policy_is_served_under_a_certificate_for_its_host(self) -> None:
        reply = get("mta-sts.sts-enforce.example")
        self.assertEqual((reply.status, reply.headers["Content-Type"]), (200, "text/plain"))
        self.assertEqual(reply.body, b"version: STSv1\r\nmode: enforce\r\nmax_age: 86400\r\nmx: mx.sts-enforce.example\r\n")
        self.assertEqual(lab.wait_requests("sts-enforce.example")[-1]["sni"], "mta-sts.sts-enforce.example")

    def test_faults_are_what_they_say(self) -> None:
        self.assertEqual(get("mta-sts.sts-redirect.example").status, 301)
        self.assertEqual(get("mta-sts.sts-missing.example").status, 404)
        self.assertGreater(len(get("mta-sts.sts-huge.example").body), 65536)
        for name in ("sts-bad-cert", "sts-wrong-name", "sts-self-signed"):
            with self.subTest(name), self.assertRaises(ssl.SSLCertVerificationError):
                get(f"mta-sts.{name}.example")
        with self.assertRaises(OSError):
            get("mta-sts.sts-close.example")
        with self.assertRaises(http.client.IncompleteRead):
            get("mta-sts.sts-cut.example")

    def test_it_changes_while_running(self) -> None:
        lab.change("mta-sts.sts-fickle.example", status=500)
        self.assertEqual(get("mta-sts.sts-fickle.example").status, 500)
        lab.restore("mta-sts.sts-fickle.example")
        self.assertEqual(get("mta-sts.sts-fickle.example").status, 200)


class Mail(unittest.TestCase):
    def test_postfix_delivers_under_enforced_dane(self) -> None:
        self.set_level("dane-only")
        identity = send("dane.example")
        postfix.wait_for_log(rf"{identity}: .*status=sent")
        message = lab.wait_received("dane.example")[-1]
        self.assertEqual((message["mail_from"], message["rcpt_to"]), ("alice@org.example", ["bob@dane.example"]))
        self.assertTrue(message["data"].endswith("\r\nfirst line\r\n.second line\r\n"))
        self.assertEqual((message["tls"]["version"], message["tls"]["sni"]), ("TLSv1.3", "mx.dane.example"))
        session = next(s for s in lab.sessions("mx.dane.example") if message in s["messages"])
        self.assertEqual([c["tls"] for c in session["commands"] if c["verb"] in ("MAIL", "DATA")], [True, True])

    def test_postfix_defers_where_dane_fails(self) -> None:
        self.set_level("dane-only")
        identity = send("tlsa-mismatch.example")
        postfix.wait_for_log(rf"{identity}: .*status=deferred \(Server certificate not verified\)")
        self.assertEqual(lab.received("tlsa-mismatch.example"), [])
        self.assertIn(identity, [entry["queue_id"] for entry in postfix.queue()])
        postfix.postsuper("-d", identity)

    def test_plaintext_is_seen_as_plaintext(self) -> None:
        send("plaintext.example")
        self.assertIsNone(lab.wait_received("plaintext.example")[-1]["tls"])
        self.assertIn(("DATA", False), [(c["verb"], c["tls"]) for c in lab.sessions("plaintext.example")[-1]["commands"]])

    def test_local_mail_lands_in_a_mailbox(self) -> None:
        send("org.example")
        self.assertIn(b"first line", until("local mail", lambda: postfix.mailbox("bob"))[-1])

    def set_level(self, level: str) -> None:
        self.addCleanup(postfix.set, "smtp_tls_security_level", postfix.get("smtp_tls_security_level"))
        postfix.set("smtp_tls_security_level", level)
        postfix.reload()


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
