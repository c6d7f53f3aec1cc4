# SPDX-License-Identifier: Apache-2.0
"""Class mail waits in the queue, and then the Postfix side loses a line: what was accepted under a floor does not leave
without it, whichever line of master.cf or main.cf it is. Each floor has a message here that waits for a server without TLS."""
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scenario import Scenario, main  # noqa: E402
from paths import BOB, GOOD, NOTICES, Paths  # noqa: E402
from postfix import SNIPPETS, settle  # noqa: E402

FRIEND = "friend@dane.example"  # meets every class, and is an alias of somebody at a plaintext server
CLASSES = {"nta7516": "dane", "sts": "mta-sts", "gdpr": "pkix", "open": "encrypted"}
OPEN = "\n[class.open]\nlevel = encrypted\ninsecure = hold\n"
ENFORCING = re.compile(r"    -o smtp_tls_(security_level|policy_maps|mandatory)|    -o tls_required|    -o smtp_(dns|host|fallback)")
WEAK = {"smtp_tls_security_level": "may", "smtp_tls_policy_maps": "static:none", "smtp_tls_mandatory_protocols": ">=TLSv1",
        "smtp_tls_mandatory_ciphers": "medium", "smtp_dns_support_level": "enabled", "smtp_host_lookup": "native",
        "smtp_fallback_relay": "[127.25.0.20]", "tls_required_enable": "yes"}


class LostLines(Scenario):
    settings = {"nta7516": "insecure = hold\nplaintext = reject" + OPEN}

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.site.postfix.set("virtual_alias_maps", f"inline:{{ {{ {FRIEND}={BOB} }} }}")
        cls.site.postfix.reload()
        cls.files = {path: path.read_text() for path in (cls.site.postfix.config / name for name in ("main.cf", "master.cf"))}
        cls.waiting = {}
        for mail_class, floor in CLASSES.items():
            reply = cls.site.send(FRIEND, mail_class=mail_class)
            assert reply.code == 250, reply.text
            cls.waiting[floor] = reply.queue_id
            cls.site.postfix.wait_for_log(rf"smarttls-{floor}/smtp.*{reply.queue_id}: to=.*status=deferred")

    def write(self, name: str, text: str) -> None:
        path = self.site.postfix.config / name
        self.assertNotEqual(text, path.read_text())
        path.write_text(text)
        settle(path)
        self.site.postfix.reload()

    def tearDown(self) -> None:
        for path, text in self.files.items():
            if path.read_text() != text:
                self.write(path.name, text)
        self.assert_no_content_in_clear()

    def attempts(self) -> dict[str, list[str]]:
        log = self.site.postfix.log()
        return {floor: re.findall(rf"^.* {queue_id}: to=.*$", log, re.M) for floor, queue_id in self.waiting.items()}

    def try_all_again(self) -> dict[str, str]:
        """The log line of one more delivery attempt for each floor."""
        before = {floor: len(lines) for floor, lines in self.attempts().items()}

        def tried() -> dict[str, str] | None:
            now = self.attempts()
            missing = [floor for floor, lines in now.items() if len(lines) == before[floor]]
            if missing:
                self.site.postfix.flush()
            return None if missing else {floor: lines[-1] for floor, lines in now.items()}
        return self.wait_until("an attempt for each floor", tried, 20)

    def assert_all_wait(self, what: str) -> dict[str, str]:
        lines = self.try_all_again()
        for floor, line in lines.items():
            with self.subTest(what, floor=floor):
                self.assertIn("status=deferred", line)
                self.assert_no_content_in_clear()
        return lines

    def enforcing_lines(self) -> list[str]:
        """Names of parameters, as they stand in the transport of the floor dane."""
        text = (SNIPPETS / "master.cf").read_text().split("\n\n")[1]
        return [line.split()[1].partition("=")[0] for line in text.splitlines() if ENFORCING.match(line)]

    def test_each_line_that_enforces_is_lost_by_every_transport(self) -> None:
        names = self.enforcing_lines()
        self.assertGreaterEqual(len(names), 8)
        whole = self.files[self.site.postfix.config / "master.cf"]
        for name in names:
            self.write("master.cf", re.sub(rf"(?m)^    -o {name}=.*\n", "", whole))
            self.assert_all_wait(f"without {name}")

    def test_each_line_that_enforces_is_replaced_by_a_weaker_one_and_the_guard_closes(self) -> None:
        whole = self.files[self.site.postfix.config / "master.cf"]
        for name in self.enforcing_lines():
            self.write("master.cf", re.sub(rf"(?m)^    -o {name}=.*$", f"    -o {name}={WEAK[name]}", whole))
            self.assert_all_wait(f"{name}={WEAK[name]}")

    def test_the_process_itself_keeps_back_what_its_lost_level_would_let_out(self) -> None:
        whole = self.files[self.site.postfix.config / "master.cf"]
        self.write("master.cf", re.sub(r"(?m)^    -o smtp_tls_(security_level|policy_maps)=.*\n", "", whole))
        for floor, line in self.assert_all_wait("without level and map").items():
            self.assertIn(f"smarttls-{floor}/smtp", line)
            self.assertIn("local data error", line)

    def test_a_transport_that_is_gone(self) -> None:
        whole = self.files[self.site.postfix.config / "master.cf"]
        self.write("master.cf", re.sub(r"(?m)^smarttls-\S+ unix .*\n", "", whole))
        self.assert_all_wait("no transports")

    def test_each_line_of_main_cf_is_lost(self) -> None:
        path = self.site.postfix.config / "main.cf"
        whole = self.files[path]
        own = whole.index("# smarttls-milter: lines for Postfix")
        tried = 0
        for match in re.finditer(r"(?m)^[a-z_]+ = .*\n(?:[ \t].*\n)*", whole[own:]):
            self.write("main.cf", whole[:own + match.start()] + whole[own + match.end():])
            self.assert_all_wait(match.group(0).partition(" ")[0])
            tried += 1
        self.assertGreater(tried, 20)


class TheGuardItself(Paths):
    """The limit of it: what a route of the site's own would take out, and the guard alone keeps back, goes when the guard goes.
    Class mail that comes then is refused."""

    def test_what_the_guard_alone_keeps_back_goes_with_it(self) -> None:
        self.configure(transport_maps=f"{NOTICES}, inline:{{ pkix.example={self.plaintext_route()} }}",
                       virtual_alias_maps=f"inline:{{ {{ {GOOD}=bob@pkix.example }} }}")
        queue_id = self.send(GOOD)
        self.assert_kept_back(queue_id)
        self.assert_no_content_in_clear()
        self.configure(smtp_header_checks="")
        self.assert_deferred(self.site.send(GOOD, mail_class="nta7516"), "4.3.5")
        self.flush_until(rf"{queue_id}: to=.*status=sent")


if __name__ == "__main__":
    main()
