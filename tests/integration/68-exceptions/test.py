# SPDX-License-Identifier: Apache-2.0
"""Exceptions through a real Postfix: one recipient leaves under a lower floor while the one beside keeps that of the
class; who is told of it, once each; forged tags, four eyes, revocation and expiry; and mailboxes of consumers. Asserts
on what the receiving servers got, on queue, evidence, outbox and the reports themselves."""
import email
import email.policy
import json
import os
import re
import smtplib
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scenario import Scenario, main  # noqa: E402
from mail_site import SENDER, program  # noqa: E402
from postfix import ADDRESS, settle  # noqa: E402

CONTACT = "archive@org.example"
WHY = ("--reason", "their new gateway comes in March", "--ticket", "CHG-17", "--owner", "servicedesk")
FATES = "insecure = hold\nplaintext = reject\nconsumer = portal"


class Excepting(Scenario):

    def tearDown(self) -> None:
        self.assert_no_data_in_clear()
        for one in self.open_ones():
            self.site.command("exception", "revoke", str(one["id"]), "--reason", "the test is over")

    # Words

    def add(self, *target: str, mail_class: str = "nta7516", level: str | None = None, span: str = "1d", status: int = 0, waive: tuple[str, ...] = ()) -> str:
        demands = (("--level", level) if level else ()) + tuple(word for what in waive for word in ("--waive", what))
        said = self.site.command("exception", "add", *target, "--class", mail_class, *demands, "--for", span, *WHY, status=status)
        found = re.search(r"exception (\d+)", said)
        return found.group(1) if found else ""

    def listed(self) -> list[dict]:
        return [json.loads(line) for line in self.site.command("exception", "list", "--all", "--json", status=None).splitlines()]

    def open_ones(self) -> list[dict]:
        return [one for one in self.listed() if one["state"] in ("waiting", "active")]

    def as_user(self, uid: str, *words: str) -> subprocess.CompletedProcess:
        """The command as sudo would start it for this user."""
        return subprocess.run([program("smarttls"), "--config", str(self.site.config_file), *words], capture_output=True, text=True,
                              env=os.environ | {"SUDO_UID": uid})

    def reports(self, about: str) -> list[email.message.EmailMessage]:
        """Mails to the security contact whose subject says so; a mail that was sent and not yet delivered is not there."""
        mails = [email.message_from_bytes(mail, policy=email.policy.default) for mail in self.site.postfix.mailbox("archive")]
        return [mail for mail in mails if mail["Subject"].startswith("smarttls: " + about)]

    def report(self, about: str) -> email.message.EmailMessage:
        (one,) = self.wait_until("report " + about, lambda: self.reports(about), 30)
        return one

    def events(self, name: str, target: str) -> list[dict]:
        found = self.site.command("evidence", "search", "--domain", target, "--json", status=None).splitlines()
        return [one for one in map(json.loads, found) if one["event"] == name]

    def deliveries(self, domain: str, recipient: str) -> list[dict]:
        return [message for message in self.site.lab.received(domain) if recipient in message["rcpt_to"]]


class Exceptions(Excepting):
    settings = {"nta7516": FATES, "exceptions": f"security-contact = {CONTACT}"}

    # At delivery

    def test_the_excepted_recipient_leaves_and_the_one_beside_waits_under_the_floor_of_the_class(self) -> None:
        number = self.add("--address", "bob@pkix.example", level="pkix")
        self.site.lab.change("mx.pkix.example", banner="421")  # nobody can know, so that both are accepted
        try:
            queue_id = self.assert_accepted(self.site.send("bob@pkix.example", "alice@pkix.example", mail_class="nta7516"))
            entry = self.queued(queue_id)
            self.assertEqual(entry["sender"], "alice+smarttls-dane@org.example")
            self.assertEqual(sorted(r["address"] for r in entry["recipients"]),
                             ["alice@pkix.example", "bob+smarttls-to-pkix=bob=pkix.example@pkix.example"])
        finally:
            self.site.lab.restore("mx.pkix.example")
        self.flush_until(rf"smarttls-pkix/smtp.*{queue_id}: to=<bob\+.*status=sent", 40)
        self.flush_until(rf"smarttls-dane/smtp.*{queue_id}: to=<alice@pkix.example>.*dsn=4.7.5, status=deferred")
        (message,) = self.deliveries("pkix.example", "bob@pkix.example")
        self.assertEqual((message["mail_from"], message["rcpt_to"]), (SENDER, ["bob@pkix.example"]))
        self.assertEqual(self.deliveries("pkix.example", "alice@pkix.example"), [])
        bob, alice = self.only_evidence(queue_id)["recipients"]
        self.assertEqual((bob["rule"], bob["exception"], bob["floor"]), ("exception", int(number), "pkix"))
        self.assertIn("CHG-17", bob["explanation"])
        self.assertEqual((alice["rule"], alice["exception"], alice["floor"]), ("unknown", 0, ""))

    def test_a_domain_exception_opens_the_domain_and_no_other_class(self) -> None:
        self.add("--domain", "expired.example", level="encrypted")
        queue_id = self.assert_accepted(self.site.send("cor@expired.example", "cato@expired.example", "cor@self-signed.example", mail_class="nta7516"))
        self.site.postfix.wait_for_log(rf"smarttls-encrypted/smtp.*{queue_id}: to=<cato\+.*status=sent")
        self.wait_until("delivery", lambda: self.deliveries("expired.example", "cor@expired.example"))
        self.assertEqual([r["outcome"] for r in self.only_evidence(queue_id)["recipients"]], ["direct", "direct", "hold"])
        self.assertEqual(self.site.lab.received("self-signed.example"), [])
        other = self.assert_accepted(self.site.send("cor@expired.example", mail_class="gdpr"))
        self.assertEqual(self.queued(other)["queue_name"], "hold")

    def test_dsn_parameters_and_the_original_recipient_are_kept(self) -> None:
        self.add("--address", "dora@expired.example", level="encrypted")
        header = {"From": SENDER, "Subject": "a test", "X-SmartTLS-Class": "nta7516"}
        with smtplib.SMTP(*ADDRESS, timeout=60) as smtp:
            smtp.ehlo("client.lab.example")
            smtp.mail(SENDER, ["ENVID=Q"])
            smtp.docmd("RCPT TO:<dora@expired.example> NOTIFY=FAILURE,DELAY ORCPT=rfc822;Dora+2Bx@org.example")
            code, text = smtp.data(("".join(f"{n}: {v}\r\n" for n, v in header.items()) + "\r\nHello.\r\n").encode())
        self.assertEqual(code, 250, text)
        queue_id = re.search(rb"queued as (\S+)", text).group(1).decode()
        envelope = self.site.postfix.wait_for_log(rf"{queue_id}: to=<dora\+\S+.*status=sent").group(0)
        self.assertIn("relay=mx.expired.example", envelope)
        (message,) = self.deliveries("expired.example", "dora@expired.example")
        self.assertNotIn("smarttls-to", json.dumps(self.site.lab.sessions("expired.example")), "the server sees no tag at all")
        self.assertEqual(message["rcpt_to"], ["dora@expired.example"])

    def test_an_alias_does_not_carry_the_exception_to_another_address(self) -> None:
        self.add("--address", "emil@expired.example", level="encrypted")
        self.site.postfix.set("virtual_alias_maps", "inline:{ emil@expired.example=eve@expired.example }")
        self.site.postfix.reload()
        try:
            queue_id = self.assert_accepted(self.site.send("emil@expired.example", mail_class="nta7516"))
            line = self.wait_status(queue_id, "deferred")
            self.assertIn("postfix/smarttls-dane/smtp", line)
            self.assertEqual(self.deliveries("expired.example", "eve@expired.example"), [])
        finally:
            self.site.postfix.set("virtual_alias_maps", "")
            self.site.postfix.reload()

    def test_nothing_helps_against_plaintext_or_a_policy_of_the_domain_itself(self) -> None:
        self.add("--domain", "plaintext.example", level="encrypted")
        self.add("--domain", "tlsa-mismatch.example", level="encrypted")
        self.assertEqual(self.site.send("fay@plaintext.example", mail_class="nta7516").code, 550)
        queue_id = self.assert_accepted(self.site.send("fay@tlsa-mismatch.example", mail_class="nta7516"))
        self.assertEqual(self.queued(queue_id)["queue_name"], "hold")
        self.assertEqual(self.only_evidence(queue_id)["recipients"][0]["rule"], "forbidden")

    def test_a_forged_tag_is_refused(self) -> None:
        forged = "gil+smarttls-to-encrypted=gil=expired.example@expired.example"
        reply = self.site.send(forged, mail_class="nta7516")
        self.assertEqual((reply.code, "5.1.3" in reply.text), (550, True), reply.text)

    def test_mail_that_needs_an_exception_waits_while_its_route_is_missing(self) -> None:
        self.add("--address", "hal@expired.example", level="encrypted")
        file = self.site.postfix.config / "main.cf"
        whole = file.read_text()
        broken = 0
        for line in [one for one in whole.splitlines() if "smarttls-to-" in one or one.startswith("transport_maps")]:
            closing = " }" if line.endswith(" }") else ""
            without = line.replace("$smarttls_lower_floors, ", "") if line.startswith("transport_maps") else f"   {closing}"
            file.write_text(whole.replace(line + "\n", without + "\n"))
            settle(file)
            self.site.postfix.reload()
            with self.subTest(line):
                self.assert_deferred(self.site.send("hal@expired.example", mail_class="nta7516"))
                self.assert_accepted(self.site.send("hal@dane.example", mail_class="nta7516"))
                broken += 1
        file.write_text(whole)
        settle(file)
        self.site.postfix.reload()
        self.assertEqual(broken, 5)
        self.assert_accepted(self.site.send("hal@expired.example", mail_class="nta7516"))

    def test_what_was_set_aside_is_released_under_the_lower_floor(self) -> None:
        self.assert_accepted(self.site.send("nel@dane.example", "nel@self-signed.example", mail_class="nta7516"))
        kept = [json.loads(line) for line in self.site.command("message", "list", "--json").splitlines()]
        (held,) = [one["id"] for one in kept if "nel@self-signed.example" in one["held"]]
        number = self.add("--address", "nel@self-signed.example", level="encrypted")
        queue_id = re.search(r"queued as (\S+)", self.site.command("message", "release", held)).group(1)
        self.site.postfix.wait_for_log(rf"smarttls-encrypted/smtp.*{queue_id}: to=<nel\+.*status=sent")
        (message,) = self.deliveries("self-signed.example", "nel@self-signed.example")
        self.assertEqual((message["mail_from"], message["rcpt_to"]), (SENDER, ["nel@self-signed.example"]))
        (recipient,) = self.only_evidence(queue_id)["recipients"]
        self.assertEqual((recipient["rule"], recipient["exception"], recipient["floor"]), ("released", int(number), "encrypted"))
        self.report(f"exception {number} used for nel@self-signed.example")

    # What is told

    def test_creation_use_and_revocation_are_evidence_and_one_report_each(self) -> None:
        number = self.add("--address", "ida@expired.example", level="encrypted", waive=("grade",))
        created = self.report(f"exception {number} created")
        self.assertEqual((created["To"], created["Auto-Submitted"]), (CONTACT, "auto-generated"))
        text = created.get_content()
        for fact in ("ida@expired.example", "nta7516", "level encrypted, no grade", "CHG-17", "servicedesk", "March", "(uid "):
            self.assertIn(fact, text)
        for _ in range(2):
            self.assert_accepted(self.site.send("ida@expired.example", mail_class="nta7516", Message_Id="<ida@client>"))
        used = self.report(f"exception {number} used for ida@expired.example")
        self.assertIn(SENDER, used.get_content())
        self.site.command("exception", "revoke", number, "--reason", "no more")
        self.report(f"exception {number} revoked")
        self.assertEqual(len(self.reports(f"exception {number} ")), 3, "the second attempt at one message is not told again")
        for event in ("ExceptionCreation", "ExceptionRevocation"):
            self.assertEqual(len([e for e in self.events(event, "expired.example") if e["recipients"][0]["exception"] == int(number)]), 1)
        queue_id = self.assert_accepted(self.site.send("ida@expired.example", mail_class="nta7516", Message_Id="<ida2@client>"))
        self.assertEqual(self.queued(queue_id)["queue_name"], "hold", "with the next message it does not hold any more")
        self.site.command("exception", "revoke", number, "--reason", "again", status=1)

    def test_revoking_works_where_nobody_is_named_to_be_told(self) -> None:
        number = self.add("--address", "rita@expired.example", level="encrypted")
        whole = self.site.config_file.read_text()
        self.addCleanup(self.site.config_file.write_text, whole)
        self.site.config_file.write_text(whole.replace(f"security-contact = {CONTACT}", ""))
        before = len(self.events("ExceptionRevocation", "expired.example"))
        said = self.site.command("exception", "revoke", number, "--reason", "at once")
        self.assertIn(f"Revoked exception {number}", said)
        self.assertIn("security-contact is not set", said)
        self.assertEqual(len(self.events("ExceptionRevocation", "expired.example")), before + 1)
        self.add("--address", "rita@expired.example", level="encrypted", status=78)

    def test_an_end_is_noticed_without_any_mail(self) -> None:
        number = self.add("--domain", "wrong-name.example", level="encrypted", span="2s")
        self.report(f"exception {number} expired")
        self.assertEqual([one["state"] for one in self.listed() if one["id"] == int(number)], ["expired"])
        self.assertEqual(len(self.events("ExceptionExpiry", "wrong-name.example")), 1)
        queue_id = self.assert_accepted(self.site.send("jan@wrong-name.example", mail_class="nta7516"))
        self.assertEqual(self.queued(queue_id)["queue_name"], "hold")

    def test_reports_wait_while_the_mta_is_down(self) -> None:
        self.site.postfix.stop()
        try:
            number = self.add("--address", "kim@expired.example", level="encrypted")
            about = f"exception {number} created"
            listed = lambda: [o for o in map(json.loads, self.site.command("outbox", "list", "--json", status=None).splitlines()) if o["about"] == about]
            (item,) = self.wait_until("attempt", lambda: [o for o in listed() if o["attempts"]])
            self.assertEqual(item["state"], "waiting")
        finally:
            self.site.postfix.start()

    # What is refused

    def test_what_nobody_could_mean_is_refused(self) -> None:
        for words, said in ((("--domain", "a.example", "--class", "nta7517", "--level", "pkix", "--for", "1d"), "none of gdpr"),
                            (("--domain", "a.example", "--class", "gdpr", "--level", "plaintext", "--for", "1d"), "never goes in plaintext"),
                            (("--domain", "a.example", "--class", "gdpr", "--level", "encrypted", "--for", "91d"), "max-duration"),
                            (("--domain", "a.example", "--class", "gdpr", "--level", "encrypted", "--until", "2020-01-01"), "not in the future"),
                            (("--domain", "a.example", "--class", "gdpr", "--level", "encrypted", "--until", "soon"), "is not a time"),
                            (("--domain", "a.example", "--class", "gdpr", "--for", "1d"), "nothing is excepted"),
                            (("--address", "a.example", "--class", "gdpr", "--level", "encrypted", "--for", "1d"), "not a mail address"),
                            (("--class", "gdpr", "--level", "encrypted", "--for", "1d"), "one of --domain and --address")):
            with self.subTest(said):
                done = self.as_user("0", "exception", "add", *words, *WHY)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(said, done.stderr)
        self.add("--domain", "a.example", level="pkix")
        self.add("--domain", "A.example", level="pkix", mail_class="all", status=1)
        self.add("--address", "x@a.example", level="pkix")

    # Consumers

    def test_a_consumer_mailbox_gets_the_portal_whatever_its_tls(self) -> None:
        self.site.stop_daemon("smarttls-milter")
        local = self.directory / "our-consumers"
        local.write_text("# ours\nimplicit.example\n")
        config = self.site.config_file.read_text()
        self.site.config_file.write_text(config.replace("consumer-domains = ", f"consumer-domains = {local} "))
        self.site.start_milter()
        queue_id = self.assert_accepted(self.site.send("lea@implicit.example", "lea@dane.example", "lea@nta.example", mail_class="nta7516"))
        recipients = self.only_evidence(queue_id)["recipients"]
        self.assertEqual([(r["outcome"], r["rule"], r["kind"]) for r in recipients],
                         [("portal", "consumer", "consumer"), ("direct", "meets-level", "organisation"), ("direct", "meets-level", "nta-organisation")])
        self.assertIn("consumer = portal", recipients[0]["explanation"])
        self.add("--address", "lea@implicit.example", waive=("consumer",))
        queue_id = self.assert_accepted(self.site.send("lea@implicit.example", "leo@implicit.example", mail_class="nta7516"))
        self.assertEqual([r["outcome"] for r in self.only_evidence(queue_id)["recipients"]], ["direct", "portal"])
        self.wait_until("delivery", lambda: self.deliveries("implicit.example", "lea@implicit.example"))
        self.assertEqual(self.deliveries("implicit.example", "leo@implicit.example"), [])


class FourEyes(Excepting):
    settings = {"nta7516": FATES, "exceptions": f"security-contact = {CONTACT}\nfour-eyes = yes\nmax-duration = 2d"}

    def test_an_exception_holds_when_somebody_else_has_approved_it(self) -> None:
        number = self.add("--address", "mia@expired.example", level="encrypted")
        self.assertEqual([one["state"] for one in self.open_ones()], ["waiting"])
        queue_id = self.assert_accepted(self.site.send("mia@expired.example", mail_class="nta7516"))
        self.assertEqual(self.queued(queue_id)["queue_name"], "hold")
        mine = self.as_user("0", "exception", "approve", number)
        self.assertEqual((mine.returncode, "somebody else" in mine.stderr), (1, True), mine.stderr)
        other = self.as_user("65534", "exception", "approve", number)
        self.assertEqual(other.returncode, 0, other.stderr)
        self.assertIn("(uid 65534)", self.report(f"exception {number} approved").get_content())
        self.assertEqual(self.as_user("65534", "exception", "approve", number).returncode, 1)
        queue_id = self.assert_accepted(self.site.send("mia@expired.example", mail_class="nta7516", Message_Id="<mia2@client>"))
        self.site.postfix.wait_for_log(rf"{queue_id}: to=<mia\+.*status=sent")


if __name__ == "__main__":
    main()
