# SPDX-License-Identifier: Apache-2.0
"""Every line of conf/postfix is missing, or has a weaker value, before Postfix and the milter start. The milter starts all the
same; ordinary mail flows; class mail gets 451 with a reply that names a line that is missing, as often as it takes: whoever
mends one line after the other as the replies say ends with a site that takes class mail, and each line was named."""
import re
import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scenario import Scenario, main  # noqa: E402
from paths import BOB, GOOD  # noqa: E402
from postfix import settle  # noqa: E402

# What the milter is not asked about while it is missing (36-broken-lines), what only names things, what only exceptions
# need, what keeps attached messages whole (81-marks), and the port of the portal's own mail, which is no class mail.
HARMLESS = re.compile(r"127\.0\.0\.1:10025|    -o (mynetworks|smtpd_|{ smtpd_)|nested_header_checks|smtpd_milters|milter_default_action|smarttls_trusted|smarttls_lower_floors|    -o syslog_name")
# Lines that are seen by what another parameter does with them.
SEEN_BY = {"smarttls_notices": "transport_maps", "smarttls_marks": "header_checks", "smarttls_keeps_back": "smtp_header_checks"}
WEAKER = (
    ("recipient_delimiter = +", "recipient_delimiter = -"), ("smarttls-dane:}", "smtp:}"), ("$$1$$4", "$$1$$2$$4"),
    ("fail:class_mail_not_by_this_transport", "static:DUNNO"), ("{$smarttls_in_force} ==", "{$smarttls_in_force} !="),
    ("sites=$smtp_tls_per_site", "sites="), (">=TLSv1.2 high", ">=TLSv1 export"), ("header_checks = $smarttls_keeps_back", "header_checks ="),
    ("PREPEND X-SmartTLS-Floor: dane", "PREPEND X-SmartTLS-Floor: encrypted"), ("classes = bounce", "classes = notify"),
    ("header_checks = $smarttls_marks", "header_checks ="), ("= $smtp_generic_maps", "="), ("$smarttls_notices", ""),
    ("unix - - y - - smtp", "unix - - y - - lmtp"), ("=dane-only", "=dane"), ("=secure", "=may"), ("=encrypt", "=may"),
    ("-o smtp_tls_policy_maps=", "-o smtp_tls_policy_maps=static:none,"), ("=>=TLSv1.2", "=>=TLSv1"), ("=high", "=export"),
    ("=dnssec", "=enabled"), ("lookup=dns", "lookup=native"), ("smtp_fallback_relay=", "smtp_fallback_relay=[127.25.0.20]"),
    ("tls_required_enable=no", "tls_required_enable=yes"), ("header_checks=$smarttls_passes_", "header_checks=static:IGNORE,"))


@dataclass
class Line:
    """A logical line of one of our snippets."""
    file: str
    whole: str
    words: tuple[str, ...]  # by all of which a reply names it
    text: str  # as it stands now

    @property
    def is_broken(self) -> bool:
        return self.text != self.whole

    def is_named_by(self, reply: str) -> bool:
        return all(re.search(rf"(?<![\w$]){re.escape(word)}(?![\w-])", reply) for word in self.words)


def weaker(line: str) -> str:
    return next((line.replace(part, other, 1) for part, other in WEAKER if part in line), line)


class BrokenAtStart(Scenario):
    def setUp(self) -> None:
        self.restore_configuration()
        self.base, self.snippets = {}, []
        for name in ("main.cf", "master.cf"):
            self.base[name], own = re.split(r"(?=# smarttls-milter: lines for Postfix)", (self.site.postfix.config / name).read_text())
            self.snippets += self.lines(name, own)

    @staticmethod
    def lines(name: str, text: str) -> list[Line]:
        """Those of master.cf one by one, those of main.cf with what continues them."""
        found, service = [], ""
        pattern = r"(?m)^[^#\s].*\n(?:[ \t].*\n)*" if name == "main.cf" else r"(?m)^[^#\n].*\n"
        for line in re.findall(pattern, text):
            first, *more = line.split()
            if first != "-o":
                service = first
                words = (SEEN_BY.get(first, first),) if name == "main.cf" else (f"transport {first} (unix",)
            else:
                words = (service, "-o " + more[0].partition("=")[0])
            found.append(Line(name, line, words, line))
        return found

    def write(self) -> None:
        for name, base in self.base.items():
            path = self.site.postfix.config / name
            text = base + "".join(line.text for line in self.snippets if line.file == name)
            if path.read_text() != text:
                path.write_text(text)
                settle(path)

    def start_over(self) -> None:
        self.site.stop_daemon("smarttls-milter")
        self.site.postfix.stop()
        self.write()
        self.site.postfix.start()
        self.site.start_milter(proven=False)

    def mend(self) -> int:
        """Line after line, as the replies say; how many there were."""
        mended: list[Line] = []
        while (reply := self.site.send(GOOD, mail_class="nta7516")).code != 250:
            self.assert_deferred(reply, "4.3.5")
            named = [line for line in self.snippets if line.is_broken and line.is_named_by(reply.text)]
            if not named:
                self.assertRegex(reply.text, r"does not ask this milter|would leave by transport")  # what runs does not know the mended files
            for line in named:
                line.text = line.whole
            mended += named
            self.write()
            if len(mended) % 10 == 0 or not named:
                self.site.postfix.reload()
                self.assert_accepted(self.site.send(BOB, Subject="ordinary"))
        self.assertEqual([line.whole for line in self.snippets if line.is_broken], [], "it was not missed")
        return len(mended)

    def walk(self, breaks) -> int:
        for line in self.snippets:
            if not HARMLESS.match(line.whole):
                line.text = breaks(line.whole)
        broken = sum(line.is_broken for line in self.snippets)
        self.start_over()
        self.assert_accepted(self.site.send(BOB, Subject="ordinary"))
        self.assertEqual(self.mend(), broken)
        self.assertEqual([text for text in self.site.content_in_clear() if "Subject: ordinary" not in text], [])
        return broken

    def test_each_line_is_missing(self) -> None:
        self.assertGreater(self.walk(lambda line: ""), 50)

    def test_each_line_has_a_weaker_value(self) -> None:
        self.assertGreater(self.walk(weaker), 50)


if __name__ == "__main__":
    main()
