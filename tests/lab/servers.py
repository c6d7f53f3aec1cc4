# SPDX-License-Identifier: Apache-2.0
"""The process that plays all mail servers and policy hosts of the lab, and its two broken name servers.

    servers.py DIRECTORY

Promises: listens at the address of every hosts/*.json (SMTP) and web/*.json (HTTPS) below DIRECTORY at start; reads a
host's file again at each connection, so a change holds from the next connection on; appends one JSON line to
sessions.jsonl or requests.jsonl when a session has ended. The SERVFAIL name server is opened last: when it answers,
everything listens. SIGTERM ends the process and records the sessions that were open.
"""
from __future__ import annotations

import asyncio
import json
import signal
import socket
import sys
from pathlib import Path
from typing import TextIO

import dns_faults
from rows import FAILING_DNS_SERVER, SILENT_DNS_SERVER
from smtp_server import LINE_LIMIT, Session
from web_server import Request


class Servers:
    """One event loop."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._open: set[asyncio.Task] = set()
        self._black_holes: list[socket.socket] = []

    async def listen(self) -> None:
        await self._listen("hosts", Session, "sessions.jsonl")
        await self._listen("web", Request, "requests.jsonl")

    async def _listen(self, folder: str, kind: type[Session] | type[Request], log: str) -> None:
        records = (self._directory / log).open("a", buffering=1)
        for path in sorted((self._directory / folder).glob("*.json")):
            facts = json.loads(path.read_text())
            if facts.get("black_hole"):
                self._black_holes += black_hole(facts["address"], facts["port"])
            elif facts["listens"] and facts["address"]:
                await asyncio.start_server(lambda r, w, path=path: self._accept(kind, path, records, r, w), facts["address"],
                                           facts["port"], limit=LINE_LIMIT, backlog=1024)

    async def _accept(self, kind: type[Session] | type[Request], path: Path, records: TextIO, reader: asyncio.StreamReader,
                      writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self._open.add(task)
        session = kind(json.loads(path.read_text()), reader, writer)
        try:
            await session.run()
        finally:
            records.write(json.dumps(session.record) + "\n")
            self._open.discard(task)

    async def close(self) -> None:
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)


def black_hole(address: str, port: int) -> list[socket.socket]:
    """Takes an address from the network: once one connection fills the queue that a listening socket without backlog has,
    Linux drops each further SYN in silence. It stays so for as long as the result is kept."""
    listening = socket.create_server((address, port), backlog=0)
    return [listening, socket.create_connection((address, port), 5)]


async def main(directory: Path) -> None:
    asked_to_stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asked_to_stop.set)
    servers = Servers(directory)
    await servers.listen()
    transports = await dns_faults.serve(FAILING_DNS_SERVER, SILENT_DNS_SERVER)
    await asked_to_stop.wait()
    await servers.close()
    for transport in transports:
        transport.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
