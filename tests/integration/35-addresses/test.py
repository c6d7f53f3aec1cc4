# SPDX-License-Identifier: Apache-2.0
"""Addresses of every shape, and the site's own delimiter and generic maps: the floor holds, and the server sees the address
as it was. What would lead past it is closed: source routes, % and ! paths, forged tags and fields."""
import smtplib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scenario import main  # noqa: E402
from paths import BOB, GOOD, NOTICES, Paths  # noqa: E402

STRIP = "regexp:{{/^(.*)\\+smarttls-(dane|mta-sts|pkix|encrypted)(-dsn)?(\"?@.*)$$/ $$1$$4}}"


class Addresses(Paths):
    def tearDown(self) -> None:
        self.assert_no_data_in_clear()

    def raw(self, sender: str, recipient: str, *parameters: str) -> tuple[int, str]:
        """The reply to class mail with exactly these paths."""
        with smtplib.SMTP("127.0.0.1", 25, timeout=60) as smtp:
            smtp.command_encoding = "utf-8"
            smtp.ehlo("client.lab.example")
            code, answer = smtp.docmd(f"MAIL FROM:<{sender}>", " ".join(parameters))
            if code == 250:
                code, answer = smtp.docmd(f"RCPT TO:<{recipient}>")
            if code == 250:
                code, answer = smtp.data(b"From: alice@org.example\r\nX-SmartTLS-Class: nta7516\r\n\r\nHello.\r\n")
        return code, answer.decode()

    def delivered(self, sender: str, recipient: str, *parameters: str) -> dict:
        """What the server of dane.example got."""
        code, answer = self.raw(sender, recipient, *parameters)
        self.assertEqual(code, 250, answer)
        line = self.wait_status(answer.split()[-1], "sent")
        self.assertIn("smarttls-dane/smtp", line)
        return self.site.lab.wait_received("dane.example")[-1]

    def test_senders_of_every_shape_look_on_the_wire_as_they_were(self) -> None:
        for sender in ("alice+list@org.example", '"al ice"@org.example', '"al@ice"@org.example', "alice+smarttls@org.example",
                       "alice@elsewhere.example", "ALICE@ORG.example"):
            with self.subTest(sender):
                self.assertEqual(self.delivered(sender, GOOD)["mail_from"], sender)

    def test_a_remote_sender_s_longer_tag_is_taken_off_as_well(self) -> None:
        self.assertEqual(self.delivered('"al ice"@pkix.example', GOOD)["mail_from"], '"al ice"@pkix.example')

    def test_recipients_of_every_shape(self) -> None:
        for recipient in ("ann+list@dane.example", '"an n"@dane.example', "ANN@DANE.example"):
            with self.subTest(recipient):
                self.assertEqual([r.lower() for r in self.delivered("alice@org.example", recipient)["rcpt_to"]], [recipient.lower()])

    def test_utf_8_addresses_keep_the_floor(self) -> None:
        self.configure(virtual_alias_maps=f"inline:{{ {{ friend@dane.example={BOB} }} }}")
        code, answer = self.raw("éric@org.example", "friend@dane.example", "SMTPUTF8")
        self.assertEqual(code, 250, answer)
        self.assertIn("éric+smarttls-dane@org.example", self.site.postfix.wait_for_log(rf"{answer.split()[-1]}: from=.*").group(0))
        self.assert_waits_under_dane(answer.split()[-1])

    def test_further_delimiters_are_fine_and_none_is_not(self) -> None:
        self.configure(recipient_delimiter="-+")
        self.assertEqual(self.delivered("alice-list@org.example", GOOD)["mail_from"], "alice-list@org.example")
        for delimiter in ("-", ""):
            self.configure(recipient_delimiter=delimiter)
            code, answer = self.raw("alice@org.example", GOOD)
            self.assertEqual(code, 451, answer)
        self.assertIn("main.cf lacks recipient_delimiter = +", self.site.log("smarttls-milter"))

    def test_the_site_s_own_generic_map_applies_behind_the_tag(self) -> None:
        own = "inline:{ { alice@org.example=info@org.example } }"
        self.configure(smtp_generic_maps=f"{own}, pipemap:{{ {STRIP}, {own} }}, {STRIP}")
        self.assertEqual(self.delivered("alice@org.example", GOOD)["mail_from"], "info@org.example")
        self.assertEqual(self.delivered("bob@org.example", GOOD)["mail_from"], "bob@org.example")

    def test_paths_are_refused(self) -> None:
        for recipient in ("@dane.example:bob@plaintext.example", "bob%plaintext.example@dane.example", "plaintext.example!bob@dane.example",
                          '"bob@plaintext.example"@dane.example'):
            with self.subTest(recipient):
                code, answer = self.raw("alice@org.example", recipient)
                self.assertEqual(code, 550, answer)
                self.assertRegex(answer, r"^5\.1\.3 .*plain addresses only")

    def test_a_tag_in_the_recipient_chooses_no_lower_floor(self) -> None:
        code, answer = self.raw("alice@org.example", "eva+smarttls-encrypted-dsn@expired.example")
        self.assertEqual(code, 250, answer)
        queue_id = answer.split()[-1]
        self.assertEqual(self.queued(queue_id)["queue_name"], "hold")
        self.assertEqual(self.only_evidence(queue_id)["recipients"][0]["rule"], "untrusted-route")

    def test_nor_does_one_behind_an_alias(self) -> None:
        self.configure(virtual_alias_maps="inline:{ { friend@dane.example=eva+smarttls-encrypted-dsn@expired.example } }")
        self.assert_kept_back(self.send("friend@dane.example"))

    def test_forged_tags_and_fields_are_only_raised(self) -> None:
        self.configure(virtual_alias_maps=f"inline:{{ {{ friend@dane.example={BOB} }} }}", transport_maps=NOTICES)
        for sender in ("alice+smarttls-encrypted@org.example", "alice+smarttls-encrypted-dsn@org.example", "alice+SMARTTLS-PKIX@org.example"):
            with self.subTest(sender):
                queue_id = self.send("friend@dane.example", sender=sender, X_SmartTLS_Floor="encrypted")
                self.assertRegex(self.site.postfix.wait_for_log(rf"{queue_id}: from=.*").group(0),
                                 r"from=<alice\+smarttls-dane(-dsn)?@org.example>")
                self.assert_waits_under_dane(queue_id)


if __name__ == "__main__":
    main()
