# SPDX-License-Identifier: Apache-2.0
"""The four mails that the product is about, through a real Postfix: DANE, expired certificate, no STARTTLS, unmarked.
Asserts on what the receiving server got, on queue, log and evidence."""
import hashlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scenario import Scenario, main  # noqa: E402

BODY = "Dear colleague,\r\n\r\n.. two dots, and 8 bit: caf\u00e9.\r\n"


class FourMails(Scenario):
    def test_marked_mail_to_a_domain_with_dane_is_delivered_over_verified_tls(self) -> None:
        reply = self.site.send("bob@dane.example", mail_class="nta7516", body=BODY)
        queue_id = self.assert_accepted(reply)
        message = self.site.lab.wait_received("dane.example")[-1]
        self.assertEqual(message["tls"]["version"], "TLSv1.3")
        self.assertEqual(message["mail_from"], "alice@org.example")
        self.assertNotIn("X-SmartTLS-Class", message["data"])
        self.assertIn("X-SmartTLS-Protected: nta7516", message["data"])
        self.assertIn(f"postfix/smarttls-dane/smtp", self.wait_status(queue_id, "sent"))
        self.assertRegex(self.site.postfix.log(), r"smarttls-dane/smtp\[\d+\]: Verified TLS connection established to mx.dane.example")
        record = self.only_evidence(queue_id)
        self.assertEqual((record["event"], record["class"], record["outcome"], record["floor"]),
                         ("SubmissionAcceptance", "nta7516", "direct", "dane"))
        self.assertEqual(record["content_sha256"], hashlib.sha256(BODY.encode()).hexdigest())
        verdict = record["recipients"][0]["verdict"]
        self.assertEqual((verdict["level"], verdict["mx_secure"]), ("dane", True))
        self.assertEqual(verdict["hosts"][0]["dane"], {"status": "verified", "usage": 3, "selector": 1, "matching": 1})

    def test_an_expired_certificate_without_dane_is_held(self) -> None:
        queue_id = self.assert_accepted(self.site.send("bob@expired.example", mail_class="nta7516"))
        self.assertEqual(self.queued(queue_id)["queue_name"], "hold")
        record = self.only_evidence(queue_id)
        self.assertEqual((record["event"], record["outcome"]), ("SubmissionAcceptance", "hold"))
        recipient = record["recipients"][0]
        self.assertEqual(recipient["verdict"]["level"], "encrypted")
        self.assertIn("certificate-expired", recipient["verdict"]["reasons"])
        self.assertRegex(recipient["explanation"], "expired certificate.*nta7516 demands dane.*would make it direct")
        self.assertEqual(self.site.lab.received("expired.example"), [])
        self.assertEqual(self.queued(queue_id)["sender"], "alice+smarttls-dane@org.example", "released mail stays enforced")

    def test_a_domain_without_starttls_is_refused_with_a_sentence_that_says_why(self) -> None:
        reply = self.site.send("bob@plaintext.example", mail_class="nta7516")
        self.assertEqual(reply.code, 550)
        self.assertRegex(" ".join(reply.text.split()), r"^5\.7\.4 .*mx.plaintext.example offers no STARTTLS.*nta7516 demands dane")
        self.assertEqual(self.site.lab.received("plaintext.example"), [])
        found = self.site.command("evidence", "search", "--domain", "plaintext.example", "--outcome", "reject", "--json")
        self.assertIn('"SubmissionRejection"', found)

    def test_unmarked_mail_passes_untouched(self) -> None:
        before = self.site.log("smarttlsd")
        queue_id = self.assert_accepted(self.site.send("carol@busy.example", "dave@pkix.example", body=BODY))
        message = self.site.lab.wait_received("pkix.example")[-1]
        self.assertEqual(message["mail_from"], "alice@org.example")
        self.assertIn("postfix/smtp", self.wait_status(queue_id, "sent"))
        self.assertNotIn("X-SmartTLS", message["data"])
        self.assertEqual(self.site.evidence(queue_id), [])
        self.assertEqual(self.site.log("smarttlsd"), before, "unmarked mail causes no probe")

    def test_gdpr_mail_goes_to_a_domain_with_a_public_certificate(self) -> None:
        queue_id = self.assert_accepted(self.site.send("erin@pkix.example", mail_class="GDPR"))
        self.assertIn("postfix/smarttls-pkix/smtp", self.wait_status(queue_id, "sent"))
        self.assertRegex(self.site.postfix.log(), r"smarttls-pkix/smtp\[\d+\]: Verified TLS connection established to mx.pkix.example")

    def test_gdpr_mail_goes_to_a_domain_with_dane_under_dane(self) -> None:
        queue_id = self.assert_accepted(self.site.send("erin@implicit.example", mail_class="gdpr"))
        self.assertIn("postfix/smarttls-pkix/smtp", self.wait_status(queue_id, "sent"))
        self.assertRegex(self.site.postfix.log(), r"smarttls-pkix/smtp\[\d+\]: Verified TLS connection established to implicit.example")

    def test_local_and_direct_recipients_of_one_message_both_get_it(self) -> None:
        queue_id = self.assert_accepted(self.site.send("frank@dane.example", "archive@org.example", mail_class="nta7516"))
        self.wait_until("local copy", lambda: self.site.postfix.mailbox("archive"))
        record = self.only_evidence(queue_id)
        self.assertEqual([(r["outcome"], r["rule"]) for r in record["recipients"]],
                         [("direct", "meets-level"), ("direct", "trusted-route")])

    def test_one_recipient_that_must_be_held_holds_nobody_else(self) -> None:
        queue_id = self.assert_accepted(self.site.send("gina@dane.example", "hugo@expired.example", mail_class="nta7516"))
        self.wait_status(queue_id, "sent")
        self.assertEqual(self.only_evidence(queue_id)["outcome"], "mixed")
        self.assertIn("gina@dane.example", str(self.site.lab.received("dane.example")))
        self.assertEqual(self.site.lab.received("expired.example"), [])

    def test_the_strictest_of_several_classes_wins_and_an_unknown_one_is_refused(self) -> None:
        reply = self.site.postfix.inject("alice@org.example", ["ida@pkix.example"],
                                         {"X-SmartTLS-Class": "gdpr\r\nx-smarttls-class: nta7516", "Subject": "x"}, "x")
        self.assertEqual(self.only_evidence(self.assert_accepted(reply))["class"], "nta7516")
        reply = self.site.send("jan@dane.example", mail_class="top-secret")
        self.assertEqual((reply.code, "5.7.1" in reply.text), (550, True), reply.text)

    def test_null_senders_and_routed_recipients_are_refused(self) -> None:
        self.assertIn("5.7.1", self.site.send("kees@dane.example", mail_class="nta7516", sender="").text)
        for routed in ("@dane.example:kees@pkix.example", "kees%plaintext.example@org.example", "plaintext.example!kees@org.example"):
            reply = self.site.send(routed, mail_class="nta7516")
            self.assertEqual((routed, reply.code), (routed, 550), reply.text)


if __name__ == "__main__":
    main()
