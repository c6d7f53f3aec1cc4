# SPDX-License-Identifier: Apache-2.0
"""The delivery log of a real Postfix, followed while mail flows: rotated by Postfix itself and by renaming, copied and
truncated, and the follower killed in between. Truth is what the lab's servers saw: each message that one of them took is
in the follower's database once, under its own queue id, with the TLS that the server had."""
import contextlib
import os
import shutil
import sqlite3
import sys
import tempfile
import threading
import time
import unittest
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import scenario  # noqa: E402,F401 - finds the lab
from daemon import Daemon, until  # noqa: E402
from lab import Lab  # noqa: E402
from mail_site import program  # noqa: E402
from postfix import Postfix, settle  # noqa: E402
from rows import DANE, domain, host, unsigned  # noqa: E402

REFUSAL = "550 5.1.1 no), status=sent (250 2.0.0 Ok: AAAAAA: to=<forged@dane.example>, relay=mx.dane.example[127.25.0.1]:25"
DOMAINS = (
    domain("dane.example", host(1, **DANE)),
    domain("dane12.example", host(2, tls_max="1.2", **DANE)),
    unsigned("trusted.example", host(3)),
    unsigned("untrusted.example", host(4, certificate="self-signed")),
    unsigned("anonymous.example", host(5, tls_max="1.2", ciphers="aNULL:@SECLEVEL=0")),
    unsigned("plain.example", host(6, starttls="no")),
    domain("refusing.example", host(7, replies=(("RCPT", REFUSAL),), **DANE)),
    domain("greylisting.example", host(8, replies=(("RCPT", "451 4.7.1 later"),), **DANE)),
)
FLOOR = "+smarttls-dane"
# What Postfix says about the server of each domain, by the transport smarttls-dane or by smtp.
TRUST = {"dane.example": "Verified", "dane12.example": "Verified", "trusted.example": "Trusted", "untrusted.example": "Untrusted",
         "anonymous.example": "Anonymous", "plain.example": ""}
TRANSPORT = """smarttls-dane unix - - n - - smtp
    -o syslog_name=postfix/smarttls-dane
    -o smtp_tls_security_level=dane-only
"""


class DeliveryLog(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.directory = Path(tempfile.mkdtemp(prefix="smarttls-test."))
        cls.directory.chmod(0o755)
        cls.addClassCleanup(shutil.rmtree, cls.directory, ignore_errors=True)
        cls.lab = Lab(cls.directory / "internet", DOMAINS)
        cls.addClassCleanup(cls.lab.stop)
        cls.lab.start()
        cls.postfix = Postfix(cls.directory / "postfix", cls.lab.ca_file, snippets=None)
        cls.addClassCleanup(cls.postfix.stop)
        master = cls.postfix.config / "master.cf"
        master.write_text(master.read_text() + TRANSPORT)
        settle(master)
        for name, value in {"recipient_delimiter": "+", "smtp_tls_ciphers": "medium",
                            "sender_dependent_default_transport_maps": r"regexp:{{/\+smarttls-dane@/ smarttls-dane:}}"}.items():
            cls.postfix.set(name, value)
        cls.postfix.start()
        cls.database = cls.directory / "delivery.db"
        cls.log = cls.postfix.log_file

    def setUp(self) -> None:
        self.expected: list[tuple[str, str]] = []  # queue id and recipient
        self.lock = threading.Lock()
        self.start()

    def tearDown(self) -> None:
        self.assertEqual(self.follower.stop(20), 0, self.follower.output())

    # The follower

    def start(self) -> None:
        self.follower = Daemon("follower", [program("follow_delivery_log"), str(self.database), "postfix", str(self.log)],
                               self.directory / "follower.log")

    def kill(self) -> None:
        self.follower.kill()
        self.start()

    def rows(self, where: str = "1") -> list[dict]:
        if not self.database.exists():
            return []
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10)
        try:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(f"SELECT * FROM delivery WHERE {where}")]
        except sqlite3.OperationalError:  # no table yet
            return []
        finally:
            connection.close()

    def wait_for(self, where: str) -> dict:
        return until(f"delivery with {where}", lambda: self.rows(where), 20)[0]

    # Mail

    def send(self, *recipients: str, sender: str = "alice@org.example") -> str:
        queue_id = self.postfix.inject(sender, list(recipients), {"Subject": "a test"}, "Hello.\r\n").queue_id
        with self.lock:
            self.expected += [(queue_id, recipient) for recipient in recipients]
        return queue_id

    def flow(self, name: str, during, rounds: int = 12) -> None:
        """Mail from four clients at once, and `during` again and again while it flows."""
        def client(number: int) -> None:
            for turn in range(rounds):
                user = f"{name}-{number}-{turn}"
                self.send(f"{user}@dane.example", f"{user}@dane12.example", sender=f"alice{FLOOR}@org.example")
                self.send(*(f"{user}@{other}" for other in TRUST))
        clients = [threading.Thread(target=client, args=(number,)) for number in range(4)]
        for each in clients:
            each.start()
        while any(each.is_alive() for each in clients):
            during()
        for each in clients:
            each.join()

    def assert_all_once(self) -> None:
        """What was sent is there, once, and with the TLS that its server had."""
        wanted = Counter(self.expected)
        ids = {queue_id for queue_id, _ in self.expected}

        def found() -> list[dict]:
            return [row for row in self.rows("status = 'sent'") if row["queue_id"] in ids and row["recipient"]]
        end = time.monotonic() + 45
        while len(found()) < len(self.expected) and time.monotonic() < end:  # assertEqual tells what is missing
            self.postfix.flush()  # a reload makes Postfix defer some ("address resolver failure")
            with contextlib.suppress(TimeoutError):
                until("all deliveries", lambda: len(found()) >= len(self.expected), 3)
        time_to_double = time.monotonic() + 1.5  # three turns of the follower
        until("time for what comes twice", lambda: time.monotonic() > time_to_double, 5)
        self.assertEqual(Counter((row["queue_id"], row["recipient"]) for row in found()), wanted)
        seen = self.seen_by_servers(found())
        for row in found():
            at = row["recipient"].partition("@")[2]
            dane = at.startswith("dane") and "smarttls-dane" not in row["identifier"]
            self.assertEqual(row["trust"], "Trusted" if dane else TRUST[at], row)
            self.assertIn((row["version"], row["cipher"]), seen[row["recipient"]], row)

    def seen_by_servers(self, rows: list[dict]) -> dict[str, set[tuple[str, str]]]:
        """Version and cipher of the sessions in which each recipient was sent something."""
        def seen() -> dict[str, set[tuple[str, str]]]:
            found: dict[str, set[tuple[str, str]]] = {}
            for session in self.lab.sessions():
                tls = session["tls"] or {"version": "", "cipher": ""}
                for message in session["messages"]:
                    for recipient in message["rcpt_to"]:
                        found.setdefault(recipient, set()).add((tls["version"], tls["cipher"]))
            return found
        return until("ended sessions", lambda: (lambda s: s if all(row["recipient"] in s for row in rows) else None)(seen()), 30)

    # Tests

    def test_words(self) -> None:
        """Deferral, bounce with a hostile reply, removal, expiry: each under its queue id."""
        bounced = self.send("a@refusing.example", sender=f"alice{FLOOR}@org.example")
        deferred = self.send("a@greylisting.example", sender=f"alice{FLOOR}@org.example")
        unmet = self.send("a@plain.example", sender=f"alice{FLOOR}@org.example")
        row = self.wait_for(f"queue_id = '{bounced}' AND status = 'bounced'")
        self.assertEqual((row["recipient"], row["dsn"], row["trust"]), ("a@refusing.example", "5.1.1", "Verified"))
        self.assertIn("forged", row["reply"])
        row = self.wait_for(f"queue_id = '{deferred}' AND status = 'deferred'")
        self.assertIn("451 4.7.1 later", row["reply"])
        row = self.wait_for(f"queue_id = '{unmet}' AND status = 'deferred'")
        self.assertEqual((row["relay"], row["trust"], row["reply"]), ("none", "", "non DNSSEC destination"))
        self.wait_for(f"queue_id = '{bounced}' AND status = 'removed'")
        self.postfix.postsuper("-f", deferred)
        self.postfix.flush()
        self.wait_for(f"queue_id = '{deferred}' AND status = 'expired'")
        self.postfix.postsuper("-d", unmet)
        self.wait_for(f"queue_id = '{unmet}' AND status = 'deleted'")
        self.assertEqual(self.rows("recipient LIKE 'forged%' OR queue_id = 'AAAAAA'"), [])

    def test_postfix_rotates_and_compresses(self) -> None:
        def rotate() -> None:
            self.postfix._command("postfix", "logrotate")
            time.sleep(1.2)  # the names of old files have seconds
        self.flow("rotated", rotate)
        self.assert_all_once()
        self.assertTrue(list(self.log.parent.glob("mail.log.*")))

    def test_killed_while_files_are_renamed(self) -> None:
        numbers = iter(range(1000))

        def disturb() -> None:
            number = next(numbers)
            if number % 3 == 0:
                self.log.rename(self.log.with_name(f"mail.log-{20261123000000 + number}"))
                self.postfix._command("postfix", "reload")
            self.kill()
            time.sleep((0.05, 0.2, 0.7)[number % 3])
        self.flow("killed", disturb)
        self.assert_all_once()

    def test_away_while_it_is_rotated_twice(self) -> None:
        before = self.send("a@dane.example")
        self.wait_for(f"queue_id = '{before}' AND status = 'removed'")
        self.follower.stop(20)
        for number in (1, 2):
            self.flow(f"away-{number}", lambda: time.sleep(0.1), rounds=2)
            until("an empty queue", lambda: not [e for e in self.postfix.queue() if e["queue_name"] != "deferred"], 20)
            self.log.rename(self.log.with_name(f"mail.log.{9 - number}"))
            self.postfix._command("postfix", "reload")
        self.flow("away-3", lambda: time.sleep(0.1), rounds=2)
        self.start()
        self.assert_all_once()

    def test_copied_and_truncated(self) -> None:
        """Between two messages, as what is written while it is copied is lost by that way of rotation itself."""
        for turn in range(3):
            self.flow(f"copied-{turn}", lambda: time.sleep(0.1), rounds=2)
            until("an empty queue", lambda: not [e for e in self.postfix.queue() if e["queue_name"] != "deferred"], 20)
            if turn == 1:
                self.kill()
            shutil.copyfile(self.log, self.log.with_name(f"mail.log.{turn + 20}"))
            os.truncate(self.log, 0)
        self.assert_all_once()


if __name__ == "__main__":
    unittest.main(verbosity=2)
