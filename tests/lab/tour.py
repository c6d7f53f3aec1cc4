# SPDX-License-Identifier: Apache-2.0
"""The guided tour of conf/quickstart: four messages through a real Postfix, each explained.

    tests/lab/enter /usr/bin/python3 tests/lab/tour.py --directory D [--keep]     (with $SMARTTLS_BIN set)

Promises: what is printed was observed: the SMTP reply, the evidence record, the receiving server's own record of the
session, Postfix's log and queue. The exit status is 0 only if each message met the end that the tour announces. With
--keep it stays until Ctrl-C, and D/send and D/smarttls work from outside. One thread.
"""
from __future__ import annotations

import argparse
import os
import re
import shlex
import signal
import sys
import textwrap
import time
from dataclasses import dataclass
from pathlib import Path

from lab import HERE, STOP
from mail_site import SENDER, Site, program
from postfix import Reply

WIDTH = 100
LABEL = 14


@dataclass(frozen=True)
class Stop:
    """One message of the tour; `end` is what must become of it: delivered, held or refused."""
    recipient: str
    mail_class: str | None
    story: str
    end: str

    @property
    def domain(self) -> str:
        return self.recipient.rsplit("@", 1)[1]


STOPS = (
    Stop("bob@dane.example", "nta7516", "a marked message to a domain with DNSSEC and DANE", "delivered"),
    Stop("bob@expired.example", "nta7516", "the same to a domain whose certificate has expired, without DANE", "held"),
    Stop("bob@plaintext.example", "nta7516", "the same to a domain without STARTTLS", "refused"),
    Stop("bob@plaintext.example", None, "an ordinary, unmarked message to that domain", "delivered"),
)


def line(label: str, text: str) -> None:
    filled = textwrap.wrap(text, WIDTH - LABEL - 3, break_long_words=False, break_on_hyphens=False) or [""]
    print(f"   {label:{LABEL}}{filled[0]}")
    for more in filled[1:]:
        print(f"   {'':{LABEL}}{more}")


def describe_evidence(site: Site, reply: Reply, stop: Stop) -> None:
    """Class, verdict and decision as they were recorded."""
    if stop.mail_class is None:
        line("class", "none: no verdict is asked for, nothing is changed or recorded")
        return
    queue_id = reply.queue_id or newest_queue_id(site, stop)
    record = site.evidence(queue_id)[-1]
    recipient = record["recipients"][0]
    verdict = recipient["verdict"]
    host = verdict["hosts"][0]
    certificate = host.get("certificate", {})
    facts = [host["name"], "STARTTLS with " + host["tls"]["protocol"] if "tls" in host else "no TLS"]
    if certificate:
        facts.append(f"certificate until {certificate['not_after'][:10]}")
    facts.append(f"DANE {host['dane']['status']}")
    line("class", f"{record['class']} (demands {record['floor']})")
    line("verdict", f"{verdict['level']}: {', '.join(facts)}")
    line("decision", f"{recipient['outcome']}. {recipient['explanation']}")
    line("evidence", f"record {record['id']}, kept before Postfix got its answer: smarttls evidence show {queue_id}")


def newest_queue_id(site: Site, stop: Stop) -> str:
    """Of a refused message, whose reply names none."""
    found = re.search(r'"queue_id":"([^"]+)"', site.command("evidence", "search", "--domain", stop.domain, "--json"))
    if not found:
        raise RuntimeError(f"no evidence of mail to {stop.domain}")
    return found.group(1)


def describe_end(site: Site, reply: Reply, stop: Stop) -> str:
    """What became of the message: delivered, held, refused or waiting."""
    if not reply.queue_id:
        seen = [session for session in site.lab.sessions(stop.domain) if session["messages"]]
        line("received", "nothing: no mail left this machine" if not seen else "MAIL ARRIVED, which must not be")
        return "refused" if not seen else "leaked"
    held = [entry for entry in site.postfix.queue() if entry["queue_id"] == reply.queue_id and entry["queue_name"] == "hold"]
    if held:
        line("received", "nothing: Postfix holds the message until a person decides (postqueue -p shows it with \"!\")")
        return "held"
    message = site.lab.wait_received(stop.domain, 1)[-1]
    status = site.postfix.wait_for_log(rf"postfix/(?:(\S+)/)?smtp\[(\d+)\]: {reply.queue_id}: to=.*status=sent")
    tls = message["tls"]
    how = "in plaintext, as ordinary mail may be"
    if tls:
        trust = re.search(rf"/smtp\[{status.group(2)}\]: (\w+) TLS connection established to", site.postfix.log())
        how = f"over {tls['version']} with {tls['cipher']}, certificate {trust.group(1).lower() if trust else 'unknown'}"
    line("received", f"by mx.{stop.domain} {how}; sender {message['mail_from']}; by Postfix transport {status.group(1) or 'smtp'}")
    return "delivered"


def walk(site: Site) -> bool:
    right = True
    for number, stop in enumerate(STOPS, 1):
        marked = f"X-SmartTLS-Class: {stop.mail_class}" if stop.mail_class else "no mark"
        print(f"\n{number}. {stop.story[0].upper()}{stop.story[1:]}")
        line("sent", f"from {SENDER} to {stop.recipient}, {marked}")
        reply = site.send(stop.recipient, mail_class=stop.mail_class, Subject="Results of your examination")
        line("Postfix said", f"{reply.code} {' '.join(reply.text.split())}")
        describe_evidence(site, reply, stop)
        end = describe_end(site, reply, stop)
        line("so it was", end if end == stop.end else f"{end}; the tour expected: {stop.end}")
        right = right and end == stop.end
        sys.stdout.flush()
    return right


def write_tools(site: Site) -> None:
    """D/send and D/smarttls: for a shell outside the private network."""
    join = f"exec {shlex.quote(str(HERE / 'enter'))} --join {os.environ['LAB_ENTER_PID']}"
    environment = f"env SMARTTLS_BIN={shlex.quote(os.environ['SMARTTLS_BIN'])}"
    tools = {"send": f"/usr/bin/python3 {shlex.quote(str(HERE / 'send.py'))} --directory {site.directory}",
             "smarttls": f"{shlex.quote(program('smarttls'))} --config {site.config_file}"}
    for name, command in tools.items():
        tool = site.directory / name
        tool.write_text(f'#!/bin/sh\n{join} {environment} {command} "$@"\n')
        tool.chmod(0o755)


def stay(site: Site) -> None:
    write_tools(site)
    home = site.directory
    print(f"""
It keeps running until you press Ctrl-C. In another terminal, as root:
   {home}/send bob@self-signed.example nta7516        sends one more message (without a class: unmarked)
   {home}/smarttls check pkix.example                 how well a domain is protected
   {home}/smarttls evidence search                    what was decided so far
   {HERE}/enter --join {os.environ['LAB_ENTER_PID']}                   a shell inside; Postfix: postqueue -c {site.postfix.config} -p
Domains: {', '.join(sorted(site.lab.domains))}""", flush=True)
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP)
    signal.sigwait(STOP)


def main() -> int:
    options = argparse.ArgumentParser(description="The guided tour; run it inside tests/lab/enter.")
    options.add_argument("--directory", required=True, type=Path)
    options.add_argument("--keep", action="store_true")
    chosen = options.parse_args()
    print("starting DNS with signatures, mail servers, engine, Postfix and milter ...", flush=True)
    begin = time.monotonic()
    with Site(chosen.directory) as site:
        print(f"all of it answers after {time.monotonic() - begin:.1f} s; the canary has proven the routes of every floor")
        right = walk(site)
        print("\nAll four met the end that they should." if right else "\nNOT all four met the end that they should.")
        if chosen.keep:
            stay(site)
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
