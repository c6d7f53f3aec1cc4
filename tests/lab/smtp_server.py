# SPDX-License-Identifier: Apache-2.0
"""One SMTP session as a receiving server speaks it (RFC 5321, 3207), with the faults of its host, and its record.

Promises: a Session serves one connection, never raises for what a client does, and always leaves a record of what it
saw: each command with a flag whether it came under TLS, and each message whole. The record is a plain dict, ready for
JSON; message data is text in which each character is one octet (Latin-1).
"""
from __future__ import annotations

import asyncio
import datetime
import ssl
from typing import Any

from tls_server import FAILURES, PATIENCE, SLOWLY, Facts, HangUp, context_of

CAPABILITIES = ("PIPELINING", "SIZE 104857600", "ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8", "DSN")
LINE_LIMIT = 1 << 20
OVERLONG = "x" * 10_000
MANY = 10_000  # lines
BINARY = bytes(range(256)) + b"\r\n"
REFUSALS = {"454": "454 4.7.0 TLS not available due to temporary reason", "501": "501 5.5.4 Syntax error",
            "502": "502 5.5.1 Command not implemented"}


def now() -> str:
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")


class Session:
    """One connection to one host. One event loop."""

    def __init__(self, facts: Facts, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._facts, self._reader, self._writer = facts, reader, writer
        self._envelope: tuple[str, list[str]] | None = None
        self.record: Facts = {
            "server": facts["name"], "address": facts["address"], "client": writer.get_extra_info("peername")[0],
            "begin": now(), "helo": None, "tls": None, "commands": [], "cut_short": "", "messages": []}

    async def run(self) -> Facts:
        """Serves until either side has had enough. Returns the record."""
        try:
            if await self._greet():
                await self._converse()
        except HangUp:
            pass
        except (OSError, ssl.SSLError, asyncio.IncompleteReadError, asyncio.TimeoutError, ValueError) as error:
            self.record["error"] = f"{type(error).__name__}: {error}"
        finally:
            self._writer.close()
            self.record["end"] = now()
        return self.record

    async def _say(self, *lines: str) -> None:
        """One reply; more lines make it a multi-line reply, all with the code of the first."""
        code = lines[0][:3]
        texts = [lines[0][4:], *lines[1:]]
        reply = [f"{code}-{text}" for text in texts[:-1]] + [f"{code} {texts[-1]}"]
        self._writer.write(("\r\n".join(reply) + "\r\n").encode())
        await self._writer.drain()

    async def _greet(self) -> bool:
        """Whether there is anything to talk about."""
        banner, name = self._facts["banner"], self._facts["name"]
        if banner == "multi-line":  # as postscreen begins; who talks in between is taken for a robot
            await self._write(f"220-{name} wait for the end\r\n".encode())
        await asyncio.sleep(self._facts["banner_delay"])
        if banner in self._odd_banners:
            return await self._odd_banners[banner](self)
        await self._say({"421": f"421 4.3.2 {name} too busy, try again later",
                         "554": "554 5.7.1 No SMTP service for you"}.get(banner, f"220 {name} ESMTP lab"))
        return banner in ("ok", "multi-line")

    async def _write(self, octets: bytes) -> None:
        self._writer.write(octets)
        await self._writer.drain()

    async def _silence(self) -> bool:
        await asyncio.wait_for(self._reader.read(), PATIENCE)
        return False

    async def _slow_banner(self) -> bool:
        for letter in f"220 {self._facts['name']} ESMTP lab\r\n":
            await self._write(letter.encode())
            await asyncio.sleep(1)
        return True

    async def _endless_banner(self) -> bool:
        while not self._writer.is_closing():
            await self._write(b"220-and so on\r\n" * 100)
        return False

    async def _binary_banner(self) -> bool:
        await self._write(b"220 " + BINARY)
        return True

    async def _long_banner(self) -> bool:
        await self._write(f"220 {OVERLONG}\r\n".encode())
        return True

    async def _no_banner(self) -> bool:
        return False

    _odd_banners = {"silence": _silence, "slow": _slow_banner, "endless": _endless_banner, "binary": _binary_banner,
                    "long-line": _long_banner, "close": _no_banner}

    async def _line(self) -> str:
        line = await asyncio.wait_for(self._reader.readline(), PATIENCE)
        if not line.endswith(b"\n"):
            raise HangUp
        return line.rstrip(b"\r\n").decode("latin-1")

    async def _converse(self) -> None:
        while True:
            line = await self._line()
            verb, _, argument = line.partition(" ")
            verb = verb.upper()
            under_tls = self.record["tls"] is not None
            self.record["commands"].append({"line": line, "verb": verb, "tls": under_tls})
            if self._facts["close_at"] in (verb, f"TLS-{verb}" if under_tls else verb):
                self._hang_up()
            scripted = dict(self._facts["replies"]).get(verb)
            if scripted:
                await self._say(scripted)
            else:
                await self._answer(verb, argument)

    async def _answer(self, verb: str, argument: str) -> None:
        verbs = {"EHLO": self._ehlo, "HELO": self._helo, "STARTTLS": self._starttls, "MAIL": self._mail,
                 "RCPT": self._rcpt, "DATA": self._data, "RSET": self._rset, "NOOP": self._noop, "QUIT": self._quit}
        if verb in verbs:
            await verbs[verb](argument)
        else:
            await self._say("502 5.5.2 Command not recognized")

    async def _ehlo(self, argument: str) -> None:
        self.record["helo"], self._envelope = argument, None
        offer = self._facts["starttls"] != "no" and self.record["tls"] is None
        odd = {"many-lines": ["X-LINE"] * MANY, "long-line": [f"X-{OVERLONG}"]}.get(self._facts["ehlo"], [])
        if self._facts["ehlo"] == "names-differ" and not argument.endswith(".example"):
            offer = False
        await self._say(f"250 {self._facts['name']}", *CAPABILITIES, *odd, *(["STARTTLS"] if offer else []))

    async def _helo(self, argument: str) -> None:
        self.record["helo"], self._envelope = argument, None
        await self._say(f"250 {self._facts['name']}")

    async def _starttls(self, _: str) -> None:
        mode = self._facts["starttls"]
        if mode == "no" or self.record["tls"] is not None:
            await self._say("502 5.5.1 Command not implemented")
        elif mode in REFUSALS:
            await self._say(REFUSALS[mode])
        else:
            # CVE-2011-0411: whoever sits between can let the server's reply bring the next ones along, in clear.
            injected = b"250 2.0.0 injected\r\n" if mode == "injected" else b""
            await self._write(b"220 2.0.0 Ready to start TLS\r\n" + injected)
            if mode in FAILURES:
                await FAILURES[mode](self._reader, self._writer, self._facts)
            await self._handshake(SLOWLY if mode == "slow" else 0)

    async def _handshake(self, delay: float) -> None:
        if delay:
            self._writer.transport.pause_reading()  # or the ClientHello is read in clear
            await asyncio.sleep(delay)
        self._reader._buffer.clear()  # commands sent in clear behind STARTTLS are no part of the session
        await self._writer.start_tls(context_of(self._facts))
        tls = self._writer.get_extra_info("ssl_object")
        self.record["tls"] = {"version": tls.version(), "cipher": tls.cipher()[0], "sni": getattr(tls, "asked_name", None)}
        self._envelope, self.record["helo"] = None, None
        if self._facts["close_at"] == "TLS":
            self._hang_up()

    def _hang_up(self) -> None:
        if not self._facts["close_notify"]:
            self._writer.transport.abort()
        raise HangUp

    async def _mail(self, argument: str) -> None:
        self._envelope = (argument, [])
        await self._say("250 2.1.0 Ok")

    async def _rcpt(self, argument: str) -> None:
        if self._envelope is None:
            await self._say("503 5.5.1 Need MAIL first")
            return
        self._envelope[1].append(argument)
        await self._say("250 2.1.5 Ok")

    async def _data(self, _: str) -> None:
        if self._envelope is None or not self._envelope[1]:
            await self._say("503 5.5.1 Need RCPT first")
            return
        await self._say("354 End data with <CR><LF>.<CR><LF>")
        self._keep(await self._body())
        await self._say(f"250 2.0.0 Ok: message {len(self.record['messages'])}")

    async def _body(self) -> str:
        """The message as it was before dot-stuffing (RFC 5321 section 4.5.2)."""
        lines = []
        while (line := await asyncio.wait_for(self._reader.readline(), PATIENCE)) != b".\r\n":
            if not line.endswith(b"\n"):
                self.record["cut_short"] = b"".join([*lines, line]).decode("latin-1")
                raise HangUp
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines).decode("latin-1")

    def _keep(self, data: str) -> None:
        sender, recipients = self._envelope
        self._envelope = None
        self.record["messages"].append({
            "mail_from": address(sender), "mail_parameters": parameters(sender),
            "rcpt_to": [address(r) for r in recipients], "rcpt_parameters": [parameters(r) for r in recipients],
            "data": data, "tls": self.record["tls"], "time": now()})

    async def _rset(self, _: str) -> None:
        self._envelope = None
        await self._say("250 2.0.0 Ok")

    async def _noop(self, _: str) -> None:
        await self._say("250 2.0.0 Ok")

    async def _quit(self, _: str) -> None:
        await self._say("221 2.0.0 Bye")
        self._hang_up()


def address(argument: str) -> str:
    """`FROM:<a@b> SIZE=1` -> `a@b`."""
    return argument.partition("<")[2].rpartition(">")[0]


def parameters(argument: str) -> str:
    return argument.rpartition(">")[2].strip()
