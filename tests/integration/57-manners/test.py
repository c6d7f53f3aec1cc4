# SPDX-License-Identifier: Apache-2.0
"""How the engine behaves towards mail servers, as they see it: one session at a time, one session for all domains of a
host, left alone when it says "not now"; and no domain's policy reaches its neighbour on the same host."""
import itertools
import json
import shutil
import socket
import sys
import tempfile
import time
import unittest
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "lab"))

from daemon import Daemon, until  # noqa: E402
from domains import Domain, Host, PolicyHost, sts_text  # noqa: E402
from lab import Lab  # noqa: E402
from mail_site import PROFILES, program  # noqa: E402

FAILURE_TTL = 2  # seconds, and the first back-off
CONFIG = """[engine]
socket = {directory}/engine.sock
resolver = {resolver}
ca-file = {ca_file}
profile = {profiles}/ncsc-nl-2025-05.conf
allow-network = {network}
cache-file =
failure-ttl = {failure_ttl}s
[class.any]
level = pkix
"""

SHARED, NAMES, BUSY, MIXED, FRESH = (f"127.25.9.{n}" for n in range(1, 6))
POLICY = "version: STSv1\nmode: enforce\nmx: {mx}\nmax_age: 86400\n"


def own_name(domain: str, address: str, *tlsa: str, listens: bool = False, **facts: str) -> Domain:
    """A domain whose MX host has a name of its own at an address that others use, too."""
    return Domain(domain, (Host(f"mx.{domain}", address, tlsa=tlsa, listens=listens, **facts),))


def guest(domain: str, host: str, **facts: object) -> Domain:
    return Domain(domain, mx=(f"10 {host}",), **facts)


def with_policy(domain: str, host: str, mx: str, address: str) -> Domain:
    web = PolicyHost(address, POLICY.format(mx=mx), name=f"mta-sts.{domain}")
    return guest(domain, host, signed=False, sts=web, text=sts_text(domain, "1"))


DOMAINS = (
    own_name("shared.example", SHARED, "3 1 1", listens=True),
    *(guest(f"guest{n}.example", "mx.shared.example") for n in range(20)),
    own_name("names.example", NAMES, "3 1 1", listens=True),
    *(own_name(f"name{n}.example", NAMES) for n in range(5)),
    own_name("busy.example", BUSY, "3 1 1", listens=True),
    guest("busy-guest.example", "mx.busy.example"),
    own_name("fresh.example", FRESH, "3 1 1", listens=True),
    guest("fresh-guest.example", "mx.fresh.example"),
    own_name("mixed.example", MIXED, "3 1 1", listens=True),
    own_name("wrong.example", MIXED, "3 1 1 mismatch"),
    guest("unsigned.example", "mx.mixed.example", signed=False),
    with_policy("listed.example", "mx.mixed.example", "mx.mixed.example", "127.25.9.11"),
    with_policy("unlisted.example", "mx.mixed.example", "mx.elsewhere.example", "127.25.9.12"),
)
LEVELS = {"mixed.example": "dane", "wrong.example": "forbidden", "unsigned.example": "pkix", "listed.example": "mta-sts",
          "unlisted.example": "forbidden"}


class Manners(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.directory = Path(tempfile.mkdtemp(prefix="smarttls-test."))
        cls.addClassCleanup(shutil.rmtree, cls.directory, ignore_errors=True)
        cls.lab = Lab(cls.directory / "internet", DOMAINS)
        cls.addClassCleanup(cls.lab.stop)
        cls.lab.start()
        config = cls.directory / "smarttls.conf"
        config.write_text(CONFIG.format(directory=cls.directory, resolver=cls.lab.resolver, ca_file=cls.lab.ca_file,
                                        profiles=PROFILES, network=cls.lab.network, failure_ttl=FAILURE_TTL))
        cls.engine = Daemon("smarttlsd", [program("smarttlsd"), "--config", str(config)], cls.directory / "smarttlsd.log")
        cls.addClassCleanup(cls.engine.stop)
        cls.engine.wait_ready(lambda: (cls.directory / "engine.sock").exists())

    def ask(self, table: str, domain: str) -> dict:
        """One question in Postfix's socketmap protocol."""
        query = f"{table} {domain}".encode()
        with socket.socket(socket.AF_UNIX) as client, client.makefile("rb") as replies:
            client.settimeout(30)
            client.connect(str(self.directory / "engine.sock"))
            client.sendall(b"%d:%s," % (len(query), query))
            size = b"".join(itertools.takewhile(lambda byte: byte != b":", iter(lambda: replies.read(1), b"")))
            return json.loads(replies.read(int(size)).removeprefix(b"OK "))

    def ask_at_once(self, domains: list[str]) -> dict[str, dict]:
        with ThreadPoolExecutor(len(domains)) as pool:
            return dict(zip(domains, pool.map(lambda domain: self.ask("verdict", domain), domains)))

    def sessions(self, host: str, count: int) -> list[dict]:
        """All of them; a record is written when its session is over, so shortly after the verdict."""
        return until(f"{count} session(s) with {host}",
                     lambda: found if len(found := self.lab.sessions(host)) >= count else [])

    @staticmethod
    def times(session: dict) -> tuple[datetime, datetime]:
        return datetime.fromisoformat(session["begin"]), datetime.fromisoformat(session["end"])

    def test_all_domains_of_a_host_share_one_session(self) -> None:
        self.lab.change("mx.shared.example", banner_delay=0.5)
        verdicts = self.ask_at_once([f"guest{n}.example" for n in range(20)])
        self.assertEqual({verdict["level"] for verdict in verdicts.values()}, {"dane"})
        self.assertEqual(self.ask("verdict", "shared.example")["level"], "dane")
        self.assertEqual(len(self.sessions("mx.shared.example", 1)), 1)

    def test_names_at_one_address_take_turns(self) -> None:
        self.lab.change("mx.names.example", banner_delay=0.2)
        verdicts = self.ask_at_once(["names.example", *(f"name{n}.example" for n in range(5))])
        self.assertEqual(verdicts.pop("names.example")["level"], "dane")
        self.assertEqual({verdict["level"] for verdict in verdicts.values()}, {"encrypted"})
        sessions = sorted(self.sessions("mx.names.example", 6), key=lambda session: session["begin"])
        self.assertEqual(len({session["tls"]["sni"] for session in sessions}), 6)
        for earlier, later in itertools.pairwise(sessions):
            self.assertGreaterEqual(self.times(later)[0], self.times(earlier)[1])

    def test_a_fresh_verdict_comes_from_a_new_session_that_ends_with_quit(self) -> None:
        self.ask("verdict", "fresh.example")
        for count in (2, 3):
            self.assertEqual(self.ask("fresh", "fresh.example")["level"], "dane")
            self.assertEqual(len(self.sessions("mx.fresh.example", count)), count)
        self.assertEqual(self.ask("verdict", "fresh-guest.example")["level"], "dane")
        sessions = self.sessions("mx.fresh.example", 3)
        self.assertEqual(len(sessions), 3, "the guest had the last one's result")
        self.assertEqual({session["commands"][-1]["verb"] for session in sessions}, {"QUIT"})

    def test_a_server_that_is_too_busy_is_left_alone_for_longer_each_time(self) -> None:
        self.lab.change("mx.busy.example", banner="421")
        for table, domain in (("verdict", "busy.example"), ("fresh", "busy.example"), ("verdict", "busy-guest.example")):
            verdict = self.ask(table, domain)
            self.assertEqual((verdict["level"], verdict["reasons"]), ("unknown", ["busy"]))
        self.assertEqual(len(self.sessions("mx.busy.example", 1)), 1)
        self.ask_until("busy.example", 2)
        self.lab.restore("mx.busy.example")
        self.ask_until("busy.example", 3)
        first, second, third = (self.times(session)[0] for session in self.sessions("mx.busy.example", 3))
        self.assertGreaterEqual((second - first).total_seconds(), FAILURE_TTL)
        self.assertGreaterEqual((third - second).total_seconds(), 2 * FAILURE_TTL)
        self.assertEqual(self.ask("fresh", "busy-guest.example")["level"], "dane")

    def ask_until(self, domain: str, count: int) -> None:
        """Asks impatiently until the server has seen `count` sessions."""
        def asked() -> bool:
            self.ask("fresh", domain)
            return len(self.lab.sessions(f"mx.{domain}")) >= count
        until(f"session {count} with mx.{domain}", asked, 4 * FAILURE_TTL)

    def test_no_policy_reaches_the_neighbour(self) -> None:
        for order in (list(LEVELS), list(reversed(LEVELS))):
            for domain in order:
                verdict = self.ask("verdict", domain)
                self.assertEqual((domain, verdict["level"]), (domain, LEVELS[domain]))
        for domain in LEVELS:
            self.assertEqual((domain, self.ask("fresh", domain)["level"]), (domain, LEVELS[domain]))
        names = {session["tls"]["sni"] for session in self.sessions("mx.mixed.example", 2)}
        self.assertEqual(names, {"mx.mixed.example", "mx.wrong.example"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
