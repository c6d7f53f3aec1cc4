# SPDX-License-Identifier: Apache-2.0
"""A plain HTTP client that keeps cookies and finds forms, and the portal's pages as a running program.

    with Pages(directory, mail) as pages:
        user = User(pages.connect)
        user.get(pages.start)

One thread.
"""
from __future__ import annotations

import html
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
from pathlib import Path
from typing import Callable

ROOT = Path(__file__).resolve().parents[3]
TOKEN = "hJ3kQ9wXv1ZpT7bN5cR2mA"
CODE = "123456"
URL = "https://pickup.example"


def program(name: str) -> str:
    for folder in os.environ["SMARTTLS_BIN"].split(":"):
        if (Path(folder) / name).is_file():
            return str(Path(folder) / name)
    raise FileNotFoundError(name)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("pickup.example", timeout=30)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(str(self.path))


class Pages:
    def __init__(self, directory: Path, mail: bytes | Path, url: str = URL) -> None:
        self.directory, self.socket, self.start = directory, directory / "web.sock", f"/p/{TOKEN}"
        self.url = url
        self.mail = mail if isinstance(mail, Path) else directory / "mail.eml"
        if isinstance(mail, bytes):
            self.mail.write_bytes(mail)
        (directory / "sealed").mkdir(exist_ok=True)

    def __enter__(self) -> Pages:
        # AddressSanitizer keeps what was freed; here memory is measured.
        environment = os.environ | {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1:thread_local_quarantine_size_kb=64"}
        self.log = (self.directory / "pages.log").open("ab")
        self.process = subprocess.Popen(
            [program("portal_pages"), str(self.socket), self.url, str(ROOT / "conf" / "templates"), str(self.mail), str(self.directory / "sealed")],
            stdout=subprocess.PIPE, stderr=self.log, env=environment)
        if self.process.stdout.readline() != b"ready\n":
            raise RuntimeError((self.directory / "pages.log").read_text())
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        self.process.stdout.close()
        self.log.close()
        print((self.directory / "pages.log").read_text(), file=sys.stderr, end="")

    def connect(self) -> http.client.HTTPConnection:
        return UnixConnection(self.socket)

    def raw(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(30)
        while True:
            try:
                connection.connect(str(self.socket))
                return connection
            except BlockingIOError:  # the listener's queue is full for a moment
                time.sleep(0.01)

    def memory(self, what: str = "VmRSS") -> int:
        """In kB."""
        return int(re.search(rf"{what}:\s+(\d+)", Path(f"/proc/{self.process.pid}/status").read_text()).group(1))


class Answer:
    def __init__(self, reply: http.client.HTTPResponse, body: bytes) -> None:
        self.status, self.headers, self.body = reply.status, reply.headers, body

    @property
    def text(self) -> str:
        return self.body.decode()


class User:
    def __init__(self, connect: Callable[[], http.client.HTTPConnection]) -> None:
        self.connection, self.cookies, self.page = connect(), {}, ""

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None, **headers: str) -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            sent.setdefault("Cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        body = None
        if fields is not None:
            body = urllib.parse.urlencode(fields)
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, sent)
        reply = self.connection.getresponse()
        answer = Answer(reply, reply.read())
        for cookie in reply.headers.get_all("Set-Cookie") or []:
            name, value = cookie.split(";")[0].split("=", 1)
            self.cookies[name] = value
        if "text/html" in (reply.headers["Content-Type"] or ""):
            self.page = answer.text
        return answer

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def seal(self) -> str:
        return html.unescape(re.search(r'name="seal" value="([^"]+)"', self.page).group(1))

    def post(self, path: str, **fields: str) -> Answer:
        return self.ask("POST", path, {"seal": self.seal(), **fields})

    def open(self, start: str) -> str:
        """The path of the message, past the code."""
        self.get(start)
        self.post(f"{start}/send", by="sms")
        self.get(f"{start}/code?by=sms")
        return self.post(f"{start}/open", code=CODE).headers["Location"]
