# SPDX-License-Identifier: Apache-2.0
"""`smarttls check` as an administrator uses it: the report on one domain, lists of domains from files and standard
input, the summary, exit statuses, and what belongs on a terminal and nowhere else."""
import json
import os
import pty
import re
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scenario import Scenario, main  # noqa: E402
from mail_site import program  # noqa: E402

SECTIONS = ["Mail servers", "Protection", "What would have to change", "What Postfix is told", "What happens to mail"]
ESCAPE = "\x1b"
PROGRESS = re.compile(r"\[[#.]{20}\]  \d+ of 4")


class Check(Scenario):
    settings = {"probe_deadline": "3s"}

    def run_check(self, *arguments: str, config: Path | None = None, stdin: str = "") -> subprocess.CompletedProcess:
        command = [program("smarttls"), "--config", str(config or self.site.config_file), "check", *arguments]
        return subprocess.run(command, capture_output=True, text=True, input=stdin, timeout=60)

    def on_terminal(self, *arguments: str, columns: int = 120, **environment: str) -> str:
        """Everything that a terminal of that width shows."""
        pid, terminal = pty.fork()
        if pid == 0:
            command = [program("smarttls"), "--config", str(self.site.config_file), "check", *arguments]
            termios.tcsetwinsize(0, (50, columns))
            os.execvpe(command[0], command, os.environ | {"TERM": "xterm"} | environment)
        shown = b""
        try:
            while piece := os.read(terminal, 65536):
                shown += piece
        except OSError:  # the other side is closed
            pass
        os.waitpid(pid, 0)
        os.close(terminal)
        return shown.decode().replace("\r\n", "\n")

    def test_the_report_on_one_domain_has_every_section_in_80_columns(self) -> None:
        done = self.run_check("expired.example")
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0], "expired.example: level encrypted, grade sufficient")
        self.assertEqual([line for line in lines[1:] if line and line[0] != " "], SECTIONS)
        self.assertEqual([line for line in lines if len(line) > 80], [])
        self.assertNotIn(ESCAPE, done.stdout)
        self.assertRegex(done.stdout, r"  10    mx\.expired\.example  127\.25\.0\.11  encrypted  sufficient\n")
        self.assertRegex(done.stdout, r"mx\.expired\.example  Lab Intermediate CA  ecdsa-256  \d+ \w+ ago\n")
        self.assertRegex(done.stdout, r"Certificate  x failed .* RFC 5280 §6\.1\.3\n")
        self.assertRegex(done.stdout, r"level pkix  \*  replace the certificate of mx\.expired\.example that expired on\n")
        self.assertIn("_25._tcp.mx.expired.example TLSA 3 1 1", done.stdout)

    def test_what_postfix_is_told_is_what_the_maps_answer(self) -> None:
        told = " ".join(self.run_check("sts-enforce.example").stdout.split())
        policy = "OK secure match=mx.sts-enforce.example servername=hostname"
        for who in ("pkix", "mta-sts", "default"):
            self.assertRegex(told, f" {who} map {re.escape(policy)} ")
        self.assertIn("master.cf dane-only; nothing leaves: sts-enforce.example does not reach", told)
        self.assertRegex(self.run_check("dane.example").stdout, r"\n  default +map +OK dane-only\n")
        self.assertIn("NOTFOUND: it publishes no policy", self.run_check("pkix.example", "--direct").stdout)

    def test_several_domains_have_a_line_each_and_a_summary(self) -> None:
        done = self.run_check("nta.example", "expired.example", "busy.example", "null-mx.example", "bob@NTA.example")
        self.assertEqual((done.returncode, done.stderr), (75, ""))
        lines, summary = done.stdout.split("\n\n")
        self.assertEqual([line.split() for line in lines.splitlines()],
                         [["+", "nta.example", "dane", "sufficient"],
                          ["x", "expired.example", "encrypted", "sufficient", "certificate-expired"],
                          ["?", "busy.example", "unknown", "none", "busy"],
                          ["x", "null-mx.example", "no-mail", "none", "null-mx"]])
        self.assertRegex(summary, r"^Summary of 4 domains in \d+\.\d s; 1 named again\n")
        self.assertRegex(summary, r"Level +dane +1 +25 %")
        self.assertRegex(summary, r"class nta7516 \(1 unknown\) +1 +25 %")
        self.assertRegex(summary, r"Reasons +certificate-expired +1 ")

    def test_a_file_is_read_to_its_end_whatever_a_line_says(self) -> None:
        names = self.directory / "names"
        names.write_text("# ours\ndane.example\n\nbob@pkix.example  # a colleague\nbad..example\nrsa-2048.example\r\n")
        done = self.run_check("--file", str(names))
        self.assertEqual(done.returncode, 2)
        self.assertEqual([line.split()[1] for line in done.stdout.split("\n\n")[0].splitlines()],
                         ["dane.example", "pkix.example", "rsa-2048.example"])
        self.assertEqual(done.stderr.count("\n"), 1)
        self.assertIn(f'smarttls check: {names}:5: "bad..example": ', done.stderr)
        self.assertIn("Summary of 4 domains", done.stdout)
        self.assertIn("no domain in 1", done.stdout)

    def test_standard_input_as_json_has_a_line_per_domain_in_order(self) -> None:
        done = self.run_check("-f", "-", "--json", stdin="busy.example\nb..ad\ndane.example\n")
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([line["domain"] for line in lines], ["busy.example", "b..ad", "dane.example"])
        self.assertEqual([line.get("level") for line in lines], ["unknown", None, "dane"])
        self.assertIn("a label is empty", lines[1]["error"])
        self.assertIn("Summary of 3 domains", done.stderr)

    def test_the_exit_status_is_the_worst(self) -> None:
        for domains, status in ((("nta.example", "nta-hosts.example"), 0), (("dane.example", "nta.example"), 1), (("dane.example", "pkix.example"), 1),
                                (("pkix.example", "busy.example"), 75), (("busy.example", "b..ad"), 2)):
            with self.subTest(domains):
                self.assertEqual(self.run_check(*domains).returncode, status)
        self.assertEqual(self.run_check("pkix.example", "dane.example", "--class", "gdpr").returncode, 0)
        self.assertEqual(self.run_check("-f", "/nowhere").returncode, 2)
        self.assertEqual(self.run_check().returncode, 2)

    def test_slow_domains_do_not_keep_each_other_waiting(self) -> None:
        begin = time.monotonic()
        done = self.run_check("dane.example", "timeout.example", "silent.example", "bogus.example", "servfail.example", "--fresh")
        self.assertEqual(done.returncode, 75)
        self.assertLess(time.monotonic() - begin, 5.5)  # one after the other: two probe deadlines and more

    def test_without_the_daemon_it_says_so_and_probes_from_here(self) -> None:
        elsewhere = self.directory / "elsewhere.conf"
        elsewhere.write_text(self.site.config_file.read_text().replace("engine.sock", "nobody.sock"))
        done = self.run_check("nta.example", "pkix.example", config=elsewhere)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"^smarttls check: smarttlsd does not answer on .*/nobody\.sock: .*; probing from here\n$")
        self.assertIn("+ nta.example", done.stdout)

    def test_fresh_probes_again(self) -> None:
        before = len(self.site.lab.sessions("cname-mx.example"))
        self.run_check("cname-mx.example", "--fresh")
        self.run_check("cname-mx.example", "--fresh")
        self.assertGreaterEqual(len(self.site.lab.sessions("cname-mx.example")), before + 2)

    def test_colours_and_width_are_those_of_the_terminal(self) -> None:
        wide = self.on_terminal("dane.example", columns=190)
        self.assertIn(f"level {ESCAPE}[32mdane{ESCAPE}[0m", wide)
        header = next(line for line in wide.splitlines() if "Pref" in line)
        self.assertIn("Cipher suite", header)
        narrow = self.on_terminal("expired.example", columns=100, NO_COLOR="1")
        self.assertNotIn(ESCAPE, narrow)
        self.assertGreater(max(len(line) for line in narrow.splitlines()), 80)
        self.assertLessEqual(max(len(line) for line in narrow.splitlines()), 100)

    def test_progress_is_shown_on_a_terminal_alone(self) -> None:
        domains = ("silent.example", "dane.example", "pkix.example", "expired.example")
        shown = self.on_terminal(*domains)
        self.assertRegex(shown, PROGRESS)
        self.assertIn("Summary of", shown)
        piped = self.run_check("rsa-2048.example", *domains[1:])
        self.assertNotRegex(piped.stdout + piped.stderr, PROGRESS)
        self.assertNotIn(ESCAPE, piped.stdout + piped.stderr)

    def test_an_interrupt_ends_it_with_what_was_done(self) -> None:
        command = [program("smarttls"), "--config", str(self.site.config_file), "check", "dane.example", "silent.example", "pkix.example"]
        self.run_check("dane.example", "pkix.example")  # so that the engine has their verdicts
        running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertIn("dane.example", running.stdout.readline())
        time.sleep(0.5)  # pkix.example is known by now, behind one that is not
        begin = time.monotonic()
        running.send_signal(signal.SIGINT)
        rest, errors = running.communicate(timeout=20)
        self.assertEqual((running.returncode, errors), (130, ""))
        self.assertLess(time.monotonic() - begin, 2)
        self.assertIn("x pkix.example", rest)
        self.assertIn("Summary of 2 domains of 3, interrupted in", rest)


if __name__ == "__main__":
    main()
