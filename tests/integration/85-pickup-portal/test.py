# SPDX-License-Identifier: Apache-2.0
"""The life of a message for pickup, through a real Postfix and the real portal: sealed, announced with a link at the
recipient's server, let in by a code of a text message gateway, read to the byte, ended, and destroyed with its key. The pages
themselves are tested elsewhere: a small program asks in their place."""
import email
import email.policy
import json
import re
import smtplib
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scenario import Scenario, main  # noqa: E402
from sms_gateway import URL, Gateway, serve  # noqa: E402
from mail_site import program  # noqa: E402

BODY = "Dear Carol,\r\n\r\nthe result is negative: caf\u00e9.\r\n"
RULES = """insecure = portal
plaintext = portal
pickup-factors = sms access-code
tell-sender = bounced missing-phone read expired
pickup-expiry = 20s
pickup-reminder = 0s"""


class PickupPortal(Scenario):
    settings = {
        "nta7516": RULES,
        "portal_settings": "url = https://pickup.org.example/\norganisation = Ziekenhuis \"Z\u00f3\"\nlanguage = en",
        "sms": f"url = {URL}\nheader = Content-Type: application/json\n"
               "header = Authorization: Bearer {{{{file:{token}}}}}\n" 'body = {{"to": "{{{{number}}}}", "text": "{{{{text}}}}"}}',
    }

    @classmethod
    def setUpClass(cls) -> None:
        directory = tempfile.TemporaryDirectory(prefix="smarttls-test.")
        cls.addClassCleanup(directory.cleanup)
        secret = Path(directory.name) / "token"
        secret.write_text("s3cret\n")
        cls.settings = cls.settings | {"sms": cls.settings["sms"].format(token=secret)}
        serve(cls)
        super().setUpClass()
        cls.site.start_portal()

    def setUp(self) -> None:
        Gateway.status = 200
        if "smarttls-portal" not in self.site._daemons:
            self.site.start_portal()

    # What recipients and senders do

    def pages(self, *words: str) -> tuple[int, str]:
        done = subprocess.run([program("pickup_pages"), str(self.site.config_file), *words], capture_output=True)
        self.assertNotIn(b"Sanitizer", done.stderr)
        return done.returncode, done.stdout.decode().strip()

    def notices(self, recipient: str) -> list[email.message.EmailMessage]:
        """What the recipient's server got from the portal."""
        found = [message for message in self.site.lab.received(recipient.split("@")[1]) if recipient in message["rcpt_to"]]
        return [email.message_from_string(one["data"], policy=email.policy.default) for one in found]

    def link_of(self, notice: email.message.EmailMessage) -> str:
        text = notice.get_body(("plain",)).get_content()
        return re.search(r"https://pickup\.org\.example/p/(\S{32})\s", text).group(1)

    def announced(self, recipient: str, count: int = 1) -> str:
        """The token of the newest link."""
        self.wait_until("the notice", lambda: len(self.notices(recipient)) >= count)
        return self.link_of(self.notices(recipient)[-1])

    def send_class_mail(self, recipient: str, body: str = BODY) -> str:
        return self.assert_accepted(self.site.send(recipient, mail_class="nta7516", body=body))

    def message_of(self, queue_id: str) -> str:
        kept = [json.loads(line) for line in self.site.command("message", "list", "--json", status=None).splitlines()]
        return next(one["id"] for one in kept if one["queue_id"] == queue_id)

    def code_for(self, token: str) -> str:
        before = len(Gateway.messages)
        self.assertEqual(self.pages("ask", token, "sms"), (0, "0"))
        self.assertEqual(len(Gateway.messages), before + 1)
        return re.match(r"\d{6}", Gateway.messages[-1]["text"]).group()

    def told(self, queue_id: str) -> list[str]:
        """The events of the portal's evidence."""
        lines = self.site.command("evidence", "show", queue_id, "--json", status=None).splitlines()
        return [json.loads(line)["event"].rsplit("/", 1)[-1] for line in lines]

    def wait_told(self, queue_id: str, event: str) -> None:
        self.wait_until(event, lambda: event in self.told(queue_id))

    # The story

    def test_from_the_sender_to_the_reader(self) -> None:
        self.site.command("phone", "set", "carol@plaintext.example", "+31 6 12 34 56 78")
        began = time.monotonic()
        queue_id = self.send_class_mail("carol@plaintext.example")
        token = self.announced("carol@plaintext.example")
        self.assertLess(time.monotonic() - began, 3)
        notice = self.notices("carol@plaintext.example")[-1]
        sender = notice["From"].addresses[0]
        self.assertEqual((sender.display_name, sender.addr_spec), ('Ziekenhuis "Z\u00f3"', "smarttls-pickup@org.example"))
        self.assertEqual(notice["Auto-Submitted"], "auto-generated")
        self.assertNotIn("a test", notice.as_string())
        self.assertIn(token, notice.get_body(("html",)).get_content())
        code, view = self.pages("find", token)
        self.assertEqual((code, view.split()[1:]), (0, ["alice@org.example", "10", "78", "sms,"]))
        digits = self.code_for(token)
        self.assertEqual((Gateway.messages[-1]["to"], Gateway.tokens[-1]), ("+31612345678", "Bearer s3cret"))
        self.assertIn('the message from Ziekenhuis "Z\u00f3".', Gateway.messages[-1]["text"])
        wrong = "000000" if digits != "000000" else "000001"
        self.assertEqual(self.pages("enter", token, wrong), (1, "1 9"))
        code, secret = self.pages("enter", token, f"{digits[:3]} {digits[3:]}")
        self.assertEqual(code, 0)
        self.assertEqual(self.pages("enter", token, digits)[0], 1)
        code, text = self.pages("read", secret)
        self.assertEqual((code, text.replace("\r\n", "\n").endswith(BODY.replace("\r\n", "\n").strip())), (0, True), text)
        self.assertEqual(self.pages("record", secret, "read"), (0, ""))
        self.assertEqual(self.pages("record", secret, "read"), (0, ""))
        self.wait_told(queue_id, "ContentAccessTracking")
        for event in ("ContentConsignment", "ConsignmentNotification", "ContentAccessTracking"):
            self.assertEqual(self.told(queue_id).count(event), 1, event)
        self.wait_until("the sender's news", lambda: any(b"has read your message" in text for text in self.site.postfix.mailbox("alice")))

    def test_a_gateway_that_is_down_is_said(self) -> None:
        self.site.command("phone", "set", "lena@plaintext.example", "+31612345678")
        self.send_class_mail("lena@plaintext.example")
        token = self.announced("lena@plaintext.example")
        Gateway.status = 503
        self.assertEqual(self.pages("ask", token, "sms")[0], 1)
        Gateway.status = 200
        self.code_for(token)

    def test_nobody_is_let_in_without_a_code(self) -> None:
        self.site.command("phone", "set", "dora@plaintext.example", "+31612345678")
        self.send_class_mail("dora@plaintext.example")
        token = self.announced("dora@plaintext.example")
        for other in ("x" * 32, token[:-1], "", token + "x"):
            self.assertEqual(self.pages("find", other), (1, ""))
        right = self.code_for(token)
        for _ in range(5):
            self.pages("enter", token, "1234567")
        self.assertEqual(self.pages("enter", token, right)[0], 1, "a code is void after five wrong ones")
        for _ in range(4):
            self.pages("enter", token, "1234567")
        self.assertEqual(self.pages("enter", token, "1234567"), (1, "2 0"))
        self.assertEqual([self.pages("ask", token, "sms")[1] for _ in range(4)], ["0", "0", "0", "2"])

    def test_a_sender_hears_that_a_number_is_missing_and_an_agent_helps(self) -> None:
        queue_id = self.send_class_mail("frank@plaintext.example")
        token = self.announced("frank@plaintext.example")
        self.wait_until("the sender's news", lambda: any(b"A telephone number for" in text for text in self.site.postfix.mailbox("alice")))
        self.assertEqual(self.pages("find", token)[1].split()[2:], ["10"], "no number and no way in")
        self.assertEqual(self.pages("ask", token, "sms"), (1, "1"))
        message = self.message_of(queue_id)
        self.site.command("message", "code", message, "frank@plaintext.example", status=2)
        code = self.site.command("message", "code", message, "frank@plaintext.example", "--note", "called; knows the file number").strip()
        self.assertEqual(self.pages("enter", token, code)[0], 0)
        self.assertEqual(self.pages("enter", token, code)[0], 1)
        self.wait_told(queue_id, "PickupAccess")

    def test_a_sender_hears_that_a_notice_came_back(self) -> None:
        queue_id = self.send_class_mail("mia@plaintext.example")
        self.announced("mia@plaintext.example")
        came_from = next(one["mail_from"] for one in self.site.lab.received("plaintext.example") if "mia@plaintext.example" in one["rcpt_to"])
        self.assertRegex(came_from, r"^smarttls-pickup\+\d+\.[0-9a-f]{16}@org\.example$")
        self.site.command("message", "bounced", came_from.replace("+", "+9"), status=1)
        self.site.command("message", "bounced", came_from, "--note", "550 5.1.1 no such user")
        self.wait_told(queue_id, "ConsignmentNotificationFailure")
        self.wait_until("the sender's news", lambda: any(b"could not be told" in text for text in self.site.postfix.mailbox("alice")))

    def test_a_revoked_message_is_destroyed(self) -> None:
        self.site.command("phone", "set", "gina@plaintext.example", "+31612345678")
        queue_id = self.send_class_mail("gina@plaintext.example")
        token = self.announced("gina@plaintext.example")
        message = self.message_of(queue_id)
        secret = self.pages("enter", token, self.code_for(token))[1]
        self.assertTrue((self.site.store / "sealed" / message).exists())
        self.site.command("message", "revoke", message, "--note", "sent to the wrong Gina")
        self.assertEqual(self.pages("find", token), (1, ""))
        self.assertEqual(self.pages("read", secret)[0], 1)
        self.wait_until("its destruction", lambda: not (self.site.store / "sealed" / message).exists())
        self.wait_until("the log", lambda: f"pickup={message} status=destroyed" in self.site.log("smarttls-milter"))
        self.site.command("message", "open", message, status=1)
        self.site.command("message", "revoke", message, status=1)
        self.wait_told(queue_id, "ContentHandoverFailure")

    def test_a_message_that_nobody_reads_expires(self) -> None:
        queue_id = self.send_class_mail("hugo@plaintext.example")
        token = self.announced("hugo@plaintext.example")
        message = self.message_of(queue_id)
        self.wait_until("its destruction", lambda: not (self.site.store / "sealed" / message).exists(), 40)
        self.assertEqual(self.pages("find", token), (1, ""))
        self.wait_told(queue_id, "ContentHandoverFailure")
        self.wait_until("the sender's news", lambda: any(b"has not read your message" in text for text in self.site.postfix.mailbox("alice")))
        shown = json.loads(self.site.command("message", "show", message, "--json"))
        self.assertEqual((shown["state"], shown["recipient"], shown["sender"]), ("expired", "", ""))

    def test_nothing_in_clear_is_in_the_portal_s_database(self) -> None:
        self.site.command("phone", "set", "ida@plaintext.example", "+31687654321")
        self.send_class_mail("ida@plaintext.example")
        token = self.announced("ida@plaintext.example")
        content = b"".join(path.read_bytes() for path in self.site.portal.glob("portal.db*"))
        for secret in (token, "ida@", "31687654321", "alice@", self.code_for(token)):
            self.assertNotIn(secret.encode(), content, secret)

    def test_an_erasure_reaches_the_portal_and_its_log(self) -> None:
        self.site.command("phone", "set", "nora@plaintext.example", "+31612345678")
        queue_id = self.send_class_mail("nora@plaintext.example")
        token = self.announced("nora@plaintext.example")
        self.wait_told(queue_id, "ConsignmentNotification")
        told = self.site.command("evidence", "erase", "--address", "nora@plaintext.example", "--reason", "asked", "--yes")
        self.assertIn("1 pickups in the portal, 1 devices and numbers there", told)
        self.assertEqual(self.pages("find", token), (1, ""))
        self.assertNotIn("nora@", self.site.command("phone", "list", status=None))
        self.assertNotIn("nora@", self.site.command("evidence", "show", queue_id))
        self.site.command("evidence", "erase", "--address", "nora@plaintext.example", "--yes", status=1)
        for which in ([], ["--portal"]):
            self.site.command("evidence", "checkpoint", *which)
            self.assertIn("part(s) were erased", self.site.command("evidence", "verify", "--log", *which))

    def test_the_portal_s_log_is_backed_up_and_restored(self) -> None:
        queue_id = self.send_class_mail("olga@plaintext.example")
        self.announced("olga@plaintext.example")
        self.wait_told(queue_id, "ConsignmentNotification")
        backup, keys = self.site.portal / "backup", self.site.portal / "backup-of-keys"
        self.assertIn("Backed up", self.site.command("backup", str(backup), "--with-keys", str(keys), "--portal"))
        self.site.kill_daemon("smarttls-portal")
        self.assertIn("Restored", self.site.command("restore", str(backup), "--portal", "--force-rollback"))
        self.site.start_portal()
        self.assertEqual(self.told(queue_id).count("ConsignmentNotification"), 1)
        self.site.command("evidence", "verify", "--log", "--portal")

    def test_a_kill_at_any_moment_loses_and_doubles_nothing(self) -> None:
        recipients = [f"kees{number}@plaintext.example" for number in range(12)]
        queue_ids = []
        for number, recipient in enumerate(recipients):
            queue_ids.append(self.send_class_mail(recipient))
            time.sleep(0.05 * (number % 5))
            self.site.kill_daemon("smarttls-portal")
            self.site.start_portal()
        for recipient, queue_id in zip(recipients, queue_ids):
            self.announced(recipient)
            self.wait_told(queue_id, "ConsignmentNotification")
            # Twice may go what the MTA took in the moment of a kill: the same mail, by its Message-ID.
            self.assertEqual(len({notice["Message-ID"] for notice in self.notices(recipient)}), 1, recipient)
            self.assertEqual(self.told(queue_id).count("ContentConsignment"), 1, recipient)
            self.assertEqual(self.told(queue_id).count("ConsignmentNotification"), 1, recipient)

    def test_the_relay_takes_no_other_mail(self) -> None:
        with smtplib.SMTP("127.0.0.1", 10025, timeout=20) as smtp:
            smtp.ehlo("client.lab.example")
            smtp.mail("alice@org.example")
            self.assertEqual(smtp.rcpt("bob@plaintext.example")[0], 554)
            smtp.rset()
            smtp.mail("smarttls-pickup+1.a@org.example")
            self.assertEqual(smtp.rcpt("bob@plaintext.example")[0], 250)


if __name__ == "__main__":
    main()
