# SPDX-License-Identifier: Apache-2.0
"""Every line of conf/postfix is taken away in turn, and every value that enforces something is replaced by a weaker one, while
Postfix runs or before it starts. No class mail that is accepted afterwards leaves unenforced: nearly all of it gets 451, and
what Postfix takes without asking the milter is kept back by the floor guard."""
import re
import smtplib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scenario import Scenario, main  # noqa: E402
from paths import BOB  # noqa: E402
from postfix import SNIPPETS, settle  # noqa: E402

FRIEND = "friend@dane.example"  # meets every class, and is an alias of somebody at a plaintext server
# smtpd_milters, milter_default_action: WithoutMilter; without a line it is tempfail. Lines for exceptions hold up mail that needs
# one, and no other: 68-exceptions. nested_header_checks keeps attached messages whole, which no floor needs: 81-marks.
# The port of the portal's own mail carries no class mail.
HARMLESS = r"127.0.0.1:10025|mynetworks|smarttls-pickup|syslog_name|nested_header_checks|smarttls_trusted|smtpd_milters|milter_default_action|lower_floors|smarttls-to-"
WEAKER = {
    "main.cf": {
        "recipient_delimiter = +": "recipient_delimiter = -",
        "milter_default_action = tempfail": "milter_default_action = accept",
        "smarttls-dane:}": "smtp:}", "smarttls-mta-sts:}": "smarttls-pkix:}", "smarttls-pkix:}": "smarttls-encrypted:}",
        "smarttls-encrypted:}": "relay:}", "$$1$$4": "$$1$$2$$4", "fail:class_mail_not_by_this_transport": "static:DUNNO",
        "(pkix|encrypted)$$/ IGNORE": ".*$$/ IGNORE", "IGNORE}},}} $smarttls_keeps_back": "IGNORE}},}}", "{$smarttls_in_force} == {dane": "{$smarttls_in_force} != {dane",
        "PREPEND X-SmartTLS-Floor: dane": "PREPEND X-SmartTLS-Floor: encrypted",
        "internal_mail_filter_classes = bounce": "internal_mail_filter_classes = notify"},
    "master.cf": {
        "unix - - y - - smtp": "unix - - y - - lmtp", "=dane-only": "=dane", "=secure": "=may", "=encrypt": "=may",
        "-o smtp_tls_policy_maps=": "-o smtp_tls_policy_maps=static:none ", ":pkix": ":default", ":mta-sts\n": ":default\n",
        "=>=TLSv1.2": "=>=TLSv1", "=high": "=export", "=dnssec": "=enabled", "lookup=dns": "lookup=native",
        "smtp_fallback_relay=": "smtp_fallback_relay=[127.25.0.20]", "tls_required_enable=no": "tls_required_enable=yes",
        "smtp_header_checks=$smarttls_passes_": "smtp_header_checks=static:IGNORE "}}


class BrokenLines(Scenario):
    def setUp(self) -> None:
        self.site.postfix.set("virtual_alias_maps", f"inline:{{ {{ {FRIEND}={BOB} }} }}")
        self.site.postfix.reload()

    def tearDown(self) -> None:
        self.assert_no_content_in_clear()

    def code_of_class_mail(self) -> int:
        """The reply code, or 0 when Postfix is broken altogether and does not answer."""
        try:
            return self.site.postfix.inject("alice@org.example", [FRIEND], {"X-SmartTLS-Class": "nta7516"}, "x", limit=5).code
        except (OSError, smtplib.SMTPException):
            return 0

    def write(self, file: Path, text: str) -> None:
        file.write_text(text)
        settle(file)
        self.site.postfix.reload()

    def assert_refused_with(self, name: str, what: str, broken: str) -> None:
        file = self.site.postfix.config / name
        whole = file.read_text()
        self.assertNotEqual(broken, whole)
        try:
            with self.subTest(f"{name}: {what}"):
                self.write(file, broken)
                self.assertNotEqual(self.code_of_class_mail(), 250)
        finally:
            file.write_text(whole)
            settle(file)

    def lines(self, name: str) -> list[str]:
        return [line for line in dict.fromkeys((SNIPPETS / name).read_text().splitlines())
                if line.strip() and not line.startswith("#") and not re.search(HARMLESS, line)]

    def places(self, name: str, part: str) -> list[tuple[str, str]]:
        """The file's text before and behind the part, once for each place where it stands in our snippet."""
        text = (self.site.postfix.config / name).read_text()
        own = text.index("# smarttls-milter: lines for Postfix")
        found = [(text[:at], text[at + len(part):]) for at in (m.start() for m in re.finditer(re.escape(part), text))
                 if at > own and "smarttls-to-" not in text[text.rindex("\n", 0, at + 1):at + len(part)]]  # HARMLESS, as well
        self.assertTrue(found, f"{name} has no {part!r}")
        return found

    def remove_each_line(self, name: str, least: int) -> None:
        self.assertEqual(self.code_of_class_mail(), 250)
        tried = 0
        for line in self.lines(name):
            for before, behind in self.places(name, "\n" + line + "\n"):
                self.assert_refused_with(name, line, before + "\n" + behind)
                tried += 1
        self.assertGreater(tried, least)
        self.site.postfix.reload()

    def test_each_line_of_main_cf_is_missed(self) -> None:
        self.remove_each_line("main.cf", 25)

    def test_each_line_of_master_cf_is_missed(self) -> None:
        self.remove_each_line("master.cf", 35)

    def test_no_weaker_value_passes(self) -> None:
        for name, values in WEAKER.items():
            for part, weaker in values.items():
                for before, behind in self.places(name, part):
                    self.assert_refused_with(name, f"{part} -> {weaker}", before + weaker + behind)
        self.site.postfix.reload()


class WithoutMilter(Scenario):
    """Postfix takes class mail without asking the milter: it stays. The floor's field then stands where the control header
    does, so that header lines above it may be seen; nothing below, and no body."""

    def setUp(self) -> None:
        self.restore_configuration()

    def tearDown(self) -> None:
        for text in self.site.content_in_clear():
            self.assertNotIn("Hello.", text)
            self.assertNotIn("X-SmartTLS-Class", text)

    def assert_kept_back(self) -> None:
        queue_id = self.assert_accepted(self.site.send(BOB, mail_class="nta7516"))
        self.assertIn("local data error", self.wait_status(queue_id, "deferred"))

    def test_without_smtpd_milters_class_mail_is_kept_back(self) -> None:
        self.configure(smtpd_milters="")
        self.assert_kept_back()

    def test_a_milter_that_is_away_and_may_be_passed_by(self) -> None:
        self.configure(milter_default_action="accept")
        self.site.stop_daemon("smarttls-milter")
        try:
            self.assert_kept_back()
        finally:
            self.site.postfix.set("milter_default_action", "tempfail")
            self.site.postfix.reload()
            self.site.start_milter()

    def test_a_line_that_is_broken_before_postfix_starts(self) -> None:
        self.site.postfix.stop()
        self.site.postfix.remove_line("main.cf", "^smtp_header_checks")
        self.site.postfix.start()
        self.assertEqual(self.site.send(BOB, mail_class="nta7516").code, 451)


if __name__ == "__main__":
    main()
