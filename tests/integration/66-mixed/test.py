# SPDX-License-Identifier: Apache-2.0
"""One message whose recipients fare differently, through a real Postfix: one gets it directly, one picks it up, one is
held, one is refused. Asserts on what the servers got, on queue, log, evidence, sealed copies and the notice; and that a
crash anywhere and the client's next attempt make no second copy and no second notice."""
import email
import email.policy
import json
import re
import smtplib
import subprocess
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scenario import Scenario, main  # noqa: E402
from mail_site import SENDER  # noqa: E402
from postfix import ADDRESS, Reply  # noqa: E402

HERE = Path(__file__).resolve().parent
FATES = "insecure = portal\nplaintext = hold"  # and a domain that takes no mail is refused always
SECRET = "the diagnosis of Mrs. Smith"


class Mixed(Scenario):
    settings = {"nta7516": FATES}

    # Words

    def kept(self, recipient: str) -> list[dict]:
        """Sealed messages for a recipient, whether to pick up or held."""
        lines = self.site.command("message", "list", "--json", "--limit", "1000", status=None).splitlines()
        return [one for one in map(json.loads, lines) if recipient in one["recipients"] + one["held"]]

    def notices(self, recipient: str) -> list[email.message.EmailMessage]:
        """Non-delivery notices about a recipient in the sender's mailbox."""
        mails = [email.message_from_bytes(mail, policy=email.policy.default) for mail in self.site.postfix.mailbox("alice")]
        return [mail for mail in mails if f"; {recipient}" in mail.as_string()]

    def outbox(self, recipient: str) -> list[dict]:
        lines = self.site.command("outbox", "list", "--all", "--json", status=None).splitlines()
        return [one for one in map(json.loads, lines) if one["about"] == recipient]

    def deliveries(self, domain: str, recipient: str) -> list[dict]:
        return [message for message in self.site.lab.received(domain) if message["rcpt_to"] == [recipient]]

    def send_four(self, name: str, **options: str) -> tuple[Reply, dict[str, str]]:
        """To one recipient of each kind; their addresses by kind."""
        to = {"direct": f"{name}@dane.example", "portal": f"{name}@expired.example", "held": f"{name}@plaintext.example", "refused": f"{name}@null-mx.example"}
        reply = self.site.send(*to.values(), mail_class="nta7516", body=f"{SECRET}\r\n", Subject=SECRET, Message_Id=f"<{name}@client>", **options)
        return reply, to

    def send_raw(self, recipients: dict[str, list[str]], **fields: str) -> str:
        """With ESMTP parameters for each RCPT; the queue id."""
        header = {"From": SENDER, "Subject": SECRET, "X-SmartTLS-Class": "nta7516"} | {k.replace("_", "-"): v for k, v in fields.items()}
        with smtplib.SMTP(*ADDRESS, timeout=60) as smtp:
            smtp.ehlo("client.lab.example")
            utf8 = any(not address.isascii() for address in recipients)
            if utf8:
                smtp.command_encoding = "utf-8"
            self.assertEqual(smtp.mail(SENDER, ["ENVID=Q+2B1"] + (["SMTPUTF8"] if utf8 else []))[0], 250)
            for address, parameters in recipients.items():
                code, text = smtp.docmd(f"RCPT TO:<{address}> {' '.join(parameters)}".rstrip())
                self.assertEqual((address, code), (address, 250), text)
            code, text = smtp.data(("".join(f"{n}: {v}\r\n" for n, v in header.items()) + "\r\nHello.\r\n").encode())
        self.assertEqual(code, 250, text)
        return re.search(rb"queued as (\S+)", text).group(1).decode()

    # What happens to each

    def test_each_recipient_gets_its_own_outcome(self) -> None:
        reply, to = self.send_four("anna")
        queue_id = self.assert_accepted(reply)
        self.wait_until("delivery", lambda: self.deliveries("dane.example", to["direct"]))
        self.assertEqual(len(self.deliveries("dane.example", to["direct"])), 1)
        self.wait_until("its removal", lambda: f"{queue_id}: removed" in self.site.postfix.log())
        delivered = re.findall(rf"{queue_id}: to=<([^>]*)>", self.site.postfix.log())
        self.assertEqual(delivered, [to["direct"]], "nobody else was in the envelope any more")
        self.assertIsNone(self.queued(queue_id))
        record = self.only_evidence(queue_id)
        self.assertEqual((record["event"], record["outcome"]), ("SubmissionAcceptance", "mixed"))
        self.assertEqual([r["outcome"] for r in record["recipients"]], ["direct", "portal", "hold", "reject"])
        (sealed,) = self.kept(to["portal"])
        self.assertEqual((sealed["recipients"], sealed["held"]), ([to["portal"]], [to["held"]]))
        self.assertIn(SECRET, self.site.command("message", "open", sealed["id"]))
        self.assertNotIn(SECRET.encode(), (self.site.store / "sealed" / sealed["id"]).read_bytes())
        self.assert_no_data_in_clear()

    def test_the_sender_gets_a_notice_about_the_refused_one(self) -> None:
        reply, to = self.send_four("ben")
        queue_id = self.assert_accepted(reply)
        (notice,) = self.wait_until("notice", lambda: self.notices(to["refused"]))
        self.assertEqual((notice["Return-Path"], notice["To"], notice["Auto-Submitted"]), ("<>", SENDER, "auto-replied"))
        self.assertEqual((notice.get_content_type(), notice.get_param("report-type")), ("multipart/report", "delivery-status"))
        people, status, header = notice.iter_parts()
        self.assertIn(to["refused"], people.get_content())
        of_message, of_recipient = status.get_payload()
        self.assertEqual(of_message["Reporting-MTA"], "dns; gateway.org.example")
        self.assertEqual((of_recipient["Final-Recipient"], of_recipient["Action"], of_recipient["Status"]), (f"rfc822; {to['refused']}", "failed", "5.1.10"))
        self.assertRegex(header.get_content(), "(?i)^message-id: <ben@client>\n")
        self.assertNotIn(SECRET, notice.as_string())
        self.assertEqual(self.outbox(to["refused"])[0]["state"], "sent")
        self.assertEqual(self.outbox(to["refused"])[0]["queue_id"], queue_id)

    def test_notify_never_is_honoured_and_the_original_recipient_named(self) -> None:
        self.send_raw({"cato@dane.example": [], "cato@null-mx.example": ["NOTIFY=NEVER"],
                       "cora@null-mx.example": ["NOTIFY=FAILURE", "ORCPT=rfc822;Cora+2Bx@org.example"]})
        (notice,) = self.wait_until("notice", lambda: self.notices("cora@null-mx.example"))
        self.assertIn("Original-Recipient: rfc822; Cora+x@org.example", notice.as_string())
        self.assertIn("Original-Envelope-Id: Q+1", notice.as_string())
        self.assertEqual(self.outbox("cato@null-mx.example"), [])

    def test_addresses_of_every_shape_leave_the_envelope(self) -> None:
        strange = ['"a b"@plaintext.example', '"needless"@plaintext.example', "MiXed@PlainText.Example", "a+b/c=d@plaintext.example",
                   "dotted@plaintext.example.", '"a\\"b"@expired.example', "j\u00f6rg@expired.example", "dora@null-mx.EXAMPLE"]
        queue_id = self.send_raw({"dora@dane.example": []} | {a: ["NOTIFY=FAILURE,DELAY", "ORCPT=rfc822;x@y.example"] for a in strange})
        self.wait_until("its removal", lambda: f"{queue_id}: removed" in self.site.postfix.log())
        self.assertEqual(re.findall(rf"{queue_id}: to=<([^>]*)>", self.site.postfix.log()), ["dora@dane.example"])

    def test_where_nobody_gets_it_directly_the_held_one_waits_in_the_queue(self) -> None:
        queue_id = self.assert_accepted(self.site.send("emil@plaintext.example", "emil@expired.example", "emil@null-mx.example", mail_class="nta7516"))
        entry = self.queued(queue_id)
        self.assertEqual(entry["queue_name"], "hold")
        self.assertEqual([r["address"] for r in entry["recipients"]], ["emil@plaintext.example"])
        self.assertEqual(self.kept("emil@expired.example")[0]["held"], [])
        self.assertTrue(self.wait_until("notice", lambda: self.notices("emil@null-mx.example")))

    def test_where_everybody_is_refused_the_client_is_told_and_no_notice_goes(self) -> None:
        reply = self.site.send("fee@null-mx.example", "finn@null-mx.example", mail_class="nta7516")
        self.assertEqual((reply.code, "5.1.10" in reply.text), (556, True), reply.text)
        self.assertEqual(self.outbox("fee@null-mx.example") + self.outbox("finn@null-mx.example"), [])

    def test_an_archive_copy_survives_although_every_recipient_left(self) -> None:
        self.site.postfix.set("always_bcc", "archive@org.example")
        self.site.postfix.reload()
        try:
            before = len(self.site.postfix.mailbox("archive"))
            self.assert_accepted(self.site.send("gil@expired.example", mail_class="nta7516"))
            self.wait_until("archive copy", lambda: len(self.site.postfix.mailbox("archive")) > before)
            self.assertEqual(len(self.kept("gil@expired.example")), 1)
        finally:
            self.site.postfix.set("always_bcc", "")
            self.site.postfix.reload()

    def test_a_held_recipient_is_released_under_the_floor_of_the_class(self) -> None:
        to = ["hugo@dane.example", "hugo@plaintext.example", "hugo@expired.example"]
        self.assert_accepted(self.site.send(*to, mail_class="nta7516", body=".one dot\r\n", Message_Id="<hugo@client>"))
        identifier = self.kept("hugo@plaintext.example")[0]["id"]
        said = self.site.command("message", "release", identifier)
        queue_id = re.search(r"queued as (\S+)", said).group(1)
        self.assertIn("postfix/smarttls-dane/smtp", self.wait_status(queue_id, "deferred"))
        entry = self.queued(queue_id)
        self.assertEqual((entry["sender"], [r["address"] for r in entry["recipients"]]), ("alice+smarttls-dane@org.example", ["hugo@plaintext.example"]))
        text = self.site.postfix._command("postcat", "-qbh", queue_id)
        self.assertNotIn("X-SmartTLS-Class", text)
        self.assertIn("X-SmartTLS-Protected: nta7516", text)
        self.assertTrue(text.endswith("\n\n.one dot\n"), text)
        self.assertEqual(self.only_evidence(queue_id)["recipients"][0]["rule"], "released")
        self.assertEqual([(k["recipients"], k["held"]) for k in self.kept("hugo@expired.example")], [(["hugo@expired.example"], [])])
        self.site.command("message", "release", identifier, status=1)
        self.assert_accepted(self.site.send(*to, mail_class="nta7516", body=".one dot\r\n", Message_Id="<hugo@client>"))
        self.assertEqual(self.kept("hugo@plaintext.example"), [], "released once, and not held again")
        self.assertEqual(self.site.lab.received("plaintext.example"), [])

    # Crashes

    def assert_once(self, to: dict[str, str]) -> None:
        """After all attempts: everyone got it, and nobody twice."""
        self.wait_until("delivery", lambda: self.deliveries("dane.example", to["direct"]))
        self.wait_until("notice", lambda: self.notices(to["refused"]))
        self.assertEqual(len(self.deliveries("dane.example", to["direct"])), 1)
        self.assertEqual((len(self.kept(to["portal"])), len(self.kept(to["held"]))), (1, 1))
        self.assertEqual(len(self.outbox(to["refused"])), 1)
        # What the MTA took in the very moment of a kill -9 is sent once more, under the same Message-ID.
        self.assertEqual(len({notice["Message-ID"] for notice in self.notices(to["refused"])}), 1)
        self.assertIn(SECRET, self.site.command("message", "open", self.kept(to["portal"])[0]["id"]))

    def start_four(self, name: str) -> tuple[threading.Thread, list]:
        results: list = []
        thread = threading.Thread(target=lambda: results.append(self.send_four(name)))
        thread.start()
        return thread, results

    def crash(self, name: str, moment) -> None:
        """Kills the milter once `moment` has come; the client gets 451 and tries again."""
        thread, results = self.start_four(name)
        self.wait_until("the moment", moment)
        self.site.kill_daemon("smarttls-milter")
        thread.join(60)
        self.site.start_milter()
        reply, to = results[0]
        if reply.code != 250:
            self.assert_deferred(reply)
            again, _ = self.send_four(name)
            self.assert_accepted(again)
        self.assert_once(to)

    def test_killed_between_the_commit_and_the_answer(self) -> None:
        stall = self.directory / "stall_removal.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-o", stall, HERE / "stall_removal.c"], check=True)
        self.site.stop_daemon("smarttls-milter")
        self.site.start_milter(LD_PRELOAD=str(stall), ASAN_OPTIONS="verify_asan_link_order=0")
        self.crash("hanna", lambda: [o for o in self.outbox("hanna@null-mx.example") if o["state"] == "sent"])
        self.assertEqual(len(self.notices("hanna@null-mx.example")), 1)
        self.assertEqual(len([r for r in self.site.command("evidence", "search", "--address", "hanna@dane.example", "--json").splitlines()]), 2)

    def test_killed_as_soon_as_the_copy_has_its_name(self) -> None:
        folder = self.site.store / "sealed"
        for attempt in range(3):
            before = {path.name for path in folder.iterdir()}
            self.crash(f"ivo{attempt}", lambda: {p.name for p in folder.iterdir() if len(p.name) == 32} - before)

    def test_killed_while_the_copy_is_written(self) -> None:
        folder = self.site.store / "sealed"
        for attempt in range(2):
            self.crash(f"jo{attempt}", lambda: list(folder.glob(".new-*")) or self.kept(f"jo{attempt}@expired.example"))
        self.assertEqual(list(folder.glob(".new-*")), [], "what a crash left is swept")

    def test_a_client_that_timed_out_and_tries_again_gets_one_of_each(self) -> None:
        for _ in range(3):
            reply, to = self.send_four("kim")
            self.assert_accepted(reply)
        self.wait_until("notice", lambda: self.notices(to["refused"]))
        self.assertEqual((len(self.kept(to["portal"])), len(self.kept(to["held"])), len(self.outbox(to["refused"]))), (1, 1, 1))

    def test_notices_wait_while_the_mta_does_not_take_them(self) -> None:
        self.site.postfix.set("smtpd_sender_restrictions", "check_sender_access inline:{{<>=DEFER later}}")
        self.site.postfix.reload()
        try:
            self.assert_accepted(self.send_four("lea")[0])
            item = self.wait_until("attempt", lambda: [o for o in self.outbox("lea@null-mx.example") if o["attempts"]])[0]
            self.assertEqual(item["state"], "waiting")
            self.assertIn("later", item["last_reply"])
        finally:
            self.site.postfix.set("smtpd_sender_restrictions", "")
            self.site.postfix.reload()


if __name__ == "__main__":
    main()
