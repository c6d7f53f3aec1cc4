# SPDX-License-Identifier: Apache-2.0
"""Enforcement on the ways that mail takes: aliases, catch-alls, forwards, postsuper, own routes. The plaintext destination
must never see DATA of class mail. More ways in 31 to 36."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scenario import Scenario, main  # noqa: E402


class Routing(Scenario):
    settings = {"canary_interval": "30s"}

    def tearDown(self) -> None:
        self.assert_no_data_in_clear()

    def assert_waits_under_dane(self, queue_id: str) -> None:
        line = self.wait_status(queue_id, "deferred")
        self.assertIn("postfix/smarttls-dane/smtp", line)
        self.assertRegex(line, r"dsn=4\.7\.\d")

    def test_postsuper_r_keeps_the_floor(self) -> None:
        queue_id = self.assert_accepted(self.site.send("ann@expired.example", mail_class="nta7516"))
        self.site.postfix.postsuper("-H", queue_id)
        self.flush_until(rf"{queue_id}: to=")
        self.assert_waits_under_dane(queue_id)
        self.site.postfix.postsuper("-r", queue_id)
        self.site.postfix.reload()  # wakes pickup(8) at once
        new_id = self.site.postfix.wait_for_log(rf"pickup\[\d+\]: (\w+): .*orig_id={queue_id}", 70).group(1)
        self.assert_waits_under_dane(new_id)

    def test_a_virtual_alias_and_a_catch_all_to_a_plaintext_domain_stay_enforced(self) -> None:
        table = "inline:{ {friend@virtual.example=bob@plaintext.example} {@all.example=bob@plaintext.example} }"
        self.configure(virtual_alias_maps=table, virtual_alias_domains="virtual.example all.example")
        try:
            for recipient in ("friend@virtual.example", "anybody@all.example"):
                with self.subTest(recipient):
                    queue_id = self.assert_accepted(self.site.send(recipient, mail_class="nta7516"))
                    self.assertEqual(self.only_evidence(queue_id)["recipients"][0]["rule"], "alias")
                    self.assert_waits_under_dane(queue_id)
        finally:
            self.configure(virtual_alias_maps="", virtual_alias_domains="")

    def test_a_local_forward_to_a_plaintext_domain_stays_enforced(self) -> None:
        self.site.postfix.alias(postmaster="bob@plaintext.example")
        queue_id = self.assert_accepted(self.site.send("postmaster@org.example", mail_class="nta7516"))
        # local(8) forwards as a new message, which keeps the sender and so the floor.
        forwarded = self.site.postfix.wait_for_log(rf"{queue_id}: to=.*relay=local.*forwarded as (\w+)").group(1)
        self.assert_waits_under_dane(forwarded)

    def test_an_own_route_that_is_not_trusted_holds_class_mail(self) -> None:
        address = self.site.lab.hosts["mx.plaintext.example"].address
        self.configure(transport_maps=f"$smarttls_notices, inline:{{ dane.example=smtp:[{address}] }}")
        try:
            queue_id = self.assert_accepted(self.site.send("cor@dane.example", mail_class="nta7516"))
            self.assertEqual(self.queued(queue_id)["queue_name"], "hold")
            recipient = self.only_evidence(queue_id)["recipients"][0]
            self.assertEqual(recipient["rule"], "untrusted-route")
            self.assertIn(f"smtp:[{address}]", recipient["explanation"])
        finally:
            self.configure(transport_maps="$smarttls_notices")

    def test_a_relay_host_is_an_own_route(self) -> None:
        address = self.site.lab.hosts["mx.plaintext.example"].address
        self.configure(relayhost=f"[{address}]")
        try:
            queue_id = self.assert_accepted(self.site.send("cor@dane.example", mail_class="nta7516"))
            self.assertEqual(self.queued(queue_id)["queue_name"], "hold")
        finally:
            self.configure(relayhost="")

    def test_a_forged_low_tag_is_raised(self) -> None:
        queue_id = self.assert_accepted(self.site.send("dirk@expired.example", mail_class="nta7516",
                                                       sender="alice+smarttls-encrypted@org.example"))
        self.assertEqual(self.queued(queue_id)["sender"], "alice+smarttls-dane@org.example")

    def test_tls_required_no_changes_nothing(self) -> None:
        reply = self.site.send("eva@plaintext.example", mail_class="nta7516", TLS_Required="no")
        self.assertEqual(reply.code, 550, reply.text)
        queue_id = self.assert_accepted(self.site.send("eva@expired.example", mail_class="nta7516", TLS_Required="no"))
        self.site.postfix.postsuper("-H", queue_id)
        self.flush_until(rf"{queue_id}: to=")
        self.assert_waits_under_dane(queue_id)


if __name__ == "__main__":
    main()
