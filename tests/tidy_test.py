#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The preset tidy sees each kind of breach: small units that have one, judged as it judges the tree.

Needs the preset configured (cmake --preset tidy): flags are those of a unit of the engine.
"""
from __future__ import annotations

import json
import shlex
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "tidy"
JUDGED_AS = "smarttls/probe.cc"

NOTHING_WRONG = """
#include "policy/mutex.h"
namespace smarttls::engine {
class Count {
  public:
    void add() {
        const policy::Lock lock(mutex_);
        ++value_;
    }

  private:
    policy::Mutex mutex_;
    int value_ SMARTTLS_GUARDED_BY(mutex_) = 0;
};
[[nodiscard]] Count* count_of(Count& count);
Count* count_of(Count& count) {
    count.add();
    return &count;
}
}  // namespace smarttls::engine
"""

COROUTINE = """
#include <boost/asio/awaitable.hpp>
#include <string>
namespace smarttls::engine {
boost::asio::awaitable<std::string> twice(std::string text);
boost::asio::awaitable<std::string> twice(std::string text) {
    std::string first = std::move(text);
    co_return first + text;
}
}  // namespace smarttls::engine
"""

# what is wrong -> unit, the check that says so
BREACHES = {
    "a guarded member without its mutex": (
        NOTHING_WRONG.replace("        const policy::Lock lock(mutex_);\n", ""), "clang-diagnostic-thread-safety-analysis"),
    "a use after a move, in a coroutine": (COROUTINE, "bugprone-use-after-move"),
    "a sign lost": ("unsigned sign(int value);\nunsigned sign(int value) { return value; }\n",
                    "clang-diagnostic-sign-conversion"),
    "a function that nobody declared": ("void unknown() {}\n", "clang-diagnostic-missing-prototypes"),
    "a narrow multiplication": ("long area(int side);\nlong area(int side) { return side * side; }\n",
                                "bugprone-implicit-widening-of-multiplication-result"),
}


def flags() -> list[str]:
    commands = json.loads((BUILD / "compile_commands.json").read_text(encoding="utf-8"))
    words = shlex.split(next(c["command"] for c in commands if c["file"] == str(ROOT / JUDGED_AS)))
    words = [word for word in words[1:] if not word.endswith("clang++-14")]
    return words[:words.index("-o")]


class TidyTest(unittest.TestCase):
    flags: list[str]

    @classmethod
    def setUpClass(cls) -> None:
        cls.flags = flags()

    def judge(self, unit: str) -> tuple[int, str]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "unit.cc"
            path.write_text(unit, encoding="utf-8")
            done = subprocess.run(["clang-tidy-14", "--quiet", f"--config-file={ROOT}/.clang-tidy", str(path), "--",
                                   *self.flags], capture_output=True, text=True)
        return done.returncode, done.stdout

    def test_content_with_what_has_no_breach(self) -> None:
        self.assertEqual(self.judge(NOTHING_WRONG), (0, ""))

    def test_sees_each_breach(self) -> None:
        for name, (unit, check) in BREACHES.items():
            with self.subTest(name):
                status, output = self.judge(unit)
                self.assertNotEqual(status, 0, output)
                self.assertIn(check, output)


if __name__ == "__main__":
    if not (BUILD / "compile_commands.json").exists():
        sys.exit("not configured: cmake --preset tidy")
    unittest.main()
