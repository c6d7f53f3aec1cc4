# SPDX-License-Identifier: Apache-2.0
"""The portal's pages as browsers, scanners and attackers meet them: over its socket, without nginx."""
import base64
import http.client
import os
import shutil
import socket
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from browser import CODE, Pages, TOKEN, User  # noqa: E402

SLOW_CLIENTS = 5000
LARGE_MB = int(os.environ.get("SMARTTLS_LARGE_MB", "40"))
PDF = os.urandom(300_000)
MAIL = (b"From: =?utf-8?Q?J=C3=B6rg?= <jorg@org.example>\r\nTo: bob@home.example\r\nSubject: Uitslag van uw onderzoek\r\n"
        b"Date: Mon, 23 Nov 2026 14:05:00 +0100\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Geachte heer,<script>alert(1)</script></p>\r\n"
        b"--b\r\nContent-Type: application/pdf; name=\"uitslag.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(PDF).replace(b"\n", b"\r\n") + b"--b--\r\n")


def exchange(pages: Pages, request: bytes) -> bytes:
    """What the server says to these bytes until it closes, or is silent for a while."""
    with pages.raw() as connection:
        connection.sendall(request)
        connection.settimeout(1)
        answer = b""
        try:
            while piece := connection.recv(65536):
                answer += piece
        except TimeoutError:
            pass
        return answer


class PortalPages(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.directory = Path(tempfile.mkdtemp(prefix="smarttls-test."))
        cls.addClassCleanup(shutil.rmtree, cls.directory, ignore_errors=True)
        cls.pages = cls.enterClassContext(Pages(cls.directory, MAIL))

    def user(self, client: str | None = None) -> User:
        user = User(self.pages.connect)
        if client:
            ask = user.ask
            user.ask = lambda method, path, fields=None, **headers: ask(method, path, fields, X_Forwarded_For=client, **headers)  # type: ignore[method-assign]
        self.addCleanup(user.connection.close)
        return user

    def test_a_recipient_reads_the_message_and_its_attachment(self) -> None:
        user = self.user("198.51.100.1")
        path = user.open(self.pages.start)
        page = user.get(path)
        self.assertIn("Uitslag van uw onderzoek", page.text)
        self.assertIn("300 kB", page.text)
        body = user.get(f"{path}/body")
        self.assertIn("Geachte heer,", body.text)
        self.assertNotIn("script", body.text)
        file = user.get(f"{path}/file/2")
        self.assertEqual(file.body, PDF)
        self.assertEqual(file.headers["Content-Disposition"], "attachment; filename=\"uitslag.pdf\"; filename*=UTF-8''uitslag.pdf")
        original = user.get(f"{path}/original.eml")
        self.assertEqual(original.body, MAIL)
        self.assertEqual(original.headers["Content-Length"], str(len(MAIL)))

    def test_the_token_stands_in_no_page_behind_the_code(self) -> None:
        user = self.user("198.51.100.2")
        path = user.open(self.pages.start)
        for part in ("", "/body", "/print"):
            answer = user.get(path + part)
            self.assertNotIn(TOKEN, answer.text + str(answer.headers))
            self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")

    def test_requests_that_are_none_are_refused(self) -> None:
        long_header = b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20_000 + b"\r\n\r\n"
        for request, status in ((b"nonsense\r\n\r\n", b"400"), (b"GET / HTTP/1.0\r\n\r\n", b"505"), (long_header, b"431"),
                                (b"GET /../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", b"400"),
                                (b"GET /%2e%2e/etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", b"400"),
                                (b"GET http://evil.example/ HTTP/1.1\r\nHost: x\r\n\r\n", b"400"),
                                (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n", b"413"),
                                (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", b"400"),
                                (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
                                (b"CONNECT x:25 HTTP/1.1\r\nHost: x\r\n\r\n", b"400"),
                                (b"TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", b"405"),
                                (b"GET / HTTP/1.1\r\nHost: x\r\nX-A: b\r\n c\r\n\r\n", b"")):
            answer = exchange(self.pages, request)
            self.assertTrue(answer.startswith(b"HTTP/1.1 " + status), (request[:60], answer[:60]))

    def test_nothing_that_is_sent_comes_back_in_a_header(self) -> None:
        for target in ("/p/x%0d%0aSet-Cookie:a=b", f"{self.pages.start}?lang=%0d%0aSet-Cookie:a=b", f"{self.pages.start}/code?by=%0d%0aX:y"):
            answer = exchange(self.pages, f"GET {target} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 198.51.100.3\r\n\r\n".encode())
            self.assertNotIn(b"a=b\r\n", answer.split(b"\r\n\r\n")[0])
            self.assertNotIn(b"\r\nX:y", answer)

    def test_keeps_connections_and_answers_pipelined_requests_in_order(self) -> None:
        one = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        last = b"GET /robots.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        answer = exchange(self.pages, one * 3 + last)
        self.assertEqual(answer.count(b"HTTP/1.1 200 OK"), 4)
        self.assertTrue(answer.endswith(b"Disallow: /\n"))

    def test_an_address_counts_for_the_last_proxy_alone(self) -> None:
        """A client that invents X-Forwarded-For cannot spend its neighbour's bucket, nor get a fresh one."""
        invented = self.user()
        statuses = {invented.get("/p/unknown", X_Forwarded_For=f"203.0.113.{count % 250}, 198.51.100.4").status for count in range(300)}
        self.assertEqual(statuses, {404, 429})
        self.assertEqual(self.user().get("/p/unknown", X_Forwarded_For="198.51.100.5").status, 404)

    def test_thousands_of_slow_clients_delay_nobody(self) -> None:
        connections = []
        try:
            for number in range(SLOW_CLIENTS):
                connection = self.pages.raw()
                connection.send(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
                connections.append(connection)
            begin = time.monotonic()
            worst = 0.0
            user = self.user("198.51.100.6")
            for _ in range(20):
                started = time.monotonic()
                self.assertEqual(user.get(self.pages.start).status, 200)
                worst = max(worst, time.monotonic() - started)
                for connection in connections[::50]:
                    try:
                        connection.send(b"a")
                    except OSError:
                        pass
            print(f"slowest of 20 pages beside {SLOW_CLIENTS} slow clients: {worst * 1000:.0f} ms; {self.pages.memory() // 1024} MB")
            self.assertLess(worst, 1.0)
            self.assertLess(time.monotonic() - begin, 15)
        finally:
            for connection in connections:
                connection.close()

    def test_a_client_that_sends_a_byte_a_second_is_cut_off(self) -> None:
        with self.pages.raw() as connection:
            begin = time.monotonic()
            connection.settimeout(0.2)
            answer = b""
            while time.monotonic() - begin < 25:
                try:
                    connection.send(b"X")
                    answer = connection.recv(4096)
                    break
                except TimeoutError:
                    continue
                except OSError:
                    break
            self.assertLess(time.monotonic() - begin, 20)
            self.assertTrue(answer == b"" or answer.startswith(b"HTTP/1.1 4"), answer)

    def test_browsers_that_go_away_in_the_middle_of_a_download_cost_nothing(self) -> None:
        user = self.user("198.51.100.7")
        path = user.open(self.pages.start)
        cookies = "; ".join(f"{name}={value}" for name, value in user.cookies.items())
        for _ in range(30):
            with self.pages.raw() as connection:
                connection.send(f"GET {path}/file/2 HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 198.51.100.8\r\nCookie: {cookies}\r\n\r\n".encode())
                connection.recv(100)
        self.assertEqual(user.get(path).status, 200)

    def test_codes_cannot_be_tried_in_parallel(self) -> None:
        answers: list[int] = []
        directory = self.directory / "codes"
        directory.mkdir()
        pages = self.enterContext(Pages(directory, MAIL))

        def attempt(number: int) -> None:
            user = User(pages.connect)
            self.addCleanup(user.connection.close)
            user.get(pages.start)
            answers.append(user.post(f"{pages.start}/open", code=f"00000{number}").status)
        threads = [threading.Thread(target=attempt, args=(number,)) for number in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(answers, [422] * 5)
        late = User(pages.connect)
        self.addCleanup(late.connection.close)
        late.get(pages.start)
        self.assertEqual(late.post(f"{pages.start}/open", code="999999").status, 429)


class LargeMessage(unittest.TestCase):
    def test_a_large_message_costs_no_memory(self) -> None:
        with tempfile.TemporaryDirectory(prefix="smarttls-test.") as name:
            directory = Path(name)
            line = base64.b64encode(os.urandom(57)) + b"\r\n"
            lines = LARGE_MB * 1_000_000 // len(line)
            with (directory / "large.eml").open("wb") as mail:
                mail.write(b"Subject: large\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nsee attached\r\n"
                           b"--b\r\nContent-Type: video/mp4; name=film.mp4\r\nContent-Transfer-Encoding: base64\r\n\r\n")
                for _ in range(0, lines, 1000):
                    mail.write(line * 1000)
                mail.write(b"--b--\r\n")
            with Pages(directory, directory / "large.eml") as pages:
                user = User(pages.connect)
                path = user.open(pages.start)
                user.get(pages.start)
                before = pages.memory()
                begin = time.monotonic()
                self.assertIn("film.mp4", user.get(path).text)
                seen = time.monotonic()
                for part, most in (("file/2", None), ("original.eml", None)):
                    user.connection.request("GET", f"{path}/{part}", headers={"Cookie": "; ".join(f"{n}={v}" for n, v in user.cookies.items())})
                    reply = user.connection.getresponse()
                    size = 0
                    while piece := reply.read(1 << 20):
                        size += len(piece)
                    self.assertGreater(size, LARGE_MB * 700_000)
                grown = pages.memory("VmHWM") - before
                print(f"{LARGE_MB} MB: page in {seen - begin:.1f} s, two downloads in {time.monotonic() - seen:.1f} s, memory grew by {grown} kB")
                self.assertLess(grown, 24_000)
                user.connection.close()
                leaks = [link for link in Path(f"/proc/{pages.process.pid}/fd").iterdir() if "deleted" in os.readlink(link)]
                self.assertEqual(leaks, [])
                self.assertEqual(sorted(p.name for p in (directory / "sealed").iterdir())[1:], [])


if __name__ == "__main__":
    import resource
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(20_000, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
    unittest.main(verbosity=2)
