# SPDX-License-Identifier: Apache-2.0
"""A real Postfix of our own below one directory: configuration, queue, log and mailboxes.

    postfix = Postfix(directory, ca_file); postfix.start()
    reply = postfix.inject("alice@org.example", ["bob@dane.example"], {"Subject": "hello"}, "text")
    postfix.wait_for_log(rf"{reply.queue_id}: .*status=sent")

Promises: main.cf and master.cf are the lab's base followed by the project's own snippets, unchanged (snippets=None: a
Postfix without our milter). The machine's Postfix, its queue and its log are never touched. The queue directory holds
what Debian puts there for chrooted services, and the socket directories of milter and engine (smarttls/, smarttlsd/:
2750 root:postfix). Mail for USERS@org.example lands in maildirs. One thread.
"""
from __future__ import annotations

import contextlib
import grp
import json
import os
import pwd
import re
import signal
import smtplib
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Mapping, Sequence

from daemon import until

SNIPPETS = Path(__file__).resolve().parents[2] / "conf" / "postfix"
DAEMONS = "/usr/lib/postfix/sbin"
LOCAL_DOMAIN = "org.example"
USERS = ("alice", "bob", "archive", "postmaster")
CHROOT_FILES = ("resolv.conf", "hosts", "nsswitch.conf", "services", "host.conf", "localtime")
ADDRESS = ("127.0.0.1", 25)

MAIN_CF = """compatibility_level = 3.6
queue_directory = {home}/spool
data_directory = {home}/data
daemon_directory = {daemons}
command_directory = /usr/sbin
meta_directory = /etc/postfix
mail_owner = postfix
setgid_group = postdrop
maillog_file = {home}/mail.log
maillog_file_prefixes = {home}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = gateway.{domain}
mydomain = {domain}
myorigin = {domain}
mydestination = {domain}, gateway.{domain}, localhost
mynetworks = 127.0.0.0/8
alias_maps = hash:{home}/etc/aliases
alias_database = hash:{home}/etc/aliases
local_recipient_maps = $alias_maps
smtpd_relay_restrictions = permit_mynetworks, reject
smtp_tls_CAfile = {ca_file}
smtp_tls_security_level = may
smtp_tls_loglevel = 1
smtp_dns_support_level = dnssec
smtp_host_lookup = dns
"""

MASTER_CF = """127.0.0.1:25 inet n - n - - smtpd
pickup    unix  n - n 60    1 pickup
cleanup   unix  n - n -     0 cleanup
qmgr      unix  n - n 300   1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n -     - trivial-rewrite
bounce    unix  - - n -     0 bounce
defer     unix  - - n -     0 bounce
trace     unix  - - n -     0 bounce
verify    unix  - - n -     1 verify
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n -     - proxymap
proxywrite unix - - n -     1 proxymap
smtp      unix  - - n -     - smtp
relay     unix  - - n -     - smtp
showq     unix  n - n -     - showq
error     unix  - - n -     - error
retry     unix  - - n -     - error
discard   unix  - - n -     - discard
local     unix  - n n -     - local
virtual   unix  - n n -     - virtual
lmtp      unix  - - n -     - lmtp
anvil     unix  - - n -     1 anvil
scache    unix  - - n -     1 scache
postlog   unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class Reply:
    """The last SMTP reply; `queue_id` is empty unless the message was taken."""
    code: int
    text: str
    queue_id: str = ""


class Postfix:
    """One instance. start() and stop() may alternate; the queue stays."""

    def __init__(self, directory: Path | str, ca_file: Path | str, snippets: Path | None = SNIPPETS) -> None:
        self.home = Path(directory).resolve()
        self.config, self.queue_directory = self.home / "etc", self.home / "spool"
        self.log_file, self.mail = self.home / "mail.log", self.home / "mail"
        self._make_directories()
        self._fill_chroot()
        self._write_configuration(ca_file, snippets)
        self.alias(**{user: f"{self.mail / user}/" for user in USERS})

    def _make_directories(self) -> None:
        postfix, nobody = pwd.getpwnam("postfix"), pwd.getpwnam("nobody")
        group = grp.getgrnam("postfix").gr_gid
        for path, uid, gid, mode in (
                (self.home, 0, 0, 0o755), (self.config, 0, 0, 0o755), (self.queue_directory / "etc", 0, 0, 0o755),
                (self.home / "data", postfix.pw_uid, postfix.pw_gid, 0o700), (self.mail, nobody.pw_uid, nobody.pw_gid, 0o700),
                (self.queue_directory / "smarttls", 0, group, 0o2750), (self.queue_directory / "smarttlsd", 0, group, 0o2750)):
            path.mkdir(parents=True, exist_ok=True)
            os.chown(path, uid, gid)
            path.chmod(mode)
        for parent in self.home.parents:
            if not parent.stat().st_mode & 0o001:
                raise RuntimeError(f"the user postfix cannot pass {parent}: chmod o+x it")

    def _fill_chroot(self) -> None:
        for source in (Path("/etc") / name for name in CHROOT_FILES):
            if source.exists():
                (self.queue_directory / "etc" / source.name).write_bytes(source.read_bytes())

    def _write_configuration(self, ca_file: Path | str, snippets: Path | None) -> None:
        base = MAIN_CF.format(home=self.home, daemons=DAEMONS, domain=LOCAL_DOMAIN, ca_file=ca_file)
        for name, text in (("main.cf", base), ("master.cf", MASTER_CF)):
            (self.config / name).write_text(text + ((snippets / name).read_text() if snippets else ""))
            settle(self.config / name)

    # Life

    def _command(self, name: str, *arguments: str) -> str:
        """Output of a Postfix command on this instance; RuntimeError shows what went wrong."""
        done = subprocess.run([f"/usr/sbin/{name}", "-c", str(self.config), *arguments], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{name} {' '.join(arguments)}: {done.stdout}{done.stderr}{self.log()[-4000:]}")
        return done.stdout

    def start(self) -> None:
        """Returns when it speaks SMTP; that may be a refusal while its milter is away."""
        self._command("postfix", "start")
        try:
            until("greeting from Postfix", greets)
        except TimeoutError as late:
            raise RuntimeError(f"{late}; its log:\n{self.log()[-4000:]}") from None

    def stop(self) -> None:
        """Returns when its master process has ended; nothing happens when it does not run."""
        if pid := self._master():
            os.kill(pid, signal.SIGTERM)
            until("end of Postfix", lambda: self._master() == 0)

    def _master(self) -> int:
        """The process id of the running master, or 0. `master -t` succeeds when none holds the lock."""
        free = subprocess.run([f"{DAEMONS}/master", "-t", "-c", str(self.config)], capture_output=True).returncode == 0
        return 0 if free else int((self.queue_directory / "pid" / "master.pid").read_text())

    def reload(self) -> None:
        """New connections meet the new configuration, once the idle smtpd processes of the old one have ended: one that
        takes a connection in that moment keeps Postfix from starting others until the connection ends (seen with 3.7).
        Processes in use finish first."""
        old = self._listening()
        self._command("postfix", "reload")
        with contextlib.suppress(TimeoutError):
            until("end of old smtpd processes", lambda: not old & self._listening(), 3)

    def _listening(self) -> set[str]:
        """The smtpd processes of our master."""
        found = subprocess.run(["pgrep", "-P", str(self._master()), "-x", "smtpd"], capture_output=True, text=True)
        return set(found.stdout.split())

    # Configuration

    def set(self, parameter: str, value: str) -> None:
        """A main.cf parameter, or a master.cf one written "service/type/parameter". Holds after reload()."""
        self._command("postconf", "-P" if "/" in parameter else "-e", f"{parameter}={value}")
        settle(self.config / ("master.cf" if "/" in parameter else "main.cf"))

    def get(self, parameter: str) -> str:
        return self._command("postconf", "-h", parameter).strip()

    def remove_line(self, file: str, pattern: str) -> None:
        """Deletes the lines of main.cf or master.cf that match. RuntimeError when there is none: a test must not
        believe that it broke something."""
        path = self.config / file
        lines = path.read_text().splitlines(keepends=True)
        kept = [line for line in lines if not re.search(pattern, line)]
        if kept == lines:
            raise RuntimeError(f"no line of {path} matches {pattern!r}")
        path.write_text("".join(kept))
        settle(path)

    def alias(self, **targets: str) -> None:
        """Local aliases: name=mailbox path or addresses. They take effect at once."""
        aliases = self.config / "aliases"
        old = dict(line.split(": ", 1) for line in aliases.read_text().splitlines()) if aliases.exists() else {}
        aliases.write_text("".join(f"{name}: {target}\n" for name, target in (old | targets).items()))
        settle(aliases)
        self._command("postalias", f"hash:{aliases}")

    # Log, queue, mail

    def log(self) -> str:
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def wait_for_log(self, pattern: str, limit: float = 15.0) -> re.Match[str]:
        """The first place of the whole log that matches; lines are matched one by one (re.MULTILINE)."""
        return until(f"log line {pattern!r}", lambda: re.search(pattern, self.log(), re.MULTILINE), limit)

    def queue(self) -> list[dict]:
        """Messages in the queue, as postqueue -j shows them."""
        return [json.loads(line) for line in self._command("postqueue", "-j").splitlines()]

    def postsuper(self, *arguments: str) -> str:
        return self._command("postsuper", *arguments)

    def postcat(self, queue_id: str) -> str:
        """Header and body of a message in the queue."""
        return self._command("postcat", "-qbh", queue_id)

    def flush(self) -> None:
        self._command("postqueue", "-f")

    def mailbox(self, user: str) -> list[bytes]:
        """Messages delivered to a local user, oldest first."""
        files = sorted((self.mail / user / "new").glob("*"), key=lambda path: path.stat().st_mtime_ns)
        return [path.read_bytes() for path in files]

    def inject(self, sender: str, recipients: Sequence[str], headers: Mapping[str, str], body: str,
               limit: float = 120) -> Reply:
        """One message by SMTP, `limit` seconds for each step. The reply is that of the final dot, or the first refusal before it."""
        text = "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n" + body
        return self.inject_raw(sender, recipients, text.encode(), limit)

    def inject_raw(self, sender: str, recipients: Sequence[str], message: bytes, limit: float = 120,
                   opened: Callable[[smtplib.SMTP], None] = lambda smtp: None) -> Reply:
        """The same with a message of any bytes, lines that end in CRLF. `opened` may do more before MAIL (STARTTLS, AUTH)."""
        with smtplib.SMTP(*ADDRESS, timeout=limit) as smtp:
            smtp.ehlo("client.lab.example")
            opened(smtp)
            steps = [lambda: smtp.mail(sender), *(lambda r=r: smtp.rcpt(r) for r in recipients), lambda: send_data(smtp, message)]
            for step in steps:
                code, answer = step()
                if code >= 400:
                    break
        answer_text = answer.decode(errors="replace")
        queued = re.search(r"queued as (\S+)", answer_text)
        return Reply(code, answer_text, queued.group(1) if queued else "")


def send_data(smtp: smtplib.SMTP, message: bytes) -> tuple[int, bytes]:
    """DATA with just these bytes, dots doubled: smtplib would mend line ends."""
    code, answer = smtp.docmd("DATA")
    if code != 354:
        return code, answer
    smtp.sock.sendall(re.sub(rb"(?m)^\.", b"..", message) + (b"" if message.endswith(b"\r\n") else b"\r\n") + b".\r\n")
    return smtp.getreply()


def settle(path: Path) -> None:
    """Makes a file look old: Postfix reads a file only when it was not written in the last two seconds (load_file())."""
    os.utime(path, (time.time() - 60,) * 2)


def greets() -> bool:
    try:
        with socket.create_connection(ADDRESS, 1) as connection:
            return connection.makefile("rb").readline().startswith((b"220", b"4"))
    except OSError:
        return False
