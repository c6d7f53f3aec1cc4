# SPDX-License-Identifier: Apache-2.0
"""Where Postfix turns one address into others, or has routes of its own: aliases, canonical maps, .forward, :include:,
luser_relay, always_bcc, relay domains, relay hosts. The plaintext server at the end must see no DATA."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scenario import main  # noqa: E402
from paths import BOB, GOOD, Paths  # noqa: E402


class Expansion(Paths):
    """The floor goes along in the sender."""
    settings = {"verdict_deadline": "15s\ntrusted-route = local virtual lmtp smtp:[127.25.0.20]"}

    def tearDown(self) -> None:
        self.assert_no_data_in_clear()

    def test_canonical_maps(self) -> None:
        tables = {"inline": f"inline:{{ {GOOD}={BOB} }}", "regexp": f"regexp:{{{{/^ann@dane/ {BOB}}}}}"}
        for name, table in tables.items():
            with self.subTest(name):
                self.configure(recipient_canonical_maps=table)
                self.assert_waits_under_dane(self.send(GOOD))

    def test_a_regexp_alias_of_a_remote_address(self) -> None:
        self.configure(virtual_alias_maps=f"regexp:{{{{/@dane\\.example$$/ {BOB}}}}}")
        self.assert_waits_under_dane(self.send(GOOD))

    def test_a_forward_file(self) -> None:
        folder = self.directory / "forwards"
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        (folder / "games").write_text(BOB + "\n")
        self.configure(forward_path=str(folder / "$user"), local_recipient_maps="")
        self.assert_waits_under_dane(self.forwarded(self.send("games@org.example")))

    def test_an_included_list(self) -> None:
        members = self.directory / "members"
        members.write_text(BOB + "\n")
        members.chmod(0o644)
        self.site.postfix.alias(staff=f":include:{members}")
        self.assert_waits_under_dane(self.forwarded(self.send("staff@org.example")))

    def test_a_luser_relay(self) -> None:
        self.configure(luser_relay=BOB, local_recipient_maps="")
        self.assert_waits_under_dane(self.forwarded(self.send("nobody-of-this-name@org.example")))

    def test_always_bcc_to_a_remote_and_to_a_local_archive(self) -> None:
        for archive in (BOB, "archive@org.example"):
            with self.subTest(archive):
                self.configure(always_bcc=archive)
                queue_id = self.send(GOOD)
                self.site.postfix.wait_for_log(rf"smarttls-dane/smtp.*{queue_id}: to=<{GOOD}>.*status=sent")
                pattern = rf"{queue_id}: to=<{archive}>.*status=(sent|deferred).*"
                self.assertIn("non DNSSEC destination" if archive == BOB else "delivered to maildir",
                              self.site.postfix.wait_for_log(pattern).group(0))

    def test_a_relay_domain_is_an_own_route(self) -> None:
        self.configure(relay_domains="plaintext.example", smtpd_relay_restrictions="permit_mynetworks, reject")
        queue_id = self.send(BOB)
        self.assertEqual(self.queued(queue_id)["queue_name"], "hold")
        recipient = self.only_evidence(queue_id)["recipients"][0]
        self.assertEqual(recipient["rule"], "untrusted-route")
        self.assertIn("relay:plaintext.example", recipient["explanation"])

    def test_a_trusted_relay_host_is_reached_under_the_floor(self) -> None:
        self.configure(relayhost=f"[{self.site.lab.hosts['mx.plaintext.example'].address}]")
        queue_id = self.send(GOOD)
        self.assertEqual(self.only_evidence(queue_id)["recipients"][0]["rule"], "trusted-route")
        self.assert_waits_under_dane(queue_id)


if __name__ == "__main__":
    main()
