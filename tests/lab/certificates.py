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
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

KEYS = ("ecdsa-256", "ecdsa-384", "ecdsa-521", "ecdsa-224", "brainpool-256", "ed25519", "ed448", "rsa-3072", "rsa-2048", "rsa-1024")
CURVES = {"ecdsa-224": ec.SECP224R1, "ecdsa-256": ec.SECP256R1, "ecdsa-384": ec.SECP384R1, "ecdsa-521": ec.SECP521R1,
          "brainpool-256": ec.BrainpoolP256R1}
WRONG_NAME = "somewhere-else.example"
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey
DAY = datetime.timedelta(days=1)
NOW, PAST, FUTURE = (-1, 90), (-60, -2), (30, 120)  # days of validity, from today


@dataclass(frozen=True)
class Kind:
    """How a certificate is made. In `names`, {host} is the server and {parent} its name without the first label."""
    signer: str = "intermediate"          # an attribute of Authorities; "": it signs itself
    valid: tuple[int, int] = NOW
    names: tuple[str, ...] = ("{host}",)  # DNS-IDs; none: there is no subjectAltName
    subject: str = ""                     # common name; none: the first of `names`
    sends: tuple[str, ...] = ("leaf", "intermediate")
    digest: type[hashes.HashAlgorithm] = hashes.SHA256
    purpose: x509.ObjectIdentifier | None = None  # the only extended key usage
    tampered: bool = False                # the signature does not fit


STRANGER = ("leaf", "stranger")
KINDS = {
    "good": Kind(),
    "self-signed": Kind(signer="", sends=("leaf",)),
    "expired": Kind(valid=PAST),
    "not-yet-valid": Kind(valid=FUTURE),
    "wrong-name": Kind(names=(WRONG_NAME,)),
    "missing-intermediate": Kind(sends=("leaf",)),
    "unknown-root": Kind(signer="stranger", sends=STRANGER),
    "sha1": Kind(digest=hashes.SHA1),
    "sha224": Kind(digest=hashes.SHA224),
    "sha384": Kind(digest=hashes.SHA384),
    # Names
    "cn-only": Kind(names=(), subject="{host}"),
    "cn-beside-dns-id": Kind(names=(WRONG_NAME,), subject="{host}"),
    "many-names": Kind(names=(WRONG_NAME, "{parent}", "{host}")),
    "next-hop-name": Kind(names=("{parent}",)),
    "wildcard": Kind(names=("*.{parent}",)),
    "wildcard-above": Kind(names=("*.{grandparent}",)),
    "wildcard-two-labels": Kind(names=("*.*.{grandparent}",)),
    "wildcard-partial": Kind(names=("m*.{parent}",)),
    # Chains
    "root-sent": Kind(sends=("leaf", "intermediate", "root")),
    "disordered": Kind(sends=("leaf", "root", "intermediate")),
    "unknown-root-sent": Kind(signer="stranger", sends=(*STRANGER, "stranger_root")),
    "expired-intermediate": Kind(signer="expired_intermediate", sends=("leaf", "expired_intermediate")),
    "false-authority": Kind(signer="no_authority", sends=("leaf", "no_authority", "intermediate")),
    "client-only": Kind(purpose=ExtendedKeyUsageOID.CLIENT_AUTH),
    "tampered": Kind(tampered=True),
    # Several defects at once
    "self-signed-expired": Kind(signer="", valid=PAST, sends=("leaf",)),
    "expired-wrong-name": Kind(valid=PAST, names=(WRONG_NAME,)),
    "all-wrong": Kind(signer="stranger", valid=PAST, names=(WRONG_NAME,), sends=STRANGER, digest=hashes.SHA224),
}


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
    key: PrivateKey


def new_key(kind: str) -> PrivateKey:
    if kind not in KEYS:
        raise ValueError(f"key type {kind!r} is none of {', '.join(KEYS)}")
    if kind in CURVES:
        return ec.generate_private_key(CURVES[kind]())
    if kind.startswith("rsa-"):
        return rsa.generate_private_key(public_exponent=65537, key_size=int(kind[4:]))
    return {"ed25519": ed25519.Ed25519PrivateKey, "ed448": ed448.Ed448PrivateKey}[kind].generate()


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
    signing_key = signer.key if signer else key
    if isinstance(signing_key, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey):
        return builder.sign(signing_key, None)  # RFC 8410: these have no hash to choose
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that SHA-1 is outdated is why we sign with it
        return builder.sign(signing_key, digest)


def with_broken_signature(certificate: x509.Certificate) -> x509.Certificate:
    """The same with a bit of the signature changed, which stands last in DER."""
    der = bytearray(certificate.public_bytes(serialization.Encoding.DER))
    der[-1] ^= 1
    return x509.load_der_x509_certificate(bytes(der))


def period(first_day: int, last_day: int) -> tuple[datetime.datetime, datetime.datetime]:
    """Validity in days from now; never starts in the future by clock rounding."""
    now = datetime.datetime.utcnow().replace(microsecond=0)
    return now + first_day * DAY, now + last_day * DAY


def authority(name: str, signer: Signer | None = None, valid: tuple[int, int] = (-30, 3650), ca: bool = True) -> Signer:
    key = new_key("ecdsa-256")
    limits = x509.BasicConstraints(ca=ca, path_length=0 if ca and signer else None)
    return Signer(signed(name, key, signer, period(*valid), [limits]), key)


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(c.public_bytes(serialization.Encoding.PEM) for c in certificates)


class Authorities:
    """A trusted root with its intermediates, and another pair that nobody trusts. One thread."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._serial = itertools.count(1)
        root, stranger_root = authority("Lab Root CA"), authority("Unknown Root CA")
        intermediate = authority("Lab Intermediate CA", root)
        self._signers = {
            "root": root, "intermediate": intermediate,
            "expired_intermediate": authority("Lab Intermediate CA of last year", root, (-400, -2)),
            "no_authority": authority("No CA", intermediate, ca=False),
            "stranger_root": stranger_root, "stranger": authority("Unknown Intermediate CA", stranger_root)}
        self.root = root.certificate
        self.ca_file = directory / "ca.pem"
        self.ca_file.write_bytes(pem(self.root))

    def issue(self, kind: str, names: list[str], key: str = "ecdsa-256") -> Issued:
        """A certificate of one of KINDS for the server that `names` begins with, with a new key of one of KEYS. A good
        one has all names."""
        if kind not in KINDS:
            raise ValueError(f"certificate kind {kind!r} is none of {', '.join(KINDS)}")
        how, private, host = KINDS[kind], new_key(key), names[0]
        parent = host.partition(".")[2]
        facts = {"host": host, "parent": parent, "grandparent": parent.partition(".")[2]}
        names = [name.format(**facts) for name in how.names] + (names[1:] if kind == "good" else [])
        extensions: list[x509.ExtensionType] = [x509.SubjectAlternativeName([x509.DNSName(name) for name in names])] if names else []
        if how.purpose:
            extensions.append(x509.ExtendedKeyUsage([how.purpose]))
        signer = self._signers.get(how.signer)
        leaf = signed(how.subject.format(**facts) or names[0], private, signer, period(*how.valid), extensions, how.digest())
        if how.tampered:
            leaf = with_broken_signature(leaf)
        chain = [leaf if part == "leaf" else self._signers[part].certificate for part in how.sends]
        return self._write(f"{host}.{kind}", chain, private, signer.certificate if signer else leaf)

    def stranger(self, host: str) -> Issued:
        """What another server of the same name might have: another key, another CA."""
        return self.issue("unknown-root", [host])

    def _write(self, label: str, chain: list[x509.Certificate], key, issuer: x509.Certificate) -> Issued:
        stem = self._directory / f"{label}.{next(self._serial)}"
        chain_file, key_file = stem.with_name(stem.name + ".chain.pem"), stem.with_name(stem.name + ".key.pem")
        chain_file.write_bytes(pem(*chain))
        key_file.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                               serialization.NoEncryption()))
        return Issued(chain_file, key_file, chain[0], issuer)
