# SPDX-License-Identifier: Apache-2.0
"""Servers that talk more than anybody wants to hear. No part of EVERY."""
import itertools

from rows import Domain, servers, unsigned

server = servers("127.25.13")
TALKS = ({"ehlo": "many-lines"}, {"banner": "endless"}, {"ehlo": "long-line"}, {"banner": "long-line"})
COUNT = 220

DOMAINS: tuple[Domain, ...] = tuple(unsigned(f"hostile-{number}.example", server(**kind), about="talks without end")
                                    for number, kind in zip(range(COUNT), itertools.cycle(TALKS)))
