# SPDX-License-Identifier: Apache-2.0
"""Mail that waits for pickup: some recipients get their mail directly, the others' is sealed, in one message, through a
real Postfix. Asserts on what the servers got, on queue, log, evidence, and on what the private key opens."""
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scenario import Scenario, main  # noqa: E402

PICKUP = "insecure = portal\nplaintext = portal"
BODY = "Dear colleague,\r\n\r\n.. two dots, and 8 bit: caf\u00e9.\r\n"


class Pickup(Scenario):
    settings = {"nta7516": PICKUP}

    def kept(self) -> list[dict]:
        """What is kept, newest first."""
        return [json.loads(line) for line in self.site.command("message", "list", "--json", status=None).splitlines()]

    def test_one_gets_it_directly_and_the_other_picks_it_up(self) -> None:
        queue_id = self.assert_accepted(self.site.send("bob@dane.example", "carol@plaintext.example", mail_class="nta7516", body=BODY))
        message = self.site.lab.wait_received("dane.example")[-1]
        self.assertEqual((message["rcpt_to"], message["tls"]["version"]), (["bob@dane.example"], "TLSv1.3"))
        self.wait_until("its removal", lambda: f"{queue_id}: removed" in self.site.postfix.log())
        self.assertNotIn(f"{queue_id}: to=<carol@plaintext.example>", self.site.postfix.log())
        self.assertEqual(self.site.lab.received("plaintext.example"), [])
        record = self.only_evidence(queue_id)
        self.assertEqual([r["outcome"] for r in record["recipients"]], ["direct", "portal"])
        self.assertRegex(record["recipients"][1]["explanation"], "is kept for pickup in the portal: .*offers no STARTTLS")
        kept = self.kept()[0]
        self.assertEqual((kept["queue_id"], kept["sender"], kept["recipients"]), (queue_id, "alice@org.example", ["carol@plaintext.example"]))
        opened = self.site.command("message", "open", kept["id"])
        self.assertIn("Subject: a test", opened)
        self.assertTrue(opened.replace("\r\n", "\n").endswith(BODY.replace("\r\n", "\n")), opened)

    def test_a_message_that_nobody_gets_directly_is_sealed_and_leaves_no_trace_in_the_queue(self) -> None:
        queue_id = self.assert_accepted(self.site.send("bob@plaintext.example", "eve@expired.example", mail_class="nta7516"))
        self.wait_until("its removal", lambda: f"{queue_id}: removed" in self.site.postfix.log())
        self.assertNotIn(f"{queue_id}: to=", self.site.postfix.log())
        self.assertEqual(self.kept()[0]["recipients"], ["bob@plaintext.example", "eve@expired.example"])

    def test_addresses_of_every_shape_leave_the_envelope(self) -> None:
        strange = ['"a b"@plaintext.example', '"a\\"b"@plaintext.example', "x+tag@plaintext.example", "UPPER@Plaintext.Example", "a/b=c@plaintext.example"]
        queue_id = self.assert_accepted(self.site.send("bob@dane.example", *strange, mail_class="nta7516"))
        self.wait_until("its removal", lambda: f"{queue_id}: removed" in self.site.postfix.log())
        delivered = [line for line in self.site.postfix.log().splitlines() if f"{queue_id}: to=" in line]
        self.assertEqual(len(delivered), 1, delivered)
        self.assertEqual(self.site.lab.received("plaintext.example"), [])
        self.assertEqual(len(self.kept()[0]["recipients"]), len(strange))

    def test_an_alias_is_removed_with_what_it_becomes(self) -> None:
        table = "inline:{ {bob@plaintext.example = carol@plaintext.example, dave@expired.example} }"
        self.site.postfix.set("virtual_alias_maps", table)
        self.site.postfix.reload()
        try:
            queue_id = self.assert_accepted(self.site.send("bob@plaintext.example", mail_class="nta7516"))
            self.wait_until("its removal", lambda: f"{queue_id}: removed" in self.site.postfix.log())
            self.assertNotIn(f"{queue_id}: to=", self.site.postfix.log())
        finally:
            self.site.postfix.set("virtual_alias_maps", "")
            self.site.postfix.reload()

    def test_a_second_attempt_makes_no_second_copy(self) -> None:
        for _ in range(2):
            self.assert_accepted(self.site.send("frank@plaintext.example", mail_class="nta7516", body="once\r\n", Message_Id="<once@client>"))
        self.assertEqual(sum("frank@plaintext.example" in kept["recipients"] for kept in self.kept()), 1)

    def test_without_a_key_for_this_month_mail_is_deferred_and_not_lost(self) -> None:
        keys = list(self.site.public_keys.glob("*.pub"))
        aside = [(key, key.rename(key.with_suffix(".aside"))) for key in keys]
        try:
            self.assert_deferred(self.site.send("bob@plaintext.example", mail_class="nta7516", body="Not seen before.\r\n"), "4.3.5")
            self.assertIn("smarttls keys create", self.site.log("smarttls-milter"))
        finally:
            for key, moved in aside:
                moved.rename(key)

    def test_a_large_message_comes_back_to_the_byte(self) -> None:
        body = "".join(f"{number:08}: what nobody else may read\r\n" for number in range(150_000))
        self.assert_accepted(self.site.send("grace@plaintext.example", mail_class="nta7516", body=body))
        opened = self.site.command("message", "open", self.kept()[0]["id"]).replace("\r\n", "\n")
        self.assertEqual(opened[opened.index("\n\n") + 2:], body.replace("\r\n", "\n"))


if __name__ == "__main__":
    main()
