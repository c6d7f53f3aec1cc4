# SPDX-License-Identifier: Apache-2.0
"""What Postfix's own probe, posttls-finger, makes of a domain, in the words of our levels.

    Finger(postfix, ca_file).opinion("dane.example")  # "dane"

Promises: the parameters of the floors' transports (TLS 1.2 and later, high ciphers); eight seconds for each step. Asked for
DANE first, and without usable TLSA records for a certificate in the name of the MX host. It ends at the first server that
answers, and knows nothing of MTA-STS. Threads: may be shared.
"""
from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from postfix import Postfix

PATIENCE = "8"  # seconds
NO_DANE = r"no (usable )?TLSA records found|all TLSA records unusable|MX RRset insecure"

# The first line that matches decides. With usable TLSA records:
UNDER_DANE = (
    (r"^Verified TLS connection", "dane"),
    (r"TLSA lookup error", "unknown"),
    (r"^(Untrusted|Trusted|Anonymous) TLS connection", "forbidden"),
    (r"^STARTTLS rejected: 5|^SSL_connect error .*: -1$|\A\Z", "forbidden"),
)
# By CA certificates, and for what both have in common:
OTHERWISE = (
    (r"^Verified TLS connection", "pkix"),
    (r"^(Untrusted|Trusted|Anonymous) TLS connection", "encrypted"),
    (r"^STARTTLS rejected: 5|^EHLO rejected: 50[02]|^SSL_connect error .*: -1$|\A\Z", "plaintext"),
    (r"does not accept mail", "no-mail"),
    (r"no MX host for|try again|Host found but no data", "unknown"),
    (r"^Destination address lookup failed: .*Host not found$", "no-mail"),
    (r"timeout|timed out|lost connection|refused|unreachable|reset by peer|rejected: |not available: ", "unknown"),
)


class Finger:
    def __init__(self, postfix: Postfix, ca_file: Path) -> None:
        self._options = ["-c", "-t", PATIENCE, "-T", PATIENCE, "-p", ">=TLSv1.2", "-g", "high", "-F", str(ca_file)]
        self._environment = os.environ | {"MAIL_CONFIG": str(postfix.config)}

    def says(self, level: str, domain: str) -> str:
        """Its output at a TLS level, without the names of program and host."""
        done = subprocess.run(["posttls-finger", *self._options, "-l", level, domain], capture_output=True, text=True, timeout=120,
                              errors="replace", env=self._environment)
        return re.sub(r"^posttls-finger: ", "", done.stdout + done.stderr, flags=re.MULTILINE)

    def opinion(self, domain: str) -> str:
        """A level. ValueError for words that are new to us."""
        with_dane = self.says("dane-only", domain)
        insecure = re.search(r"^MX RRset insecure", with_dane, re.MULTILINE)
        if insecure and "no matching DANE TLSA records" in with_dane:
            return "forbidden"
        if not re.search(NO_DANE, with_dane):
            for pattern, level in UNDER_DANE:
                if re.search(pattern, with_dane, re.MULTILINE):
                    return level
        return by_certificate(self.says("verify", domain))


def by_certificate(said: str) -> str:
    for pattern, level in OTHERWISE:
        if re.search(pattern, said, re.MULTILINE):
            return level
    raise ValueError(f"posttls-finger said: {said}")
