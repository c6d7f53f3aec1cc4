# SPDX-License-Identifier: Apache-2.0
"""The lab's certificate authorities, and a server certificate with any fault that is asked for.

Promises: issue() makes a fresh key and a certificate, writes the chain exactly as a server sends it and the key as PEM
files with a new name each (so no server ever reads a half-written file), and says where they are. `ca_file` holds the
only root that the lab trusts. tlsa() gives the data of a TLSA record for any certificate (RFC 6698 section 2).

    authority = Authorities(directory)
    issued = authority.issue("expired", ["mx.expired.example"], key="rsa-2048")
"""
from __future__ import annotations

import datetime
import hashlib
import itertools
import warnings
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

KINDS = ("good", "self-signed", "expired", "not-yet-valid", "wrong-name", "missing-intermediate", "unknown-root",
         "sha1")
KEYS = ("ecdsa-256", "ecdsa-384", "ecdsa-224", "rsa-3072", "rsa-2048", "rsa-1024")
CURVES = {"224": ec.SECP224R1, "256": ec.SECP256R1, "384": ec.SECP384R1}
WRONG_NAME = "somewhere-else.example"
DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Issued:
    """`chain` is what the server sends, leaf first; `issuer` signed the leaf and may be missing from the chain."""
    chain: Path
    key: Path
    leaf: x509.Certificate
    issuer: x509.Certificate


@dataclass(frozen=True)
class Signer:
    """A certificate with its private key: one authority."""
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def new_key(kind: str) -> ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey:
    if kind not in KEYS:
        raise ValueError(f"key type {kind!r} is none of {', '.join(KEYS)}")
    family, _, size = kind.partition("-")
    if family == "rsa":
        return rsa.generate_private_key(public_exponent=65537, key_size=int(size))
    return ec.generate_private_key(CURVES[size]())


def tlsa(usage: int, selector: int, matching: int, certificate: x509.Certificate) -> str:
    """The data of a TLSA record that matches `certificate`, in presentation form."""
    data = certificate.public_bytes(serialization.Encoding.DER)
    if selector == 1:
        data = certificate.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    digest = {0: lambda d: d.hex(), 1: lambda d: hashlib.sha256(d).hexdigest(), 2: lambda d: hashlib.sha512(d).hexdigest()}
    return f"{usage} {selector} {matching} {digest[matching](data)}"


def common_name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def signed(subject: str, key, signer: Signer | None, valid: tuple[datetime.datetime, datetime.datetime],
           extensions: list[x509.ExtensionType], digest: hashes.HashAlgorithm = hashes.SHA256()) -> x509.Certificate:
    """A certificate for `key`; without a signer it signs itself."""
    issuer = signer.certificate.subject if signer else common_name(subject)
    builder = (x509.CertificateBuilder().subject_name(common_name(subject)).issuer_name(issuer)
               .public_key(key.public_key()).serial_number(x509.random_serial_number())
               .not_valid_before(valid[0]).not_valid_after(valid[1])
               .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False))
    if signer:
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key()), critical=False)
    for extension in extensions:
        builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that SHA-1 is outdated is why we sign with it
        return builder.sign(signer.key if signer else key, digest)


def period(first_day: int, last_day: int) -> tuple[datetime.datetime, datetime.datetime]:
    """Validity in days from now; never starts in the future by clock rounding."""
    now = datetime.datetime.utcnow().replace(microsecond=0)
    return now + first_day * DAY, now + last_day * DAY


def authority(name: str, signer: Signer | None = None) -> Signer:
    key = new_key("ecdsa-256")
    limits = x509.BasicConstraints(ca=True, path_length=None if signer is None else 0)
    return Signer(signed(name, key, signer, period(-30, 3650), [limits]), key)


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(c.public_bytes(serialization.Encoding.PEM) for c in certificates)


class Authorities:
    """A trusted root with one intermediate, and a second pair that nobody trusts. One thread."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._serial = itertools.count(1)
        self._root = authority("Lab Root CA")
        self.intermediate = authority("Lab Intermediate CA", self._root)
        self._stranger = authority("Unknown Intermediate CA", authority("Unknown Root CA"))
        self.ca_file = directory / "ca.pem"
        self.ca_file.write_bytes(pem(self._root.certificate))

    def issue(self, kind: str, names: list[str], key: str = "ecdsa-256") -> Issued:
        """A certificate of one of KINDS for `names`, with a new key of one of KEYS."""
        if kind not in KINDS:
            raise ValueError(f"certificate kind {kind!r} is none of {', '.join(KINDS)}")
        private = new_key(key)
        signer = {"self-signed": None, "unknown-root": self._stranger}.get(kind, self.intermediate)
        valid = {"expired": period(-60, -2), "not-yet-valid": period(30, 120)}.get(kind, period(-1, 90))
        if kind == "wrong-name":
            names = [WRONG_NAME]
        alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        digest = hashes.SHA1() if kind == "sha1" else hashes.SHA256()
        leaf = signed(names[0], private, signer, valid, [alternatives], digest)
        chain = [leaf] if signer is None or kind == "missing-intermediate" else [leaf, signer.certificate]
        return self._write(f"{names[0]}.{kind}", chain, private, signer.certificate if signer else leaf)

    def _write(self, label: str, chain: list[x509.Certificate], key, issuer: x509.Certificate) -> Issued:
        stem = self._directory / f"{label}.{next(self._serial)}"
        chain_file, key_file = stem.with_name(stem.name + ".chain.pem"), stem.with_name(stem.name + ".key.pem")
        chain_file.write_bytes(pem(*chain))
        key_file.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                               serialization.NoEncryption()))
        return Issued(chain_file, key_file, chain[0], issuer)
