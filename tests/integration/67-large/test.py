# SPDX-License-Identifier: Apache-2.0
"""A large message that is sealed: the milter's memory does not grow with it, and every byte comes back.

$SMARTTLS_LARGE_MB: its size, 24 by default."""
import hashlib
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scenario import Scenario, main  # noqa: E402
from mail_site import program  # noqa: E402

MEGABYTES = int(os.environ.get("SMARTTLS_LARGE_MB", "24"))
MOST_GROWTH = 4 << 20
LINE = "what nobody else may read, line after line after line after line\r\n"


class Large(Scenario):
    settings = {"nta7516": "insecure = portal\nplaintext = portal"}

    def memory(self, field: str) -> int:
        """Bytes, by /proc/PID/status: VmRSS is now, VmHWM the most so far."""
        status = Path(f"/proc/{self.site.daemon('smarttls-milter').pid}/status").read_text()
        return next(int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith(field + ":"))

    def test_memory_does_not_grow_with_a_message_that_is_sealed(self) -> None:
        self.site.postfix.set("message_size_limit", "0")
        self.site.postfix.set("mailbox_size_limit", "0")
        self.site.postfix.reload()
        self.site.stop_daemon("smarttls-milter")
        # Else the sanitizer keeps what was freed, to find who uses it.
        self.site.start_milter(ASAN_OPTIONS="quarantine_size_mb=0:thread_local_quarantine_size_kb=0")
        self.assert_accepted(self.site.send("first@plaintext.example", mail_class="nta7516", body=LINE * 20_000))
        before = self.memory("VmRSS")
        body = LINE * (MEGABYTES * (1 << 20) // len(LINE))
        self.assert_accepted(self.site.postfix.inject("alice@org.example", ["large@plaintext.example"],
                                                      {"X-SmartTLS-Class": "nta7516", "Subject": "large"}, body, 400))
        grown = self.memory("VmHWM") - before
        print(f"{len(body)} bytes sealed, {grown} bytes of memory more", file=sys.stderr)
        self.assertLess(grown, MOST_GROWTH)
        newest = self.site.command("message", "list", "--limit", "1", "--json")
        identifier = newest.split('"id":"')[1].split('"')[0]
        opened = subprocess.run([program("smarttls"), "--config", str(self.site.config_file), "message", "open", identifier],
                                capture_output=True, check=True).stdout
        self.assertEqual(hashlib.sha256(opened.split(b"\r\n\r\n", 1)[1]).hexdigest(), hashlib.sha256(body.encode()).hexdigest())


if __name__ == "__main__":
    main()
