# SPDX-License-Identifier: Apache-2.0
"""One SMTP session as a receiving server speaks it (RFC 5321, 3207), with the faults of its host, and its record.

Promises: a Session serves one connection, never raises for what a client does, and always leaves a record of what it
saw: each command with a flag whether it came under TLS, and each message whole. The record is a plain dict, ready for
JSON; message data is text in which each character is one octet (Latin-1).
"""
from __future__ import annotations

import asyncio
import datetime
import functools
import os
import socket
import ssl
import struct
import subprocess
import warnings
from asyncio import sslproto
from typing import Any, Callable

Facts = dict[str, Any]  # fields of domains.Host, with the files "chain" and "key_file"

CAPABILITIES = ("PIPELINING", "SIZE 104857600", "ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8", "DSN")
VERSIONS = {"1.0": ssl.TLSVersion.TLSv1, "1.1": ssl.TLSVersion.TLSv1_1,
            "1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
FINITE_FIELDS = ("ffdhe2048", "ffdhe3072")
LINE_LIMIT = 1 << 20
PATIENCE = 600.0  # seconds that an idle client may stay
REFUSALS = {"454": "454 4.7.0 TLS not available due to temporary reason", "502": "502 5.5.1 Command not implemented"}


def with_alert(complete: Callable[..., None]) -> Callable[..., None]:
    """asyncio drops the alert of a handshake that fails, which real servers send before they hang up."""
    @functools.wraps(complete)
    def send_alert_first(protocol: Any, error: BaseException | None) -> None:
        if error is not None and (alert := protocol._outgoing.read()):
            protocol._transport.write(alert)
        complete(protocol, error)
    return send_alert_first


sslproto.SSLProtocol._on_handshake_complete = with_alert(sslproto.SSLProtocol._on_handshake_complete)


class HangUp(Exception):
    """The session is over."""


def now() -> str:
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")


def dh_parameters(group: str, beside: str) -> str:
    """The parameters of a finite field group (RFC 7919) in a file beside another one."""
    file = f"{beside}.{group}.pem"
    subprocess.run(["openssl", "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", f"group:{group}",
                    "-out", f"{file}.new"], check=True, capture_output=True)
    os.replace(f"{file}.new", file)
    return file


@functools.lru_cache(maxsize=1024)
def tls_context(chain: str, key: str, lowest: str, highest: str, ciphers: str = "", group: str = "") -> ssl.SSLContext:
    """A context for exactly these parameters. Each certificate has file names of its own, so none is ever outdated."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(ciphers or "ALL:@SECLEVEL=0")  # OpenSSL 3 allows TLS 1.0 and RSA-1024 at level 0 only
    context.load_cert_chain(chain, key)
    if group in FINITE_FIELDS:
        context.load_dh_params(dh_parameters(group, chain))
    elif group:
        context.set_ecdh_curve(group)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version, context.maximum_version = VERSIONS[lowest], VERSIONS[highest]

    def remember(tls: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        tls.asked_name = name  # type: ignore[attr-defined]
    context.sni_callback = remember
    return context


class Session:
    """One connection to one host. One event loop."""

    def __init__(self, facts: Facts, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._facts, self._reader, self._writer = facts, reader, writer
        self._envelope: tuple[str, list[str]] | None = None
        self.record: Facts = {
            "server": facts["name"], "address": facts["address"], "client": writer.get_extra_info("peername")[0],
            "begin": now(), "helo": None, "tls": None, "commands": [], "messages": []}

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
        await asyncio.sleep(self._facts["banner_delay"])
        if banner == "silence":
            await asyncio.wait_for(self._reader.read(), PATIENCE)
            return False
        if banner == "slow":
            for letter in f"220 {name} ESMTP lab\r\n":
                self._writer.write(letter.encode())
                await self._writer.drain()
                await asyncio.sleep(1)
            return True
        await self._say({"421": f"421 4.3.2 {name} too busy, try again later",
                         "554": "554 5.7.1 No SMTP service for you"}.get(banner, f"220 {name} ESMTP lab"))
        return banner == "ok"

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
            self.record["commands"].append({"line": line, "verb": verb, "tls": self.record["tls"] is not None})
            if verb == self._facts["close_at"]:
                raise HangUp
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
        await self._say(f"250 {self._facts['name']}", *CAPABILITIES, *(["STARTTLS"] if offer else []))

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
            await self._say("220 2.0.0 Ready to start TLS")
            await {"yes": self._handshake, "garbage": self._garbage, "reset": self._reset, "hang": self._hang}[mode]()

    async def _handshake(self) -> None:
        facts = self._facts
        context = tls_context(facts["chain"], facts["key_file"], facts["tls_min"], facts["tls_max"], facts["ciphers"],
                              facts["group"])
        await self._writer.start_tls(context)
        self._reader._buffer.clear()  # commands sent in clear behind STARTTLS are no part of the session
        tls = self._writer.get_extra_info("ssl_object")
        self.record["tls"] = {"version": tls.version(), "cipher": tls.cipher()[0], "sni": getattr(tls, "asked_name", None)}
        self._envelope, self.record["helo"] = None, None

    async def _garbage(self) -> None:
        self._writer.write(b"this is no TLS record\r\n" * 4)
        await self._writer.drain()
        raise HangUp

    async def _reset(self) -> None:
        linger = struct.pack("ii", 1, 0)  # close() then sends RST
        self._writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._writer.transport.abort()
        raise HangUp

    async def _hang(self) -> None:
        await asyncio.wait_for(self._reader.read(), PATIENCE)
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
        raise HangUp


def address(argument: str) -> str:
    """`FROM:<a@b> SIZE=1` -> `a@b`."""
    return argument.partition("<")[2].rpartition(">")[0]


def parameters(argument: str) -> str:
    return argument.rpartition(">")[2].strip()
