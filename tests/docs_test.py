#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""tests/docs sees each kind of mistake, and nothing in documents that have none: one small tree, changed a little."""
from __future__ import annotations

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

DOCS = Path(__file__).resolve().parent / "docs"

TREE = {
    "policy/options.cc": '''
constexpr auto kOptions = std::to_array<Option<Config>>({
    {"engine", "socket", "/var/spool/engine.sock", Repeat::No,
     [](Config& c, Text v) { return store(c.engine.socket, read_path(v)); }, nullptr, "UNIX socket."},
    {"engine", "allow-network", "", Repeat::Words, &add, &clear, "Network."},
    {"store", "evidence", "/var/lib/"
     "evidence.db", Repeat::No, &set, nullptr, "Database, \\"quoted\\"."},
});
constexpr auto kClassOptions = std::to_array<Option<MailClass>>({
    {"class", "level", "dane", Repeat::No, &set, nullptr, "Least authentication."},
    {"class", "set-header", "", Repeat::Lines, &add, &clear, "Header field."},
});
''',
    "conf/smarttls.conf": '''# An example of "key = value".
[engine]
# UNIX socket.
#socket = /var/spool/engine.sock
#allow-network =

[store]
#evidence = /var/lib/evidence.db

[class.gdpr]
level = pkix
#set-header =

[class.own]
#level = dane
''',
    "README.md": '''# Name
See `policy/options.cc`, [the file](conf/smarttls.conf), `tests/`, `policy/*.cc`, and /etc/smarttls/nothing.conf.
Say `socket = /run/x`, or `smtpd_milters = unix:x` to Postfix; `smarttls check example.nl` and `smarttls evidence show ID`.

    smarttls check --json DOMAIN     # with `policy/nothing.cc` in a remark
    tests/run --long
''',
    "portal/command/smarttls.cc": 'add("json", x)("config,c", y); Verb{{"check"}, f}, {{"evidence", "show"}, g}\n',
    "tests/run": "#!/bin/sh\n# run [--long]\n",
}

# file, old text, new text, what is said
MISTAKES = [
    ("conf/smarttls.conf", "#socket = /var/spool/engine.sock\n", "", "[engine] socket is missing"),
    ("conf/smarttls.conf", "#socket = /var/spool/engine.sock", "#socket = /run/engine.sock",
     "conf/smarttls.conf:4: the default of socket is '/var/spool/engine.sock', not '/run/engine.sock'"),
    ("conf/smarttls.conf", "#allow-network =", "#allow-network = 10.0.0.0/8", "conf/smarttls.conf:5: the default of allow-network is ''"),
    ("conf/smarttls.conf", "#evidence = ", "evidence = ", "conf/smarttls.conf:8: evidence is set"),
    ("conf/smarttls.conf", "[store]\n", "[store]\n#socket = /var/spool/engine.sock\n", "conf/smarttls.conf:8: [store] has no option socket"),
    ("conf/smarttls.conf", "[store]\n", "#speed = 3\n[store]\n", "conf/smarttls.conf:7: [engine] has no option speed"),
    ("conf/smarttls.conf", "[store]\n", "#allow-network =\n[store]\n", "conf/smarttls.conf:7: allow-network stands in [engine] twice"),
    ("conf/smarttls.conf", "[engine]\n", "[enigne]\n", "conf/smarttls.conf:4: [enigne] has no option socket"),
    ("conf/smarttls.conf", "#set-header =\n", "", "[class] set-header is missing"),
    ("conf/smarttls.conf", "#level = dane", "#level = pkix", "conf/smarttls.conf:15: the default of level is 'dane', not 'pkix'"),
    ("conf/smarttls.conf", "level = pkix", "levle = pkix", "conf/smarttls.conf:11: [class.gdpr] has no option levle"),
    ("policy/options.cc", '"engine", "socket"', 'kEngine, "socket"', "policy/options.cc:1: its tables have 5 rows, of which 4 are understood"),
    ("policy/options.cc", '"allow-network", "",', '"allow-network", kNone,', "of which 4 are understood"),
    ("policy/options.cc", '"socket", "/var/spool/engine.sock"', '"socket", ""', "conf/smarttls.conf:4: the default of socket is ''"),
    ("README.md", "policy/options.cc", "policy/optoins.cc", "README.md:2: policy/optoins.cc does not exist"),
    ("README.md", "`policy/*.cc`", "`policy/*.cpp`", "README.md:2: policy/*.cpp does not exist"),
    ("README.md", "(conf/smarttls.conf)", "(conf/nothing.conf)", "README.md:2: conf/nothing.conf does not exist"),
    ("README.md", "`socket = ", "`sokcet = ", "README.md:3: there is no option sokcet"),
    ("README.md", "smarttls evidence show", "smarttls evidence list", "README.md:3: smarttls has no verb list"),
    ("README.md", "smarttls check example", "smarttls probe example", "README.md:3: smarttls has no verb probe"),
    ("README.md", "--json", "--xml", "README.md:5: no program has --xml"),
    ("README.md", "--long", "--short", "README.md:6: no program has --short"),
    ("README.md", "    tests/run", "    tests/runs", "README.md:6: tests/runs does not exist"),
]


def docs_of(tree: dict[str, str]) -> tuple[int, str]:
    """Exit status and output of tests/docs for a tree."""
    with tempfile.TemporaryDirectory() as root:
        for name, text in tree.items():
            path = Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        done = subprocess.run([sys.executable, DOCS, root], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


class Docs(unittest.TestCase):
    maxDiff = None

    def test_documents_that_agree_with_the_code_are_passed_in_silence(self) -> None:
        self.assertEqual(docs_of(TREE), (0, ""))

    def test_each_mistake_is_reported(self) -> None:
        for name, old, new, said in MISTAKES:
            with self.subTest(file=name, new=new):
                self.assertIn(old, TREE[name])
                status, output = docs_of({**TREE, name: TREE[name].replace(old, new, 1)})
                self.assertEqual(status, 1)
                self.assertIn(said, output)

    def test_a_missing_document_is_a_mistake(self) -> None:
        for name in ("README.md", "conf/smarttls.conf", "policy/options.cc"):
            with self.subTest(name):
                self.assertEqual(docs_of({n: t for n, t in TREE.items() if n != name}), (1, f"{name}:1: does not exist\n"))


if __name__ == "__main__":
    unittest.main()
