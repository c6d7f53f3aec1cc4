# SPDX-License-Identifier: Apache-2.0
"""What the scenarios about the ways of mail share: every test may change Postfix as it likes, all roads lead to a plaintext
server, and each way of being stopped has its assertion.

    class Expansion(Paths):
        def test_a_forward_file(self): ...

One thread.
"""
from __future__ import annotations

from scenario import Reply, Scenario

BOB = "bob@plaintext.example"
GOOD = "ann@dane.example"
NOTICES = "$smarttls_notices"


class Paths(Scenario):
    def setUp(self) -> None:
        self.restore_configuration()

    def plaintext_route(self, transport: str = "smtp") -> str:
        return f"{transport}:[{self.site.lab.hosts['mx.plaintext.example'].address}]"

    def send(self, recipient: str, sender: str = "alice@org.example", **headers: str) -> str:
        """As a client does: again while Postfix reloads under the canary's proof and the answer is 451."""
        def taken() -> Reply | None:
            reply = self.site.send(recipient, sender=sender, mail_class="nta7516", **headers)
            return reply if reply.code != 451 else None
        return self.assert_accepted(self.wait_until(f"an answer other than 451 to {recipient}", taken))

    def forwarded(self, queue_id: str) -> str:
        """The queue id of what local(8) makes of a message."""
        return self.site.postfix.wait_for_log(rf"{queue_id}: to=.*relay=local.*forwarded as (\w+)").group(1)

    def assert_waits_under_dane(self, queue_id: str) -> None:
        line = self.wait_status(queue_id, "deferred")
        self.assertIn("postfix/smarttls-dane/smtp", line)
        self.assertRegex(line, r"dsn=4\.7\.\d")

    def assert_kept_back(self, queue_id: str) -> None:
        self.assertRegex(self.wait_status(queue_id, "deferred"), r"dsn=4\.3\.0, .*local data error")
        self.site.postfix.wait_for_log(r"class_mail_not_by_this_transport.* lookup error for \"X-SmartTLS-Floor: dane\"")
