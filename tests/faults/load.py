# SPDX-License-Identifier: Apache-2.0
"""Clients that keep sending, whatever breaks: each message has one of six fates, a Message-ID, and is tried again until
the MTA has taken it, as RFC 5321 §4.5.4.1 asks of them.

    load = Load("seed", "a"); load.start(); ... load.finish(); load.messages

Promises: each message knows its attempts, and which of them the MTA answered with 250. Threads: some of its own; the
messages are to be read after finish().
"""
from __future__ import annotations

import random
import re
import smtplib
import threading
import time
from dataclasses import dataclass, field

from mail_site import SENDER
from postfix import ADDRESS

CLIENTS = 4
PAUSE = 0.05  # between messages of one client
RETRY = 0.3
KINDS = ("direct", "portal", "hold", "mixed", "refused", "unmarked")
DOMAINS = {"direct": "dane.example", "portal": "expired.example", "hold": "plaintext.example", "reject": "plaintext.example"}
WANTED = {"mixed": ("direct", "portal", "hold"), "refused": ("direct", "reject")}  # of several recipients
# Classes of the site: for the one a server without TLS is no destination at all.
CLASSES = {"refused": "gdpr", "unmarked": ""}
FLOORS = {"gdpr": "pkix", "nta7516": "dane"}


@dataclass
class Message:
    name: str
    kind: str
    recipients: dict[str, str]  # address -> what the class wants for it; empty: unmarked
    attempts: list[str] = field(default_factory=list)  # time and answer
    queue_ids: list[str] = field(default_factory=list)  # of attempts answered with 250

    @property
    def message_id(self) -> str:
        return f"<{self.name}@faults>"

    @property
    def mail_class(self) -> str:
        return CLASSES.get(self.kind, "nta7516")

    def text(self) -> bytes:
        control = f"X-SmartTLS-Class: {self.mail_class}\r\n" if self.mail_class else ""
        return (f"From: {SENDER}\r\nSubject: {self.kind}\r\nMessage-ID: {self.message_id}\r\n{control}\r\n"
                f"the secret of {self.name}\r\n" + "x" * 60 + "\r\n").encode()


class Load:
    def __init__(self, seed: str, prefix: str) -> None:
        """`prefix`: of the names of messages, which no other load has."""
        self._seed, self._prefix, self._give_up = seed, prefix, False
        self._stopping = threading.Event()
        self._messages: list[list[Message]] = [[] for _ in range(CLIENTS)]
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(CLIENTS)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def finish(self, limit: float = 60.0) -> None:
        """No new messages; those that were begun are tried until they are taken. TimeoutError when that lasts too long."""
        self._stopping.set()
        end = time.monotonic() + limit
        for thread in self._threads:
            thread.join(max(0.1, end - time.monotonic()))
        waiting = [m.name for m in self.messages if not m.queue_ids]
        if waiting or any(thread.is_alive() for thread in self._threads):
            self._give_up = True
            raise TimeoutError(f"not taken within {limit:g} s: {waiting}")

    @property
    def messages(self) -> list[Message]:
        return [message for messages in self._messages for message in messages]

    def taken(self) -> int:
        return sum(bool(message.queue_ids) for message in self.messages)

    def _run(self, number: int) -> None:
        chance = random.Random(f"{self._seed}/{number}")
        while not self._stopping.is_set():
            message = self._make(chance, f"{self._prefix}x{number}x{len(self._messages[number])}")
            self._messages[number].append(message)
            while not message.queue_ids and not self._give_up:
                attempt(message)
                if not message.queue_ids:
                    time.sleep(RETRY)
            time.sleep(PAUSE)

    @staticmethod
    def _make(chance: random.Random, name: str) -> Message:
        kind = chance.choice(KINDS)
        if kind == "unmarked":
            return Message(name, kind, {f"{name}u@plaintext.example": ""})
        wanted = WANTED.get(kind, (kind,))
        return Message(name, kind, {f"{name}{one}@{DOMAINS[one]}": one for one in wanted})


def attempt(message: Message) -> None:
    try:
        with smtplib.SMTP(*ADDRESS, timeout=60) as smtp:
            code, answer = transaction(smtp, message)
    except (OSError, smtplib.SMTPException) as error:
        code, answer = 0, repr(error).encode()
    message.attempts.append(f"{time.strftime('%H:%M:%S')} {code} {answer.decode(errors='replace')}")
    if queued := re.search(rb"queued as (\S+)", answer):
        message.queue_ids.append(queued.group(1).decode())


def transaction(smtp: smtplib.SMTP, message: Message) -> tuple[int, bytes]:
    smtp.ehlo("client.lab.example")
    code, answer = smtp.mail(SENDER)
    for recipient in message.recipients:
        if code < 400:
            code, answer = smtp.rcpt(recipient)
    return smtp.data(message.text()) if code < 400 else (code, answer)
