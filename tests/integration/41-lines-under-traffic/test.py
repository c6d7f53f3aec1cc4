# SPDX-License-Identifier: Apache-2.0
"""Clients send class mail and ordinary mail without a pause, while every line of conf/postfix is taken away and put back in turn
(the same line of all floors at once), and every enforcing value replaced by a weaker one; Postfix reloads each time. Afterwards
nothing of class mail was seen in clear, and all that was accepted is delivered over verified TLS, or in the queue, or back."""
import re
import smtplib
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scenario import Scenario, main  # noqa: E402
from mail_site import Site  # noqa: E402
from paths import BOB, GOOD  # noqa: E402
from postfix import Reply, settle  # noqa: E402

FRIEND = "friend@dane.example"  # meets every class, and is an alias of somebody at a plaintext server
PLAIN = "Subject: ordinary"
PAUSE = 0.1  # between messages of one client
FLOORS = r"dane|mta[-_]sts|pkix|encrypted"
STEP = 1.0  # seconds for a message of each client to meet the broken line
# The lines that ask the milter are those of 36-broken-lines; the name in the log is how the transport is known here.
KEPT = re.compile(r"smtpd_milters|milter_default_action|syslog_name")
WEAKER = (("=dane-only", "=may"), ("=secure", "=may"), ("=encrypt", "=may"), ("policy_maps=", "policy_maps=static:none,"),
          ("unix - - y - - smtp", "unix - - y - - lmtp"), ("=$smarttls_passes_", "=$smarttls_trusted,"),
          (":}", ":} {/^nobody$/ x:}"), ("{$smarttls_in_force} ==", "{$smarttls_in_force} !="), ("classes = bounce", "classes = notify"),
          ("class_mail_not_by_this_transport", "other"), ("X-SmartTLS-Floor: dane", "X-SmartTLS-Floor: encrypted"))


class Client(threading.Thread):
    """Sends one message after the other; the queue ids of those that were taken, and the answers to the others."""

    def __init__(self, site: Site, recipient: str, mail_class: str | None, subject: str) -> None:
        super().__init__(daemon=True)
        self._site, self._recipient, self._class, self._subject = site, recipient, mail_class, subject
        self._ended = threading.Event()
        self.taken: list[str] = []
        self.refused: list[str] = []
        self.start()

    def run(self) -> None:
        while not self._ended.is_set():
            try:
                reply = self._site.send(self._recipient, mail_class=self._class, Subject=self._subject)
            except (OSError, smtplib.SMTPException) as error:
                reply = Reply(0, repr(error))
            (self.taken if reply.queue_id else self.refused).append(reply.queue_id or reply.text)
            time.sleep(PAUSE)

    def stop(self) -> None:
        self._ended.set()
        self.join(60)

    @property
    def answers(self) -> int:
        return len(self.taken) + len(self.refused)


class UnderTraffic(Scenario):
    def setUp(self) -> None:
        self.restore_configuration()
        self.site.postfix.set("virtual_alias_maps", f"inline:{{ {{ {FRIEND}={BOB} }} }}")
        # So long master(8) does not start a service again that ended in its first second: a line that cannot be read ends some.
        self.site.postfix.set("service_throttle_time", "1s")
        self.site.postfix.reload()
        self.whole = {path: path.read_text() for path in (self.site.postfix.config / name for name in ("main.cf", "master.cf"))}
        self.clients = {"good": Client(self.site, GOOD, "nta7516", "class"), "aliased": Client(self.site, FRIEND, "nta7516", "class"),
                        "ordinary": Client(self.site, BOB, None, PLAIN.partition(" ")[2])}
        self.addCleanup(lambda: [client.stop() for client in self.clients.values()])

    # Breaking

    def write(self, path: Path, text: str) -> None:
        path.write_text(text)
        settle(path)
        self.site.postfix._command("postfix", "reload")  # at once: nobody waits for the processes of before

    def broken(self) -> dict[str, tuple[Path, str]]:
        """What is done to which file -> its text."""
        found = {}
        for path, text in self.whole.items():
            at = text.index("# smarttls-milter: lines for Postfix")
            own = text[at:]
            lines = [line for line in own.splitlines() if line.strip() and not line.startswith("#") and not KEPT.search(line)]
            for line in dict.fromkeys(re.sub(FLOORS, "*", line.partition("=dane-only")[0]) for line in lines):
                kept = [one for one in own.splitlines(keepends=True)
                        if re.sub(FLOORS, "*", one.partition("=dane-only")[0]).rstrip("\n") != line]
                found[f"{path.name} without {line[:70]}"] = path, text[:at] + "".join(kept)
            for part, weaker in WEAKER:
                if part in own:
                    found[f"{path.name}: {part} -> {weaker}"] = path, text[:at] + own.replace(part, weaker)
        return found

    def wait_for_answers(self, names: tuple[str, ...], limit: float) -> None:
        before = {name: self.clients[name].answers for name in names}
        end = time.monotonic() + limit
        while time.monotonic() < end and any(self.clients[name].answers < before[name] + 2 for name in names):
            time.sleep(0.02)

    # Looking

    def settled(self) -> bool:
        """What can be delivered is; class mail for the alias waits."""
        self.site.postfix.flush()
        time.sleep(0.5)
        left = {entry["queue_id"] for entry in self.site.postfix.queue()}
        return not left & {*self.clients["good"].taken, *self.clients["ordinary"].taken}

    def sent(self) -> dict[str, str]:
        """Queue id -> the transport that brought it there."""
        return {found.group(2): found.group(1) for found in re.finditer(r"postfix/(\S+)\[\d+\]: (\w+): to=.*status=sent", self.site.postfix.log())}

    def test_lines_come_and_go(self) -> None:
        self.wait_for_answers(tuple(self.clients), 20)
        steps = self.broken()
        self.assertGreater(len(steps), 40)
        for path, text in steps.values():
            self.write(path, text)
            self.wait_for_answers(("good", "aliased"), STEP)
            self.write(path, self.whole[path])
            taken = len(self.clients["good"].taken)
            self.wait_until("class mail that is taken again", lambda: len(self.clients["good"].taken) > taken, 30)
        for client in self.clients.values():
            client.stop()
        self.look(len(steps))

    def look(self, steps: int) -> None:
        counts = {name: (len(client.taken), len(client.refused)) for name, client in self.clients.items()}
        print(f"{steps} lines: taken and refused {counts}", file=sys.stderr)
        self.assertEqual([text for text in self.site.content_in_clear() if PLAIN not in text], [])
        self.assertGreater(min(taken for taken, _ in counts.values()), 20)
        self.assertGreater(len(self.clients["good"].refused), steps / 4)
        self.wait_until("the end of all deliveries", self.settled, 60)
        sent, waiting, log = self.sent(), {entry["queue_id"] for entry in self.site.postfix.queue()}, self.site.postfix.log()
        for name, transport in (("good", "smarttls-dane/smtp"), ("ordinary", "smtp")):
            self.assertEqual([one for one in self.clients[name].taken if sent.get(one) != transport], [], name)
        self.assertTrue(all(message["tls"] for message in self.site.lab.received("dane.example")))
        for one in set(self.clients["aliased"].taken) - waiting:
            # Unless a line was missing without which there was no alias, or lmtp(8), which knows no MX, found no address.
            is_back = f"{one}: sender non-delivery notification" in log
            self.assertTrue(sent.get(one) == "smarttls-dane/smtp" or is_back, f"{one}: {sent.get(one)}")


if __name__ == "__main__":
    main()
