#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tests/lab/enter as its callers see it: exit status, what it leaves behind, joining it, a missing resolv.conf.

    /usr/bin/python3 tests/lab/enter_test.py            as root; works inside enter, too
"""
from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from daemon import until

ENTER = str(Path(__file__).resolve().parent / "enter")


class Enter(unittest.TestCase):
    def test_passes_on_the_exit_status_and_standard_input(self) -> None:
        done = subprocess.run([ENTER, "sh", "-c", "cat; exit 7"], input="heard", capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (7, "heard", ""))

    def test_leaves_no_process_namespace_mount_or_file(self) -> None:
        for number in (signal.SIGTERM, signal.SIGKILL):
            with self.subTest(number):
                self.end_by(number)

    def end_by(self, number: signal.Signals) -> None:
        mounts = Path("/proc/self/mounts").read_text()
        with tempfile.TemporaryDirectory() as scratch:
            with subprocess.Popen([ENTER, "sh", "-c", "(sleep 600 & echo up); sleep 600"], stdout=subprocess.PIPE,
                                  env=os.environ | {"TMPDIR": scratch}) as entered:
                self.assertEqual(entered.stdout.readline(), b"up\n")
                inside = namespaces(entered.pid)
                self.assertTrue(inside and inside.isdisjoint(namespaces("self")))
                entered.send_signal(number)
                entered.stdout.read()  # ends when the last process inside has ended
            until("end of the namespaces", lambda: inside.isdisjoint(namespaces("[0-9]*")), 5)
            self.assertEqual(os.listdir(scratch), [])
        self.assertEqual(Path("/proc/self/mounts").read_text(), mounts)

    def test_can_be_joined(self) -> None:
        with subprocess.Popen([ENTER, "cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as entered:
            entered.stdin.write(b"up\n")
            entered.stdin.flush()
            entered.stdout.readline()
            read = "cat /etc/resolv.conf; cat /proc/1/cmdline | tr '\\0' ' '"
            joined = subprocess.run([ENTER, "--join", str(entered.pid), "sh", "-c", read], capture_output=True, text=True)
            self.assertRegex(joined.stdout, re.compile(r"nameserver 127\.0\.0\.1.*--init cat", re.DOTALL), joined.stderr)

    def test_copes_without_a_resolv_conf(self) -> None:
        hide = "mount -t tmpfs none /etc && ln -s ../run/nowhere /etc/resolv.conf && exec \"$0\" cat /etc/resolv.conf"
        done = subprocess.run(["unshare", "--mount", "sh", "-c", hide, ENTER], capture_output=True, text=True)
        self.assertIn("nameserver 127.0.0.1", done.stdout, done.stderr)


def namespaces(processes: int | str) -> set[str]:
    """The network and mount namespaces of processes: a number or a pattern below /proc."""
    found = set()
    for space in Path("/proc").glob(f"{processes}/ns/*"):
        if space.name in ("net", "mnt"):
            try:
                found.add(os.readlink(space))
            except OSError:
                pass  # the process has just ended
    return found


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
