# SPDX-License-Identifier: Apache-2.0
"""What the engine makes of CNAMEs that leave the signed zone (RFC 7672 section 2.2.2), and of NTA 7516 records: in the
verdict of `smarttls check --json`, in the decision on mail, and in the evidence."""
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scenario import Scenario, main  # noqa: E402


class Dns(Scenario):
    def verdict(self, domain: str) -> dict:
        return json.loads(self.site.command("check", domain, "--json", status=None))

    # CNAMEs

    def test_a_host_whose_cname_leaves_the_signed_zone_is_authenticated_at_its_own_name(self) -> None:
        verdict = self.verdict("cname-out.example")
        self.assertEqual((verdict["level"], verdict["mx_secure"]), ("dane", True))
        host = verdict["hosts"][0]
        self.assertEqual((host["name"], host["addresses"], host["dane"]["status"]),
                         ("mx.cname-out.example", ["127.25.4.1"], "verified"))

    def test_mail_to_it_goes_out_under_dane(self) -> None:
        queue_id = self.assert_accepted(self.site.send("bob@cname-out.example", mail_class="nta7516"))
        self.assertIn("postfix/smarttls-dane/smtp", self.wait_status(queue_id, "sent"))

    def test_its_own_records_must_match(self) -> None:
        verdict = self.verdict("cname-out-mismatch.example")
        self.assertEqual((verdict["level"], verdict["reasons"]), ("forbidden", ["tlsa-invalid"]))

    def test_a_tlsa_name_that_leaves_the_signed_zone_is_no_dane(self) -> None:
        verdict = self.verdict("tlsa-out.example")
        self.assertEqual((verdict["level"], verdict["hosts"][0]["dane"]["status"]), ("pkix", "insecure"))

    # NTA 7516

    def test_a_valid_record_stands_in_the_verdict(self) -> None:
        self.assertEqual(self.verdict("nta.example")["nta7516"],
                         {"valid": True, "provider": "Lab Carrier", "start": "2019-06", "end": "2999-12", "ntamx": []})

    def test_a_record_that_does_not_count_stands_there_with_why(self) -> None:
        for domain, why in (("nta-expired", "nta7516-expired"), ("nta-unsigned", "nta7516-insecure"), ("dane", "nta7516-missing")):
            with self.subTest(domain):
                nta = self.verdict(f"{domain}.example")["nta7516"]
                self.assertEqual((nta["valid"], nta["why"]), (False, why))

    def test_hosts_of_the_record_are_judged_and_do_not_count_for_the_level(self) -> None:
        verdict = self.verdict("nta-hosts.example")
        self.assertEqual((verdict["level"], [host["name"] for host in verdict["hosts"]]), ("dane", ["mx.nta-hosts.example"]))
        self.assertEqual([(host["name"], host["preference"], host["level"]) for host in verdict["nta7516"]["ntamx"]],
                         [("nta.nta-hosts.example", 10, "dane"), ("bad.nta-hosts.example", 20, "plaintext")])

    def test_a_class_that_requires_the_record_takes_mail_to_a_domain_that_has_it(self) -> None:
        queue_id = self.assert_accepted(self.site.send("bob@nta.example", mail_class="care"))
        self.assertIn("postfix/smarttls-dane/smtp", self.wait_status(queue_id, "sent"))
        recipient = self.only_evidence(queue_id)["recipients"][0]
        self.assertEqual((recipient["rule"], recipient["verdict"]["nta7516"]["provider"]), ("meets-level", "Lab Carrier"))

    def test_and_holds_mail_to_a_domain_that_has_none(self) -> None:
        queue_id = self.assert_accepted(self.site.send("bob@nta-expired.example", mail_class="care"))
        self.assertEqual(self.queued(queue_id)["queue_name"], "hold")
        recipient = self.only_evidence(queue_id)["recipients"][0]
        self.assertEqual((recipient["rule"], recipient["verdict"]["level"]), ("nta-record", "dane"))
        self.assertIn("nta-expired.example has an NTA 7516 record that has expired; a valid NTA 7516 record, which class care "
                      "demands (nta-record = required), would make it direct", recipient["explanation"])

    def test_a_class_that_records_it_does_not_mind(self) -> None:
        queue_id = self.assert_accepted(self.site.send("bob@nta-expired.example", mail_class="nta7516"))
        self.wait_status(queue_id, "sent")
        nta = self.only_evidence(queue_id)["recipients"][0]["verdict"]["nta7516"]
        self.assertEqual((nta["valid"], nta["why"], nta["end"]), (False, "nta7516-expired", "2020-12"))


if __name__ == "__main__":
    main()
