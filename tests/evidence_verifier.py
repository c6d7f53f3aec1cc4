#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Verifies evidence by the specification of its format alone; shares no code with what makes it.

    evidence_verifier.py KEY BUNDLE...     a line for each: "NAME holds" or "NAME fails: what is wrong"
    evidence_verifier.py KEY --log FOLDER  a log from its records up (records.jsonl, nodes, checkpoint)

KEY is a file with the verifier key of the log. Exit status: 0 all holds, 1 something does not, 2 usage.

Trees: RFC 6962 section 2.1. Notes and checkpoints: C2SP signed-note and tlog-checkpoint v1.0.0. A record's
leaf commits to its id, its facts, and digest and commitment of each part. Timestamps are not looked at.
"""
from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
SIGNATURE = re.compile(r"— ([^+ ]+) ([A-Za-z0-9+/=]+)")


class Wrong(Exception):
    """What is wrong, as a sentence."""


def require(holds: bool, sentence: str) -> None:
    if not holds:
        raise Wrong(sentence)


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()


def unbase64(text: object, size: int | None = None) -> bytes:
    require(isinstance(text, str) and text.isascii(), "no Base64")
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Wrong(f"no Base64: {error}") from error
    require(base64.b64encode(data).decode() == text, "Base64 with stray bits")
    require(size is None or len(data) == size, "a hash of another size")
    return data


# JSON

def no_fraction(text: str) -> None:
    raise Wrong(f"{text} is not an integer")


def integer(text: str) -> int:
    require(len(text) <= 20 and -2**63 <= int(text) < 2**64, f"{text[:30]} has more than 64 bits")
    return int(text)


def canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def parse(text: str) -> object:
    try:
        value = json.loads(text, parse_float=no_fraction, parse_constant=no_fraction, parse_int=integer)
    except (ValueError, RecursionError) as error:
        raise Wrong(f"no JSON: {error}") from error
    try:
        canonical(value).encode()
    except UnicodeEncodeError as error:
        raise Wrong("half a surrogate pair") from error
    require(canonical(value) == text, "JSON that is not canonical")
    return value


def members(value: object, *allowed: set[str]) -> dict:
    require(isinstance(value, dict) and set(value) in allowed, f"members other than {allowed}")
    return value


def text_of(value: object) -> str:
    require(isinstance(value, str), "no string")
    return value


# The tree

def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right)


def tree_hash(leaves: list[bytes]) -> bytes:
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"")
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return node(tree_hash(leaves[:split]), tree_hash(leaves[split:]))


def root_from(index: int, size: int, leaf: bytes, proof: list[bytes]) -> bytes:
    """From the root down: which half holds the leaf, and so on which side each sibling stands."""
    sides = []
    while size > 1:
        split = 1 << (size - 1).bit_length() - 1
        in_left = index < split
        sides.append(in_left)
        index, size = (index, split) if in_left else (index - split, size - split)
    require(len(proof) == len(sides), f"a proof of {len(sides)} hashes is needed and there are {len(proof)}")
    for in_left, sibling in zip(reversed(sides), proof):
        leaf = node(leaf, sibling) if in_left else node(sibling, leaf)
    return leaf


def record_leaf(identifier: str, facts: str, stubs: list[tuple[bytes, bytes]]) -> bytes:
    require(UUID7.fullmatch(identifier) is not None, "no UUID of version 7")
    entry = b"smarttls evidence record 1\n" + bytes.fromhex(identifier.replace("-", ""))
    entry += sha256(facts.encode()) + sha256(b"".join(digest + commitment for digest, commitment in stubs))
    return sha256(b"\x00" + entry)


def post_order(leaves: list[bytes]) -> list[bytes]:
    """Leaves and complete subtrees, each behind what it is made of."""
    nodes, stack = [], []
    for leaf in leaves:
        stack.append((0, leaf))
        nodes.append(leaf)
        while len(stack) > 1 and stack[-1][0] == stack[-2][0]:
            (height, left), (_, right) = stack[-2:]
            stack[-2:] = [(height + 1, node(left, right))]
            nodes.append(stack[-1][1])
    return nodes


# Notes and checkpoints

class Verifier:
    def __init__(self, text: str) -> None:
        name, identifier, key = text.split("+", 2)
        data = unbase64(key, 33)
        require(data[0] == 1, "no Ed25519 key")
        self.name, self.identifier = name, bytes.fromhex(identifier)
        require(sha256(name.encode() + b"\n" + data)[:4] == self.identifier, "a verifier key whose id is another's")
        self.key = Ed25519PublicKey.from_public_bytes(data[1:])

    def open(self, note: str) -> str:
        """The text of a note, once its signature has been verified."""
        require(note.endswith("\n") and "\n\n" in note, "no signed note")
        require(all(byte >= " " or byte == "\n" for byte in note), "control characters in a note")
        text, lines = note[:note.rindex("\n\n") + 1], note[note.rindex("\n\n") + 2:].split("\n")[:-1]
        require(0 < len(lines) <= 16, "a note without signatures, or with more than 16")
        verified = False
        for line in lines:
            found = SIGNATURE.fullmatch(line)
            require(found is not None, "a signature line of another form")
            signature = unbase64(found[2])
            require(len(signature) > 4, "an empty signature")
            if (found[1], signature[:4]) == (self.name, self.identifier):
                self.verify(text, signature[4:])
                verified = True
        require(verified, "a note that this key did not sign")
        return text

    def verify(self, text: str, signature: bytes) -> None:
        try:
            self.key.verify(signature, text.encode())
        except InvalidSignature as error:
            raise Wrong("a signature that does not verify") from error

    def checkpoint(self, note: str) -> tuple[int, bytes]:
        lines = self.open(note).split("\n")[:-1]
        require(len(lines) >= 3 and all(lines), "no checkpoint")
        require(lines[0] == self.name, "a checkpoint of another log")
        require(re.fullmatch(r"0|[1-9][0-9]{0,18}", lines[1], re.ASCII) is not None and int(lines[1]) <= 2**62, "no size")
        return int(lines[1]), unbase64(lines[2], 32)


# Bundles

def stub(part: object) -> tuple[bytes, bytes]:
    part = members(part, {"digest", "plaintext", "salt"}, {"digest", "commitment"})
    digest = unbase64(part["digest"], 32)
    if "commitment" in part:
        return digest, unbase64(part["commitment"], 32)
    return digest, hmac_sha256(unbase64(part["salt"], 32), sha256(text_of(part["plaintext"]).encode()))


def verify_record(record: dict, size: int, root: bytes) -> None:
    facts = parse(text_of(record["facts"]))
    require(isinstance(facts, dict) and isinstance(record["parts"], list) and isinstance(record["proof"], list),
            "no facts, parts or proof")
    require(type(facts.get("parts")) is int and facts["parts"] == len(record["parts"]), "another number of parts")
    require(type(record["index"]) is int and 0 <= record["index"] < size, "a leaf that is not in the log")
    leaf = record_leaf(text_of(record["id"]), record["facts"], [stub(part) for part in record["parts"]])
    proof = [unbase64(step, 32) for step in record["proof"]]
    require(root_from(record["index"], size, leaf, proof) == root, "a record that is not in the log")


def verdicts_named(record: dict) -> set[str]:
    named = set()
    for part in record["parts"]:
        try:
            content = parse(part["plaintext"])
        except (KeyError, Wrong):
            continue
        if isinstance(content, dict) and isinstance(content.get("verdict"), str) and content["verdict"]:
            named.add(content["verdict"])
    return named


def verify_bundle(text: str, verifier: Verifier) -> None:
    keys = {"checkpoint", "format", "records", "verdicts"}
    bundle = members(parse(text.removesuffix("\n")), keys, keys | {"timestamp"})
    require(bundle["format"] == "smarttls evidence bundle 1", "another format")
    size, root = verifier.checkpoint(text_of(bundle["checkpoint"]))
    require(isinstance(bundle["records"], list) and bundle["records"], "no records")
    for record in bundle["records"]:
        verify_record(members(record, {"facts", "id", "index", "parts", "proof"}), size, root)
    places = [record["index"] for record in bundle["records"]]
    require(places == sorted(set(places)), "records that are there twice or out of order")
    require(isinstance(bundle["verdicts"], dict), "no verdicts")
    for name, verdict in bundle["verdicts"].items():
        require(sha256(text_of(verdict).encode()).hex() == name, "a verdict with another hash")
    require(set(bundle["verdicts"]) == set().union(*map(verdicts_named, bundle["records"])),
            "verdicts that are missing or that nothing names")
    if "timestamp" in bundle:
        require(unbase64(bundle["timestamp"]) != b"", "an empty timestamp")


# A log from its records up

def quarter_round(s: list[int], a: int, b: int, c: int, d: int) -> None:
    for x, y, z, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        s[x] = (s[x] + s[y]) & 0xffffffff
        s[z] ^= s[x]
        s[z] = (s[z] << turn | s[z] >> 32 - turn) & 0xffffffff


def hchacha20(key: bytes, nonce: bytes) -> bytes:
    """draft-irtf-cfrg-xchacha section 2.2."""
    data = b"expand 32-byte k" + key + nonce
    state = [int.from_bytes(data[i:i + 4], "little") for i in range(0, 64, 4)]
    for _ in range(10):
        for i in range(4):
            quarter_round(state, i, i + 4, i + 8, i + 12)
        for i in range(4):
            quarter_round(state, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
    return b"".join(word.to_bytes(4, "little") for word in state[:4] + state[12:])


def verify_part(part: dict, identifier: bytes, place: int, secret: bytes) -> tuple[bytes, bytes]:
    ciphertext = unbase64(part["ciphertext"])
    found = sha256(ciphertext), unbase64(part["commitment"], 32)
    require(found[0] == unbase64(part["digest"], 32), "a ciphertext with another digest")
    if "random" in part:
        both = secret + unbase64(part["random"], 32)
        key = hmac_sha256(both, b"smarttls evidence encryption")
        bound = identifier + place.to_bytes(4, "big")
        try:  # XChaCha20 with a nonce of zeros
            plaintext = ChaCha20Poly1305(hchacha20(key, bytes(16))).decrypt(bytes(12), ciphertext, bound)
        except InvalidTag as error:
            raise Wrong("a ciphertext that does not open") from error
        require(plaintext == part["plaintext"].encode(), "another plaintext")
        salt = hmac_sha256(both, b"smarttls evidence commitment")
        require(hmac_sha256(salt, sha256(plaintext)) == found[1], "a part with another commitment")
    return found


def verify_log(folder: Path, verifier: Verifier) -> None:
    leaves = []
    for line in (folder / "records.jsonl").read_text().splitlines():
        record = parse(line)
        identifier = bytes.fromhex(record["id"].replace("-", ""))
        secret = unbase64(record["secret"], 32)
        stubs = [verify_part(part, identifier, place, secret) for place, part in enumerate(record["parts"])]
        leaves.append(record_leaf(record["id"], record["facts"], stubs))
    nodes = [bytes.fromhex(line) for line in (folder / "nodes").read_text().split()]
    require(nodes == post_order(leaves), "nodes that are not those of the records")
    size, root = verifier.checkpoint((folder / "checkpoint").read_text())
    require((size, root) == (len(leaves), tree_hash(leaves)), "a checkpoint that is not that of the records")


def say(name: str, verify, *what: object) -> bool:
    try:
        verify(*what)
    except (Wrong, UnicodeDecodeError) as error:
        print(f"{name} fails: {error}")
        return False
    print(f"{name} holds")
    return True


def read_and_verify(path: Path, verifier: Verifier) -> None:
    verify_bundle(path.read_bytes().decode(), verifier)


def main(arguments: list[str]) -> int:
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    verifier = Verifier(Path(arguments[0]).read_text().removesuffix("\n"))
    if arguments[1] == "--log":
        return 0 if say(arguments[2], verify_log, Path(arguments[2]), verifier) else 1
    held = [say(Path(name).name, read_and_verify, Path(name), verifier) for name in arguments[1:]]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
