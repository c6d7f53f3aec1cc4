# SPDX-License-Identifier: Apache-2.0
"""What integration scenarios share: one mail site per test class, and assertions in the words of the domain.

    class FourMails(Scenario):
        def test_direct(self): ...

Run as `tests/lab/enter /usr/bin/python3 tests/integration/NN-name/test.py` with $SMARTTLS_BIN set. When a test fails,
the logs of milter, engine and Postfix are shown. One thread.
"""
from __future__ import annotations

import shutil
import sys
import tempfile
import time
import unittest
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lab"))

from daemon import until  # noqa: E402
from domains import DOMAINS  # noqa: E402
from mail_site import Site  # noqa: E402
from postfix import Reply, settle  # noqa: E402
from rows import Domain  # noqa: E402

LOG_TAIL = 6000


class Scenario(unittest.TestCase):
    settings: dict[str, str] = {}
    domains: tuple[Domain, ...] = DOMAINS
    site: Site

    @classmethod
    def setUpClass(cls) -> None:
        cls.directory = Path(tempfile.mkdtemp(prefix="smarttls-test."))
        cls.site = Site(cls.directory, cls.domains, **cls.settings)
        cls.addClassCleanup(shutil.rmtree, cls.directory, ignore_errors=True)
        cls.addClassCleanup(cls.site.stop)
        cls.site.start()

    def run(self, result: unittest.TestResult | None = None) -> unittest.TestResult | None:
        before = len(result.failures) + len(result.errors) if result else 0
        done = super().run(result)
        if result and len(result.failures) + len(result.errors) > before:
            for name in ("smarttls-milter", "smarttlsd"):
                print(f"--- {name}\n{self.site.log(name)[-LOG_TAIL:]}", file=sys.stderr)
            print(f"--- postfix\n{self.site.postfix.log()[-LOG_TAIL:]}", file=sys.stderr)
        return done

    # Assertions

    def assert_accepted(self, reply: Reply) -> str:
        self.assertEqual((reply.code, bool(reply.queue_id)), (250, True), reply.text)
        return reply.queue_id

    def assert_deferred(self, reply: Reply, enhanced: str = "4.") -> None:
        """A 4xx answer: the client keeps the message."""
        self.assertEqual(reply.code, 451, reply.text)
        self.assertIn(f"{enhanced}", reply.text)
        self.assertFalse(reply.queue_id)

    def assert_no_data_in_clear(self) -> None:
        self.assertEqual(self.site.sessions_with_data_in_clear(), [])

    def assert_no_content_in_clear(self) -> None:
        """Weaker: DATA may have been said, but nothing of a message. It is what the floor guard is for."""
        self.assertEqual(self.site.content_in_clear(), [])

    def configure(self, **parameters: str) -> None:
        """Parameters of main.cf, in force when this returns."""
        for name, value in parameters.items():
            self.site.postfix.set(name, value)
        self.site.postfix.reload()

    def restore_configuration(self) -> None:
        """Has main.cf, master.cf and aliases as they are now put back after the test."""
        files = {path: path.read_text() for path in (self.site.postfix.config / name for name in ("main.cf", "master.cf"))}

        def put_back() -> None:
            for path, text in files.items():
                path.write_text(text)
                settle(path)
            self.site.postfix.reload()
        self.addCleanup(put_back)

    def only_evidence(self, queue_id: str) -> dict[str, Any]:
        records = self.site.evidence(queue_id)
        self.assertEqual(len(records), 1, records)
        return records[0]

    def queued(self, queue_id: str) -> dict[str, Any] | None:
        return next((entry for entry in self.site.postfix.queue() if entry["queue_id"] == queue_id), None)

    def wait_status(self, queue_id: str, status: str) -> str:
        """The log line in which Postfix gives a recipient of the message this status."""
        return self.site.postfix.wait_for_log(rf"^.*{queue_id}: to=.*status={status}.*$").group(0)

    def flush_until(self, pattern: str, limit: float = 20.0) -> str:
        """The log line that a delivery attempt leaves. A flush is asked for again and again: Postfix forgets one that
        meets it while it reloads."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            self.site.postfix.flush()
            try:
                return self.site.postfix.wait_for_log(pattern, 2).group(0)
            except TimeoutError:
                continue
        raise TimeoutError(f"no log line {pattern!r} within {limit:g} s of flushing")

    def accepted_but_deferred(self, transport: str, recipient: str, mail_class: str) -> str:
        """Queue id of class mail that was accepted and then waits; the next attempt comes with flush_until()."""
        self.site.postfix.set("defer_transports", transport)
        self.site.postfix.reload()
        queue_id = self.assert_accepted(self.site.send(recipient, mail_class=mail_class))
        self.site.postfix.wait_for_log(rf"{queue_id}: to=.*\(deferred transport\)")
        self.site.postfix.set("defer_transports", "")
        self.site.postfix.reload()
        return queue_id

    def wait_until(self, what: str, condition: Any, limit: float = 15.0) -> Any:
        return until(what, condition, limit)


def main() -> None:
    unittest.main(verbosity=2)
