# SPDX-License-Identifier: Apache-2.0
"""The life of a running milter: its configuration changes while mail flows, it stops while messages are on their way, and
it meets more sessions, or fewer threads, than it would like. No message is lost or decided by half a configuration."""
import os
import re
import signal
import smtplib
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scenario import Scenario, main  # noqa: E402
from mail_site import SENDER, program  # noqa: E402
from postfix import ADDRESS  # noqa: E402

MILTER = "smarttls-milter"
SESSIONS = 1000
RELOADS = 200
IDLE_RSS = 64 * 1024  # KiB
USER = 54321  # nobody's
THREADS = 20


class MilterSession:
    """One connection of an MTA to the milter, packet by packet (milter protocol 6)."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(30)
        self._socket.connect(str(path))

    def connect(self) -> None:
        assert self.ask(b"O", struct.pack(">III", 6, 0x1FF, 0x1FFFFF))[:1] == b"O"
        assert self.ask(b"C", b"client.example\0" + b"4" + struct.pack(">H", 25) + b"127.0.0.1\0") == b"c"

    def begin(self) -> bytes:
        """MAIL, and one recipient when it is taken."""
        answer = self.ask(b"M", b"<alice@org.example>\0")
        if answer == b"c":
            assert self.ask(b"R", b"<bob@dane.example>\0") == b"c"
        return answer

    def finish(self, **fields: str) -> bytes:
        for name, value in fields.items():
            self.tell(b"L", f"{name.replace('_', '-')}\0{value}\0".encode())
        self.tell(b"N")
        return self.ask(b"E")

    def tell(self, command: bytes, data: bytes = b"") -> None:
        self._socket.sendall(struct.pack(">I", 1 + len(data)) + command + data)

    def ask(self, command: bytes, data: bytes = b"") -> bytes:
        self.tell(command, data)
        return self._read(struct.unpack(">I", self._read(4))[0])

    def _read(self, size: int) -> bytes:
        text = b""
        while len(text) < size:
            chunk = self._socket.recv(size - len(text))
            if not chunk:
                raise ConnectionError("the milter closed the connection")
            text += chunk
        return text

    def close(self) -> None:
        self._socket.close()


class Reload(Scenario):
    settings = {"canary_interval": "5m"}

    def setUp(self) -> None:
        self.text = self.site.config_file.read_text()
        self.addCleanup(self.site.config_file.write_text, self.text)
        self.sessions: list[MilterSession] = []
        self.addCleanup(lambda: [session.close() for session in self.sessions])

    # Words

    def pid(self) -> int:
        return self.site.daemon(MILTER).pid

    def log(self) -> str:
        return self.site.log(MILTER)

    def reload(self, text: str, expect: str) -> str:
        """The line that the milter writes about it."""
        before = len(self.log())
        self.site.config_file.write_text(text)
        os.kill(self.pid(), signal.SIGUSR1)
        return self.wait_until(f"log line {expect!r}", lambda: re.search(f".*{expect}.*", self.log()[before:])).group(0)

    def open_session(self) -> MilterSession:
        return self.connect_to(self.site.postfix.queue_directory / "smarttls" / "milter.sock")

    def connect_to(self, path: Path) -> MilterSession:
        self.sessions.append(MilterSession(path))
        self.sessions[-1].connect()
        return self.sessions[-1]

    def status(self, field: str) -> int:
        return int(re.search(rf"^{field}:\s+(\d+)", Path(f"/proc/{self.pid()}/status").read_text(), re.M).group(1))

    def start_stopping(self) -> threading.Thread:
        """SIGTERM; the thread ends with the milter."""
        before = len(self.log())
        stopping = threading.Thread(target=self.site.stop_daemon, args=(MILTER,))
        stopping.start()
        self.wait_until("stopping", lambda: "stopping; open transactions" in self.log()[before:])
        return stopping

    # Reload

    def test_a_new_class_is_known_after_a_reload_and_mail_flows_on(self) -> None:
        refused = self.site.send("ann@dane.example", mail_class="extra")
        self.assertEqual(refused.code, 550, refused.text)
        ended = threading.Event()
        replies: list = []

        def send_on() -> None:
            while not ended.is_set():
                replies.append(self.site.send("ann@dane.example", mail_class="nta7516"))

        thread = threading.Thread(target=send_on)
        thread.start()
        try:
            for round_ in range(5):
                self.reload(self.text + f"\n[class.extra]\nlevel = dane\nset-header = X-Round: {round_}\n", "reloaded .*is for sessions that begin now")
            self.wait_until("mail", lambda: len(replies) > 3)
        finally:
            ended.set()
            thread.join()
        self.assertEqual({reply.code for reply in replies}, {250})
        queue_id = self.assert_accepted(self.site.send("ann@dane.example", mail_class="extra", Subject="of the fifth"))
        delivered = self.wait_until("delivery", lambda: [m for m in self.site.lab.received("dane.example") if "Subject: of the fifth" in m["data"]])
        self.assertIn("X-Round: 4", delivered[0]["data"])
        versions = {self.only_evidence(one)["config_version"] for one in (replies[0].queue_id, queue_id)}
        self.assertEqual(len(versions), 2, "evidence names the configuration that decided")

    def test_two_hundred_reloads_under_load_defer_and_lose_nothing(self) -> None:
        ended = threading.Event()
        replies: list = []

        def send_on(mail_class: str | None) -> None:
            while not ended.is_set():
                replies.append(self.site.send("ann@dane.example", mail_class=mail_class))

        threads = [threading.Thread(target=send_on, args=(mail_class,)) for mail_class in ("nta7516", "gdpr", None)]
        for thread in threads:
            thread.start()
        try:
            for round_ in range(RELOADS):
                self.reload(self.text + f"\n[class.extra]\nlevel = dane\nset-header = X-Round: {round_}\n", "reloaded .*is for sessions that begin now")
        finally:
            ended.set()
            for thread in threads:
                thread.join()
        print(f"{RELOADS} reloads while {len(replies)} messages came", file=sys.stderr)
        self.assertEqual([reply for reply in replies if reply.code != 250], [])
        self.assertGreater(len(replies), RELOADS / 4)
        self.wait_until("deliveries", lambda: not [one for one in self.site.postfix.queue() if one["queue_name"] in ("active", "incoming")])
        received = " ".join(message["data"].partition("\r\n\r\n")[0] for message in self.site.lab.received("dane.example"))
        self.assertEqual([reply.queue_id for reply in replies if f"id {reply.queue_id}" not in received], [])
        self.reload(self.text, "reloaded")

    def test_the_engine_does_not_die_of_the_milter_s_signal(self) -> None:
        engine = self.site.daemon("smarttlsd")
        os.kill(engine.pid, signal.SIGUSR1)
        self.wait_until("a line", lambda: "SIGUSR1: the engine reads its configuration when it starts" in self.site.log("smarttlsd"))
        self.assertIn('"level":"dane"', self.site.command("check", "dane.example", "--json", status=None))
        os.kill(engine.pid, signal.SIGUSR1)
        self.wait_until("a second line", lambda: self.site.log("smarttlsd").count("SIGUSR1") == 2)

    def test_a_changed_class_counts_for_new_sessions_and_not_for_open_ones(self) -> None:
        with smtplib.SMTP(*ADDRESS, timeout=60) as old:
            old.ehlo("client.lab.example")
            self.assertEqual(old.mail(SENDER)[0], 250)  # the milter has a session now
            old.rset()
            self.reload(self.text.replace("plaintext = reject", "plaintext = hold"), "reloaded")
            mail = f"From: {SENDER}\r\nX-SmartTLS-Class: gdpr\r\n\r\nHello.\r\n"
            with self.assertRaises(smtplib.SMTPDataError) as refused:
                old.sendmail(SENDER, ["ann@plaintext.example"], mail)
            self.assertEqual(refused.exception.smtp_code, 550)
        queue_id = self.assert_accepted(self.site.send("ann@plaintext.example", mail_class="gdpr"))
        self.assertEqual(self.only_evidence(queue_id)["outcome"], "hold")
        self.reload(self.text, "reloaded")

    def test_a_bad_file_changes_nothing_and_says_why(self) -> None:
        before = self.log().count(": reloaded ")
        line = self.reload(self.text + "\n[class.extra]\nlevl = dane\n[class.other]\ninsecure = perhaps\n", "not reloaded")
        self.assertRegex(line, rf'{self.site.config_file}:\d+: .*"levl".*did you mean "level"')
        self.assertIn("perhaps", self.wait_until("the second mistake", lambda: re.search("not reloaded: .*perhaps.*", self.log())).group(0))
        self.site.config_file.unlink()
        os.kill(self.pid(), signal.SIGUSR1)
        self.wait_until("a line about the missing file", lambda: re.search(rf"not reloaded: .*{self.site.config_file}.*cannot be read", self.log()))
        self.assert_accepted(self.site.send("ann@dane.example", mail_class="nta7516"))
        self.assertEqual(self.log().count(": reloaded "), before)

    def test_what_takes_a_restart_is_named_and_left(self) -> None:
        socket_ = self.site.postfix.queue_directory / "smarttls" / "milter.sock"
        line = self.reload(self.text.replace("milter.sock", "other.sock").replace("canary-interval = 5m", "canary-interval = 2m"), "reloaded")
        self.assertIn("reloaded", line)
        for option in ("socket", "canary-interval"):
            self.assertIn(f"[milter] {option} changes with a restart only", self.log())
        self.assertTrue(socket_.exists())
        self.assert_accepted(self.site.send("ann@dane.example", mail_class="nta7516"))
        self.reload(self.text, "reloaded")

    # Stop

    def test_a_transaction_that_is_open_finishes_before_the_milter_ends(self) -> None:
        session, late = self.open_session(), self.open_session()
        self.assertEqual(session.begin(), b"c")
        stopping = self.start_stopping()
        try:
            self.assertEqual(late.begin()[:10], b"y451 4.3.2", "no new transaction is begun")
            self.assertTrue(stopping.is_alive())
            self.assertEqual(session.finish(Subject="unmarked"), b"c")
        finally:
            stopping.join(20)
            self.site.start_milter()
        self.assertFalse(stopping.is_alive())

    def test_class_mail_that_is_open_is_decided_before_the_milter_ends(self) -> None:
        with smtplib.SMTP(*ADDRESS, timeout=60) as smtp:
            smtp.ehlo("client.lab.example")
            smtp.mail(SENDER)
            smtp.rcpt("ann@dane.example")
            stopping = self.start_stopping()
            try:
                code, text = smtp.data(f"From: {SENDER}\r\nX-SmartTLS-Class: nta7516\r\n\r\nHello.\r\n")
                self.assertEqual(code, 250, text)
                stopping.join(20)
                self.assertFalse(stopping.is_alive())
                code, text = smtp.mail(SENDER)
                self.assertEqual(code, 451, text)
            finally:
                stopping.join(40)
                self.site.start_milter()

    def test_idle_sessions_do_not_hold_the_stop_up(self) -> None:
        for _ in range(20):
            self.open_session()
        began = time.monotonic()
        self.site.stop_daemon(MILTER)
        took = time.monotonic() - began
        self.site.start_milter()
        self.assertLess(took, 5)

    # Bounds

    def test_a_thousand_idle_sessions_take_little(self) -> None:
        self.restart()
        before = self.status("VmRSS"), self.status("Threads")
        for _ in range(SESSIONS):
            self.open_session()
        self.assert_accepted(self.site.send("ann@dane.example", mail_class="nta7516"))
        rss, threads = self.status("VmRSS"), self.status("Threads")
        print(f"{SESSIONS} idle sessions: {before[0]} -> {rss} KiB, {before[1]} -> {threads} threads", file=sys.stderr)
        self.assertLess(threads, before[1] + 20)
        self.assertLess(rss - before[0], IDLE_RSS / 2)
        if b"__asan_init" not in Path(program(MILTER)).read_bytes():
            self.assertLess(rss, IDLE_RSS)

    def test_a_refused_thread_delays_sessions_and_loses_none(self) -> None:
        """A milter under a user of its own (root may have any number), whose canary waits for a server that is silent: a
        thread for each end of message, and more of them than the user may have."""
        with socket.create_server(("127.0.0.1", 0)) as silent:
            directory = self.directory / "few"
            directory.mkdir()
            config = re.sub(r"(?m)^socket = .*milter.sock", f"socket = {directory}/milter.sock", self.text)
            config = config.replace(str(self.site.store), str(directory)).replace("[milter]\n", f"[milter]\ncanary = 127.0.0.1:{silent.getsockname()[1]}\n")
            (directory / "smarttls.conf").write_text(config)
            (directory / "sealed").mkdir()
            subprocess.run(["chown", "-R", f"{USER}:{USER}", directory], check=True)
            with (directory / "log").open("wb") as log:
                milter = subprocess.Popen(["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "prlimit", f"--nproc={THREADS}",
                                           program(MILTER), "--config", directory / "smarttls.conf"], stderr=log)
            self.addCleanup(milter.wait)
            self.addCleanup(milter.terminate)
            self.wait_until("milter that listens", lambda: "ready on" in (directory / "log").read_text(), 30)
            answers = self.finish_at_once([self.connect_to(directory / "milter.sock") for _ in range(3 * THREADS)])
            self.assertEqual({answer[:4] for answer in answers}, {b"y451"})
            self.assertEqual(len(answers), 3 * THREADS)
            self.assertIn("sessions wait for a thread: Resource temporarily unavailable", (directory / "log").read_text())

    def finish_at_once(self, sessions: list[MilterSession]) -> list[bytes]:
        """The answers to one class mail in each."""
        answers: list[bytes] = []

        def finish(session: MilterSession) -> None:
            session.begin()
            answers.append(session.finish(X_SmartTLS_Class="gdpr"))

        threads = [threading.Thread(target=finish, args=(session,)) for session in sessions]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(90)
        return answers

    def test_sessions_beyond_the_limit_are_closed_at_once_and_the_log_says_so(self) -> None:
        self.reload(self.text.replace("[milter]\n", "[milter]\nsession-limit = 30\n"), "reloaded")
        try:
            with self.assertRaises(ConnectionError):
                for _ in range(40):
                    self.open_session()
            self.assertGreaterEqual(len(self.sessions), 20)
            self.assertIn("30 sessions, the most there may be", self.log())
            self.assertEqual(self.site.send("ann@plaintext.example").code, 451)
            for session in self.sessions:
                session.close()
            self.sessions.clear()
            self.wait_until("room", lambda: self.site.send("ann@plaintext.example").code == 250)
        finally:
            self.reload(self.text, "reloaded")

    def restart(self) -> None:
        self.site.stop_daemon(MILTER)
        self.site.start_milter()


if __name__ == "__main__":
    main()
