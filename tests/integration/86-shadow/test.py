# SPDX-License-Identifier: Apache-2.0
"""Shadow mode through a real Postfix: everything is decided and recorded, and what leaves is what would have left."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scenario import Scenario, main  # noqa: E402

EXTRA = """[milter]
mode = shadow
enforce-sender = bob@org.example
[class.later]
level = dane
insecure = reject
mode = shadow
subject-tag = [later]
set-header = X-Later: yes"""


class Shadow(Scenario):
    settings = {"extra": EXTRA, "delivery_log": "postfix"}

    def recorded(self, queue_id: str) -> dict:
        """The record of the decision; those of deliveries stand beside it."""
        return next(record for record in self.site.evidence(queue_id) if record["event"].startswith("Submission"))

    def test_what_would_be_held_or_refused_leaves_as_ever(self) -> None:
        for domain, outcome in (("expired.example", "hold"), ("plaintext.example", "reject"), ("dane.example", "direct")):
            queue_id = self.assert_accepted(self.site.send(f"carol@{domain}", mail_class="nta7516"))
            line = self.wait_status(queue_id, "sent")
            self.assertIn("postfix/smtp", line)
            message = self.site.lab.wait_received(domain)[-1]
            self.assertEqual(message["mail_from"], "alice@org.example")
            self.assertNotIn("X-SmartTLS", message["data"])
            record = self.recorded(queue_id)
            self.assertEqual((record["mode"], record["outcome"], record["class"]), ("shadow", outcome, "nta7516"))
            self.assertIn(f"{queue_id}: class=nta7516 mark=X-SmartTLS-Class mode=shadow outcome={outcome}", self.site.log("smarttls-milter"))
        self.assertNotIn("DeliveryWeakerThanDecided", self.site.log("smarttls-milter") + self.site.command("evidence", "search", "--json"))

    def test_an_unknown_class_would_be_refused(self) -> None:
        queue_id = self.assert_accepted(self.site.send("carol@dane.example", mail_class="nta7561"))
        self.assertEqual(self.recorded(queue_id)["outcome"], "reject")
        self.wait_status(queue_id, "sent")

    def test_for_a_first_user_it_enforces_all_but_a_class_in_shadow_mode(self) -> None:
        queue_id = self.assert_accepted(self.site.send("carol@expired.example", mail_class="nta7516", sender="bob@org.example"))
        self.assertEqual(self.queued(queue_id)["queue_name"], "hold")
        self.assertEqual(self.recorded(queue_id)["mode"], "")
        queue_id = self.assert_accepted(self.site.send("carol@expired.example", sender="bob@org.example", Subject="[later] x"))
        self.assertIn("postfix/smtp", self.wait_status(queue_id, "sent"))
        self.assertEqual((self.recorded(queue_id)["mode"], self.recorded(queue_id)["outcome"]), ("shadow", "reject"))
        self.assertNotIn("X-Later", self.site.lab.wait_received("expired.example")[-1]["data"])

    def test_an_engine_that_is_away_stops_nothing(self) -> None:
        self.site.stop_daemon("smarttlsd")
        try:
            queue_id = self.assert_accepted(self.site.send("carol@pkix.example", mail_class="nta7516"))
            self.wait_status(queue_id, "sent")
        finally:
            self.site.start_engine()


if __name__ == "__main__":
    main()
