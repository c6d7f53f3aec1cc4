# SPDX-License-Identifier: Apache-2.0
"""Waiting for a condition with a limit, and a daemon of our own in the foreground with its output in a file.

Promises: until() never waits longer than its limit and says what it waited for. A Daemon is ended by its process id
alone, and whoever waits for one that has died or stays silent is shown its output.
"""
from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Callable, TypeVar

Found = TypeVar("Found")
PAUSE = 0.02
TAIL = 4000


def until(what: str, condition: Callable[[], Found], limit: float = 10.0) -> Found:
    """The first true result of `condition`; TimeoutError after `limit` seconds without one."""
    end = time.monotonic() + limit
    while not (found := condition()):
        if time.monotonic() >= end:
            raise TimeoutError(f"no {what} within {limit:g} s")
        time.sleep(PAUSE)
    return found


class Daemon:
    """One process in the foreground. One thread."""

    def __init__(self, name: str, command: list[str], output: Path, **environment: str) -> None:
        self.name = name
        self._output = output
        with output.open("ab") as out:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                             env=os.environ | environment,
                                             start_new_session=True)  # Ctrl-C is for us alone
        self.pid = self._process.pid

    def wait_ready(self, answers: Callable[[], bool], limit: float = 10.0) -> None:
        """Waits until it answers. RuntimeError with its output if it ends before, or not in time."""
        def settled() -> bool:
            return self._process.poll() is not None or answers()
        try:
            until(f"answer from {self.name}", settled, limit)
        except TimeoutError as late:
            raise RuntimeError(f"{late}; it said:\n{self.output()}") from None
        if self._process.poll() is not None:
            raise RuntimeError(f"{self.name} ended with status {self._process.returncode}; it said:\n{self.output()}")

    def output(self) -> str:
        return self._output.read_text(errors="replace")[-TAIL:]

    def signal(self, number: signal.Signals) -> None:
        if self._process.poll() is None:
            self._process.send_signal(number)

    def kill(self) -> None:
        """As a crash would end it."""
        self._process.kill()
        self._process.wait()

    def stop(self, limit: float = 5.0) -> int:
        """Ends it politely, or else by force; its exit status."""
        self.signal(signal.SIGTERM)
        try:
            self._process.wait(limit)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        return self._process.returncode
