#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""tests/layers sees each kind of breach, and nothing in a tree that has none: small trees, and what it says of them."""
from __future__ import annotations

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

LAYERS = Path(__file__).resolve().parent / "layers"
LICENCE = "// SPDX-License-Identifier: Apache-2.0\n"

HEADERS = ["policy/config.h", "store/sqlite.h", "store/evidence.h", "smarttls/client.h", "smarttls/verdict_json.h",
           "smarttls/log.h", "smarttls/dns/idna.h", "smarttls/dns/resolver.h", "smarttls/tls/session.h",
           "milter/message.h", "portal/command/render.h"]

# file, header: right
ALLOWED = [
    ("policy/route.cc", "<string>"), ("policy/route.cc", '"policy/config.h"'), ("policy/result.h", "<tl/expected.hpp>"),
    ("policy/network.cc", "<arpa/inet.h>"), ("policy/config.cc", "<boost/program_options.hpp>"),
    ("store/evidence_writer.cc", '"policy/config.h"'), ("store/evidence_writer.cc", '"store/sqlite.h"'),
    ("store/evidence_writer.cc", "<sys/stat.h>"), ("store/sqlite.cc", "<sqlite3.h>"),
    ("smarttls/cache.cc", '"store/sqlite.h"'), ("smarttls/maps.cc", '"smarttls/dns/resolver.h"'),
    ("smarttls/asio_impl.cc", "<boost/asio/ssl/impl/src.hpp>"), ("smarttls/tls/pkix.cc", "<openssl/x509.h>"),
    ("smarttls/dns/packet.h", "<ldns/ldns.h>"), ("smarttls/dns/idna.cc", "<idn2.h>"),
    ("smarttls/server.cc", "<boost/asio/awaitable.hpp>"), ("smarttls/verdict_json.cc", "<boost/json.hpp>"),
    ("milter/callbacks.cc", "<libmilter/mfapi.h>"), ("milter/content_hash.cc", "<openssl/evp.h>"),
    ("milter/message.cc", '"store/evidence.h"'), ("milter/message.cc", '"smarttls/client.h"'),
    ("milter/message.cc", '"smarttls/dns/idna.h"'), ("milter/message.cc", "<unistd.h>"),
    ("portal/command/check.cc", '"smarttls/dns/resolver.h"'), ("portal/command/smarttls.cc", '"smarttls/client.h"'),
    ("portal/command/smarttls.cc", "<boost/program_options.hpp>"), ("portal/command/smarttls.cc", '"store/evidence.h"'),
]

# file, header, what is said about it
FORBIDDEN = [
    ("policy/route.cc", '"store/evidence.h"', "may not include store/evidence.h"),
    ("policy/route.cc", '"smarttls/client.h"', "may not include smarttls/client.h"),
    ("policy/route.cc", '"milter/message.h"', "may not include milter/message.h"),
    ("policy/route.cc", "<milter/message.h>", "may not include milter/message.h"),
    ("policy/route.cc", "<unistd.h>", "may not include unistd.h"),
    ("policy/route.cc", "<arpa/inet.h>", "may not include arpa/inet.h"),
    ("policy/route.cc", "<boost/program_options.hpp>", "may not include boost/program_options.hpp"),
    ("policy/route.cc", "<boost/asio.hpp>", "may not include boost/asio.hpp"),
    ("policy/route.cc", "<tl/expected.hpp>", "may not include tl/expected.hpp"),
    ("store/evidence.cc", '"smarttls/log.h"', "may not include smarttls/log.h"),
    ("store/evidence.cc", '"portal/command/render.h"', "may not include portal/command/render.h"),
    ("store/evidence.cc", "<sqlite3.h>", "may not include sqlite3.h"),
    ("store/evidence.cc", "<boost/json.hpp>", "may not include boost/json.hpp"),
    ("smarttls/cache.cc", '"store/evidence.h"', "may not include store/evidence.h"),
    ("smarttls/cache.cc", '"milter/message.h"', "may not include milter/message.h"),
    ("smarttls/cache.cc", '"portal/command/render.h"', "may not include portal/command/render.h"),
    ("smarttls/cache.cc", "<sqlite3.h>", "may not include sqlite3.h"),
    ("smarttls/cache.cc", "<ldns/ldns.h>", "may not include ldns/ldns.h"),
    ("smarttls/cache.cc", "<idn2.h>", "may not include idn2.h"),
    ("smarttls/dns/packet.cc", "<idn2.h>", "may not include idn2.h"),
    ("smarttls/dns/packet.cc", "<openssl/evp.h>", "may not include openssl/evp.h"),
    ("smarttls/server.cc", "<openssl/ssl.h>", "may not include openssl/ssl.h"),
    ("smarttls/server.cc", "<boost/asio/ssl.hpp>", "may not include boost/asio/ssl.hpp"),
    ("smarttls/server.cc", "<boost/asio/ssl/stream.hpp>", "may not include boost/asio/ssl/stream.hpp"),
    ("smarttls/server.cc", "<boost/program_options.hpp>", "may not include boost/program_options.hpp"),
    ("smarttls/server.cc", "<libmilter/mfapi.h>", "may not include libmilter/mfapi.h"),
    ("milter/message.cc", "<libmilter/mfapi.h>", "may not include libmilter/mfapi.h"),
    ("milter/message.cc", "<openssl/evp.h>", "may not include openssl/evp.h"),
    ("milter/message.cc", "<boost/asio.hpp>", "may not include boost/asio.hpp"),
    ("milter/message.cc", "<boost/program_options.hpp>", "may not include boost/program_options.hpp"),
    ("milter/message.cc", '"smarttls/dns/resolver.h"', "may not include smarttls/dns/resolver.h"),
    ("milter/message.cc", '"smarttls/tls/session.h"', "may not include smarttls/tls/session.h"),
    ("milter/message.cc", '"portal/command/render.h"', "may not include portal/command/render.h"),
    ("portal/pickup.cc", '"milter/message.h"', "may not include milter/message.h"),
    ("portal/pickup.cc", '"smarttls/dns/resolver.h"', "may not include smarttls/dns/resolver.h"),
    ("portal/pickup.cc", "<boost/program_options.hpp>", "may not include boost/program_options.hpp"),
    ("portal/command/render.cc", '"smarttls/tls/session.h"', "may not include smarttls/tls/session.h"),
    ("store/evidence.cc", "<json/json.h>", "is of no library that the project knows"),
    ("store/evidence.cc", '"evidence.h"', "is not a path from the root"),
    ("store/evidence.cc", '"policy/nowhere.h"', "policy/nowhere.h does not exist"),
    ("store/evidence.cc", '"policy/../milter/message.h"', "is not a path from the root"),
    ("store/evidence.cc", "SOME_HEADER", "includes SOME_HEADER, which is not a name"),
]

# file, its text, "line: what is said about it"
TEXTS = [
    ("policy/a.cc", "int a;\n", "1: this line should be SPDX"),
    ("policy/a.cc", "", "1: this line should be SPDX"),
    ("policy/a.cc", "\n" + LICENCE, "1: this line should be SPDX"),
    ("tests/unit/policy/a_test.cc", "int a;\n", "1: this line should be SPDX"),
    ("tests/a.py", "#!/usr/bin/python3\nimport os\n", "2: this line should be SPDX"),
    ("conf/setup", "#!/bin/sh\necho\n", "2: this line should be SPDX"),
    ("milter/CMakeLists.txt", "add_library(milter)\n", "1: this line should be SPDX"),
    ("policy/a.h", LICENCE + "int a;\n", "1: has no #pragma once"),
    ("policy/a.h", LICENCE + "// #pragma once\n", "1: has no #pragma once"),
    ("policy/a.cc", LICENCE + "int main() {\n\treturn 0;\n}\n", "3: has a tab"),
    ("policy/a.cc", LICENCE + "// TO" "DO: more\n", "2: leaves something to do"),
    ("policy/a.cc", LICENCE + "// XX" "X\n", "2: leaves something to do"),
    ("tests/unit/policy/a_test.cc", LICENCE + "/* FIX" "ME */\n", "2: leaves something to do"),
]


def layers_of(files: dict[str, str]) -> tuple[int, list[str]]:
    """Exit status and lines of tests/layers for a tree of HEADERS and these files."""
    with tempfile.TemporaryDirectory() as root:
        for name, text in {**{h: f"{LICENCE}#pragma once\n" for h in HEADERS}, **files}.items():
            path = Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        done = subprocess.run([sys.executable, LAYERS, root], capture_output=True, text=True)
    return done.returncode, (done.stdout + done.stderr).splitlines()


def with_include(name: str, header: str) -> str:
    return f"{LICENCE}{'#pragma once' if name.endswith('.h') else ''}\n#include {header}\n"


class Layers(unittest.TestCase):
    maxDiff = None

    def test_all_that_is_allowed_is_silent(self) -> None:
        files: dict[str, str] = {}
        for name, header in ALLOWED:
            files[name] = files.get(name, with_include(name, "<vector>")) + f"#include {header}\n"
        self.assertEqual(layers_of(files), (0, []))

    def test_each_forbidden_include_is_reported_with_its_line(self) -> None:
        for name, header, said in FORBIDDEN:
            with self.subTest(file=name, include=header):
                status, lines = layers_of({name: with_include(name, header)})
                self.assertEqual((status, len(lines)), (1, 1), lines)
                self.assertTrue(lines[0].startswith(f"{name}:3: "), lines[0])
                self.assertIn(said, lines[0])

    def test_every_spelling_of_an_include_counts(self) -> None:
        for spelling in ("#include<sqlite3.h>", "  #  include <sqlite3.h>", '#include "sqlite3.h"', "#include <sqlite3.h> // x"):
            with self.subTest(spelling):
                self.assertEqual(layers_of({"milter/a.cc": f"{LICENCE}{spelling}\n"})[0], 1)

    def test_each_flaw_of_a_text_is_reported_with_its_line(self) -> None:
        for name, text, said in TEXTS:
            with self.subTest(file=name, said=said):
                status, lines = layers_of({name: text})
                self.assertEqual(status, 1)
                self.assertTrue(any(line.startswith(f"{name}:{said}") for line in lines), lines)

    def test_other_files_are_left_alone(self) -> None:
        self.assertEqual(layers_of({"conf/main.cf": "\t#\n", "tests/lab/notes.txt": "\tTO" "DO\n", "debian/rules": "\t\n"}), (0, []))


if __name__ == "__main__":
    unittest.main()
