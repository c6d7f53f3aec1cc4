# SPDX-License-Identifier: Apache-2.0
"""The engine's lookup tables with the real daemon, asked by real Postfix and by every bad client: keep-alive, pipelining,
a thousand connections, broken and oversize netstrings, slow and dead readers; and its metrics, which count all of it."""
from __future__ import annotations

import http.client
import re
import resource
import socket
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scenario import Scenario, main  # noqa: E402

LIMIT = 20.0
KEEP_ALIVE = 11  # seconds; Postfix itself closes an idle table after ten
FORBIDDEN = re.compile(r"OK (may|none|dane|verify|encrypt)( |$)")
BROKEN = [b"GET / HTTP/1.1\r\n\r\n", b"12:pkix test.nl;", b"01:x,", b":x,", b"-1:x,", b"5000:" + b"x" * 5000 + b",",
          b"99999999999999999999:", b"\x16\x03\x01\x02\x00\x01"]


def netstring(text: str) -> bytes:
    return b"%d:%s," % (len(text.encode()), text.encode())


class Client:
    """One connection of the socketmap protocol."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(LIMIT)
        self.socket.connect(str(path))
        self.file = self.socket.makefile("rb")

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.file.close()
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def answer(self) -> str:
        """The next answer; empty when the engine has closed."""
        length = b""
        try:
            while (byte := self.file.read(1)) not in (b":", b""):
                length += byte
        except ConnectionResetError:  # it closed with bytes of ours unread
            return ""
        return self.file.read(int(length) + 1)[:-1].decode() if byte else ""

    def ask(self, question: str) -> str:
        self.send(netstring(question))
        return self.answer()


class Unix(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost")
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(LIMIT)
        self.sock.connect(str(self.path))


class Socketmap(Scenario):
    settings = {"probe_deadline": "4s"}

    @classmethod
    def setUpClass(cls) -> None:
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, hard), hard))
        super().setUpClass()
        cls.socket = cls.site.postfix.queue_directory / "smarttlsd" / "engine.sock"
        cls.metrics_socket = cls.directory / "metrics.sock"
        cls.restart(f"metrics-socket = {cls.metrics_socket}\n", "1s", "1h")

    @classmethod
    def restart(cls, settings: str, min_ttl: str, new_ttl: str) -> None:
        cls.site.stop_daemon("smarttlsd")
        text = cls.site.config_file.read_text()
        text = text.replace("[engine]\n", "[engine]\n" + settings, 1)
        text = text.replace(f"min-ttl = {min_ttl}", f"min-ttl = {new_ttl}").replace("max-ttl = 2s", "max-ttl = 1h")
        cls.site.config_file.write_text(text)
        cls.site.start_engine()

    def connect(self) -> Client:
        client = Client(self.socket)
        self.addCleanup(client.close)
        return client

    def metrics(self) -> dict[str, float]:
        connection = Unix(self.metrics_socket)
        connection.request("GET", "/metrics")
        response = connection.getresponse()
        text = response.read().decode()
        self.assertEqual((response.status, response.getheader("Content-Type")),
                         (200, "text/plain; version=0.0.4; charset=utf-8"))
        samples = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        return {name: float(value) for name, value in samples}

    # Answers

    def test_postmap_asks_each_map(self) -> None:
        def postmap(name: str, key: str) -> subprocess.CompletedProcess[str]:
            table = f"socketmap:unix:{self.socket}:{name}"
            return subprocess.run(["/usr/sbin/postmap", "-c", str(self.site.postfix.config), "-q", key, table],
                                  capture_output=True, text=True)
        for name, key, expected in (
                ("mta-sts", "dane.example", "dane-only"), ("pkix", "dane.example", "dane-only"),
                ("default", "dane.example", "dane-only"),
                ("mta-sts", "sts-enforce.example", "secure match=mx.sts-enforce.example servername=hostname"),
                ("default", "sts-enforce.example", "secure match=mx.sts-enforce.example servername=hostname"),
                ("pkix", "pkix.example", "secure match=mx.pkix.example servername=hostname")):
            with self.subTest(map=name, key=key):
                done = postmap(name, key)
                self.assertEqual((done.stdout.strip(), done.returncode), (expected, 0), done.stderr)
        for name, key in (("default", "plaintext.example"), ("default", "pkix.example"), ("pkix", ".example")):
            with self.subTest(map=name, key=key):
                self.assertEqual((postmap(name, key).stdout, postmap(name, key).returncode), ("", 1))
        for name, key, reason in (
                ("mta-sts", "pkix.example", "pkix.example does not reach mta-sts now"),
                ("pkix", "expired.example", "mx.expired.example presents an expired certificate"),
                ("pkix", "plaintext.example", "plaintext.example does not reach pkix now")):
            with self.subTest(map=name, key=key):
                self.assertIn("socketmap server temporary error: ", postmap(name, key).stderr)
                self.assertIn(reason, postmap(name, key).stderr)

    def test_no_answer_ever_weakens(self) -> None:
        """Every domain of the lab in every map that Postfix asks, all at once."""
        clients = {name: self.connect() for name in ("mta-sts", "pkix", "default")}
        for name, client in clients.items():
            client.send(b"".join(netstring(f"{name} {domain}") for domain in self.site.lab.domains))
        for name, client in clients.items():
            for domain in self.site.lab.domains:
                answer = client.answer()
                with self.subTest(map=name, domain=domain, answer=answer):
                    self.assertNotRegex(answer, FORBIDDEN)
                    self.assertRegex(answer, r"^(OK dane-only$|OK secure match=\S+ servername=hostname$|TEMP \S+ \S+|NOTFOUND $)")

    def test_postfix_delivers_by_the_answer(self) -> None:
        reply = self.site.send("bob@pkix.example", mail_class="gdpr")
        self.wait_status(self.assert_accepted(reply), "sent")
        self.assertRegex(self.site.postfix.log(), r"smarttls-pkix/smtp\S* Verified TLS connection established to mx\.pkix\.example")

    # Clients

    def test_an_idle_connection_is_kept(self) -> None:
        client = self.connect()
        self.assertEqual(client.ask("pkix dane.example"), "OK dane-only")
        time.sleep(KEEP_ALIVE)  # what is tested is the passing of time
        self.assertEqual(client.ask("pkix dane.example"), "OK dane-only")

    def test_pipelined_questions_are_answered_in_order(self) -> None:
        client = self.connect()
        domains = ["dane.example", "pkix.example", "sts-enforce.example", "plaintext.example"]
        questions = [f"{name} {domain}" for domain in domains for name in ("pkix", "mta-sts", "default")] * 20
        client.send(b"".join(map(netstring, questions)))
        answers = [client.answer() for _ in questions]
        other = self.connect()
        self.assertEqual(answers[-12:], [other.ask(question) for question in questions[-12:]])
        self.assertEqual(answers[:12], answers[-12:])

    def test_questions_in_pieces_and_a_half_closed_connection(self) -> None:
        client = self.connect()
        for byte in netstring("pkix dane.example"):
            client.send(bytes([byte]))
        self.assertEqual(client.answer(), "OK dane-only")
        client.send(netstring("fresh dane-ta.example") + netstring("pkix .example"))
        client.socket.shutdown(socket.SHUT_WR)
        self.assertIn('"domain":"dane-ta.example"', client.answer())
        self.assertEqual(client.answer(), "NOTFOUND ")
        self.assertEqual(client.answer(), "", "and then it is closed")

    def test_a_thousand_connections(self) -> None:
        clients = [self.connect() for _ in range(1000)]
        for client in clients:
            client.send(netstring("pkix dane.example"))
        self.assertEqual({client.answer() for client in clients}, {"OK dane-only"})
        self.assertGreaterEqual(self.metrics()["smarttls_engine_clients"], 1000)
        for client in clients:
            client.close()
        self.wait_until("the end of all clients", lambda: self.metrics()["smarttls_engine_clients"] < 20)

    def test_who_breaks_the_protocol_is_dropped_alone(self) -> None:
        good = self.connect()
        for data in BROKEN:
            with self.subTest(data=data[:20]), Client(self.socket) as client:
                client.send(data)
                self.assertEqual(client.answer(), "")
        for question in ("", "pkix", "may dane.example", "pkix  ", "pkix " + "x" * 4000, "pkix a\0b"):
            with self.subTest(question=question[:20]):
                self.assertRegex(good.ask(question), "^PERM ")
        self.assertEqual(good.ask("pkix dane.example"), "OK dane-only")
        self.assertIn("a client of the socket is dropped: netstring: it is too long", self.site.log("smarttlsd"))

    def test_a_client_that_reads_slowly_costs_a_bounded_memory(self) -> None:
        self.connect().ask("verdict dane.example")
        before = self.metrics()["process_resident_memory_bytes"]
        slow = self.connect()
        slow.socket.settimeout(0.5)
        with self.assertRaises(TimeoutError):
            while True:
                slow.send(netstring("verdict dane.example") * 1000)
        other = self.connect()
        self.assertEqual(other.ask("pkix dane.example"), "OK dane-only")
        self.assertLess(self.metrics()["process_resident_memory_bytes"], before + 8_000_000)
        slow.socket.settimeout(LIMIT)
        for _ in range(2000):
            self.assertTrue(slow.answer().startswith("OK {"))

    def test_a_dead_client_costs_nothing(self) -> None:
        """Its connection is forgotten while its probes still run, and what they find is kept."""
        clients = self.metrics()["smarttls_engine_clients"]
        dead = Client(self.socket)
        dead.send(b"".join(netstring(f"pkix {domain}") for domain in ("silent.example", "dane.example")) * 100)
        dead.close()
        self.wait_until("the end of the client", lambda: self.metrics()["smarttls_engine_clients"] <= clients)
        self.assertEqual(self.connect().ask("pkix dane.example"), "OK dane-only")

    # Metrics

    def test_metrics_count_what_happens(self) -> None:
        client = self.connect()
        client.ask("pkix dane.example")
        before = self.metrics()
        client.ask("pkix dane.example")
        client.ask("fresh dane.example")
        after = self.metrics()
        for name, more in (('smarttls_engine_answers_total{map="pkix",status="ok"}', 1),
                           ('smarttls_engine_answers_total{map="fresh",status="ok"}', 1),
                           ('smarttls_engine_cache_requests_total{cache="verdicts",result="hit"}', 1),
                           ('smarttls_engine_cache_requests_total{cache="verdicts",result="miss"}', 1),
                           ('smarttls_engine_probes_total{level="dane"}', 1),
                           ("smarttls_engine_probe_duration_seconds_count", 1),
                           ('smarttls_engine_sessions_total{result="encrypted"}', 1)):
            with self.subTest(name=name):
                self.assertEqual(after[name] - before.get(name, 0), more)
        self.assertGreaterEqual(after['smarttls_engine_cache_entries{cache="verdicts"}'], 1)
        self.assertGreater(after["process_resident_memory_bytes"], 1_000_000)
        self.assertAlmostEqual(after["process_start_time_seconds"], time.time(), delta=600)

    def test_metrics_by_curl_and_by_nobody(self) -> None:
        for data in (b"", b"x", b"GET /other HTTP/1.0\r\n\r\n", b"\0" * 20000):
            with socket.socket(socket.AF_UNIX) as bad:
                bad.connect(str(self.metrics_socket))
                bad.sendall(data)
        self.assertIn('smarttls_engine_build_info{version="0.1.0"}', self.metrics())


# The attributes are asked for in a run of their own: Postfix 3.7 would take them for an error.
class WithTlsrpt(Scenario):
    def test_answers_name_their_policy(self) -> None:
        self.site.stop_daemon("smarttlsd")
        text = self.site.config_file.read_text()
        self.site.config_file.write_text(text.replace("[engine]\n", "[engine]\npostfix-tlsrpt = yes\n", 1))
        self.site.start_engine()
        with Client(self.site.postfix.queue_directory / "smarttlsd" / "engine.sock") as client:
            self.assertRegex(client.ask("mta-sts sts-enforce.example"),
                             r"^OK secure match=mx\.sts-enforce\.example servername=hostname policy_type=sts "
                             r"policy_domain=sts-enforce\.example mx_host_pattern=\S+ \{ policy_string = version: STSv1 \}")
            self.assertEqual(client.ask("mta-sts dane.example"), "OK dane-only")


if __name__ == "__main__":
    main()
