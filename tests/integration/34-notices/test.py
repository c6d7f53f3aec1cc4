# SPDX-License-Identifier: Apache-2.0
"""Notices about class mail (RFC 3464): bounces, delay warnings, double bounces, and what sendmail(1) submits and the milter
refuses. They tell the Subject at least, so they take the floor's way as well; what the client asked for by NOTIFY, ORCPT and
ENVID (RFC 3461) is kept. And postsuper(1)."""
import smtplib
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scenario import main  # noqa: E402
from paths import BOB, GOOD, Paths  # noqa: E402

REMOTE = "alice@plaintext.example"
SECRET = "the secret body"


class Notices(Paths):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.site.lab.change("mx.fickle.example", replies=(("RCPT", "550 5.1.1 nobody here"),))

    def tearDown(self) -> None:
        """The floor's field stands above To in a notice: what comes before it says nothing of the message."""
        for text in self.site.content_in_clear():
            self.assertRegex(text, r"\AReceived: (.|\n)*Subject: (Undelivered Mail|Delayed Mail|Delivery)[^\n]*\r\n\Z")

    def submit(self, *command: str, sender: str = "alice@org.example", recipient: str = "eva@fickle.example", rcpt: str = "") -> str:
        """Class mail with parameters of MAIL FROM and RCPT TO."""
        with smtplib.SMTP("127.0.0.1", 25, timeout=60) as smtp:
            smtp.ehlo("client.lab.example")
            self.assertEqual(smtp.docmd(f"MAIL FROM:<{sender}>", " ".join(command))[0], 250)
            self.assertEqual(smtp.docmd(f"RCPT TO:<{recipient}>", rcpt)[0], 250)
            code, answer = smtp.data(f"From: {sender}\r\nSubject: telling\r\nX-SmartTLS-Class: nta7516\r\n\r\n{SECRET}\r\n".encode())
        self.assertEqual(code, 250, answer)
        return answer.decode().split()[-1]

    def notice(self, queue_id: str, kind: str = "non-delivery") -> str:
        return self.site.postfix.wait_for_log(rf"{queue_id}: sender {kind} notification: (\w+)").group(1)

    def test_a_bounce_to_a_remote_sender_takes_the_floor_s_way(self) -> None:
        bounce = self.notice(self.send("eva@fickle.example", sender=REMOTE))
        self.assert_waits_under_dane(bounce)
        self.site.postfix.postsuper("-r", bounce)
        self.site.postfix.reload()
        again = self.site.postfix.wait_for_log(rf"pickup\[\d+\]: (\w+): .*orig_id={bounce}", 70).group(1)
        self.assert_waits_under_dane(again)

    def test_a_bounce_reaches_a_remote_sender_who_meets_the_floor(self) -> None:
        bounce = self.notice(self.send("eva@fickle.example", sender="alice@dane.example"))
        self.assertIn("smarttls-dane/smtp", self.wait_status(bounce, "sent"))
        message = self.site.lab.wait_received("dane.example")[-1]
        self.assertEqual((message["mail_from"], message["rcpt_to"]), ("", ["alice@dane.example"]))
        self.assertNotIn("X-SmartTLS-Floor: dane\r\nTo:", message["data"])

    def test_a_bounce_to_a_local_sender_whose_mail_is_forwarded_is_kept_back(self) -> None:
        self.site.postfix.alias(carl=BOB)
        bounce = self.notice(self.send("eva@fickle.example", sender="carl@org.example"))
        self.assert_kept_back(self.forwarded(bounce))

    def test_a_delay_warning_takes_the_floor_s_way(self) -> None:
        self.configure(delay_warning_time="1s")
        queue_id = self.send("eva@expired.example", sender=REMOTE)
        self.site.postfix.postsuper("-H", queue_id)
        self.flush_until(rf"{queue_id}: sender delay notification: ")
        self.assert_waits_under_dane(self.notice(queue_id, "delay"))

    def test_a_bounce_that_cannot_be_delivered_goes_to_the_postmaster_here(self) -> None:
        self.configure(notify_classes="2bounce")
        bounce = self.notice(self.send("eva@fickle.example", sender="eva@fickle.example"))
        self.wait_status(bounce, "bounced")
        self.site.postfix.wait_for_log(rf"{bounce}: postmaster non-delivery notification: ")
        self.wait_until("the postmaster's mail", lambda: self.site.postfix.mailbox("postmaster"))

    def test_a_bounce_has_no_body_and_keeps_envid_and_orcpt(self) -> None:
        before = len(self.site.postfix.mailbox("alice"))
        self.submit("RET=FULL", "ENVID=QQ314159", rcpt="ORCPT=rfc822;eva.old@fickle.example NOTIFY=FAILURE")
        text = self.wait_until("the bounce", lambda: self.site.postfix.mailbox("alice")[before:])[0].decode()
        self.assertIn("Original-Envelope-Id: QQ314159", text)
        self.assertIn("Original-Recipient: rfc822;eva.old@fickle.example", text)
        self.assertNotIn(SECRET, text)

    def test_notify_never_is_obeyed(self) -> None:
        queue_id = self.submit(rcpt="NOTIFY=NEVER")
        self.wait_status(queue_id, "bounced")
        self.site.postfix.wait_for_log(rf"{queue_id}: removed")
        self.assertNotIn(f"{queue_id}: sender non-delivery", self.site.postfix.log())

    def test_the_parameters_reach_the_next_server(self) -> None:
        self.wait_status(self.submit("RET=FULL", "ENVID=QQ271828", recipient=GOOD, rcpt="ORCPT=rfc822;ann.old@dane.example NOTIFY=SUCCESS,DELAY"), "sent")
        message = self.site.lab.wait_received("dane.example")[-1]
        for parameter in ("RET=HDRS", "ENVID=QQ271828"):
            self.assertIn(parameter, message["mail_parameters"])
        for parameter in ("ORCPT=rfc822;ann.old@dane.example", "NOTIFY=SUCCESS,DELAY"):
            self.assertIn(parameter, message["rcpt_parameters"][0])


class Sendmail(Paths):
    """sendmail(1), pickup(8) and non_smtpd_milters: nobody waits for the answer."""

    def setUp(self) -> None:
        super().setUp()
        self.configure(non_smtpd_milters="unix:smarttls/milter.sock", virtual_alias_maps=f"inline:{{ {{ friend@dane.example={BOB} }} }}")

    def tearDown(self) -> None:
        self.assert_no_content_in_clear()

    def submit(self, recipient: str, sender: str = "alice@org.example", mail_class: str = "nta7516") -> str:
        """The queue id."""
        name = f"{self.id().rpartition('.')[2]}.{recipient}"
        text = f"From: {sender}\nTo: {recipient}\nMessage-Id: <{name}>\nSubject: telling\nX-SmartTLS-Class: {mail_class}\n\n{SECRET}\n"
        subprocess.run(["/usr/sbin/sendmail", "-C", self.site.postfix.config, "-f", sender, "-i", recipient], input=text, text=True, check=True)
        return self.site.postfix.wait_for_log(rf"cleanup\[\d+\]: (\w+): message-id=<{name}>").group(1)

    def test_it_is_delivered_under_the_floor(self) -> None:
        self.assertIn("smarttls-dane/smtp", self.wait_status(self.submit(GOOD), "sent"))
        self.assert_waits_under_dane(self.submit("friend@dane.example"))

    def test_what_is_refused_goes_back_to_a_remote_sender_under_the_floor_and_without_its_body(self) -> None:
        for number, mail_class in enumerate(("nta7516", "no-such-class")):
            with self.subTest(mail_class):
                queue_id = self.submit(BOB, sender=f"alice{number}@plaintext.example", mail_class=mail_class)
                bounce = self.site.postfix.wait_for_log(rf"{queue_id}: sender non-delivery notification: (\w+)").group(1)
                self.assert_waits_under_dane(bounce)
                text = self.site.postfix.postcat(bounce)
                self.assertIn("telling", text)
                self.assertNotIn(SECRET, text)


if __name__ == "__main__":
    main()
