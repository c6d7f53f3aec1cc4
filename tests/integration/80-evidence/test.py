# SPDX-License-Identifier: Apache-2.0
"""Evidence that others can verify, with a real milter and Postfix: a checkpoint is signed while the milter runs, a message
is exported and verified by our command and by a verifier that shares no code with it, and each way to tamper with the
database shows, each with its own message; what was made anew with all hashes and signatures, in the checkpoint that was
kept elsewhere."""
import base64
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: E402
from evidence_verifier import post_order, record_leaf, tree_hash  # noqa: E402
from scenario import Scenario, main  # noqa: E402
from mail_site import program  # noqa: E402

VERIFIER = Path(__file__).resolve().parents[2] / "evidence_verifier.py"
CHANGED = "its facts, its identifier, or the digest or commitment of a part was changed"


class Evidence(Scenario):

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.outside = cls.directory / "outside"
        cls.key = cls.directory / "log.vkey"
        cls.key.write_text(cls.site.command("evidence", "checkpoint", "--key"))
        cls.queue_ids = [cls.site.send("bob@dane.example", f"carol{n}@expired.example", mail_class="gdpr").queue_id for n in range(4)]
        cls.outside.write_text(cls.site.command("evidence", "checkpoint"))
        cls.queue_ids.append(cls.site.send("dora@dane.example", mail_class="nta7516").queue_id)
        cls.records = int(cls.newest_note().splitlines()[1])

    @classmethod
    def newest_note(cls) -> str:
        return cls.site.command("evidence", "checkpoint")

    # Words

    def smarttls(self, *words: str, **environment: str) -> subprocess.CompletedProcess:
        return subprocess.run([program("smarttls"), "--config", str(self.site.config_file), *words], capture_output=True, text=True,
                              env=os.environ | environment)

    def export(self, queue_id: str) -> Path:
        file = self.directory / f"{queue_id}.json"
        file.unlink(missing_ok=True)
        self.site.command("evidence", "export", queue_id, "-o", str(file))
        return file

    def independent(self, file: Path) -> tuple[int, str]:
        done = subprocess.run([sys.executable, str(VERIFIER), str(self.key), str(file)], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def verify_log(self, *words: str) -> tuple[int, str]:
        done = self.smarttls("evidence", "verify", "--log", *words)
        return done.returncode, " ".join(done.stdout.split()) + done.stderr

    def database(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.site.store / "evidence.db")
        connection.execute("PRAGMA foreign_keys = OFF")
        self.addCleanup(connection.close)
        return connection

    def restore_afterwards(self) -> None:
        """Stops the milter for this test; afterwards the store is what it was."""
        self.site.stop_daemon("smarttls-milter")
        kept = self.directory / "kept"
        shutil.copytree(self.site.store, kept)

        def put_back() -> None:
            shutil.rmtree(self.site.store)
            kept.rename(self.site.store)
            self.site.start_milter()
        self.addCleanup(put_back)

    def tamper(self, *statements: str) -> None:
        connection = self.database()
        for one in statements:
            self.assertGreater(connection.execute(one).rowcount, 0, one)
        connection.commit()
        connection.close()

    def recompute(self) -> None:
        """Every hash anew, as somebody does who knows the format."""
        connection = self.database()
        leaves = []
        for number, uuid, facts in connection.execute("SELECT id, uuid, facts FROM record ORDER BY id").fetchall():
            stubs = connection.execute("SELECT digest, commitment FROM part WHERE record = ? ORDER BY number", (number,)).fetchall()
            text = uuid.hex()
            identifier = "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
            leaves.append(record_leaf(identifier, facts, stubs))
        connection.execute("DELETE FROM node")
        connection.executemany("INSERT INTO node VALUES (?, ?)", list(enumerate(post_order(leaves))))
        connection.commit()
        connection.close()
        self.leaves = leaves

    def sign_anew(self) -> None:
        """With the key of this machine, instead of every checkpoint that there was."""
        name, key_id, typed = (self.site.store / "log.key").read_text().strip().removeprefix("PRIVATE+KEY+").split("+", 2)
        private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(typed)[1:])
        text = f"{name}\n{len(self.leaves)}\n{base64.b64encode(tree_hash(self.leaves)).decode()}\n"
        signature = base64.b64encode(bytes.fromhex(key_id) + private.sign(text.encode())).decode()
        connection = self.database()
        connection.execute("DELETE FROM checkpoint")
        connection.execute("INSERT INTO checkpoint VALUES (?, 0, ?, NULL)", (len(self.leaves), f"{text}\n— {name} {signature}\n"))
        connection.commit()
        connection.close()

    # What holds

    def test_a_message_is_exported_and_verified_by_two_programs(self) -> None:
        file = self.export(self.queue_ids[0])
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        done = self.smarttls("evidence", "verify", str(file), "--key", str(self.key))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn(": proved", done.stdout)
        self.assertIn("word for word", done.stdout)
        self.assertIn(self.queue_ids[0], done.stdout)
        self.assertEqual(self.independent(file)[0], 0)
        bundle = json.loads(file.read_text())
        self.assertIn("bob@dane.example", file.read_text())
        self.assertTrue(bundle["verdicts"])
        self.assertEqual(self.smarttls("evidence", "export", self.queue_ids[0], "-o", str(file)).returncode, 69, "nothing is replaced")

    def test_a_changed_bundle_is_not_proved_by_either(self) -> None:
        text = self.export(self.queue_ids[1]).read_text()
        file = self.directory / "forged.json"
        for old, new in (("carol1@", "karol1@"), ("SubmissionAcceptance", "SubmissionRejection"), ('"index":', '"index":1')):
            self.assertIn(old, text)
            file.write_text(text.replace(old, new))
            done = self.smarttls("evidence", "verify", str(file), "--key", self.key.read_text().strip())
            self.assertEqual((done.returncode, "NOT proved" in done.stdout), (1, True), done.stdout + done.stderr)
            self.assertEqual(self.independent(file)[0], 1)

    def test_without_the_private_keys_parts_go_as_stubs_and_it_says_so(self) -> None:
        keys = self.site.keys / "private"
        keys.rename(self.site.keys / "hidden")
        try:
            done = self.smarttls("evidence", "export", self.queue_ids[0])
        finally:
            (self.site.keys / "hidden").rename(keys)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("3 sealed, since no private key is at hand", done.stderr)
        self.assertNotIn("bob@dane.example", done.stdout)
        file = self.directory / "sealed.json"
        file.write_text(done.stdout)
        self.assertEqual(self.independent(file)[0], 0)
        said = self.smarttls("evidence", "verify", str(file), "--key", str(self.key))
        self.assertEqual(said.returncode, 0)
        self.assertIn("3 part(s) have no text in this file", " ".join(said.stdout.split()))

    def test_a_bundle_is_verified_where_nothing_is_configured(self) -> None:
        file = self.export(self.queue_ids[0])
        done = subprocess.run([program("smarttls"), "evidence", "verify", str(file), "--key", str(self.key)], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_log_is_proved_while_the_milter_runs(self) -> None:
        status, said = self.verify_log("--since-checkpoint", str(self.outside))
        self.assertEqual(status, 0, said)
        self.assertIn("checkpoint(s) that were kept elsewhere hold", said)
        self.assertIn("encrypted part(s) were opened", said)
        self.assertIn("Records after number", said)
        self.assertIn("could have written the log anew", self.verify_log("--quick")[1])

    def test_the_milter_signs_at_its_end(self) -> None:
        queue_id = self.assert_accepted(self.site.send("emil@dane.example", mail_class="gdpr"))
        self.site.stop_daemon("smarttls-milter")
        connection = self.database()
        size, records = connection.execute("SELECT (SELECT max(size) FROM checkpoint), (SELECT max(id) FROM record)").fetchone()
        connection.close()
        self.site.start_milter()
        self.assertEqual(size, records)
        self.assertEqual(self.independent(self.export(queue_id))[0], 0)

    def test_who_may_not_read_the_key_is_told_so(self) -> None:
        self.directory.chmod(0o755)
        done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", program("smarttls"), "--config",
                               str(self.site.config_file), "evidence", "checkpoint", "--key"], capture_output=True, text=True)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("log.key", done.stderr)
        self.assertIn("ermission denied", done.stderr)
        self.assertEqual(done.stdout, "")

    # What does not hold

    def test_each_tampering_shows_with_its_own_message(self) -> None:
        self.restore_afterwards()
        last = self.records
        table = [
            (["UPDATE record SET facts = replace(facts, 'SubmissionAcceptance', 'SubmissionRejection') WHERE id = 2"], "record 2 (", CHANGED),
            (["UPDATE part SET digest = zeroblob(32) WHERE record = 2 AND number = 1"], "part 1 is encrypted text of another SHA-256", CHANGED),
            (["UPDATE part SET content = zeroblob(99) WHERE record = 2 AND number = 1"], "part 1 is encrypted text of another SHA-256", ""),
            (["UPDATE part SET domain = 'evil.example' WHERE record = 2 AND number = 1"], 'the column beside it "evil.example"', ""),
            (["DELETE FROM term WHERE record = 2 AND kind = 4"], "a search by its queue id does not find it", ""),
            (["UPDATE verdict SET json = '{}'"], "names another verdict than stands with it", ""),
            (["UPDATE node SET hash = zeroblob(32) WHERE position = 2"], "the log's own hash at position 2 is not that of the two below it", ""),
            ([f"DELETE FROM part WHERE record = {last}", f"DELETE FROM record WHERE id = {last}"], "the last 1 record(s) are missing", ""),
            (["UPDATE record SET id = 0 WHERE id = 1", "UPDATE record SET id = 1 WHERE id = 2", "UPDATE record SET id = 2 WHERE id = 0",
              "UPDATE part SET record = 0 WHERE record = 1", "UPDATE part SET record = 1 WHERE record = 2",
              "UPDATE part SET record = 2 WHERE record = 0"], "records were reordered", ""),
            (["UPDATE checkpoint SET note = replace(note, 'org.example', 'com.example')"], "in the database proves nothing", ""),
        ]
        whole = self.directory / "whole"
        shutil.copytree(self.site.store, whole)
        for statements, *messages in table:
            with self.subTest(statements[0]):
                self.tamper(*statements)
                status, said = self.verify_log("--since-checkpoint", str(self.outside))
                self.assertEqual((status, "NOT proved" in said), (1, True), said)
                for message in messages:
                    self.assertIn(message, said)
            shutil.rmtree(self.site.store)
            shutil.copytree(whole, self.site.store)
        self.assertEqual(self.verify_log("--since-checkpoint", str(self.outside))[0], 0, "the table undid what it did")

    def test_a_log_made_anew_shows_in_what_was_signed_and_with_the_key_in_what_was_kept_elsewhere(self) -> None:
        self.restore_afterwards()
        self.tamper("UPDATE record SET facts = replace(facts, 'SubmissionAcceptance', 'SubmissionRejection') WHERE id = 2")
        self.recompute()
        status, said = self.verify_log()
        self.assertEqual(status, 1, said)
        self.assertIn("in the database was signed over another log", said)
        refused = self.smarttls("evidence", "export", self.queue_ids[1])
        self.assertEqual((refused.returncode, refused.stdout), (69, ""), refused.stderr)
        self.sign_anew()
        self.assertEqual(self.verify_log("--quick")[0], 0, "this machine alone cannot tell")
        status, said = self.verify_log("--since-checkpoint", str(self.outside))
        self.assertEqual(status, 1, said)
        self.assertIn(f"checkpoint 1 of {self.outside} was signed over another log", said)

    def test_an_end_that_was_taken_away_shows_in_what_was_kept_elsewhere(self) -> None:
        self.restore_afterwards()
        self.tamper("DELETE FROM part WHERE record > 2", "DELETE FROM record WHERE id > 2")
        self.recompute()
        self.sign_anew()
        self.assertEqual(self.verify_log()[0], 0, "this machine alone cannot tell")
        status, said = self.verify_log("--since-checkpoint", str(self.outside))
        self.assertEqual(status, 1, said)
        self.assertIn("now it has 2: the last", said)


class Filed(Scenario):
    """Checkpoints as the milter signs them by itself."""

    def test_a_checkpoint_is_filed_and_the_file_is_what_the_log_is_held_against(self) -> None:
        self.site.stop_daemon("smarttls-milter")
        filed = self.site.store / "checkpoints"
        config = self.site.config_file.read_text()
        self.site.config_file.write_text(config.replace("[store]\n", f"[store]\ncheckpoint-file = {filed}\n"))
        self.site.start_milter()
        self.assert_accepted(self.site.send("bob@dane.example", mail_class="gdpr"))
        self.site.stop_daemon("smarttls-milter")  # which signs at its end
        self.assertTrue(filed.exists())
        self.site.start_milter()
        self.assert_accepted(self.site.send("bob@dane.example", mail_class="gdpr"))
        self.site.command("evidence", "checkpoint")
        self.assertEqual(filed.read_text().count("org.example/smarttls\n"), 2)
        done = subprocess.run([program("smarttls"), "--config", str(self.site.config_file), "evidence", "verify", "--log",
                               "--since-checkpoint", str(filed)], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    main()
