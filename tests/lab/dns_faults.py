# SPDX-License-Identifier: Apache-2.0
"""The two broken name servers of the lab: one answers SERVFAIL to every question, one never answers.

Promises: UDP only; TCP is refused. The caller's event loop runs them until it closes the transports.
"""
from __future__ import annotations

import asyncio
import struct

SERVFAIL = 2
HEADER_BYTES = 12


def servfail(query: bytes) -> bytes:
    """The reply to a query: its own header and question, RCODE 2, every other section dropped (RFC 1035 section 4.1)."""
    identity, flags, questions, *_ = struct.unpack("!6H", query[:HEADER_BYTES])
    end = query.index(b"\0", HEADER_BYTES) + 5
    kept = flags & 0x7900  # opcode and RD
    return struct.pack("!6H", identity, 0x8000 | kept | SERVFAIL, questions, 0, 0, 0) + query[HEADER_BYTES:end]


class Failing(asyncio.DatagramProtocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, address: tuple) -> None:
        if len(data) > HEADER_BYTES:
            self._transport.sendto(servfail(data), address)


class Silent(asyncio.DatagramProtocol):
    pass


async def serve(failing: str, silent: str) -> list[asyncio.BaseTransport]:
    """Binds both addresses; the result is what to close."""
    loop = asyncio.get_running_loop()
    transports = []
    for protocol, address in ((Silent, silent), (Failing, failing)):
        transport, _ = await loop.create_datagram_endpoint(protocol, local_addr=(address, 53))
        transports.append(transport)
    return transports
