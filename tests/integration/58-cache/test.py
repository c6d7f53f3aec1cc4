# SPDX-License-Identifier: Apache-2.0
"""The engine's memory, with the real daemon: warm after a restart, stale while a domain's servers are dead, an alarm when
a domain loses what protected it, and the command that shows and flushes it."""
import json
import re
import sqlite3
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scenario import Scenario, main  # noqa: E402


class Cache(Scenario):
    settings = {"min_ttl": "1h", "max_ttl": "1h"}  # the DNS of the lab says two seconds

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.lab = cls.site.lab

    def setUp(self) -> None:
        self.site.command("cache", "flush", "--all")

    def check(self, domain: str, *options: str) -> dict:
        return json.loads(self.site.command("check", "--json", *options, domain, status=None))

    def probes(self, domain: str) -> int:
        return self.site.log("smarttlsd").count(f": {domain}: level=")

    def restart(self) -> None:
        self.site.stop_daemon("smarttlsd")
        self.site.start_engine()

    def test_a_restart_is_warm(self) -> None:
        before, probes = self.check("pkix.example"), self.probes("pkix.example")
        self.restart()
        self.assertEqual(self.check("pkix.example"), before)
        self.assertEqual(self.probes("pkix.example"), probes)
        self.assertEqual(before["best_seen"], "pkix")

    def test_a_crash_costs_no_more_than_the_last_second(self) -> None:
        self.check("dane.example")
        probes = self.probes("dane.example")
        self.wait_until("the commit", lambda: self.on_disk("dane.example"))
        self.site.kill_daemon("smarttlsd")
        self.site.start_engine()
        self.assertEqual(self.check("dane.example")["level"], "dane")
        self.assertEqual(self.probes("dane.example"), probes)

    def on_disk(self, domain: str) -> bool:
        with sqlite3.connect(f"file:{self.site.store}/cache.db?mode=ro", uri=True) as database:
            return bool(database.execute("SELECT count(*) FROM verdict WHERE next_hop = ?", (domain,)).fetchone()[0])

    def test_a_cache_that_cannot_be_used_is_a_warning(self) -> None:
        self.site.stop_daemon("smarttlsd")
        cache = self.site.store / "cache.db"
        for name in self.site.store.glob("cache.db*"):
            name.unlink()
        cache.write_text("x" * 5000)
        self.site.start_engine()
        self.assertEqual(self.check("pkix.example")["level"], "pkix")
        self.assertIn("cache-file: verdicts are kept in memory only", self.site.log("smarttlsd"))
        self.site.stop_daemon("smarttlsd")
        self.assertEqual(cache.read_text(), "x" * 5000)
        cache.unlink()
        self.site.start_engine()

    def test_show_and_flush(self) -> None:
        self.check("pkix.example")
        self.check("dane.example")
        shown = self.site.command("cache", "show")
        self.assertRegex(shown, r"2 in memory \(\d+\.\d MiB\), \d+ in file")
        self.assertRegex(shown, r"dane\.example +dane +\w+ +\d+ s +in (5\d|60) min +dane +memory")
        entries = [json.loads(line) for line in self.site.command("cache", "show", "--json").splitlines()]
        self.assertEqual([entry["domain"] for entry in entries], ["dane.example", "pkix.example"])
        one = self.site.command("cache", "show", "dane.example")
        self.assertRegex(one, r"dane\.example: dane, grade .*\n  Checked +.* ago\)\n  Expires +.*\(in \d+ min\)")
        self.assertEqual(json.loads(self.site.command("cache", "show", "dane.example", "--json"))["verdict"]["level"], "dane")
        self.site.command("cache", "flush", "dane.example")
        self.site.command("cache", "show", "dane.example", status=1)
        self.site.command("cache", "flush", status=2)
        self.site.command("cache", "flush", "--all", "dane.example", status=2)
        self.site.stop_daemon("smarttlsd")
        self.site.command("cache", "show", status=69)
        self.site.start_engine()
        self.site.command("cache", "show", "dane.example", status=1)
        self.assertEqual(json.loads(self.site.command("cache", "show", "pkix.example", "--json"))["in"], "file")

    def test_a_domain_that_loses_its_protection_is_an_alarm(self) -> None:
        self.addCleanup(self.lab.restore, "mx.fickle.example")
        self.assertEqual(self.check("fickle.example")["level"], "dane")
        self.lab.change("mx.fickle.example", starttls="no")
        self.restart()
        verdict = self.check("fickle.example", "--fresh")
        self.assertIn(verdict["level"], ("plaintext", "forbidden"))
        self.assertEqual(verdict["best_seen"], "dane")
        self.assertIn("downgrade", verdict["reasons"])
        self.check("fickle.example", "--fresh")
        log = self.site.log("smarttlsd")
        self.assertEqual(log.count("fickle.example: possible downgrade attack"), 1, log)
        self.site.command("cache", "flush", "fickle.example")
        self.assertNotIn("downgrade", self.check("fickle.example")["reasons"])

    def test_the_old_verdict_counts_while_the_servers_are_dead(self) -> None:
        self.addCleanup(self.lab.restore, "mx.dane-ta.example")
        self.live(min_ttl="3s")
        self.addCleanup(self.live, min_ttl="1h")
        self.assertEqual(self.check("dane-ta.example")["level"], "dane")
        self.lab.change("mx.dane-ta.example", banner="421")
        self.assertEqual(self.check("dane-ta.example", "--fresh")["level"], "unknown")
        verdict = self.wait_until("a stale verdict", lambda: (v := self.check("dane-ta.example")).get("stale") and v)
        self.assertEqual((verdict["level"], verdict["stale_reasons"]), ("dane", ["busy"]))
        self.assertRegex(self.site.command("cache", "show"), "dane-ta.example .* stale")
        self.lab.restore("mx.dane-ta.example")
        self.wait_until("a new verdict", lambda: "stale" not in self.check("dane-ta.example"))

    def live(self, min_ttl: str) -> None:
        """Restarts the engine with another life of its verdicts."""
        text = self.site.config_file.read_text()
        self.site.config_file.write_text(re.sub("min-ttl = .*", f"min-ttl = {min_ttl}", text))
        self.restart()


if __name__ == "__main__":
    main()
