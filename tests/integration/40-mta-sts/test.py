# SPDX-License-Identifier: Apache-2.0
"""MTA-STS from the TXT record to the delivery: what `smarttls check` says about each domain of the lab that has a policy,
what Postfix is told, and what it does. Asserts on what policy hosts and mail servers saw."""
import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scenario import Scenario, main  # noqa: E402

from domains import policy, sts_text  # noqa: E402

FETCH, INVALID, WEBPKI, MISMATCH = "sts-policy-fetch-error", "sts-policy-invalid", "sts-webpki-invalid", "sts-mx-mismatch"

# Domain, level, reasons, mode of the policy that is in force.
VERDICTS = (
    ("sts-enforce", "mta-sts", [], "enforce"),
    ("sts-wildcard", "mta-sts", [], "enforce"),
    ("sts-testing", "pkix", [], "testing"),
    ("sts-none", "pkix", [], "none"),
    ("sts-mx-mismatch", "forbidden", [MISMATCH], "enforce"),
    ("sts-mx-expired", "forbidden", ["certificate-expired"], "enforce"),
    ("sts-mx-plaintext", "forbidden", ["starttls-not-supported"], "enforce"),
    ("sts-bad-cert", "pkix", [WEBPKI], None),
    ("sts-wrong-name", "pkix", [WEBPKI], None),
    ("sts-self-signed", "pkix", [WEBPKI], None),
    ("sts-redirect", "pkix", [FETCH], None),
    ("sts-missing", "pkix", [FETCH], None),
    ("sts-two-records", "pkix", [INVALID], None),
    ("sts-no-record", "pkix", [], None),
    ("sts-huge", "pkix", [FETCH], None),
    ("sts-html", "pkix", [FETCH], None),
    ("sts-garbage", "pkix", [INVALID], None),
    ("sts-close", "pkix", [FETCH], None),
    ("sts-cut", "pkix", [FETCH], None),
    ("sts-private", "pkix", [FETCH], None),
    ("sts-dane", "dane", [], "enforce"),
    ("sts-with-dane-mismatch", "forbidden", ["tlsa-invalid"], "enforce"),
    ("sts-with-dane-servfail", "unknown", ["dns-failure"], "enforce"),
    ("sts-dns-failure", "pkix", [FETCH], None),
    ("sts-slow", "pkix", [FETCH], None),
    ("sts-neighbour", "pkix", [], None),
)


class MtaSts(Scenario):
    settings = {"probe_deadline": "5s"}

    def check(self, domain: str, *options: str) -> dict:
        return json.loads(self.site.command("check", "--json", *options, f"{domain}.example", status=None))

    def ask(self, map_name: str, key: str) -> str:
        """What Postfix is told, as postmap -q asks it; empty for NOTFOUND."""
        where = f"socketmap:unix:{self.site.postfix.queue_directory}/smarttlsd/engine.sock:{map_name}"
        done = subprocess.run(["postmap", "-c", str(self.site.postfix.config), "-q", f"{key}.example", where],
                              capture_output=True, text=True)
        return done.stdout.strip() or done.stderr.strip()

    def test_each_domain_gets_the_verdict_of_the_rfc(self) -> None:
        for domain, level, reasons, mode in VERDICTS:
            with self.subTest(domain):
                verdict = self.check(domain)
                self.assertEqual((verdict["level"], verdict["reasons"]), (level, reasons))
                self.assertEqual(verdict.get("sts", {}).get("mode"), mode)

    def test_the_verdict_shows_the_policy(self) -> None:
        self.assertEqual(self.check("sts-wildcard")["sts"],
                         {"mode": "enforce", "id": "1", "max_age": 86400, "mx": ["*.sts-wildcard.example"]})

    def test_a_probe_without_the_daemon_finds_the_same(self) -> None:
        self.assertEqual(self.check("sts-enforce", "--direct")["level"], "mta-sts")

    def test_the_policy_host_is_asked_by_name_and_not_before_it_is_authenticated(self) -> None:
        self.check("sts-enforce")
        request = self.site.lab.wait_requests("sts-enforce.example")[0]
        self.assertEqual((request["sni"], request["request"]),
                         ("mta-sts.sts-enforce.example", "GET /.well-known/mta-sts.txt HTTP/1.1"))
        self.check("sts-wrong-name")
        self.assertEqual({r["request"] for r in self.site.lab.wait_requests("sts-wrong-name.example")}, {None})
        self.check("sts-no-record")
        self.assertEqual(self.site.lab.requests("sts-no-record.example"), [])

    def test_postfix_is_told_the_names_that_the_policy_allows(self) -> None:
        secure = "secure match=mx.{0}.example servername=hostname"
        for domain in ("sts-enforce", "sts-wildcard"):
            for map_name in ("mta-sts", "pkix", "default"):
                self.assertEqual(self.ask(map_name, domain), secure.format(domain), map_name)
        self.assertEqual([self.ask(m, "sts-dane") for m in ("mta-sts", "pkix", "default")], ["dane-only"] * 3)
        self.assertEqual([self.ask("default", d) for d in ("sts-testing", "sts-none", "sts-missing", "plaintext", "nxdomain")], [""] * 5)
        self.assertIn("does not reach mta-sts now", self.ask("mta-sts", "sts-testing"))
        self.assertIn("forbids delivery now", self.ask("mta-sts", "sts-mx-mismatch"))
        self.assertIn("forbids delivery now", self.ask("default", "sts-mx-mismatch"))
        self.assertIn("nothing is known", self.ask("default", "sts-with-dane-servfail"))

    def test_ordinary_mail_is_answered_without_a_word_to_its_server(self) -> None:
        self.assertEqual(self.ask("default", "dane-ta"), "dane-only")
        self.assertEqual(self.site.lab.sessions("dane-ta.example"), [])

    def test_mail_for_the_floor_is_delivered_over_a_verified_connection(self) -> None:
        queue_id = self.assert_accepted(self.site.send("bob@sts-enforce.example", mail_class="sts"))
        message = self.site.lab.wait_received("sts-enforce.example")[-1]
        self.assertEqual(message["tls"]["version"], "TLSv1.3")
        self.assertIn("postfix/smarttls-mta-sts/smtp", self.wait_status(queue_id, "sent"))
        self.assertRegex(self.site.postfix.log(),
                         r"smarttls-mta-sts/smtp\[\d+\]: Verified TLS connection established to mx.sts-enforce.example")
        verdict = self.only_evidence(queue_id)["recipients"][0]["verdict"]
        self.assertEqual((verdict["level"], verdict["sts"]["mode"]), ("mta-sts", "enforce"))

    def test_a_server_that_the_policy_leaves_out_gets_nothing(self) -> None:
        queue_id = self.assert_accepted(self.site.send("bob@sts-mx-mismatch.example", mail_class="sts"))
        self.assertEqual(self.queued(queue_id)["queue_name"], "hold")
        explanation = self.only_evidence(queue_id)["recipients"][0]["explanation"]
        self.assertRegex(explanation, "not among the mail servers of the domain's MTA-STS policy.*meet the domain's MTA-STS policy")
        self.assertEqual(self.site.lab.received("sts-mx-mismatch.example"), [])

    def test_a_domain_on_the_same_server_does_not_inherit_the_policy(self) -> None:
        self.assertEqual(self.check("sts-enforce")["level"], "mta-sts")
        queue_id = self.assert_accepted(self.site.send("bob@sts-neighbour.example", mail_class="sts"))
        self.assertEqual(self.queued(queue_id)["queue_name"], "hold")


class LifeOfAPolicy(Scenario):
    """One domain through a year: each test leaves it with a new policy that is in order."""

    def setUp(self) -> None:
        self.lab = self.site.lab
        self.lab.restore("mta-sts.sts-fickle.example")
        first = "start" + self._testMethodName[-8:].replace("_", "")
        self.publish(first)
        self.wait_until("the policy", lambda: self.verdict().get("sts", {}).get("id") == first)
        self.assertEqual(self.verdict()["level"], "mta-sts")

    def publish(self, *ids: str) -> None:
        row = replace(self.lab.domains["sts-fickle.example"], text=sts_text("sts-fickle.example", *ids))
        self.lab.publish(row)

    def verdict(self) -> dict:
        return json.loads(self.site.command("check", "--json", "--fresh", "sts-fickle.example", status=None))

    def fetches(self) -> int:
        """How often the policy host was asked, once the records of connections that have just ended are written."""
        seen = -1
        while seen != (seen := len(self.lab.requests("sts-fickle.example"))):
            time.sleep(0.5)
        return seen

    def wait_reasons(self, *reasons: str) -> dict:
        self.wait_until(f"reasons {reasons}", lambda: self.verdict()["reasons"] == list(reasons))
        return self.verdict()

    def test_it_survives_a_policy_host_that_is_down_and_a_restart(self) -> None:
        self.lab.change("mta-sts.sts-fickle.example", close_at="connect")
        self.publish("other1")
        verdict = self.wait_reasons(FETCH)
        self.assertEqual(verdict["level"], "mta-sts")
        self.site.stop_daemon("smarttlsd")
        self.site.start_engine()
        verdict = self.verdict()
        self.assertEqual((verdict["level"], verdict["sts"]["mode"]), ("mta-sts", "enforce"))
        self.assertIn("stays in force", self.site.log("smarttlsd"))

    def test_it_is_fetched_again_when_the_id_changes_and_not_before(self) -> None:
        before = self.fetches()
        self.lab.change("mta-sts.sts-fickle.example", policy=policy("elsewhere.example", mode="testing"))
        self.assertEqual(self.verdict()["sts"]["mode"], "enforce")
        self.assertEqual(self.fetches(), before)
        self.publish("other2")
        self.wait_until("the new policy", lambda: self.verdict()["sts"]["mode"] == "testing")
        self.assertEqual(self.verdict()["level"], "pkix")

    def test_a_failure_is_not_repeated_within_five_minutes(self) -> None:
        self.lab.change("mta-sts.sts-fickle.example", status=500)
        self.publish("other3")
        self.wait_reasons(FETCH)
        before = self.fetches()
        self.assertEqual(self.verdict()["reasons"], [FETCH])
        self.assertEqual(self.fetches(), before)

    def test_it_stays_without_its_record_and_ends_by_mode_none(self) -> None:
        self.publish()
        self.assertEqual(self.wait_reasons()["level"], "mta-sts")
        self.lab.change("mta-sts.sts-fickle.example", policy=policy(mode="none"))
        self.publish("other4")
        self.wait_until("its end", lambda: self.verdict()["sts"]["mode"] == "none")
        self.assertEqual(self.verdict()["level"], "pkix")


if __name__ == "__main__":
    main()
