# SPDX-License-Identifier: Apache-2.0
"""The portal behind the real nginx with the site file that is shipped."""
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "90-portal-pages")]

from browser import Pages, TOKEN, User  # noqa: E402
from nginx_site import HOST, NginxSite  # noqa: E402

MAIL = b"Subject: Uitslag\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhallo\r\n--b\r\nContent-Type: a/b; name=x.bin\r\n\r\n"


class PortalNginx(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.directory = Path(tempfile.mkdtemp(prefix="smarttls-test."))
        cls.addClassCleanup(shutil.rmtree, cls.directory, ignore_errors=True)
        cls.secret = b"nobody-else-may-read-this-"
        cls.pages = cls.enterClassContext(Pages(cls.directory, MAIL + cls.secret * 500_000 + b"\r\n--b--\r\n"))
        cls.site = cls.enterClassContext(NginxSite(cls.directory, cls.pages.socket))

    def user(self) -> User:
        user = User(self.site.connect)
        self.addCleanup(user.connection.close)
        return user

    def test_a_message_is_read_through_nginx(self) -> None:
        user = self.user()
        path = user.open(self.pages.start)
        page = user.get(path)
        self.assertIn("Uitslag", page.text)
        self.assertEqual(page.headers.get_all("Strict-Transport-Security"), ["max-age=63072000"])
        self.assertNotRegex(page.headers["Server"], r"\d")
        self.assertEqual(len(user.get(f"{path}/file/2").body), len(self.secret) * 500_000)

    def test_a_slow_download_leaves_nothing_in_a_file(self) -> None:
        user = self.user()
        path = user.open(self.pages.start)
        user.connection.request("GET", f"{path}/file/2", headers={"Cookie": "; ".join(f"{n}={v}" for n, v in user.cookies.items())})
        reply = user.connection.getresponse()
        self.assertTrue(reply.read(1000))
        time.sleep(1)  # what nginx would buffer, it would have by now
        files = [file for file in self.site.temp.rglob("*") if file.is_file()]
        opened = [os.readlink(link) for link in Path(f"/proc/{self.site.process.pid}/fd").iterdir()]
        self.assertEqual(files, [])
        self.assertEqual([name for name in opened if "temp" in name], [])
        self.assertLess(self.pages.memory(), 200_000)

    def test_only_tls_1_2_and_1_3_with_good_ciphers(self) -> None:
        for arguments, works in ((["-tls1_2"], True), (["-tls1_3"], True), (["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], False),
                                 (["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0"], False)):
            done = subprocess.run(["openssl", "s_client", "-connect", "127.0.0.1:443", "-servername", HOST, "-CAfile", str(self.site.ca_file), *arguments],
                                  input=b"", capture_output=True, timeout=30)
            self.assertEqual(done.returncode == 0, works, (arguments, done.stdout[-300:]))

    def test_speaks_http_2(self) -> None:
        context = ssl.create_default_context(cafile=str(self.site.ca_file))
        context.set_alpn_protocols(["h2", "http/1.1"])
        with context.wrap_socket(socket.create_connection(("127.0.0.1", 443)), server_hostname=HOST) as connection:
            self.assertEqual(connection.selected_alpn_protocol(), "h2")

    def test_plain_http_leads_to_the_site_alone(self) -> None:
        with socket.create_connection(("127.0.0.1", 80)) as connection:
            connection.sendall(b"GET /p/x HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
            answer = b"".join(iter(lambda: connection.recv(4096), b""))
        self.assertIn(b"Location: https://pickup.example/p/x", answer)

    def test_the_log_holds_no_token(self) -> None:
        self.user().get(f"{self.pages.start}/code?by=sms")
        log = (self.site.directory / "access.log").read_text()
        self.assertIn("GET /p/.../code", log)
        for file in self.site.directory.glob("*.log"):
            self.assertNotIn(TOKEN, file.read_text(), file)

    def test_what_a_client_says_of_its_address_does_not_count(self) -> None:
        statuses = [self.user().get("/p/unknown", X_Forwarded_For=f"203.0.113.{count}").status for count in range(150)]
        self.assertEqual(set(statuses), {404, 429})
        self.assertLess(statuses.index(429), 150)
        time.sleep(8)  # the buckets fill again, for the other tests


if __name__ == "__main__":
    unittest.main(verbosity=2)
