# SPDX-License-Identifier: Apache-2.0
"""One mail site under smarttls-milter: the lab's Internet, a private Postfix, and our daemons, below one directory.

    with Site(Path("/tmp/tmp.1234")) as site:
        reply = site.send("bob@dane.example", mail_class="nta7516")
        site.lab.wait_received("dane.example")
        site.evidence(reply.queue_id)

Promises: when start() returns, the canary has proven every floor's route (unless proven=False), so that class mail is
taken. Programs come from the directories in $SMARTTLS_BIN (colon-separated), in which a build puts them. One thread.
"""
from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, Sequence

from daemon import Daemon, until
from domains import DOMAINS
from lab import Lab
from postfix import Postfix, Reply
from rows import LAB_NETWORK_6, Domain

PROFILES = Path(__file__).resolve().parents[2] / "conf" / "profiles"
CONSUMERS = PROFILES.parent / "consumer-domains"
SENDER = "alice@org.example"
TRACE = ("Received:", "Delivered-To:", "X-Original-To:", "Return-Path:", " ", "\t")
PROVEN = "every floor's route is installed"
CONFIG = """[engine]
socket = {queue}/smarttlsd/engine.sock
resolver = {resolver}
ca-file = {ca_file}
profile = {profiles}/{profile}.conf
allow-network = {network}
allow-network = {network_6}
cache-file = {store}/cache.db
min-ttl = {min_ttl}
max-ttl = {max_ttl}
failure-ttl = 1s
probe-deadline = {probe_deadline}

[milter]
socket = {queue}/smarttls/milter.sock
postfix-config = {postfix}
canary-interval = {canary_interval}
verdict-deadline = {verdict_deadline}
consumer-domains = {consumers}

[store]
evidence = {store}/evidence.db
sealed = {store}/sealed
message-keys = {store}/message-keys.db
public-keys = {keys}/public
address-key = {store}/address.key
log-key = {store}/log.key
log-origin = org.example/smarttls

[delivery-log]
file = {delivery_log}

[portal]
private-keys = {keys}/private
directory = {portal}
listen = {portal}/web.sock
templates = {templates}
{portal_settings}

[sms]
{sms}

[exceptions]
{exceptions}

[class.gdpr]
level = pkix
insecure = hold
plaintext = reject

[class.sts]
level = mta-sts
insecure = hold
plaintext = reject

[class.nta7516]
level = dane
{nta7516}
set-header = X-SmartTLS-Protected: nta7516

[class.care]
level = dane
nta-record = required
insecure = hold

{extra}
"""


class Site:
    """Lab, Postfix, engine and milter. `settings` replace the values named in CONFIG."""

    def __init__(self, directory: Path | str, domains: Sequence[Domain] = DOMAINS, **settings: str) -> None:
        self.directory = Path(directory).resolve()
        self.lab = Lab(self.directory / "internet", domains)
        self.config_file = self.directory / "smarttls.conf"
        self.store = self.directory / "store"
        self._settings = {"profile": "ncsc-nl-2025-05", "min_ttl": "1s", "max_ttl": "2s", "probe_deadline": "10s", "canary_interval": "30s",
                          "verdict_deadline": "15s", "consumers": str(CONSUMERS), "exceptions": "", "delivery_log": "",
                          "extra": "", "nta7516": "insecure = hold\nplaintext = reject", "portal_settings": "", "sms": ""} | settings
        self._daemons: dict[str, Daemon] = {}

    def __enter__(self) -> Site:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # Life

    def start(self, proven: bool = True) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self.directory.chmod(0o755)
        self.keys = self.directory / "keys"  # elsewhere than the store: tests mount another disk there
        self.public_keys = self.keys / "public"
        self.portal = self.directory / "portal"
        for folder in (self.store, self.store / "sealed", self.keys, self.public_keys, self.keys / "private", self.portal):
            folder.mkdir(exist_ok=True)
        self.lab.start()
        self.postfix = Postfix(self.directory / "postfix", self.lab.ca_file)
        if self._settings["delivery_log"] == "postfix":
            self._settings["delivery_log"] = str(self.postfix.log_file)
        self.config_file.write_text(CONFIG.format(queue=self.postfix.queue_directory, resolver=self.lab.resolver,
                                                  ca_file=self.lab.ca_file, network=self.lab.network, network_6=LAB_NETWORK_6,
                                                  postfix=self.postfix.config, store=self.store, keys=self.keys,
                                                  portal=self.portal, templates=CONSUMERS.parent / "templates",
                                                  profiles=PROFILES, **self._settings))
        self.command("keys", "create", "--months", "1")
        self.start_engine()
        self.postfix.start()
        self.start_milter(proven)

    def stop(self) -> None:
        if hasattr(self, "postfix"):
            self.postfix.stop()
        for name in list(self._daemons):
            self.stop_daemon(name)
        self.lab.stop()

    def start_engine(self) -> None:
        self._launch("smarttlsd", self.postfix.queue_directory / "smarttlsd" / "engine.sock")

    def start_milter(self, proven: bool = True, **environment: str) -> None:
        """With proven: waits until class mail is taken."""
        before = self.log("smarttls-milter").count(PROVEN)
        self._launch("smarttls-milter", self.postfix.queue_directory / "smarttls" / "milter.sock", **environment)
        if proven:
            try:
                until("proof of the canary", lambda: self.log("smarttls-milter").count(PROVEN) > before, 30)
            except TimeoutError as late:
                raise RuntimeError(f"{late}; the milter said:\n{self.log('smarttls-milter')}") from None

    def start_portal(self, **environment: str) -> None:
        self._launch("smarttls-portal", self.portal / "portal.db", **environment)

    def _launch(self, name: str, sign: Path, **environment: str) -> None:
        """Returns when it says that it is ready, and `sign` exists."""
        daemon = Daemon(name, [program(name), "--config", str(self.config_file)], self.directory / f"{name}.log", **environment)
        self._daemons[name] = daemon
        ready = self.log(name).count("ready on")
        daemon.wait_ready(lambda: self.log(name).count("ready on") > ready and sign.exists(), 20)

    def daemon(self, name: str) -> Daemon:
        return self._daemons[name]

    def stop_daemon(self, name: str) -> None:
        """RuntimeError when it does not end cleanly: a sanitizer's finding shows in the exit status."""
        daemon = self._daemons.pop(name)
        if status := daemon.stop(20):
            raise RuntimeError(f"{name} ended with status {status}; it said:\n{daemon.output()}")

    def kill_daemon(self, name: str) -> None:
        """kill -9, as a crash would; returns when it is gone."""
        self._daemons.pop(name).kill()

    # Mail

    def send(self, *recipients: str, mail_class: str | None = None, sender: str = SENDER, body: str = "Hello.\r\n",
             **headers: str) -> Reply:
        """One message by SMTP from a trusted client; `mail_class` becomes the control header."""
        fields = {"From": SENDER, "To": ", ".join(recipients), "Subject": "a test"} | {k.replace("_", "-"): v for k, v in headers.items()}
        if mail_class is not None:
            fields["X-SmartTLS-Class"] = mail_class
        return self.postfix.inject(sender, list(recipients), fields, body)

    # What is known afterwards

    def log(self, name: str) -> str:
        """What a daemon of ours has written so far, over all its lives."""
        file = self.directory / f"{name}.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def command(self, *arguments: str, status: int | None = 0) -> str:
        """Standard output of `smarttls ARGUMENTS`; AssertionError when it ends with another status (None: any)."""
        done = subprocess.run([program("smarttls"), "--config", str(self.config_file), *arguments], capture_output=True, text=True)
        if status is not None and done.returncode != status:
            raise AssertionError(f"smarttls {' '.join(arguments)} ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout

    def evidence(self, queue_id: str) -> list[dict[str, Any]]:
        """The evidence records of a queue id, oldest first; empty when there are none."""
        return [json.loads(line) for line in self.command("evidence", "show", queue_id, "--json", status=None).splitlines()]

    def content_in_clear(self) -> list[str]:
        """What servers of the lab were sent of messages without TLS, trace fields (RFC 5321 section 4.4) apart."""
        sent = [text for session in self.lab.sessions() if session["tls"] is None
                for text in (session["cut_short"], *(message["data"] for message in session["messages"]))]
        return [text for text in sent if not all(line.startswith(TRACE) for line in text.splitlines())]

    def sessions_with_data_in_clear(self) -> list[dict[str, Any]]:
        """Sessions in which a server of the lab was sent DATA without TLS."""
        return [session for session in self.lab.sessions()
                if any(command["verb"] == "DATA" and not command["tls"] for command in session["commands"])]


def program(name: str) -> str:
    """The path of one of our programs."""
    folders = os.environ.get("SMARTTLS_BIN", "")
    found = shutil.which(name, path=folders) if folders else None
    if found is None:
        raise RuntimeError(f"{name} is not in $SMARTTLS_BIN ({folders or 'not set'})")
    return found
