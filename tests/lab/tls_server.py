# SPDX-License-Identifier: Apache-2.0
"""The TLS side of the lab's servers: contexts for exact parameters, and the ways in which a handshake can go wrong.

Promises: tls_context() gives a server that can do just what it is told. Each of FAILURES takes a connection on which the
client has been told to begin TLS, spoils it in its own way, and ends with HangUp.
"""
from __future__ import annotations

import asyncio
import functools
import os
import socket
import ssl
import struct
import subprocess
import warnings
from asyncio import sslproto
from typing import Any, Callable

VERSIONS = {"1.0": ssl.TLSVersion.TLSv1, "1.1": ssl.TLSVersion.TLSv1_1,
            "1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
FINITE_FIELDS = ("ffdhe2048", "ffdhe3072")
PATIENCE = 600.0  # seconds that an idle client may stay
SLOWLY = 4.0      # seconds between ClientHello and ServerHello of a slow server
HANDSHAKE_FAILURE = bytes.fromhex("15 0303 0002 02 28")  # a record with a fatal alert (RFC 8446 section 6.2)
LARGEST_HELLO = 1 << 14

Facts = dict[str, Any]  # fields of rows.Host, with the files "chain" and "key_file"


class HangUp(Exception):
    """The session is over."""


def with_alert(complete: Callable[..., None]) -> Callable[..., None]:
    """asyncio drops the alert of a handshake that fails, which real servers send before they hang up."""
    @functools.wraps(complete)
    def send_alert_first(protocol: Any, error: BaseException | None) -> None:
        if error is not None and (alert := protocol._outgoing.read()):
            protocol._transport.write(alert)
        complete(protocol, error)
    return send_alert_first


sslproto.SSLProtocol._on_handshake_complete = with_alert(sslproto.SSLProtocol._on_handshake_complete)


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


def context_of(facts: Facts) -> ssl.SSLContext:
    """The context of a mail server."""
    return tls_context(facts["chain"], facts["key_file"], facts["tls_min"], facts["tls_max"], facts["ciphers"], facts["group"])


def reset(writer: asyncio.StreamWriter) -> None:
    """Ends a connection by RST."""
    linger = struct.pack("ii", 1, 0)  # close() then sends RST
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


async def answer_hello(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, reply: bytes) -> None:
    """Waits for the ClientHello, says `reply` and hangs up."""
    await asyncio.wait_for(reader.read(LARGEST_HELLO), PATIENCE)
    writer.write(reply)
    await writer.drain()
    raise HangUp


async def garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _: Facts) -> None:
    await answer_hello(reader, writer, b"this is no TLS record\r\n" * 4)


async def alert(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _: Facts) -> None:
    await answer_hello(reader, writer, HANDSHAKE_FAILURE)


async def close(_: asyncio.StreamReader, __: asyncio.StreamWriter, ___: Facts) -> None:
    raise HangUp


async def close_at_hello(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _: Facts) -> None:
    await answer_hello(reader, writer, b"")


async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, facts: Facts) -> None:
    """Half of the server's first flight."""
    received, to_send = ssl.MemoryBIO(), ssl.MemoryBIO()
    handshake = context_of(facts).wrap_bio(received, to_send, server_side=True)
    received.write(await asyncio.wait_for(reader.read(LARGEST_HELLO), PATIENCE))
    try:
        handshake.do_handshake()
    except ssl.SSLWantReadError:
        pass
    flight = to_send.read()
    writer.write(flight[:len(flight) // 2])
    await writer.drain()
    raise HangUp


async def reset_now(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: Facts) -> None:
    reset(writer)
    raise HangUp


async def reset_at_hello(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _: Facts) -> None:
    await asyncio.wait_for(reader.read(LARGEST_HELLO), PATIENCE)
    reset(writer)
    raise HangUp


async def hang(reader: asyncio.StreamReader, _: asyncio.StreamWriter, __: Facts) -> None:
    while await asyncio.wait_for(reader.read(LARGEST_HELLO), PATIENCE):
        pass
    raise HangUp


FAILURES = {"garbage": garbage, "alert": alert, "close": close, "close-at-hello": close_at_hello, "cut": cut,
            "reset": reset_now, "reset-at-hello": reset_at_hello, "hang": hang}
