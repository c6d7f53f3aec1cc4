# SPDX-License-Identifier: Apache-2.0
"""What really happened to class mail, as evidence: Postfix's log is followed by the milter, each recipient's end stands beside
the decision, exactly once whatever is killed; and mail that left with less than was decided raises the alarm."""
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scenario import Scenario, main  # noqa: E402

CONTACT = "security@org.example"


class Deliveries(Scenario):
    settings = {"delivery_log": "postfix", "exceptions": f"security-contact = {CONTACT}"}

    def events(self, queue_id: str) -> list[dict]:
        return [record for record in self.site.evidence(queue_id) if not record["event"].startswith("Submission")]

    def wait_event(self, queue_id: str, event: str) -> dict:
        return self.wait_until(event, lambda: [record for record in self.events(queue_id) if record["event"] == event])[0]

    def test_a_delivery_stands_beside_its_decision(self) -> None:
        queue_id = self.assert_accepted(self.site.send("bob@dane.example", mail_class="nta7516"))
        record = self.wait_event(queue_id, "RelayToNonERDS")
        (recipient,) = record["recipients"]
        self.assertEqual((recipient["address"], recipient["outcome"], record["class"], record["floor"]),
                         ("bob@dane.example", "sent", "nta7516", "dane"))
        self.assertRegex(recipient["explanation"], r"^mx\S*\.dane\.example\[\S+\]:25, TLSv1\.3 with TLS_\S+ \(Verified\), 2\.")
        self.assertEqual(len(self.events(queue_id)), 1)
        told = self.site.command("evidence", "show", queue_id)
        self.assertIn("taken by the recipient's server", told)
        self.assertIn("(Verified)", told)

    def test_plain_mail_leaves_no_trace(self) -> None:
        plain = self.assert_accepted(self.site.send("bob@dane.example"))
        marked = self.assert_accepted(self.site.send("bob@dane.example", mail_class="nta7516"))
        self.wait_event(marked, "RelayToNonERDS")
        self.wait_status(plain, "sent")
        self.assertEqual(self.site.evidence(plain), [])

    def test_killed_at_any_time_each_delivery_is_kept_once(self) -> None:
        sent = []
        for turn in range(4):
            for number in range(5):
                sent.append(self.assert_accepted(self.site.send(f"u{turn}{number}@dane.example", mail_class="nta7516")))
            self.site.kill_daemon("smarttls-milter")
            self.site.start_milter()
        for queue_id in sent:
            self.wait_event(queue_id, "RelayToNonERDS")
        self.assertEqual([len(self.events(queue_id)) for queue_id in sent], [1] * len(sent))

    def test_a_bounce_and_a_deferral_have_their_reason(self) -> None:
        queue_id = self.accepted_but_deferred("smarttls-dane", "bob@dane.example", "nta7516")
        deferral = self.wait_event(queue_id, "DeliveryDeferral")
        self.assertIn("deferred transport", deferral["recipients"][0]["explanation"])
        self.flush_until(rf"{queue_id}: to=.*status=sent")
        self.wait_event(queue_id, "RelayToNonERDS")

    def test_a_weaker_delivery_raises_the_alarm(self) -> None:
        """A line that only a mistaken administrator writes: the log tells of a delivery that no floor transport made."""
        queue_id = self.accepted_but_deferred("smarttls-dane", "bob@dane.example", "nta7516")
        last = self.site.postfix.log().splitlines()[-1]
        line = f"{last[:last.index(' postfix')]} postfix/smtp[1]: {queue_id}: to=<bob@dane.example>, " \
            "relay=mx.dane.example[127.0.0.9]:25, delay=0.1, delays=0/0/0/0.1, dsn=2.0.0, status=sent (250 2.0.0 Ok)\n"
        with self.site.postfix.log_file.open("a") as log:
            log.write(line)
        alarm = self.wait_event(queue_id, "DeliveryWeakerThanDecided")
        self.assertIn("without a TLS session in the log, though dane was decided", alarm["note"])
        self.wait_until("the line of our own log", lambda: "weaker-than-decided" in self.site.log("smarttls-milter"))
        outbox = [json.loads(one) for one in self.site.command("outbox", "list", "--all", "--json").splitlines()]
        (report,) = [one for one in outbox if one["about"] == f"weaker delivery of {queue_id}"]
        self.assertEqual(report["to"], CONTACT)


if __name__ == "__main__":
    main()
