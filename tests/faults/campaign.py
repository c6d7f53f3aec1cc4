# SPDX-License-Identifier: Apache-2.0
"""campaign.py [--rounds N] [--seed S]: kill -9 of milter, engine and Postfix at random moments under load.

Afterwards each message for which a client heard 250 is delivered under the floor of its class, or in the queue, or
sealed, or its sender is told: exactly once, with its evidence. What a client sends again after an answer that it did
not hear may be another message to Postfix, which has its own queue id; it is not another one to the store of sealed
messages, nor one more notice.

Exit status 0 when that holds. A breach shows the seed, what was killed when, and the whole story of the message. Run as
`tests/lab/enter /usr/bin/python3 tests/faults/campaign.py` with $SMARTTLS_BIN set.
"""
from __future__ import annotations

import argparse
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "lab"), str(HERE)]

from daemon import until  # noqa: E402
from load import FLOORS, Load, Message  # noqa: E402
from mail_site import Site  # noqa: E402

FATES = "insecure = portal\nplaintext = hold"
LONGEST_WAIT = 1.5  # seconds of load before a kill
BATCH = 25  # rounds between two looks at everything
VICTIMS = ("smarttls-milter", "smarttlsd", "master", "smtpd", "cleanup", "smtp", "qmgr")
NOTICE = re.compile(rb"^Message-ID: (\S+).*?^Final-Recipient: rfc822; *(\S+)", re.M | re.S | re.I)
RECEIVED_ID = re.compile(r"\n?Received:[^\n]*(?:\n[ \t][^\n]*)*?\bid ([0-9A-Za-z]+)", re.M)


class Campaign:
    def __init__(self, site: Site, seed: str) -> None:
        self.site, self.seed = site, seed
        self.chance = random.Random(seed)
        self.kills: list[str] = []

    # Breaking

    def batch(self, rounds: int, load: Load) -> tuple[list[Message], list[str]]:
        """The messages that were sent, and what is wrong."""
        load.start()
        try:
            for _ in range(rounds):
                self.round(load)
        finally:
            load.finish()
        self.settle()
        return load.messages, self.look(load.messages)

    def round(self, load: Load) -> None:
        time.sleep(self.chance.uniform(0, LONGEST_WAIT))
        victim = self.chance.choice(VICTIMS)
        self.kills.append(f"{time.strftime('%H:%M:%S')} {victim}")
        {"smarttls-milter": self.kill_milter, "smarttlsd": self.kill_engine, "master": self.kill_master}.get(
            victim, lambda: self.kill_service(victim))()
        before = load.taken()
        until("mail that is taken again", lambda: load.taken() > before, 60)

    def kill_milter(self) -> None:
        self.site.kill_daemon("smarttls-milter")
        self.site.start_milter(proven=False)

    def kill_engine(self) -> None:
        self.site.kill_daemon("smarttlsd")
        self.site.start_engine()

    def children(self, name: str = "") -> list[int]:
        """Processes of our Postfix."""
        command = ["pgrep", "-P", str(self.site.postfix._master()), *(["-x", name] if name else [])]
        return list(map(int, subprocess.run(command, capture_output=True, text=True).stdout.split()))

    def kill_service(self, name: str) -> None:
        for pid in self.children(name):
            kill(pid)

    def kill_master(self) -> None:
        """All of Postfix, as when the machine stops."""
        pids = [self.site.postfix._master(), *self.children()]
        for pid in pids:
            kill(pid)
        until("the end of Postfix", lambda: not self.site.postfix._master())
        self.site.postfix.start()

    # Looking

    def settle(self) -> None:
        """Until Postfix has tried all that it can deliver."""
        def is_settled() -> bool:
            self.site.postfix.flush()
            time.sleep(0.5)
            return not [entry for entry in self.site.postfix.queue() if entry["queue_name"] in ("active", "incoming", "maildrop")]
        until("a queue at rest", is_settled, 60)

    def look(self, messages: list[Message]) -> list[str]:
        """What is wrong, with the story of each message concerned."""
        facts = Facts(self.site)
        found = []
        for message in messages:
            wrong = list(facts.judge(message))
            if wrong:
                found.append("\n".join([*(f"{message.name}: {sentence}" for sentence in wrong), *facts.story(message)]))
        return found


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


class Facts:
    """What servers, queue, store and log know at one moment."""

    def __init__(self, site: Site) -> None:
        self.log = site.postfix.log()
        self.queue = {entry["queue_id"]: entry for entry in site.postfix.queue()}
        lines = site.command("message", "list", "--json", "--limit", "1000000", status=None).splitlines()
        self.sealed = Counter(address for line in lines for one in [json.loads(line)] for address in one["recipients"] + one["held"])
        self.evidence: dict[str, list[dict]] = {}
        for line in site.command("evidence", "search", "--json", "--limit", "1000000", status=None).splitlines():
            record = json.loads(line)
            self.evidence.setdefault(record["queue_id"], []).append(record)
        lines = site.command("outbox", "list", "--all", "--json", "--limit", "1000000", status=None).splitlines()
        self.outbox: dict[str, list[str]] = {}  # who was refused -> states of what tells the sender
        for item in map(json.loads, lines):
            self.outbox.setdefault(item["about"], []).append(item["state"])
        self.notices: dict[str, list[str]] = {}  # who was refused -> Message-ID of each notice in the sender's mailbox
        for found in filter(None, map(NOTICE.search, site.postfix.mailbox("alice"))):
            self.notices.setdefault(found.group(2).decode(), []).append(found.group(1).decode())
        self.deliveries: dict[tuple[str, str], list[bool]] = {}  # queue id, recipient -> whether under TLS
        for received in site.lab.received():
            identity = RECEIVED_ID.search(received["data"].replace("\r\n", "\n"))
            for recipient in received["rcpt_to"]:
                key = (identity.group(1) if identity else "", recipient)
                self.deliveries.setdefault(key, []).append(received["tls"] is not None)

    def judge(self, message: Message):
        for queue_id in message.queue_ids:
            for recipient, kind in message.recipients.items():
                yield from self.judge_recipient(queue_id, recipient, kind, FLOORS.get(message.mail_class, ""))
            if message.kind != "unmarked" and len(self.evidence.get(queue_id, [])) != 1:
                yield f"{queue_id} has {len(self.evidence.get(queue_id, []))} evidence records"

    def judge_notice(self, recipient: str):
        """One notice, whatever the client sent again. What is told and not noted is told again, as the same notice."""
        states, notices = self.outbox.get(recipient, []), self.notices.get(recipient, [])
        if len(states) != 1 or states[0] not in ("waiting", "sent"):
            yield f"the sender has these notices about {recipient}: {states}"
        if len(set(notices)) > 1 or (states == ["sent"] and not notices):
            yield f"{recipient} was refused, and the sender's mailbox has {notices}; the outbox: {states}"

    def judge_recipient(self, queue_id: str, recipient: str, kind: str, floor: str):
        delivered, is_queued = self.deliveries.get((queue_id, recipient), []), self.is_queued(queue_id, recipient)
        logged = len(re.findall(rf"{queue_id}: to=<{re.escape(recipient)}>.*status=sent", self.log))
        outcome = self.outcome(queue_id, recipient)
        if kind and not all(delivered):
            yield f"{recipient} got class mail in clear"
        if logged > 1:
            yield f"{recipient} was sent {queue_id} {logged} times"
        if kind and logged and not re.search(rf"smarttls-{floor}/smtp\[\d+\]: {queue_id}: to=<{re.escape(recipient)}>.*status=sent", self.log):
            yield f"{recipient} did not get {queue_id} by the floor's transport"
        # What a killed smtp(8) has handed over and not noted goes out again: RFC 5321 §6.1 prefers that to a loss.
        places = (bool(delivered) + (is_queued and not delivered) + (outcome in ("portal", "hold") and self.sealed[recipient]) +
                  (outcome == "reject" and len(self.outbox.get(recipient, []))))
        if kind == "reject":
            yield from self.judge_notice(recipient)
        if places != 1:
            yield (f"{recipient} ({outcome or 'unmarked'}) is in {places} places: {len(delivered)} deliveries, queued: {is_queued}, "
                   f"sealed: {self.sealed[recipient]}, notices: {self.outbox.get(recipient, [])}")

    def is_queued(self, queue_id: str, recipient: str) -> bool:
        entry = self.queue.get(queue_id)
        return entry is not None and recipient in [one["address"] for one in entry["recipients"]]

    def outcome(self, queue_id: str, recipient: str) -> str:
        return next((one["outcome"] for record in self.evidence.get(queue_id, []) for one in record["recipients"]
                     if one["address"] == recipient), "")

    def story(self, message: Message) -> list[str]:
        lines = [f"  kind {message.kind}", *(f"  attempt {one}" for one in message.attempts)]
        for queue_id in message.queue_ids:
            lines += [f"  log {line}" for line in self.log.splitlines() if queue_id in line]
            lines += [f"  evidence {json.dumps(record)[:1000]}" for record in self.evidence.get(queue_id, [])]
        return lines


def run(rounds: int, seed: str) -> int:
    with tempfile.TemporaryDirectory(prefix="smarttls-faults.") as directory, \
            Site(directory, canary_interval="5s", nta7516=FATES, verdict_deadline="10s") as site:
        # master(8) does not start a service for so long when a process of it was killed before it did anything.
        site.postfix.set("service_throttle_time", "1s")
        site.postfix.reload()
        campaign, done, messages, found = Campaign(site, seed), 0, 0, []
        while done < rounds and not found:
            batch = min(BATCH, rounds - done)
            try:
                sent, found = campaign.batch(batch, Load(f"{seed}/{done}", f"r{done}"))
            except Exception as error:  # whatever stands still is a breach as well
                sent, found = [], [f"after {done} rounds: {error!r}"]
            done, messages = done + batch, messages + len(sent)
            attempts = sum(len(message.attempts) for message in sent)
            print(f"{done} rounds: {messages} messages, {attempts} attempts in the last batch", flush=True)
            site.postfix.postsuper("-d", "ALL")  # held, or waiting for ever
        report(campaign, found, site)
        kinds = Counter(line.split()[1] for line in campaign.kills)
        print(f"seed {seed}: killed {', '.join(f'{name} {count}x' for name, count in sorted(kinds.items()))}")
    return 1 if found else 0


def report(campaign: Campaign, found: list[str], site: Site) -> None:
    if not found:
        return
    print("\n".join(found), *campaign.kills, f"seed {campaign.seed}", sep="\n", file=sys.stderr)
    for name, log in (("smarttls-milter", site.log("smarttls-milter")), ("smarttlsd", site.log("smarttlsd")), ("postfix", site.postfix.log())):
        print(f"--- {name}\n{log[-6000:]}", file=sys.stderr)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rounds", type=int, default=20)
    options.add_argument("--seed", default=os.environ.get("SMARTTLS_SEED", str(random.randrange(10**9))))
    chosen = options.parse_args()
    print(f"seed {chosen.seed}", flush=True)
    return run(chosen.rounds, chosen.seed)


if __name__ == "__main__":
    sys.exit(main())
