# SPDX-License-Identifier: Apache-2.0
"""A content filter in between, as amavis is: Postfix hands every message to it by SMTP and takes it back on another port,
with our milter there or without. The floor must still hold afterwards; where the filter's transport lacks its lines, the
mail waits."""
import contextlib
import smtplib
import socketserver
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scenario import main  # noqa: E402
from paths import BOB, GOOD, Paths  # noqa: E402

FILTER, BACK = 10024, 10025
CLEAN = "    -o smtp_header_checks=\n    -o smtp_generic_maps=\n"


class Filter(socketserver.StreamRequestHandler):
    """Takes one message after the other and gives it back unchanged."""

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):
            self.converse()

    def converse(self) -> None:
        self.say("220 filter")
        sender, recipients = "", []
        for line in self.rfile:
            verb, path = line[:4].upper(), line.decode().partition("<")[2].rpartition(">")[0]
            if verb == b"DATA":
                self.say("354 go on")
                with smtplib.SMTP("127.0.0.1", BACK, timeout=30) as back:
                    back.sendmail(sender, recipients, b"".join(iter(self.rfile.readline, b".\r\n")))
                recipients = []
            elif verb == b"MAIL":
                sender = path
            elif verb == b"RCPT":
                recipients.append(path)
            self.say("221 bye" if verb == b"QUIT" else "250 ok")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False


class Reinjection(Paths):
    settings = {"verdict_deadline": "15s\ntrusted-route = local virtual lmtp filter"}

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        server = Server(("127.0.0.1", FILTER), Filter)
        cls.addClassCleanup(server.server_close)
        cls.addClassCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def tearDown(self) -> None:
        self.assert_no_content_in_clear()

    def put_filter_in_between(self, lines: str, milter: str = "") -> None:
        master = self.site.postfix.config / "master.cf"
        master.write_text(master.read_text() + f"filter unix - - n - - smtp\n{lines}" +
                          f"127.0.0.1:{BACK} inet n - n - - smtpd\n    -o content_filter=\n    -o smtpd_milters={milter}\n")
        self.configure(content_filter=f"filter:[127.0.0.1]:{FILTER}", disable_dns_lookups="no",
                       virtual_alias_maps=f"inline:{{ {{ friend@dane.example={BOB} }} }}")
        with contextlib.suppress(FileNotFoundError):
            self.wait_until("the port of the filter's way back", lambda: smtplib.SMTP("127.0.0.1", BACK, timeout=5).quit())

    def back(self, queue_id: str) -> str:
        """The queue id of the message behind the filter."""
        message_id = self.site.postfix.wait_for_log(rf"{queue_id}: message-id=(<.*>)").group(1)
        self.wait_status(queue_id, "sent")
        found = self.site.postfix.wait_for_log(rf"(?<!{queue_id})(?<=\]: )(?!{queue_id})(\w+): message-id={message_id}")
        return found.group(1)

    def test_the_floor_passes_the_filter_with_our_milter_behind_it_or_without(self) -> None:
        for milter in ("", "unix:smarttls/milter.sock"):
            with self.subTest(milter):
                self.restore_configuration()
                self.put_filter_in_between(CLEAN, milter)
                good = self.back(self.send(GOOD))
                self.assertIn("smarttls-dane/smtp", self.wait_status(good, "sent"))
                self.assert_waits_under_dane(self.back(self.send("friend@dane.example")))
                message = self.site.lab.wait_received("dane.example")[-1]
                self.assertEqual(message["mail_from"], "alice@org.example")
                self.assertNotIn("SmartTLS-Floor", message["data"])
                self.doCleanups()

    def test_a_filter_that_loses_the_tag_leaves_the_field(self) -> None:
        for milter in ("", "unix:smarttls/milter.sock"):
            with self.subTest(milter):
                self.restore_configuration()
                self.put_filter_in_between("    -o smtp_header_checks=\n", milter)
                behind = self.back(self.send("friend@dane.example"))
                self.assertIn("from=<alice@org.example>", self.site.postfix.wait_for_log(rf"{behind}: from=.*").group(0))
                self.assert_kept_back(behind)
                self.doCleanups()

    def test_a_filter_s_transport_without_its_lines_is_not_passed(self) -> None:
        self.put_filter_in_between("")
        self.assert_kept_back(self.send("friend@dane.example"))


if __name__ == "__main__":
    main()
