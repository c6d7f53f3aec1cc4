# SPDX-License-Identifier: Apache-2.0
"""A real journal, followed by a real journalctl: what a Postfix once wrote is said again through journald's socket, in parts,
while the follower is killed and the journal rotated; it must give what the same lines give as a file."""
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import scenario  # noqa: E402,F401 - finds the lab
from daemon import Daemon, until  # noqa: E402
from mail_site import program  # noqa: E402

SAMPLE = Path(__file__).resolve().parents[2] / "unit/milter/delivery/logs/postfix-3.7.log"
JOURNALD = "/lib/systemd/systemd-journald"
SYSLOG = "/run/systemd/journal/dev-log"
COLUMNS = "identifier, queue_id, status, recipient, original, relay, dsn, reply, trust, version, cipher, successor"


class Journal(unittest.TestCase):
    def setUp(self) -> None:
        """A journal of our own in this namespace, in memory."""
        self.directory = Path(tempfile.mkdtemp(prefix="smarttls-test."))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
        for folder in ("systemd/journal", "log/journal"):
            Path("/run", folder).mkdir(parents=True)
        self.journald = Daemon("journald", [JOURNALD], self.directory / "journald.log")
        self.addCleanup(self.journald.stop)
        self.journald.wait_ready(lambda: Path(SYSLOG).exists())

    def say(self, lines: list[str]) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as syslog:
            for line in lines:
                syslog.sendto(f"<22>{line.split(' ', 4)[4]}".encode(), SYSLOG)

    def follow(self, log: str) -> Daemon:
        database = self.directory / f"{'journal' if log.startswith('journal') else 'file'}.db"
        return Daemon("follower", [program("follow_delivery_log"), str(database), "postfix", log], self.directory / "follower.log")

    def rows(self, name: str) -> list[tuple]:
        database = self.directory / f"{name}.db"
        if not database.exists():
            return []
        connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(f"SELECT {COLUMNS} FROM delivery ORDER BY rowid").fetchall()
        except sqlite3.OperationalError:  # no table yet
            return []
        finally:
            connection.close()

    def test_says_what_the_file_says(self) -> None:
        # One identifier at a time is what can be asked for without units, which need an init system.
        lines = [line for line in SAMPLE.read_text().splitlines() if " postfix/smarttls-dane/smtp[" in line]
        file = self.directory / "mail.log"
        file.write_text("".join(f"{line}\n" for line in lines))
        follower = self.follow(str(file))
        wanted = sum(bool(re.search(r"\]: \w+: to=<", line)) for line in lines)
        until("the file's deliveries", lambda: len(self.rows("file")) == wanted, 20)
        self.assertEqual(follower.stop(20), 0)

        parts = [lines[begin:begin + 7] for begin in range(0, len(lines), 7)]
        follower = self.follow("journal:postfix/smarttls-dane/smtp")
        for number, part in enumerate(parts):
            self.say(part)
            so_far = sum(bool(re.search(r"\]: \w+: to=<", line)) for line in sum(parts[:number + 1], []))
            if number % 2 == 0:
                until("deliveries in the journal", lambda: len(self.rows("journal")) >= so_far, 20)
            if number == 1:
                subprocess.run(["journalctl", "--rotate"], check=True, capture_output=True)
            if number % 3 == 2:
                follower.kill()
                follower = self.follow("journal:postfix/smarttls-dane/smtp")
        until("the journal's deliveries", lambda: len(self.rows("journal")) >= wanted, 20)
        self.assertEqual(follower.stop(20), 0, follower.output())
        self.assertEqual(self.rows("journal"), self.rows("file"))
        self.assertGreater(wanted, 15)


if __name__ == "__main__":
    unittest.main(verbosity=2)
