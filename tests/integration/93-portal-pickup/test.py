# SPDX-License-Identifier: Apache-2.0
"""The whole way of a message for pickup: sealed by the milter, announced by the portal, opened on its pages with the code of
a text message, and told in the evidence. Real Postfix, real portal, real pages; the browser is a plain HTTP client."""
import email
import email.policy
import http.client
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parents[1] / "90-portal-pages")]

from browser import UnixConnection, User  # noqa: E402
from scenario import Scenario, main  # noqa: E402
from sms_gateway import URL, Gateway, serve  # noqa: E402

BODY = "Dear Carol,\r\n\r\nthe result is negative.\r\n"
RULES = """insecure = portal
plaintext = portal
pickup-factors = sms access-code
pickup-expiry = 1h"""


class PortalPickup(Scenario):
    settings = {
        "nta7516": RULES,
        "portal_settings": "url = https://pickup.org.example\norganisation = Ziekenhuis Zon\nlanguage = en",
        "sms": f"url = {URL}\nheader = Content-Type: application/json\n"
               'body = {"to": "{{number}}", "text": "{{text}}"}',
    }

    @classmethod
    def setUpClass(cls) -> None:
        serve(cls)
        super().setUpClass()
        cls.site.start_portal()

    def user(self, client: str) -> User:
        user = User(lambda: UnixConnection(self.site.portal / "web.sock"))
        ask = user.ask
        user.ask = lambda method, path, fields=None, **headers: ask(method, path, fields, X_Forwarded_For=client, **headers)  # type: ignore[method-assign]
        self.addCleanup(user.connection.close)
        return user

    def link(self, recipient: str) -> str:
        """The path in the notice that the recipient's server got."""
        def notices() -> list[str]:
            return [one["data"] for one in self.site.lab.received(recipient.split("@")[1]) if recipient in one["rcpt_to"]]
        self.wait_until("the notice", notices)
        text = email.message_from_string(notices()[-1], policy=email.policy.default).get_body(("plain",)).get_content()
        return re.search(r"https://pickup\.org\.example(/p/\S+)\s", text).group(1)

    def send_to(self, recipient: str) -> tuple[str, str]:
        self.site.command("phone", "set", recipient, "+31612345642", status=None)
        queue_id = self.assert_accepted(self.site.send(recipient, mail_class="nta7516", body=BODY))
        return queue_id, self.link(recipient)

    def test_a_message_is_picked_up_with_the_code_of_a_text_message(self) -> None:
        queue_id, start = self.send_to("carol@plaintext.example")
        user = self.user("198.51.100.1")
        page = user.get(start, Accept_Language="en")
        self.assertIn("Ziekenhuis Zon", page.text)
        self.assertIn("alice@org.example", page.text)
        self.assertEqual(user.post(f"{start}/send", by="sms").headers["Location"], f"{start}/code?by=sms")
        code = re.search(r"\d{6,8}", Gateway.messages[-1]["text"]).group()
        user.get(f"{start}/code?by=sms")
        self.assertEqual(user.post(f"{start}/open", code="1" + code[1:] if code[0] != "1" else "2" + code[1:]).status, 422)
        path = user.post(f"{start}/open", code=code).headers["Location"]
        message = user.get(path)
        self.assertEqual(message.status, 200)
        self.assertIn("the result is negative.", message.text)
        original = user.get(f"{path}/original.eml")
        self.assertTrue(original.body.replace(b"\r\n", b"\n").endswith(BODY.replace("\r\n", "\n").encode()))
        self.assertEqual(original.headers["Content-Length"], str(len(original.body)))
        stranger = self.user("198.51.100.2")
        self.assertEqual(stranger.get(path).status, 404)
        user.get(path)
        self.assertEqual(user.post(f"{path}/end").status, 200)
        self.assertEqual(user.get(path).status, 404)
        self.wait_until("the evidence", lambda: "ContentHandover" in self.site.command("evidence", "show", queue_id, "--json", status=None))

    def test_scanners_follow_the_link_and_the_code_still_works(self) -> None:
        _, start = self.send_to("dave@plaintext.example")
        scanner = self.user("198.51.100.3")
        for method in ("GET", "HEAD"):
            for part in ("", "/code", "/send", "/open", "/code?by=sms"):
                scanner.ask(method, start + part)
        scanner.ask("POST", f"{start}/send", {"by": "sms"})
        scanner.ask("POST", f"{start}/open", {"code": "000000"})
        sent = len(Gateway.messages)
        user = self.user("198.51.100.4")
        user.get(start)
        user.post(f"{start}/send", by="sms")
        self.assertEqual(len(Gateway.messages), sent + 1)
        user.get(f"{start}/code?by=sms")
        code = re.search(r"\d{6,8}", Gateway.messages[-1]["text"]).group()
        self.assertEqual(user.post(f"{start}/open", code=code).status, 303)


if __name__ == "__main__":
    main()
