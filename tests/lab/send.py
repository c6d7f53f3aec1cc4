# SPDX-License-Identifier: Apache-2.0
"""Sends one message into a site that conf/quickstart --keep left running, and tells what was decided.

    D/send RECIPIENT [CLASS]

Promises: the exit status is 0 when Postfix took the message. One thread.
"""
from __future__ import annotations

import argparse
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path
import re
import smtplib

from mail_site import SENDER, program
from postfix import ADDRESS


def main() -> int:
    options = argparse.ArgumentParser(prog="send", description="Sends one message through the quickstart's Postfix.")
    options.add_argument("--directory", required=True, type=Path, help=argparse.SUPPRESS)
    options.add_argument("recipient", help="an address in one of the fake domains")
    options.add_argument("mail_class", metavar="class", nargs="?", help="nta7516 or gdpr; without it: unmarked")
    chosen = options.parse_args()
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = SENDER, chosen.recipient, "One more"
    if chosen.mail_class:
        message["X-SmartTLS-Class"] = chosen.mail_class
    message.set_content("Hello.")
    with smtplib.SMTP(*ADDRESS, timeout=120) as smtp:
        smtp.ehlo()
        for answer in (lambda: smtp.mail(SENDER), lambda: smtp.rcpt(chosen.recipient), lambda: smtp.data(message.as_bytes())):
            code, text = answer()
            if code >= 400:
                break
    print(f"Postfix said: {code} {' '.join(text.decode(errors='replace').split())}\n", flush=True)
    queued = re.search(rb"queued as (\S+)", text)
    smarttls = [program("smarttls"), "--config", str(chosen.directory / "smarttls.conf"), "evidence"]
    subprocess.run([*smarttls, "show", queued.group(1).decode()] if queued else [*smarttls, "search", "--limit", "1"])
    return 0 if code < 400 else 1


if __name__ == "__main__":
    sys.exit(main())
