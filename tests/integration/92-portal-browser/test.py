# SPDX-License-Identifier: Apache-2.0
"""The portal's pages in a real browser, through the real nginx: on a phone and on a desk, in both languages, without
JavaScript, and with mail that attacks. Pictures of the pages are left in $SMARTTLS_SCREENSHOTS, if that is set."""
import base64
import functools
import http.server
import os
import shutil
import struct
import sys
import tempfile
import threading
import unittest
import zlib
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "90-portal-pages"), str(HERE.parents[1] / "91-portal-nginx")]

from browser import CODE, Pages  # noqa: E402
from chromium import Chromium, Tab  # noqa: E402
from nginx_site import NginxSite  # noqa: E402

CORPUS = HERE.parents[2] / "fuzz" / "corpus" / "html"
SITE = "https://pickup.example"


def png() -> str:
    """Sixteen by sixteen points of blue."""
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    rows = (b"\0" + b"\x0b\x4f\x9e" * 16) * 16
    picture = chunk(b"IHDR", struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + picture).decode()


LETTER = """<html><body><p>Geachte heer De Vries,</p><p>Hierbij ontvangt u de <b>uitslag</b> van uw onderzoek. <img src="cid:logo@org" width="32">
<img src="https://track.example/pixel.gif"></p><table border="1" style="border-collapse:collapse"><tr><td>Bloeddruk</td><td>120/80</td></tr></table>
<p>Meer weten? <a href="https://www.org.example/uitslag">Lees verder</a>.</p><script>document.title='owned';alert(1)</script></body></html>"""


def mail(html: str) -> bytes:
    return ("From: =?utf-8?Q?Polikliniek_Voorbeeld?= <poli@org.example>\r\nTo: m.devries@home.example\r\nSubject: Uitslag van uw onderzoek\r\n"
            "Date: Mon, 23 Nov 2026 14:05:00 +0100\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n"
            f"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n"
            f"--b\r\nContent-Type: image/png\r\nContent-ID: <logo@org>\r\nContent-Transfer-Encoding: base64\r\n\r\n{png()}\r\n"
            "--b\r\nContent-Type: application/pdf; name=\"uitslag bloedonderzoek november 2026.pdf\"\r\n\r\nPDF\r\n--b--\r\n").encode()


class PortalBrowser(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.directory = Path(tempfile.mkdtemp(prefix="smarttls-test."))
        cls.addClassCleanup(shutil.rmtree, cls.directory, ignore_errors=True)
        cls.pictures = Path(os.environ.get("SMARTTLS_SCREENSHOTS", cls.directory))
        cls.pages = cls.enterClassContext(Pages(cls.directory, mail(LETTER)))
        cls.site = cls.enterClassContext(NginxSite(cls.directory, cls.pages.socket))
        cls.browser = cls.enterClassContext(Chromium(cls.directory, pickup_example="127.0.0.1"))

    def picture(self, tab: Tab, name: str) -> None:
        content, seen = tab.width()
        self.assertLessEqual(content, seen, f"{name} is wider than its screen")
        tab.screenshot(self.pictures / f"{name}.png")

    def go_through(self, width: int, height: int, language: str, scripts: bool) -> Tab:
        name = f"{width}-{language}{'' if scripts else '-noscript'}"
        tab = self.browser.tab(width, height, language, scripts)
        self.addCleanup(tab.socket.close)
        tab.open(f"{SITE}{self.pages.start}")
        self.picture(tab, f"{name}-1-start")
        tab.click("button")
        self.assertIn('autocomplete="one-time-code"', tab.html())
        tab.type("#code", "000000")
        tab.click("button")
        self.picture(tab, f"{name}-2-wrong")
        self.assertIn('aria-invalid="true"', tab.html())
        tab.type("#code", CODE)
        tab.click("button")
        self.assertIn("Uitslag van uw onderzoek", tab.html())
        self.picture(tab, f"{name}-3-message")
        return tab

    def test_a_phone_in_dutch_without_javascript(self) -> None:
        tab = self.go_through(360, 740, "nl", scripts=False)
        path = "/m/0011223344556677"
        self.assertTrue(any(url.endswith(f"{path}/body") for url in tab.requests), tab.requests)
        self.assertEqual([url for url in tab.requests if not url.startswith((SITE, "data:"))], [])
        tab.click("button.second")
        self.picture(tab, "360-nl-4-goodbye")
        tab.open(f"{SITE}{path}")
        self.picture(tab, "360-nl-5-gone")

    def test_the_smallest_phone_in_english(self) -> None:
        self.go_through(320, 568, "en", scripts=False)

    def test_a_desk_in_english_and_paper(self) -> None:
        tab = self.go_through(1280, 800, "en", scripts=True)
        self.assertEqual((tab.dialogs, tab.evaluate("document.title")), ([], "Secure message"))
        self.assertEqual(tab.evaluate("fetch('/healthz').then(() => 'fetched', () => 'refused')"), "refused")  # CSP: connect-src
        tab.open(f"{SITE}/m/0011223344556677/print")
        self.assertEqual(tab.evaluate("document.title"), "Uitslag van uw onderzoek")
        self.picture(tab, "1280-en-4-print")

    def test_the_first_click_comes_from_a_mail_in_another_site(self) -> None:
        """Cookies that are SameSite=Strict are not sent with it, but can be set by what it leads to."""
        (self.directory / "webmail.html").write_text(f'<a href="{SITE}{self.pages.start}">uw bericht</a>')
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 8000), functools.partial(http.server.SimpleHTTPRequestHandler, directory=self.directory))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        tab = self.browser.tab(360, 740, "nl", scripts=False)
        self.addCleanup(tab.socket.close)
        tab.open("http://127.0.0.1:8000/webmail.html")
        tab.click("a")
        tab.click("button")
        tab.type("#code", CODE)
        tab.click("button")
        self.assertIn("Uitslag van uw onderzoek", tab.html())
        tab.open("http://127.0.0.1:8000/webmail.html")
        tab.click("a")
        self.assertIn("Er staat een bericht voor u klaar", tab.html())

    def test_the_focus_is_seen_and_the_language_can_be_changed(self) -> None:
        tab = self.browser.tab(360, 740, "nl", scripts=False)
        self.addCleanup(tab.socket.close)
        tab.open(f"{SITE}{self.pages.start}")
        tab.call("DOM.focus", nodeId=tab.node("button"))
        tab.click("nav a")
        self.assertIn("A message is waiting for you", tab.html())
        self.assertIn('<html lang="en">', tab.html())


class Attacks(unittest.TestCase):
    """Every attack of the corpus in one mail, read by a browser that runs scripts."""

    def test_nothing_runs_and_nothing_is_loaded(self) -> None:
        with tempfile.TemporaryDirectory(prefix="smarttls-test.") as name:
            directory = Path(name)
            html = "<p>first</p>" + "</div></p>".join(file.read_text(errors="replace") for file in sorted(CORPUS.iterdir())
                                                      if "plaintext" not in file.read_text(errors="replace")) + "<p>last</p>"
            with Pages(directory, mail(html)) as pages, NginxSite(directory, pages.socket) as _, Chromium(directory, pickup_example="127.0.0.1") as browser:
                tab = browser.tab(1280, 800, "nl")
                tab.open(f"{SITE}{pages.start}")
                tab.click("button")
                tab.type("#code", CODE)
                tab.click("button")
                for part in ("", "/body", "/print"):
                    tab.open(f"{SITE}/m/0011223344556677{part}")
                self.assertIn("first", tab.html())
                self.assertEqual(tab.dialogs, [])
                self.assertEqual([url for url in tab.requests if not url.startswith((SITE + "/", "data:image/"))], [])
                self.assertEqual([error for error in tab.errors if "Content Security Policy" in error or "sandboxed" in error], [],
                                 "the sanitiser left something for the policy to stop")
                tab.socket.close()


if __name__ == "__main__":
    unittest.main(verbosity=2)
