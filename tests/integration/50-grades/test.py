# SPDX-License-Identifier: Apache-2.0
"""How the engine grades cryptography by NCSC-NL: a table of domains with the level, grade and reasons that
`smarttls check --json` finds, and what becomes of mail to a domain that reaches its level and not its grade."""
import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scenario import Scenario, main  # noqa: E402
from mail_site import PROFILES, program  # noqa: E402

# domain, level, grade, all reasons in their order, and what is weak, as "value grade".
TABLE_2025 = (
    ("dane.example", "dane", "sufficient", [], []),
    ("tls12.example", "pkix", "sufficient", [], []),
    ("rsa-3072.example", "dane", "sufficient", [], []),
    ("rsa-2048.example", "dane", "phase-out", ["weak-key"], ["rsa-2048 phase-out"]),
    ("rsa-1024.example", "dane", "insufficient", ["weak-key"], ["rsa-1024 insufficient"]),
    ("sha1.example", "encrypted", "insufficient", ["certificate-not-trusted", "weak-signature"], ["sha1 insufficient"]),
    ("static-rsa.example", "pkix", "insufficient", ["weak-cipher"], ["AES128-SHA insufficient"]),
    ("cbc.example", "pkix", "phase-out", ["weak-cipher"], ["ECDHE-ECDSA-AES128-SHA256 phase-out"]),
    ("ffdhe3072.example", "pkix", "phase-out", ["weak-cipher", "weak-group"],
     ["DHE-RSA-AES256-GCM-SHA384 phase-out", "ffdhe3072 phase-out"]),
    ("ffdhe2048.example", "pkix", "insufficient", ["weak-group", "weak-cipher"],
     ["ffdhe2048 insufficient", "DHE-RSA-AES256-GCM-SHA384 phase-out"]),
    # What the floors do not offer: delivery finds no TLS there, and a second look says why.
    ("tls11.example", "plaintext", "insufficient", ["old-protocol", "weak-cipher"],
     ["TLSv1.1 insufficient", "ECDHE-RSA-AES256-SHA insufficient"]),
    ("old-tls.example", "plaintext", "insufficient", ["old-protocol", "weak-cipher", "weak-key"],
     ["TLSv1 insufficient", "ECDHE-RSA-AES256-SHA insufficient", "rsa-2048 phase-out"]),
    ("null-cipher.example", "plaintext", "insufficient", ["weak-cipher"], ["ECDHE-ECDSA-NULL-SHA insufficient"]),
    ("p224.example", "plaintext", "phase-out", ["weak-group"], ["secp224r1 phase-out"]),
    ("p224-key.example", "plaintext", "phase-out", ["weak-key"], ["secp224r1 phase-out"]),
    # Several things at once, and several hosts.
    ("all-wrong.example", "encrypted", "insufficient", ["certificate-host-mismatch", "weak-cipher", "weak-key"],
     ["AES128-SHA insufficient", "rsa-1024 insufficient"]),
    ("weak-second.example", "dane", "insufficient", ["weak-key"], []),
    # The defects of certificates, which DANE would forgive, with sound cryptography.
    ("expired.example", "encrypted", "sufficient", ["certificate-expired"], []),
    ("not-yet-valid.example", "encrypted", "sufficient", ["certificate-not-yet-valid"], []),
    ("self-signed.example", "encrypted", "sufficient", ["certificate-self-signed"], []),
    ("missing-intermediate.example", "encrypted", "sufficient", ["certificate-missing-issuer"], []),
    ("unknown-root.example", "encrypted", "sufficient", ["certificate-unknown-root"], []),
    ("wrong-name.example", "encrypted", "sufficient", ["certificate-host-mismatch"], []),
    ("implicit.example", "dane", "sufficient", [], []),
    # Nothing to grade: no TLS, no answer, no delivery.
    ("plaintext.example", "plaintext", "none", ["starttls-not-supported"], []),
    ("busy.example", "unknown", "none", ["busy"], []),
    ("null-mx.example", "no-mail", "none", ["null-mx"], []),
    ("tlsa-mismatch.example", "forbidden", "none", ["tlsa-invalid"], []),
)

TABLE_2021 = (
    ("dane.example", "dane", "good", []),
    ("tls12.example", "pkix", "sufficient", []),
    ("rsa-2048.example", "dane", "sufficient", []),
    ("rsa-1024.example", "dane", "insufficient", ["weak-key"]),
    ("static-rsa.example", "pkix", "phase-out", ["weak-cipher"]),
    ("ffdhe2048.example", "pkix", "phase-out", ["weak-group"]),
    ("tls11.example", "plaintext", "phase-out", ["old-protocol"]),
)


class Grades(Scenario):
    def verdict(self, domain: str, *options: str) -> dict:
        return json.loads(self.site.command("check", domain, "--json", *options, status=None))

    def check_with(self, config: Path, domain: str) -> subprocess.CompletedProcess:
        """`smarttls check` by its own probe, under another configuration."""
        return subprocess.run([program("smarttls"), "--config", str(config), "check", domain, "--direct", "--json"],
                              capture_output=True, text=True)

    def test_each_domain_gets_its_level_grade_and_reasons(self) -> None:
        for domain, level, grade, reasons, weak in TABLE_2025:
            with self.subTest(domain):
                verdict = self.verdict(domain)
                self.assertEqual((verdict["level"], verdict["grade"], verdict["reasons"]), (level, grade, reasons))
                host = (verdict["hosts"] or [{}])[0]
                self.assertEqual([f"{w['what']} {w['grade']}" for w in host.get("weak", [])], weak)
                self.assertEqual(verdict.get("profile"), "NCSC-NL 2025-05" if verdict["hosts"] else None)

    def test_an_examination_that_delivery_would_not_repeat_is_marked(self) -> None:
        self.assertTrue(self.verdict("tls11.example")["hosts"][0]["tls"]["lax"])
        self.assertNotIn("lax", self.verdict("static-rsa.example")["hosts"][0]["tls"])
        sessions = self.site.lab.sessions("tls11.example")
        self.assertEqual(len(sessions) % 2, 0, "one session for the floors, and one to find out why")

    def test_the_chain_is_kept_as_it_was_sent(self) -> None:
        chain = self.verdict("pkix.example")["hosts"][0]["chain"]
        self.assertEqual([c["subject"] for c in chain], ["CN=Lab Intermediate CA"])
        self.assertEqual((chain[0]["key"], chain[0]["curve"], len(chain[0]["sha256"])), ("ecdsa-256", "secp256r1", 64))
        self.assertNotIn("chain", self.verdict("missing-intermediate.example")["hosts"][0])

    def test_the_exit_status_takes_the_grade_into_account(self) -> None:
        for domain, mail_class, status in (("rsa-2048.example", "nta7516", 0), ("rsa-1024.example", "nta7516", 1),
                                           ("sha1.example", "gdpr", 1), ("pkix.example", "gdpr", 0),
                                           ("pkix.example", "nta7516", 1), ("busy.example", "gdpr", 75)):
            with self.subTest(domain):
                self.site.command("check", domain, "--class", mail_class, status=status)

    def test_mail_to_a_domain_below_the_grade_is_held_with_the_fact(self) -> None:
        queue_id = self.assert_accepted(self.site.send("bob@rsa-1024.example", mail_class="nta7516"))
        self.assertEqual(self.queued(queue_id)["queue_name"], "hold")
        recipient = self.only_evidence(queue_id)["recipients"][0]
        self.assertEqual((recipient["outcome"], recipient["rule"], recipient["verdict"]["level"]), ("hold", "below-grade", "dane"))
        self.assertIn("mx.rsa-1024.example uses RSA-1024, which NCSC-NL 2025-05 calls insufficient and Postfix cannot refuse "
                      "at delivery, but class nta7516 demands grade phase-out", recipient["explanation"])
        self.assertEqual(self.site.lab.received("rsa-1024.example"), [])

    def test_mail_to_a_domain_at_the_grade_goes_out(self) -> None:
        queue_id = self.assert_accepted(self.site.send("bob@rsa-2048.example", mail_class="nta7516"))
        self.assertIn("postfix/smarttls-dane/smtp", self.wait_status(queue_id, "sent"))

    def test_new_ca_certificates_are_taken_without_a_restart(self) -> None:
        ca_file = Path(self.site.lab.ca_file)
        trusted = ca_file.read_bytes()
        stranger = Path("/etc/ssl/certs/ca-certificates.crt").read_bytes()
        try:
            self.replace(ca_file, stranger)
            self.assertEqual(self.verdict("pkix.example", "--fresh")["level"], "encrypted")
        finally:
            self.replace(ca_file, trusted)
        self.assertEqual(self.verdict("pkix.example", "--fresh")["level"], "pkix")
        self.assertIn("were read again", self.site.log("smarttlsd"))

    @staticmethod
    def replace(file: Path, content: bytes) -> None:
        """As update-ca-certificates does it."""
        fresh = file.with_suffix(".new")
        fresh.write_bytes(content)
        fresh.chmod(0o644)
        fresh.replace(file)

    def test_the_edition_of_2021_is_a_setting(self) -> None:
        configured = self.site.config_file.read_text()
        old = self.directory / "2021.conf"
        old.write_text(configured.replace("ncsc-nl-2025-05.conf", "ncsc-nl-2021-01.conf"))
        for domain, level, grade, reasons in TABLE_2021:
            with self.subTest(domain):
                verdict = json.loads(self.check_with(old, domain).stdout)
                self.assertEqual((verdict["level"], verdict["grade"], verdict["reasons"]), (level, grade, reasons))
                self.assertEqual(verdict["profile"], "NCSC-NL 2021-01")

    def test_a_profile_with_a_mistake_is_named_by_file_and_line(self) -> None:
        own = self.directory / "own.conf"
        own.write_text((PROFILES / "ncsc-nl-2025-05.conf").read_text() + "suits.good = x\n")
        broken = self.directory / "broken.conf"
        broken.write_text(self.site.config_file.read_text().replace(str(PROFILES / "ncsc-nl-2025-05.conf"), str(own)))
        done = self.check_with(broken, "dane.example")
        self.assertEqual(done.returncode, 78, done.stdout)
        last = len(own.read_text().splitlines())
        self.assertIn(f'{own}:{last}: unknown key "suits.good"; did you mean "suite.good"?', done.stderr)


if __name__ == "__main__":
    main()
