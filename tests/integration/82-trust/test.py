# SPDX-License-Identifier: Apache-2.0
"""Who may mark mail, through a real Postfix with TLS: networks, certificates, tenants of Microsoft 365, and how class mail
has to come in. Clients of other machines are shown by XCLIENT."""
import smtplib
import ssl
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scenario import Scenario, main  # noqa: E402
from postfix import Reply  # noqa: E402

OURS, OTHER = "72f988bf-86f1-41af-91ab-2d7cd011db47", "00000000-0000-4000-8000-000000000001"
TRUST = f"""[milter]
trusted-certificate = relay.example; issuer=Lab Intermediate CA
trusted-certificate = mail.protection.outlook.com; tenant={OURS}
[class.strict]
level = dane
insecure = hold
require-inbound-tls = verified
client-certificate = printer.example
[class.sealed]
level = dane
insecure = hold
require-inbound-tls = encrypted"""
STRANGER = "192.0.2.7"


class Trust(Scenario):
    settings = {"extra": TRUST}

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        server = cls.site.lab._authorities.issue("good", ["gateway.org.example"])
        for name, value in {"smtpd_tls_security_level": "may", "smtpd_tls_chain_files": f"{server.key}, {server.chain}",
                            "smtpd_tls_ask_ccert": "yes", "smtpd_tls_CAfile": str(cls.site.lab.ca_file),
                            "smtpd_authorized_xclient_hosts": "127.0.0.0/8", "mynetworks": "0.0.0.0/0"}.items():
            cls.site.postfix.set(name, value)
        cls.site.postfix.reload()

    def reconfigure(self, text: str) -> None:
        self.site.config_file.write_text(text)
        self.site.stop_daemon("smarttls-milter")
        self.site.start_milter()

    def send_as(self, certificate: str | None, *fields: str, kind: str = "good", address: str = STRANGER,
                version: ssl.TLSVersion | None = ssl.TLSVersion.TLSv1_3, name: str = "nta7516") -> Reply:
        """From a client of another machine, over TLS unless there is no version."""
        issued = self.site.lab._authorities.issue(kind, [certificate]) if certificate else None

        def opened(smtp: smtplib.SMTP) -> None:
            code, answer = smtp.docmd("XCLIENT", f"ADDR={address} NAME=client.example")
            self.assertEqual(code, 220, answer)
            smtp.ehlo("client.example")
            if version is None:
                return
            context = ssl._create_unverified_context()
            context.minimum_version = context.maximum_version = version
            if issued:
                context.load_cert_chain(issued.chain, issued.key)
            smtp.starttls(context=context)
            smtp.ehlo("client.example")
        header = "".join(f"{field}\r\n" for field in (f"X-SmartTLS-Class: {name}", "Subject: x", *fields) if not field.endswith(": "))
        return self.site.postfix.inject_raw("alice@org.example", ["bob@dane.example"], header.encode() + b"\r\nx\r\n", opened=opened)

    def story(self, reply: Reply) -> dict[str, Any]:
        return self.only_evidence(self.assert_accepted(reply))

    def assert_ignored(self, reply: Reply) -> None:
        record = self.story(reply)
        self.assertEqual(record["class"], "")
        self.assertIn('"nta7516" was removed and not honoured', record["note"])
        data = self.site.lab.wait_received("dane.example")[-1]["data"]
        self.assertNotIn("X-SmartTLS", data)

    def assert_honoured(self, reply: Reply) -> None:
        self.assertEqual(self.story(reply)["class"], "nta7516")

    def test_a_client_of_another_network_may_not_mark_mail_over_tls_either(self) -> None:
        self.assert_ignored(self.send_as(None, version=None))
        self.assert_ignored(self.send_as(None))

    def test_a_certificate_that_is_named_may_when_postfix_has_verified_it(self) -> None:
        self.assert_honoured(self.send_as("relay.example"))
        self.assert_ignored(self.send_as("relay.example", kind="unknown-root"))
        self.assert_ignored(self.send_as("relay.example", kind="self-signed"))
        self.assert_ignored(self.send_as("relay.example", kind="expired"))
        self.assert_ignored(self.send_as("other.example"))

    def test_microsofts_certificate_counts_for_the_tenant_that_is_named(self) -> None:
        microsoft = "mail.protection.outlook.com"
        field = "X-MS-Exchange-CrossTenant-Id: "
        self.assert_ignored(self.send_as(microsoft))
        self.assert_ignored(self.send_as(microsoft, field + OTHER))
        self.assert_ignored(self.send_as(microsoft, field + OTHER, field + OURS))
        self.assert_honoured(self.send_as(microsoft, field + OURS.upper()))
        self.assert_ignored(self.send_as("other.example", field + OURS))

    def test_class_mail_has_to_come_in_as_its_class_demands(self) -> None:
        reply = self.send_as(None, name="sealed", version=None, address="127.0.0.1")
        self.assert_accepted(reply)
        before = self.site.config_file.read_text()
        self.addCleanup(self.reconfigure, before)
        self.reconfigure(before.replace("trusted-certificate = relay", "trusted-network = 127.0.0.0/8 192.0.2.0/24\ntrusted-certificate = relay"))
        refused = self.send_as(None, name="sealed", version=None)
        self.assertEqual(refused.code, 550, refused.text)
        self.assertRegex(" ".join(refused.text.split()), r"5\.7\.10 Mail of class sealed has to come in over TLS 1\.2 or newer")
        self.assertEqual(self.story(self.send_as(None, name="sealed", version=ssl.TLSVersion.TLSv1_2))["class"], "sealed")
        refused = self.send_as(None, name="strict")
        self.assertRegex(" ".join(refused.text.split()), r"^5\.7\.1 Mail of class strict .* client certificate")
        self.assertEqual(self.story(self.send_as("any.example", name="strict"))["class"], "strict")

    def test_a_certificate_marks_mail_by_itself(self) -> None:
        record = self.story(self.send_as("printer.example"))
        self.assertEqual((record["class"], record["mark"]), ("strict", "client certificate printer.example"))


if __name__ == "__main__":
    main()
