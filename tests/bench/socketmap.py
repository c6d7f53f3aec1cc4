# SPDX-License-Identifier: Apache-2.0
"""Many questions to the engine at once.

    seconds = ask_all(path, "pkix", domains, "OK dane-only")

One thread; RuntimeError when an answer is another than expected.
"""
from __future__ import annotations

import selectors
import socket
import time
from pathlib import Path

CONNECTIONS = 4
PATIENCE = 120  # seconds


class Asker:
    """One connection with all its questions on their way."""

    def __init__(self, path: Path, name: str, domains: list[str]) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))
        self.socket.sendall(b"".join(b"%d:%s," % (len(name) + 1 + len(domain), f"{name} {domain}".encode()) for domain in domains))
        self.socket.setblocking(False)
        self._waiting, self._buffer = len(domains), b""

    def take(self, expected: str) -> bool:
        """Whether all answers are there."""
        if not (data := self.socket.recv(262_144)):
            raise RuntimeError("the engine has closed")
        self._buffer += data
        while (colon := self._buffer.find(b":")) > 0 and len(self._buffer) >= (end := colon + 2 + int(self._buffer[:colon])):
            answer, self._buffer = self._buffer[colon + 1:end - 1].decode(), self._buffer[end:]
            if not answer.startswith(expected):
                raise RuntimeError(f"{answer[:200]!r} is not {expected!r}")
            self._waiting -= 1
        return self._waiting == 0


def ask_all(path: Path, name: str, domains: list[str], expected: str = "OK ") -> float:
    """Seconds until every answer is there."""
    begin = time.monotonic()
    with selectors.DefaultSelector() as selector:
        for part in range(min(CONNECTIONS, len(domains))):
            asker = Asker(path, name, domains[part::CONNECTIONS])
            selector.register(asker.socket, selectors.EVENT_READ, asker)
        while selector.get_map():
            if not (ready := selector.select(PATIENCE)):
                raise RuntimeError(f"no answer within {PATIENCE} s")
            for key, _ in ready:
                if key.data.take(expected):
                    selector.unregister(key.fileobj)
                    key.data.socket.close()
    return time.monotonic() - begin
