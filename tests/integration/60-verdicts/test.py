# SPDX-License-Identifier: Apache-2.0
"""The table of verdicts: every failure and every form of protection that the lab knows, what `smarttls check --json` says
about it, and what the standards say that it must. Beside it the opinion of Postfix's own probe: where it is another, the
row says why. All domains are asked at once; the slow ones take as long as one of them."""
import json
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scenario import Scenario, main  # noqa: E402

import table_certificates  # noqa: E402
import table_dane  # noqa: E402
import table_names  # noqa: E402
import table_policies  # noqa: E402
import table_protection  # noqa: E402
import table_setbacks  # noqa: E402
from finger import Finger  # noqa: E402
from internet import EVERY, hostile  # noqa: E402
from mail_site import program  # noqa: E402
from row import Row  # noqa: E402

TABLE: tuple[Row, ...] = (*table_setbacks.TABLE, *table_protection.TABLE, *table_certificates.TABLE, *table_dane.TABLE, *table_names.TABLE,
                          *table_policies.TABLE)
PROBES_AT_ONCE = 24
FINGERS_AT_ONCE = 12
CALLS_AT_ONCE = 4
WARM_UP = 20      # hostile servers
MOST_GROWTH = 6   # MiB for ten times as many
LIMIT = 150  # seconds for all questions
NOT_IN_THE_TABLE = {"fickle.example", "sts-fickle.example"}  # tests of others change them


def mistakes(row: Row, verdict: dict) -> list[str]:
    """What is other than the row says."""
    host = (verdict["hosts"] or [{}])[0]
    pairs = {"level": (row.level, verdict["level"]), "grade": (row.grade, verdict["grade"]),
             "MTA-STS": (row.sts, verdict.get("sts", {}).get("mode", ""))}
    if row.dane:
        pairs["DANE"] = (row.dane, host.get("dane", {}).get("status"))
    found = [f"{what} {seen}, not {wanted}" for what, (wanted, seen) in pairs.items() if seen != wanted]
    choices = [wanted.split("|") for wanted in row.reasons]
    if len(choices) != len(verdict["reasons"]) or any(seen not in choice for seen, choice in zip(verdict["reasons"], choices)):
        found.append(f"reasons {verdict['reasons']}, not {list(row.reasons)}")
    return found


class Verdicts(Scenario):
    domains = EVERY
    settings = {"probe_deadline": "20s"}
    verdicts: dict[str, dict]
    opinions: dict[str, str]
    took: float

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.finger = Finger(cls.site.postfix, cls.site.lab.ca_file)
        names = [row.domain for row in TABLE]
        asked = [row.domain for row in TABLE if row.postfix]
        begin = time.monotonic()
        with ThreadPoolExecutor(PROBES_AT_ONCE) as probes:
            cls.verdicts = dict(zip(names, probes.map(cls.verdict, names)))
        with ThreadPoolExecutor(FINGERS_AT_ONCE) as fingers:
            cls.opinions = dict(zip(asked, fingers.map(cls.finger.opinion, asked)))
        cls.took = time.monotonic() - begin

    @classmethod
    def verdict(cls, domain: str) -> dict:
        return json.loads(cls.site.command("check", "--json", domain, status=None))

    def test_the_table_is_about_each_domain_once(self) -> None:
        names = [row.domain for row in TABLE]
        self.assertEqual(sorted(names), sorted({domain.name for domain in EVERY} - NOT_IN_THE_TABLE))
        self.assertGreaterEqual(len(names), 120)

    def test_every_verdict_is_that_of_the_standards(self) -> None:
        abouts = {domain.name: domain.about for domain in EVERY}
        for row in TABLE:
            with self.subTest(row.domain):
                self.assertEqual(mistakes(row, self.verdicts[row.domain]), [], f"{row.domain}: {abouts[row.domain]}. {row.why}")

    def test_postfix_agrees_or_the_row_says_why_not(self) -> None:
        for row in TABLE:
            if not row.postfix:
                continue
            with self.subTest(row.domain):
                self.assertEqual(self.opinions[row.domain], row.postfix, row.why)
                seen_by_both = {"mta-sts": "pkix"}.get(row.level, row.level)
                self.assertEqual(bool(row.differs), row.postfix != seen_by_both, "a difference is explained, and nothing else is")

    def test_the_edition_of_2021_grades_by_its_own_rules(self) -> None:
        old = self.directory / "2021.conf"
        old.write_text(self.site.config_file.read_text().replace("ncsc-nl-2025-05.conf", "ncsc-nl-2021-01.conf"))
        rows = [row for row in TABLE if row.grade_2021]
        shares = [[row.domain for row in rows[n::CALLS_AT_ONCE]] for n in range(CALLS_AT_ONCE)]
        with ThreadPoolExecutor(CALLS_AT_ONCE) as probes:
            found = [json.loads(line) for lines in probes.map(partial(self.check_directly, old), shares) for line in lines]
        grades = {verdict["domain"]: verdict["grade"] for verdict in found}
        for row in rows:
            with self.subTest(row.domain):
                self.assertEqual(grades[row.domain], row.grade_2021)

    @staticmethod
    def check_directly(config: Path, names: list[str]) -> list[str]:
        """One verdict per line, by the command's own probe under another configuration."""
        return subprocess.run([program("smarttls"), "--config", str(config), "check", "--direct", "--json", *names],
                              capture_output=True, text=True).stdout.splitlines()

    def test_a_name_is_taken_as_people_write_it(self) -> None:
        self.assertEqual(self.verdict("bücher.example")["domain"], "xn--bcher-kva.example")

    def test_slow_servers_do_not_add_up(self) -> None:
        self.assertLess(self.took, LIMIT)


class Memory(Scenario):
    """The daemon while it is talked at. AddressSanitizer keeps freed memory for a while: here, for a short one."""
    domains = hostile.DOMAINS
    environment = {"ASAN_OPTIONS": f"{os.environ.get('ASAN_OPTIONS', '')}:quarantine_size_mb=1:thread_local_quarantine_size_kb=64"}

    @classmethod
    def setUpClass(cls) -> None:
        with mock.patch.dict(os.environ, cls.environment):
            super().setUpClass()

    def resident(self) -> int:
        """MiB."""
        status = Path(f"/proc/{self.site.daemon('smarttlsd').pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) // 1024

    def check(self, domains: list[str]) -> list[dict]:
        return [json.loads(line) for line in self.site.command("check", "--json", *domains, status=None).splitlines()]

    def test_it_does_not_grow_with_what_servers_say(self) -> None:
        names = [domain.name for domain in self.domains]
        self.check(names[:WARM_UP])
        before = self.resident()
        rest = names[WARM_UP:]
        shares = [rest[n::CALLS_AT_ONCE] for n in range(CALLS_AT_ONCE)]
        with ThreadPoolExecutor(CALLS_AT_ONCE) as calls:
            found = [verdict for verdicts in calls.map(self.check, shares) for verdict in verdicts]
        self.assertEqual({(v["level"], *v["reasons"]) for v in found}, {("unknown", "protocol-error")})
        self.assertEqual(len(found), len(rest))
        self.assertLess(self.resident() - before, MOST_GROWTH)


if __name__ == "__main__":
    main()
