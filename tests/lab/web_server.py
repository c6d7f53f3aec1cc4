# SPDX-License-Identifier: Apache-2.0
"""One HTTPS request as a policy host answers it (RFC 8461 section 3.3), with the faults of its host, and its record.

Promises: a Request serves one connection, never raises for what a client does, and always leaves a record: the SNI and
the request line, or the error. The record is a plain dict, ready for JSON.
"""
from __future__ import annotations

import asyncio
import ssl
from typing import Any

from tls_server import tls_context

Facts = dict[str, Any]  # fields of rows.PolicyHost, with the files "chain" and "key_file"
PATIENCE = 30.0
LONGEST_HEAD = 16384


class Request:
    def __init__(self, facts: Facts, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._facts, self._reader, self._writer = facts, reader, writer
        self.record: Facts = {"server": facts["name"], "sni": None, "request": None, "error": None}

    async def run(self) -> Facts:
        self._writer.transport.pause_reading()  # or the ClientHello, which comes at once, is read in clear
        try:
            await asyncio.wait_for(self._serve(), PATIENCE + self._facts["delay"])
        except (OSError, ssl.SSLError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.TimeoutError) as error:
            self.record["error"] = f"{type(error).__name__}: {error}"
        finally:
            self._writer.close()
        return self.record

    async def _serve(self) -> None:
        facts = self._facts
        if facts["close_at"] == "connect":
            return
        await self._writer.start_tls(tls_context(facts["chain"], facts["key_file"], "1.2", "1.3"))
        self.record["sni"] = getattr(self._writer.get_extra_info("ssl_object"), "asked_name", None)
        head = await self._reader.readuntil(b"\r\n\r\n")
        self.record["request"] = head.split(b"\r\n")[0].decode(errors="replace")
        if facts["close_at"] == "request":
            return
        await asyncio.sleep(facts["delay"])
        answer = self._answer()
        self._writer.write(answer[:-10] if facts["close_at"] == "body" else answer)
        await self._writer.drain()

    def _answer(self) -> bytes:
        facts = self._facts
        body = facts["policy"].encode() + b"\n" * facts["padding"]
        lines = [f"HTTP/1.1 {facts['status']} -", f"Content-Length: {len(body)}", "Connection: close"]
        if facts["content_type"]:
            lines.append(f"Content-Type: {facts['content_type']}")
        if facts["location"]:
            lines.append(f"Location: {facts['location']}")
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
