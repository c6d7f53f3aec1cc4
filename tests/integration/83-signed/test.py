# SPDX-License-Identifier: Apache-2.0
"""The order of milters: OpenDKIM behind ours signs what ours has made of a message, and the signature holds at the
recipient's server; in front of ours it signs what then changes."""
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from cryptography.hazmat.primitives import serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: E402
from scenario import Scenario, main  # noqa: E402
from daemon import Daemon  # noqa: E402

OPENDKIM = "/usr/sbin/opendkim"
NTA7516 = """insecure = hold
subject-tag = [secure]
remove-subject-tag = yes
add-subject-tag = [protected]
set-header = Sensitivity: Private"""
SIGN = """Mode s
Domain org.example
Selector lab
KeyFile {key}
Socket local:{socket}
Syslog no
UMask 000
RequireSafeKeys no
InternalHosts 127.0.0.1
Canonicalization relaxed/relaxed
SignHeaders From,To,Subject,Sensitivity
OversignHeaders From,Subject
"""
VERIFY = "Mode v\nSyslog no\nTestPublicKeys {keys}\nRequireSafeKeys no\nNameservers 127.25.255.2\n"
SUBJECT = "=?utf-8?Q?[secure]_uitslag_caf=C3=A9?=\r\n and a fold"


class Signed(Scenario):
    settings = {"nta7516": NTA7516}

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        cls.key, keys = cls.directory / "dkim.key", cls.directory / "dkim.public"
        cls.key.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()))
        public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
        keys.write_text(f"lab._domainkey.org.example v=DKIM1; k=rsa; p={''.join(public.splitlines()[1:-1])}\n")
        cls.socket = cls.site.postfix.queue_directory / "smarttls" / "opendkim.sock"
        (cls.directory / "sign.conf").write_text(SIGN.format(key=cls.key, socket=cls.socket))
        (cls.directory / "verify.conf").write_text(VERIFY.format(keys=keys))
        signer = Daemon("opendkim", [OPENDKIM, "-f", "-x", str(cls.directory / "sign.conf")], cls.directory / "opendkim.log")
        cls.addClassCleanup(signer.stop, 20)
        signer.wait_ready(cls.socket.exists, 20)
        cls.socket.chmod(0o666)

    def signature_holds(self, milters: str) -> bool:
        """Whether the message that arrived has a signature, and it fits."""
        self.restore_configuration()
        self.configure(smtpd_milters=milters)
        before = len(self.site.lab.received("dane.example"))
        queue_id = self.assert_accepted(self.site.send("bob@dane.example", Subject=SUBJECT))
        self.wait_status(queue_id, "sent")
        data = self.site.lab.wait_received("dane.example", before + 1)[-1]["data"]
        self.assertRegex(data, r"DKIM-Signature:(.*\n\s)*.*h=From:To:Subject")
        self.assertIn("Subject: [protected] =?utf-8?Q?uitslag_caf=C3=A9?=\r\n and a fold\r\n", data)
        arrived = self.directory / "arrived.eml"
        arrived.write_bytes(data.encode("latin-1"))
        done = subprocess.run([OPENDKIM, "-vv", "-x", str(self.directory / "verify.conf"), "-t", str(arrived)], capture_output=True, text=True)
        verdict = re.search(r"verification \(s=lab.*\) (succeeded|failed)", done.stdout + done.stderr)
        self.assertIsNotNone(verdict, done.stdout + done.stderr)
        return verdict.group(1) == "succeeded"

    def test_behind_ours_it_signs_what_leaves(self) -> None:
        self.assertTrue(self.signature_holds("unix:smarttls/milter.sock, unix:smarttls/opendkim.sock"))
        self.assertRegex(self.site.lab.received("dane.example")[-1]["data"], "h=From:To:Subject:Sensitivity", "with what ours has set")

    def test_in_front_of_ours_its_signature_is_broken(self) -> None:
        self.assertFalse(self.signature_holds("unix:smarttls/opendkim.sock, unix:smarttls/milter.sock"))


if __name__ == "__main__":
    main()
