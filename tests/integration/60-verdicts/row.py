# SPDX-License-Identifier: Apache-2.0
"""One row of the table of verdicts: a domain of the lab, and what the standards say that its verdict must be.

    row("expired", "encrypted", "certificate-expired", why="RFC 5280 §6.1.3: ...")

What the domain is, the lab tells (tests/lab/domains.py, tests/lab/internet/: `about`). Expectations come from the clauses
in `why`, never from what the engine prints. Short marks in `why`: "design" is the promise that unknown is not insecure.
"""
from __future__ import annotations

from dataclasses import dataclass

GRADED = ("encrypted", "pkix", "mta-sts", "dane")


@dataclass(frozen=True)
class Row:
    domain: str
    level: str
    reasons: tuple[str, ...]
    grade: str
    why: str
    dane: str       # status at the first host; "": not looked at
    sts: str        # mode of the policy in force; "": none
    postfix: str    # level that posttls-finger reports; "": it cannot be asked
    differs: str    # why Postfix sees it in another way; "": it does not
    grade_2021: str  # by the edition of 2021 of the guidelines; "": not looked at


def row(name: str, level: str, reasons: str = "", *, why: str, grade: str = "", dane: str = "", sts: str = "",
        postfix: str | None = None, differs: str = "", grade_2021: str = "") -> Row:
    """`reasons` are separated by blanks, most important first, with "|" between those of which either will do. By
    default the cryptography of a host that was spoken to under TLS is sufficient, DANE verifies where it is reached, and
    Postfix sees the same, as far as it can: of MTA-STS it sees that the certificate is good."""
    return Row(f"{name}.example", level, tuple(reasons.split()), grade or ("sufficient" if level in GRADED else "none"), why,
               dane or ("verified" if level == "dane" else ""), sts or ("enforce" if level == "mta-sts" else ""),
               {"mta-sts": "pkix"}.get(level, level) if postfix is None else postfix, differs, grade_2021)
