#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How fast "smarttls evidence verify --log --quick" is: a generated log of a million events, each a record of two parts with
its rows in the log, a checkpoint for each thousand; one core, the file in the page cache.

    tests/bench/evidence.py [--small]

Bound, without sanitizers: 500,000 events per second.
"""
from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from figures import Table, bench_main, is_judged
from mail_site import program

LEAST_RATE = 500_000
EACH_CHECKPOINT = 1000
ORIGIN = "bench.example/log"
SCHEMA = Path(__file__).resolve().parents[2] / "store" / "evidence_schema.cc"
CONTENT = 450  # bytes, of an encrypted part with an explanation


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


class Signer:
    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()
        typed = b"\1" + self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self._id = sha256(ORIGIN.encode() + b"\n" + typed)[:4]
        self.verifier = f"{ORIGIN}+{self._id.hex()}+{base64.b64encode(typed).decode()}"

    def checkpoint(self, size: int, root: bytes) -> str:
        text = f"{ORIGIN}\n{size}\n{base64.b64encode(root).decode()}\n"
        return f"{text}\n— {ORIGIN} {base64.b64encode(self._id + self._key.sign(text.encode())).decode()}\n"


class Log:
    """Rows of a log as it grows."""

    def __init__(self, signer: Signer) -> None:
        self._signer, self._peaks, self._position = signer, [], 0
        self.nodes: list[tuple[int, bytes]] = []
        self.checkpoints: list[tuple[int, int, str]] = []

    def append(self, entry: bytes, size: int) -> None:
        self._push(0, sha256(b"\0" + entry))
        while len(self._peaks) > 1 and self._peaks[-1][0] == self._peaks[-2][0]:
            (height, left), (_, right) = self._peaks[-2:]
            del self._peaks[-2:]
            self._push(height + 1, sha256(b"\1" + left + right))
        if size % EACH_CHECKPOINT == 0:
            root = self._peaks[-1][1]
            for _, peak in self._peaks[-2::-1]:
                root = sha256(b"\1" + peak + root)
            self.checkpoints.append((size, 0, self._signer.checkpoint(size, root)))

    def _push(self, height: int, digest: bytes) -> None:
        self._peaks.append((height, digest))
        self.nodes.append((self._position, digest))
        self._position += 1


def facts_of(number: int) -> str:
    return json.dumps({"version": "EN319522v1.2.1", "EvidenceIdentifier": f"0190163d-8694-739b-aea5-{number:012x}", "class": "nta7516",
                       "ERDSEventId": "http://uri.etsi.org/19522/Event/SubmissionAcceptance", "EventTime": "2026-11-23T08:00:00.123Z",
                       "EvidenceIssuerDetails": {"Name": ORIGIN}, "queue": f"4XyZ{number:08x}", "outcome": "direct", "floor": "dane",
                       "config": "0123456789abcdef", "parts": 2}, sort_keys=True, separators=(",", ":"))


def fill(path: Path, count: int, signer: Signer) -> None:
    database = sqlite3.connect(path)
    migrations = re.findall(r'R"sql\((.*?)\)sql"', SCHEMA.read_text(), re.DOTALL)
    database.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;" + "".join(migrations) +
                           f"PRAGMA user_version = {len(migrations)};")
    log = Log(signer)
    noise = os.urandom(CONTENT + 1000)
    for begin in range(1, count + 1, 100_000):
        records, parts = [], []
        for number in range(begin, min(begin + 100_000, count + 1)):
            uuid, facts = bytes.fromhex(f"0190163d8694739baea5{number:012x}"), facts_of(number)
            stubs = b""
            for part in range(2):
                content = number.to_bytes(8, "big") + noise[number % 1000:number % 1000 + CONTENT]
                digest, commitment = sha256(content), sha256(content[:9])
                stubs += digest + commitment
                parts.append((number, part, digest, commitment, content[:16], "dane.example", "direct", None, None, content))
            records.append((number, uuid, 1_795_420_800_000 + number, facts))
            log.append(b"smarttls evidence record 1\n" + uuid + sha256(facts.encode()) + sha256(stubs), number)
        database.executemany("INSERT INTO record VALUES (?, ?, ?, ?)", records)
        database.executemany("INSERT INTO part VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", parts)
        database.executemany("INSERT INTO node VALUES (?, ?)", log.nodes)
        database.executemany("INSERT INTO checkpoint VALUES (?, ?, ?, NULL)", log.checkpoints)
        log.nodes.clear()
        log.checkpoints.clear()
        database.commit()
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


def verify(directory: Path, signer: Signer) -> tuple[float, float]:
    """Seconds by the clock, and of the processor."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run([program("smarttls"), "--config", str(directory / "conf"), "evidence", "verify", "--log", "--quick", "--key",
                           signer.verifier], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stdout + done.stderr)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.monotonic() - began, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(small: bool) -> list[str]:
    count = 3000 if small else 1_000_000
    signer = Signer()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        (directory / "conf").write_text(f"[store]\nevidence = {directory}/evidence.db\n[class.gdpr]\n")
        fill(directory / "evidence.db", count, signer)
        runs = [verify(directory, signer) for _ in range(1 if small else 3)]
    rates = [count / processor for _, processor in runs]
    table = Table("seconds", "seconds of the processor", "events/s")
    table.add(f"{count:,} events", [(*run, rate) for run, rate in zip(runs, rates)])
    table.show()
    if is_judged(small) and max(rates) < LEAST_RATE:
        return [f"{max(rates):,.0f} events per second of one core are verified, not {LEAST_RATE:,}"]
    return []


if __name__ == "__main__":
    sys.exit(bench_main(main))
