# SPDX-License-Identifier: Apache-2.0
"""What fails, and what must not: engine, milter, store and DNS break while mail flows. Class mail is then deferred or
waits under enforcement, never lost and never in clear; unmarked mail passes; all recovers without a restart."""
import subprocess
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scenario import Scenario, main  # noqa: E402
from mail_site import program  # noqa: E402


class Faults(Scenario):
    settings = {"verdict_deadline": "20s"}

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.addClassCleanup(lambda: subprocess.run(["umount", cls.site.store], capture_output=True))

    def start_sending(self, *recipients: str, **options: str) -> tuple[threading.Thread, list]:
        """Sends in a thread of its own; the reply is in the list when the thread has ended."""
        replies: list = []
        thread = threading.Thread(target=lambda: replies.append(self.site.send(*recipients, **options)))
        thread.start()
        return thread, replies

    def wait_for_probe(self, host: str) -> None:
        """Until a probe is under way: it has connected to a server that never speaks."""
        address = self.site.lab.hosts[host].address
        self.wait_until("connection to " + host, lambda: address + ":25" in subprocess.run(
            ["ss", "-Htn", "state", "established"], capture_output=True, text=True).stdout)

    # Engine

    def test_while_the_engine_is_down_class_mail_is_deferred_and_unmarked_mail_passes(self) -> None:
        self.site.stop_daemon("smarttlsd")
        try:
            self.assert_deferred(self.site.send("ann@dane.example", mail_class="nta7516"), "4.3.0")
            self.assert_accepted(self.site.send("ann@plaintext.example"))
        finally:
            self.site.start_engine()
        self.assert_accepted(self.site.send("ann@dane.example", mail_class="nta7516"))

    def test_an_engine_killed_while_the_milter_waits_defers_class_mail(self) -> None:
        thread, replies = self.start_sending("bea@silent.example", mail_class="nta7516")
        try:
            self.wait_for_probe("mx.silent.example")
            self.site.kill_daemon("smarttlsd")
            thread.join(30)
            self.assert_deferred(replies[0], "4.3.0")
        finally:
            self.site.start_engine()

    def test_an_engine_that_is_restarted_while_the_milter_waits_is_asked_again(self) -> None:
        thread, replies = self.start_sending("bea@silent.example", mail_class="nta7516")
        self.wait_for_probe("mx.silent.example")
        self.site.stop_daemon("smarttlsd")
        self.site.start_engine()
        thread.join(40)
        self.assertIn(replies[0].code, (250, 451), replies[0].text)
        self.assert_no_data_in_clear_for_class_mail()

    def test_with_the_engine_down_at_delivery_mail_waits_and_goes_out_afterwards(self) -> None:
        queue_id = self.accepted_but_deferred("smarttls-pkix", "carl@pkix.example", "gdpr")
        self.site.stop_daemon("smarttlsd")
        try:
            self.flush_until(rf"{queue_id}: to=.*dsn=4.7.5, status=deferred \(client TLS configuration problem\)")
        finally:
            self.site.start_engine()
        self.flush_until(rf"{queue_id}: to=.*status=sent")

    # Milter

    def test_a_milter_killed_in_the_middle_of_a_message_costs_a_451_and_starts_again(self) -> None:
        thread, replies = self.start_sending("dora@silent.example", mail_class="nta7516")
        self.wait_for_probe("mx.silent.example")
        self.site.kill_daemon("smarttls-milter")
        thread.join(30)
        self.assertEqual(replies[0].code, 451, replies[0].text)
        self.assertTrue((self.site.postfix.queue_directory / "smarttls" / "milter.sock").exists(), "a stale socket stays")
        self.assertEqual(self.site.send("dora@plaintext.example").code, 451)
        self.site.start_milter()
        self.assert_accepted(self.site.send("dora@dane.example", mail_class="nta7516"))

    def test_a_second_milter_does_not_take_the_socket_of_a_living_one(self) -> None:
        done = subprocess.run([program("smarttls-milter"), "--config", str(self.site.config_file)], capture_output=True, text=True,
                              timeout=20)
        self.assertEqual(done.returncode, 69, done.stderr)
        self.assertIn("served by another process", done.stderr)
        self.assert_accepted(self.site.send("dora@dane.example", mail_class="nta7516"))

    # World

    def test_a_domain_that_loses_its_tls_between_accept_and_delivery_gets_no_data_in_clear(self) -> None:
        queue_id = self.accepted_but_deferred("smarttls-dane", "eva@fickle.example", "nta7516")
        self.site.lab.change("mx.fickle.example", starttls="no")
        try:
            self.flush_until(rf"{queue_id}: to=.*dsn=4\.7\.\d+, status=deferred")
            self.assert_no_data_in_clear_for_class_mail()
        finally:
            self.site.lab.restore("mx.fickle.example")
        self.flush_until(rf"{queue_id}: to=.*status=sent")

    def test_dns_and_servers_that_do_not_answer_are_unknown_and_not_insecure(self) -> None:
        expected = {"servfail.example": "dns-failure", "timeout.example": None, "bogus.example": "dnssec-invalid", "busy.example": "busy",
                    "silent.example": "timeout", "refused.example": "refused"}
        for domain, reason in expected.items():
            with self.subTest(domain):
                queue_id = self.assert_accepted(self.site.send(f"fred@{domain}", mail_class="nta7516"))
                record = self.only_evidence(queue_id)
                recipient = record["recipients"][0]
                self.assertEqual((recipient["outcome"], recipient["verdict"]["level"]), ("queue", "unknown"))
                if reason:
                    self.assertIn(reason, recipient["verdict"]["reasons"])
                self.assertEqual(self.queued(queue_id)["sender"], "alice+smarttls-dane@org.example")

    def test_addresses_that_are_not_public_are_never_connected_to(self) -> None:
        for domain in ("private.example", "loopback.example"):
            with self.subTest(domain):
                answer = self.site.command("check", domain, "--json", status=75)
                self.assertIn("address-not-allowed", answer)
        self.assertEqual([s for s in self.site.lab.sessions() if s["server"] == "mx.loopback.example"], [])

    # Store

    def test_a_full_or_read_only_store_defers_class_mail_and_recovers_by_itself(self) -> None:
        self.site.stop_daemon("smarttls-milter")
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", self.site.store], check=True)
        self.site.start_milter()
        self.assert_accepted(self.site.send("gus@dane.example", mail_class="nta7516"))
        filler = self.site.store / "filler"
        fill(filler)
        self.assert_store_fails()
        filler.unlink()
        self.assert_accepted(self.site.send("gus@dane.example", mail_class="nta7516"))
        fill(filler)
        self.assert_store_fails()  # the connection is closed after that: only then the mount can become read-only
        filler.unlink()
        self.remount("ro")
        self.assert_store_fails()
        self.remount("rw")
        self.assert_accepted(self.site.send("gus@dane.example", mail_class="nta7516"))

    def assert_store_fails(self) -> None:
        """Class mail is deferred, unmarked mail passes."""
        self.assert_deferred(self.site.send("gus@dane.example", mail_class="nta7516", body="x" * 2000), "4.3.0")
        self.assert_accepted(self.site.send("gus@plaintext.example"))

    def remount(self, mode: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{mode}", self.site.store], check=True)

    # Configuration

    def test_a_bad_configuration_ends_with_78_and_names_file_and_line(self) -> None:
        bad = self.directory / "bad.conf"
        bad.write_text("[engine]\n\nresolvr = 127.0.0.1\n[class.nta7516]\ninsecure = deliver\n")
        for name in ("smarttlsd", "smarttls-milter"):
            done = subprocess.run([program(name), "--config", str(bad)], capture_output=True, text=True, timeout=20)
            self.assertEqual(done.returncode, 78, name)
            self.assertRegex(done.stderr, r'bad\.conf:3: .*"resolvr".*did you mean "resolver"')
            self.assertRegex(done.stderr, r"bad\.conf:5: .*insecure.*deliver.*not available")

    def assert_no_data_in_clear_for_class_mail(self) -> None:
        """Unmarked mail of these tests goes to plaintext.example alone."""
        leaks = [s for s in self.site.sessions_with_data_in_clear() if s["server"] != "mx.plaintext.example"]
        self.assertEqual(leaks, [])


def fill(file: Path) -> None:
    with file.open("wb", buffering=0) as out:
        try:
            while True:
                out.write(bytes(1024))
        except OSError:
            pass


if __name__ == "__main__":
    main()
