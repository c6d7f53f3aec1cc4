# SPDX-License-Identifier: Apache-2.0
"""Every way to mark mail, through a real Postfix: what the server of the recipient got, to the byte, and what log and
evidence say of it."""
import base64
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scenario import Scenario, main  # noqa: E402

LABEL, TENANT = "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "72f988bf-86f1-41af-91ab-2d7cd011db47"
NTA7516 = f"""insecure = hold
plaintext = reject
subject-tag = [secure]
remove-subject-tag = yes
add-subject-tag = [protected]
sensitivity = Company-Confidential
msip-label = {LABEL}
msip-tenant = {TENANT}
sender = doctor@org.example @clinic.example
recipient = .care.example patients@dane.example
set-header = Sensitivity: Private"""
EXTRA = """[class.weak]
level = encrypted
insecure = hold
subject-tag = [weak]
client-network = 127.9.9.0/24"""


def label(attribute: str, value: str) -> str:
    return f"MSIP_Label_{LABEL}_{attribute}={value}"


def word(text: str, charset: str = "utf-8") -> str:
    return f"=?{charset}?B?{base64.b64encode(text.encode(charset)).decode()}?="


class Marks(Scenario):
    settings = {"nta7516": NTA7516, "extra": EXTRA}

    def send_raw(self, header: bytes, sender: str = "alice@org.example", recipient: str = "bob@dane.example", body: bytes = b"Hello.\r\n") -> str:
        """Queue id of a message with this header, whatever bytes it has."""
        reply = self.site.postfix.inject_raw(sender, [recipient], header + b"\r\n" + body)
        return self.assert_accepted(reply)

    def received(self, queue_id: str) -> str:
        self.wait_status(queue_id, "sent")
        return next(m["data"] for m in reversed(self.site.lab.received("dane.example")) if queue_id in m["data"])

    def mark_of(self, queue_id: str) -> str:
        record = self.only_evidence(queue_id)
        self.assertEqual((record["class"], record["outcome"]), ("nta7516", "direct"))
        self.assertIn("postfix/smarttls-dane/smtp", self.wait_status(queue_id, "sent"))
        return record["mark"]

    def test_a_tag_in_any_encoding_is_found_and_replaced_and_the_rest_is_left_alone(self) -> None:
        cases = [(b"[SECURE] uitslag", "[protected] uitslag"),
                 (f"Re: {word('[secure] uitslag café')}".encode(), f"[protected] Re: {word('uitslag café')}"),
                 (f"{word('[sec')}\r\n {word('ure] привет', 'koi8-r')}".encode(), f"[protected] {word('привет', 'koi8-r')}"),
                 (b"=?iso-8859-1?Q?=5BSecure=5D_caf=E9?=\r\n\tand more", "[protected] =?iso-8859-1?Q?caf=E9?=\r\n\tand more"),
                 (b"a very long subject that somebody has folded\r\n [secure]", "[protected] a very long subject that somebody has folded"),
                 (b"=?Shift_JIS?B?" + base64.b64encode("表[secure]示".encode("shift_jis")) + b"?=", f"[protected] {word('表示', 'shift_jis').replace('shift_jis', 'Shift_JIS')}"),
                 (b"[secure] caf\xe9 in 8 bit", "[protected] caf\xe9 in 8 bit")]
        for subject, expected in cases:
            queue_id = self.send_raw(b"From: alice@org.example\r\nSubject: " + subject + b"\r\nX-Last: 1\r\n")
            self.assertEqual(self.mark_of(queue_id), "subject tag [secure]")
            data = self.received(queue_id).replace("\r\n", "\n")
            self.assertIn(f"\nSubject: {expected}\nX-Last: 1\n".replace("\r\n", "\n"), data)

    def test_other_fields_mark_as_well(self) -> None:
        padding = f"MSIP_Label_{LABEL}_Name=" + "x" * 250
        cases = {b"Sensitivity: company-CONFIDENTIAL\r\n": "Sensitivity: Company-Confidential",
                 f"msip_labels: {label('Enabled', 'true')};\r\n {label('SiteId', TENANT)};\r\n".encode(): f"label {LABEL}",
                 f"MSIP_Labels: MSIP_Label_{LABEL.upper()}_En\r\n abled=TRUE\r\nX: y\r\nmsip_labels: {label('SiteId', TENANT)}; {padding}\r\n".encode(): f"label {LABEL}",
                 b"X-SmartTLS-Class:\r\n NTA7516\r\n": "X-SmartTLS-Class"}
        for header, mark in cases.items():
            queue_id = self.send_raw(b"From: alice@org.example\r\n" + header)
            self.assertEqual(self.mark_of(queue_id), mark)
            data = self.received(queue_id)
            self.assertIn("\nSensitivity: Private", data.replace("\r", ""))
            self.assertEqual(data.lower().count("\nsensitivity:"), 1, data)
            self.assertNotIn("X-SmartTLS-C", data)
            self.assertRegex(self.site.log("smarttls-milter"), rf'{queue_id}: class=nta7516 mark="?{mark[:5]}')

    def test_sender_and_recipient_mark_as_well(self) -> None:
        self.assertEqual(self.mark_of(self.send_raw(b"Subject: x\r\n", sender="Doctor@org.example")), "sender doctor@org.example")
        self.assertEqual(self.mark_of(self.send_raw(b"Subject: x\r\n", recipient="PATIENTS@dane.example")), "recipient patients@dane.example")

    def test_labels_of_others_and_disabled_ones_mark_nothing(self) -> None:
        other = TENANT.replace("7", "8")
        for value in (f"{label('Enabled', 'false')}; {label('SiteId', TENANT)}", f"{label('Enabled', 'true')}; {label('SiteId', other)}",
                      label("Enabled", "true"), ";" * 5000, ""):
            queue_id = self.send_raw(f"Subject: x\r\nmsip_labels: {value}\r\n".encode())
            self.assertEqual(self.site.evidence(queue_id), [], value[:80])

    def test_the_strictest_of_several_triggers_wins(self) -> None:
        queue_id = self.send_raw(b"Subject: [weak] [secure] x\r\nX-SmartTLS-Class: gdpr\r\n")
        self.assertEqual(self.mark_of(queue_id), "subject tag [secure]")
        self.assertIn("Subject: [protected] [weak] x", self.received(queue_id))

    def test_control_headers_inside_a_part_are_content(self) -> None:
        body = (b"--b\r\nContent-Type: message/rfc822\r\n\r\nX-SmartTLS-Class: nta7516\r\nSubject: [secure]\r\nX-SmartTLS-Code: 123456\r\n\r\n"
                b"inner\r\n--b--\r\n")
        queue_id = self.send_raw(b"Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n", body=body)
        self.assertEqual(self.site.evidence(queue_id), [])
        self.assertEqual(self.received(queue_id).partition("\r\n\r\n")[2], body.decode())

    def test_a_subject_as_long_as_postfix_takes_is_read(self) -> None:
        folds = b"".join(b"\r\n " + b"x" * 900 for _ in range(60))
        queue_id = self.send_raw(b"Subject: a" + folds + b"\r\n [secure]\r\n")
        self.assertEqual(self.mark_of(queue_id), "subject tag [secure]")

    def test_numbers_and_codes_leave_no_message_and_no_log(self) -> None:
        queue_id = self.send_raw(b"Subject: x\r\nX-SmartTLS-Class: nta7516\r\nX-SmartTLS-Phone: +31698765432\r\nx-smarttls-code: oak-481516\r\n")
        data = self.received(queue_id)
        self.assertNotRegex(data, "(?i)x-smarttls-(class|phone|code|floor)")
        reply = self.site.postfix.inject_raw("alice@org.example", ["bob@dane.example"],
                                             b"X-SmartTLS-Class: nta7516\r\nX-SmartTLS-Phone: 0698765432\r\n\r\nx\r\n")
        self.assertEqual((reply.code, "5.7.1" in reply.text), (550, True), reply.text)
        everything = self.site.log("smarttls-milter") + self.site.postfix.log() + str(self.only_evidence(queue_id))
        for secret in ("698765432", "oak-481516"):
            self.assertNotIn(secret, everything)


if __name__ == "__main__":
    main()
