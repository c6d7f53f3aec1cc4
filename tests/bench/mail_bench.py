# SPDX-License-Identifier: Apache-2.0
"""One real Postfix with a port for each filter that is compared, our daemons, and TLS servers with DANE to send to.

    with MailBench(directory) as bench:
        run = bench.measure("marked", size=5000, sessions=20, count=500)

Promises: when measure() returns, all mail is delivered, marked mail by the floor's transport; RuntimeError when not. One
thread.
"""
from __future__ import annotations

import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from bench_internet import BenchInternet, cpu_seconds
from daemon import Daemon, until
from figures import Others
from mail_site import program
from postfix import Postfix

FIRST_PORT = 2500
VARIANTS = ("no milter", "nothing", "empty", "empty again", "opendkim", "unmarked", "marked")
OPENDKIM = "/usr/sbin/opendkim"
QUEUE_LIMIT = 120
MILTER_CONF = """[engine]
socket = {directory}/engine.sock
[milter]
socket = {queue}/smarttls/milter.sock
postfix-config = {postfix}
canary = 127.0.0.1:{port}
submit-to = 127.0.0.1:{port}
[store]
evidence = {directory}/evidence.db
sealed = {directory}/sealed
message-keys = {directory}/message-keys.db
public-keys = {directory}/keys
address-key = {directory}/address.key
log-key = {directory}/log.key
log-origin = org.example/smarttls
[portal]
private-keys = {directory}/private-keys
[class.nta7516]
level = dane
insecure = reject
[class.pickup]
level = dane
insecure = portal
"""
OPENDKIM_CONF = """Mode s
Domain org.example
Selector bench
KeyFile {directory}/dkim.key
Socket local:{queue}/smarttls/opendkim.sock
Syslog no
UMask 000
RequireSafeKeys no
InternalHosts 127.0.0.1
"""


@dataclass(frozen=True)
class Run:
    inject: float  # messages per second that the clients were rid of
    whole: float  # and that were delivered
    cpu: float  # milliseconds per message in the filter, and in the engine for ours
    others: float  # share of the machine that strangers took; not counting Postfix and the sink is not possible


class MailBench:
    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.internet = BenchInternet(directory, domains=4)
        self.variants = [v for v in VARIANTS if v != "opendkim" or Path(OPENDKIM).exists()]
        self._filters: dict[str, list[Daemon]] = {"no milter": []}
        self._started: list[Daemon] = []

    def __enter__(self) -> MailBench:
        self.internet.__enter__()
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if hasattr(self, "postfix"):
            self.postfix.stop()
        for daemon in reversed(self._started):
            daemon.stop(20)
        self.internet.__exit__()

    # Beginning

    def _start(self) -> None:
        self.postfix = Postfix(self.directory / "postfix", self.internet.ca_file)
        self.sockets = self.postfix.queue_directory / "smarttls"
        engine = self.internet.start_engine()
        self._configure_postfix()
        self.postfix._command("postfix", "start")
        self._launch("nothing", program("bench_empty_filter"), self.sockets / "nothing.sock", "nothing")
        for name in ("empty", "empty again"):
            self._launch(name, program("bench_empty_filter"), self._socket(name))
        if "opendkim" in self.variants:
            self._start_opendkim()
        milter = self._start_milter()
        self._filters |= {"unmarked": [milter, engine], "marked": [milter, engine]}

    def _socket(self, variant: str) -> Path:
        return self.sockets / f"{variant.replace(' ', '-')}.sock"

    def port(self, variant: str) -> int:
        return FIRST_PORT + VARIANTS.index(variant)

    def _configure_postfix(self) -> None:
        """The sink has port 25 of all addresses."""
        lines = []
        for variant in self.variants:
            socket = "milter" if variant in ("unmarked", "marked") else self._socket(variant).stem
            milters = "" if variant == "no milter" else f"unix:smarttls/{socket}.sock"
            lines.append(f"127.0.0.1:{self.port(variant)} inet n - n - - smtpd\n  -o smtpd_milters={milters}\n")
        self.postfix.remove_line("master.cf", r"^127\.0\.0\.1:25 ")
        master = self.postfix.config / "master.cf"
        master.write_text(master.read_text() + "".join(lines))
        for name, value in {"smtp_tls_security_level": "dane", "default_process_limit": "200", "smtpd_client_connection_count_limit": "0",
                            "default_destination_concurrency_limit": "50", "in_flow_delay": "0", "smtp_tls_loglevel": "0"}.items():
            self.postfix.set(name, value)

    def _launch(self, variant: str, *command: object) -> Daemon:
        daemon = Daemon(variant, list(map(str, command)), self.directory / f"{variant}.log")
        self._started.append(daemon)
        self._filters[variant] = [daemon]
        daemon.wait_ready(lambda: self._socket(variant).exists() or "ready on" in daemon.output(), 20)
        subprocess.run(["chmod", "666", *self.sockets.glob("*.sock")], check=True)
        return daemon

    def _start_opendkim(self) -> None:
        subprocess.run(["openssl", "genrsa", "-out", self.directory / "dkim.key", "2048"], check=True, capture_output=True)
        config = self.directory / "opendkim.conf"
        config.write_text(OPENDKIM_CONF.format(directory=self.directory, queue=self.postfix.queue_directory))
        self._launch("opendkim", OPENDKIM, "-f", "-x", config)

    def _start_milter(self) -> Daemon:
        config = self.directory / "milter.conf"
        config.write_text(MILTER_CONF.format(directory=self.directory, queue=self.postfix.queue_directory, postfix=self.postfix.config,
                                             port=self.port("marked")))
        for folder in ("sealed", "keys", "private-keys"):
            (self.directory / folder).mkdir()
        subprocess.run([program("smarttls"), "--config", config, "keys", "create", "--months", "1"], check=True, capture_output=True)
        milter = self._launch("milter", program("smarttls-milter"), "--config", config)
        until("proof of the canary", lambda: "every floor's route is installed" in milter.output(), 30)
        return milter

    # Measuring

    def measure(self, variant: str, size: int, sessions: int, count: int) -> Run:
        mail = self._mail(variant, size)
        log_at = self.postfix.log_file.stat().st_size
        others, cpu_before, began = Others(), self._cpu(variant), time.monotonic()
        done = subprocess.run(["smtp-source", "-s", str(sessions), "-m", str(count), "-F", mail, "-f", "alice@org.example",
                               "-t", "bob@d0.bench", f"127.0.0.1:{self.port(variant)}"], capture_output=True, text=True)
        injected = time.monotonic() - began
        if done.returncode or done.stderr:
            raise RuntimeError(f"{variant}: smtp-source: {done.stderr}{self.postfix.log()[-3000:]}")
        until("an empty queue", self._is_empty, QUEUE_LIMIT)
        whole, cpu = time.monotonic() - began, self._cpu(variant) - cpu_before
        self._check(variant, count, log_at)
        return Run(count / injected, count / whole, 1000 * cpu / count, others.share(0))

    def _mail(self, variant: str, size: int) -> Path:
        file = self.directory / f"mail-{variant}-{size}"
        if not file.exists():
            control = "X-SmartTLS-Class: nta7516\r\n" if variant == "marked" else ""
            head = f"From: alice@org.example\r\nTo: bob@d0.bench\r\nSubject: bench\r\nMessage-ID: <1@bench>\r\nMIME-Version: 1.0\r\n{control}\r\n"
            line = "x" * 70 + "\r\n"
            file.write_text((head + line * ((size - len(head)) // len(line))).replace("\r\n", "\n"))
        return file

    def _cpu(self, variant: str) -> float:
        return sum(map(cpu_seconds, self._filters[variant]))

    def _is_empty(self) -> bool:
        return not any(True for folder in ("maildrop", "incoming", "active", "deferred")
                       for path in (self.postfix.queue_directory / folder).rglob("*") if path.is_file())

    def _check(self, variant: str, count: int, log_at: int) -> None:
        def sent() -> list[str]:
            with self.postfix.log_file.open(errors="replace") as log:
                log.seek(log_at)
                return re.findall(r"postfix/(\S+)\[\d+\]: \S+: to=<bob@d0\.bench>.*status=sent", log.read())
        until(f"{count} deliveries of {variant}", lambda: len(sent()) == count, 20)
        transport = "smarttls-dane/smtp" if variant == "marked" else "smtp"
        if wrong := {route for route in sent() if route != transport}:
            raise RuntimeError(f"{variant}: delivered by {wrong}, not by {transport}")


