# SPDX-License-Identifier: Apache-2.0
"""All domains of the lab: those of every scenario (domains.py) and, by theme, those that the table of verdicts judges."""
from domains import DOMAINS
from internet import certificate_defects, dane, names, policies, protection, setbacks

EVERY = (*DOMAINS, *setbacks.DOMAINS, *protection.DOMAINS, *certificate_defects.DOMAINS, *dane.DOMAINS, *names.DOMAINS,
         *policies.DOMAINS)
