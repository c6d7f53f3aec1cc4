# SPDX-License-Identifier: Apache-2.0
"""Two instances of Postfix (postmulti(1)): the first takes mail and asks the milter, the second delivers; between them is a
transport of the site's own over loopback. The floor is enforced by the second, which has the lines of conf/postfix too; while it
lacks one, class mail is refused with a reply that names it."""
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scenario import main  # noqa: E402
from paths import BOB, GOOD, Paths  # noqa: E402
from postfix import Postfix, settle  # noqa: E402

PORT = 10026
HANDOFF = f"handoff:[127.0.0.1]:{PORT}"
# The milter's way of saying what the floor is must reach the second instance whole.
LINES = "handoff unix - - n - - smtp\n    -o smtp_header_checks=\n    -o smtp_generic_maps=\n"
FRIEND = "friend@dane.example"  # which the second instance takes for an alias of somebody at a plaintext server


class MultiInstance(Paths):
    settings = {"canary_interval": "5m", "verdict_deadline": "15s\ntrusted-route = local virtual lmtp handoff"}

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.second = Postfix(cls.directory / "postfix-out", cls.site.lab.ca_file)
        cls.addClassCleanup(cls.second.stop)
        master = cls.second.config / "master.cf"
        master.write_text(master.read_text().replace("127.0.0.1:25 inet", f"127.0.0.1:{PORT} inet"))
        settle(master)
        for name, value in {"syslog_name": "postfix-out", "mydestination": "", "smtpd_milters": "",
                            "virtual_alias_maps": f"inline:{{ {{ {FRIEND}={BOB} }} }}"}.items():
            cls.second.set(name, value)
        cls.second.start()

    def setUp(self) -> None:
        super().setUp()
        files = {path: path.read_text() for path in (self.second.config / name for name in ("main.cf", "master.cf"))}
        self.addCleanup(self.second.reload)
        self.addCleanup(lambda: [(path.write_text(text), settle(path)) for path, text in files.items()])
        master = self.site.postfix.config / "master.cf"
        master.write_text(master.read_text() + LINES)
        settle(master)
        self.configure(content_filter=HANDOFF, multi_instance_directories=str(self.second.config))

    def tearDown(self) -> None:
        self.assert_no_content_in_clear()

    def handed_over(self, queue_id: str) -> str:
        """The queue id of the message in the second instance."""
        return re.search(r"queued as (\w+)", self.wait_status(queue_id, "sent")).group(1)

    def test_the_second_instance_enforces_the_floor(self) -> None:
        there = self.handed_over(self.send(GOOD))
        self.second.wait_for_log(rf"postfix/smarttls-dane/smtp\[\d+\]: {there}: to=.*status=sent")
        message = self.site.lab.wait_received("dane.example")[-1]
        self.assertTrue(message["tls"])
        self.assertEqual(message["mail_from"], "alice@org.example")
        self.assertNotIn("SmartTLS-Floor", message["data"])

    def test_an_alias_of_the_second_instance_stays_under_the_floor(self) -> None:
        there = self.handed_over(self.send(FRIEND))
        self.second.wait_for_log(rf"smarttls-dane/smtp\[\d+\]: {there}: to=<{BOB}>.*dsn=4\.7\.\d, status=deferred")

    def test_ordinary_mail_goes_as_it_would(self) -> None:
        there = self.handed_over(self.assert_accepted(self.site.send(GOOD)))
        self.second.wait_for_log(rf"postfix-out/smtp\[\d+\]: {there}: to=.*status=sent")

    def test_a_second_instance_without_lines_is_named(self) -> None:
        for name, text in (("main.cf", "recipient_delimiter"), ("master.cf", "transport smarttls-dane")):
            with self.subTest(name):
                file = self.second.config / name
                whole = file.read_text()
                file.write_text(whole[:whole.index("# smarttls-milter: lines for Postfix")])
                settle(file)
                self.configure(compatibility_level="3.6")  # the proof is repeated when files of the first instance change
                refused = self.site.send(FRIEND, mail_class="nta7516")
                self.assert_deferred(refused, "4.3.5")
                self.assertIn(f"the Postfix instance in {self.second.config}: ", refused.text)
                self.assertIn(text, refused.text)
                file.write_text(whole)
                settle(file)

    def test_what_it_loses_between_two_proofs_it_keeps_back(self) -> None:
        self.send(GOOD)
        self.second.set("sender_dependent_default_transport_maps", "")
        self.second.reload()
        there = self.handed_over(self.send(FRIEND))
        self.second.wait_for_log(rf"postfix-out/smtp\[\d+\]: {there}: to=<{BOB}>.*status=deferred.*local data error")

    def test_a_relay_host_that_nobody_trusts_gets_no_class_mail(self) -> None:
        self.configure(content_filter="", relayhost=f"[127.0.0.1]:{PORT}")
        queue_id = self.assert_accepted(self.site.send(GOOD, mail_class="nta7516"))
        self.assertEqual(self.queued(queue_id)["queue_name"], "hold")
        recipient = self.only_evidence(queue_id)["recipients"][0]
        self.assertEqual(recipient["rule"], "untrusted-route")
        self.assertIn(f"[127.0.0.1]:{PORT}", recipient["explanation"])
        self.site.postfix.postsuper("-d", queue_id)


if __name__ == "__main__":
    main()
