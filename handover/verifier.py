"""Checks an exported record by itself: hashes and chain with Python alone, signatures with the package
`cryptography` or the command `openssl`. It needs nothing of the program that wrote the record.

    python verify.py [ZIP file, or the folder it was unpacked into] [--public-key FILE] [--checkpoints FILE]

It ends with 0 when everything fits, with 1 when something does not, and with 2 when no signature could be
checked and everything else fits.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key
except ImportError:
    HAS_PACKAGE = False
else:
    HAS_PACKAGE = True

BEGINNING = "0" * 64
ED25519 = bytes.fromhex("302a300506032b6570032100")  # what stands before the 32 bytes of such a key
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
ROUNDS, TEXTS, SIGN_OFFS = "handover_round", "handover_signedtext", "handover_signoff"
ADDENDA = "handover_addendum"


class Rejected(Exception):
    """Something does not fit; said in English and in Chinese."""

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(f"{english}\n  {chinese}")


def canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Key:
    """The public key, and what can check its signatures here."""

    def __init__(self, pem: bytes) -> None:
        raw = self._raw(pem)
        self.id = sha256(raw)[:16]
        # Written anew: whatever checks the signatures finds this key in it, and not a second one.
        body = base64.b64encode(ED25519 + raw).decode()
        self._pem = f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n".encode()
        self.tool = "cryptography" if HAS_PACKAGE else shutil.which("openssl")

    def _raw(self, pem: bytes) -> bytes:
        """The 32 bytes of the one key that the PEM file holds."""
        parts = pem.decode("ascii", "replace").split("-----")
        try:
            der = base64.b64decode(parts[2])
        except (IndexError, ValueError):
            der = b""
        if len(parts) != 5 or der[:-32] != ED25519:
            raise Rejected("The public key cannot be read.", "无法读取公钥。")
        return der[-32:]

    def check(self, content: bytes, signature: str, english: str, chinese: str) -> None:
        if self.tool and not self._is_signed(content, signature):
            raise Rejected(
                f"{english}: the signature is not of this key and this content.",
                f"{chinese}：签名与该密钥和内容不符。",
            )

    def _is_signed(self, content: bytes, signature: str) -> bool:
        try:
            signed = bytes.fromhex(signature)
        except ValueError:
            return False
        return self._by_package(content, signed) if HAS_PACKAGE else self._by_command(content, signed)

    def _by_package(self, content: bytes, signature: bytes) -> bool:
        try:
            key = load_pem_public_key(self._pem)
            if not isinstance(key, Ed25519PublicKey):
                return False
            key.verify(signature, content)
        except (InvalidSignature, ValueError):
            return False
        return True

    def _by_command(self, content: bytes, signature: bytes) -> bool:
        with tempfile.TemporaryDirectory() as folder:
            names = {"key": self._pem, "content": content, "signature": signature}
            paths = {name: Path(folder, name) for name in names}
            for name, path in paths.items():
                path.write_bytes(names[name])
            command = [str(self.tool), "pkeyutl", "-verify", "-pubin", "-inkey", str(paths["key"]), "-rawin"]
            command += ["-in", str(paths["content"]), "-sigfile", str(paths["signature"])]
            return subprocess.run(command, capture_output=True, check=False).returncode == 0


class Pack:
    """The files of an export, in a folder or in the ZIP file."""

    def __init__(self, place: Path) -> None:
        if place.is_dir():
            self.files = {
                path.relative_to(place).as_posix(): path.read_bytes()
                for path in place.rglob("*")
                if path.is_file()
            }
        else:
            with zipfile.ZipFile(place) as archive:
                names = archive.namelist()
                self.files = {name: archive.read(name) for name in names}
            if len(self.files) < len(names):  # who unpacks it might see another one than was checked
                raise Rejected("The ZIP file holds a name twice.", "ZIP 文件中有重复的文件名。")

    def read(self, name: str) -> bytes:
        try:
            return self.files[name]
        except KeyError:
            raise Rejected(f"{name} is missing.", f"缺少文件 {name}。") from None

    def json(self, name: str) -> Any:
        try:
            return json.loads(self.read(name))
        except ValueError:
            raise Rejected(f"{name} cannot be read.", f"无法读取 {name}。") from None


def check_files(pack: Pack, key: Key) -> None:
    """Each file is the one that was exported."""
    key.check(pack.read(MANIFEST), pack.read(SIGNATURE).decode("ascii", "replace"), MANIFEST, MANIFEST)
    written = pack.json(MANIFEST)["files"]
    for name in sorted({*written, *pack.files} - {MANIFEST, SIGNATURE}):
        if name not in written:
            raise Rejected(f"{name} is not part of the export.", f"{name} 不属于本次导出。")
        if sha256(pack.read(name)) != written[name]:
            raise Rejected(f"{name} was changed after the export.", f"{name} 在导出后被改动过。")


def check_checkpoint(checkpoint: dict[str, Any], key: Key) -> None:
    facts = {name: value for name, value in checkpoint.items() if name != "signature"}
    size = checkpoint["size"]
    if checkpoint["key_id"] != key.id:
        raise Rejected(
            f"Checkpoint {size} is of another key ({checkpoint['key_id']}).",
            f"检查点 {size} 属于另一个密钥（{checkpoint['key_id']}）。",
        )
    key.check(canonical(facts).encode(), checkpoint["signature"], f"Checkpoint {size}", f"检查点 {size}")


def check_batch(batch: dict[str, Any], key: Key) -> dict[tuple[str, str], tuple[int, str]]:
    """The chain from one checkpoint to the next; answers with the commitment of each row in it."""
    before, checkpoint = batch["before"], batch["checkpoint"]
    for each in (before, checkpoint):
        if each:
            check_checkpoint(each, key)
    head, seq = (before["head"], before["size"]) if before else (BEGINNING, 0)
    if checkpoint["since"] != seq:
        raise Rejected(
            f"Checkpoint {checkpoint['size']} does not follow checkpoint {seq}.",
            f"检查点 {checkpoint['size']} 不是紧接检查点 {seq}。",
        )
    found = {}
    for number, table, row_key, commitment in batch["entries"]:
        seq += 1
        head = sha256(f"\x01{head}\n{seq}\n{table}\n{row_key}\n{commitment}".encode())
        if number != seq:
            raise Rejected(f"Entry {seq} of the ledger is missing.", f"缺少账本第 {seq} 条。")
        found[table, row_key] = (seq, commitment)
    if (seq, head) != (checkpoint["size"], checkpoint["head"]):
        raise Rejected(
            f"The chain does not lead to checkpoint {checkpoint['size']}.",
            f"哈希链没有通向检查点 {checkpoint['size']}。",
        )
    return found


def check_rows(rows: list[dict[str, Any]], sealed: dict[tuple[str, str], tuple[int, str]]) -> None:
    """Each row is the one that was sealed."""
    for row in rows:
        place = f"{row['table']} {row['key']}"
        if (row["table"], row["key"]) not in sealed:
            raise Rejected(f"{place} is not in the ledger.", f"{place} 不在账本中。")
        seq, commitment = sealed[row["table"], row["key"]]
        text = canonical(row["row"]).encode()
        if hashlib.sha256(b"\x00" + bytes.fromhex(row["salt"]) + text).hexdigest() != commitment:
            raise Rejected(
                f"{place} is not what entry {seq} of the ledger sealed.",
                f"{place} 与账本第 {seq} 条封存的内容不符。",
            )


def check_texts(pack: Pack, rows: list[dict[str, Any]], handover: int) -> None:
    """Each signed text has the hash it goes by, and each signature stands under the text that names it."""
    texts = {row["key"]: row["row"]["text"] for row in rows if row["table"] == TEXTS}
    for key, text in texts.items():
        if sha256(text.encode()) != key or pack.read(f"texts/{key}.json") != text.encode():
            raise Rejected(f"Text {key} does not have this hash.", f"文本 {key} 的哈希不符。")
    for row in (row["row"] for row in rows if row["table"] == SIGN_OFFS):
        content = json.loads(texts.get(row["text_id"], "{}"))
        signed = content.get("signature", {})
        names = (content.get("handover"), signed.get("user"), signed.get("name"), signed.get("role"))
        if names != (handover, row["user_id"], row["printed_name"], row["role"]):
            raise Rejected(
                f"Signature {row['id']} is not under the text that it signed.",
                f"签字 {row['id']} 不在其所签文本之下。",
            )


def check_signed(rows: list[dict[str, Any]]) -> None:
    """Each round is what its outgoing side signed, and each addendum says what was signed with it."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["table"], []).append(row["row"])
    texts = {row["sha256"]: row["text"] for row in found.get(TEXTS, [])}
    sign_offs = {row["id"]: row for row in found.get(SIGN_OFFS, [])}
    outgoing = [
        (row["round_number"], row["text_id"], row["user_id"])
        for row in sign_offs.values()
        if row["role"] == "outgoing"
    ]
    for row in found.get(ROUNDS, []):
        if (row["number"], row["text_id"], row["submitted_by_id"]) not in outgoing:
            raise Rejected(
                f"Round {row['number']} is not what the outgoing side signed.",
                f"第 {row['number']} 轮不是交班方所签的内容。",
            )
    for row in found.get(ADDENDA, []):
        text = texts.get(sign_offs.get(row["sign_off_id"], {}).get("text_id"), "{}")
        if json.loads(text).get("text") != row["text"]:
            raise Rejected(
                f"Addendum {row['id']} does not say what was signed with it.",
                f"补充说明 {row['id']} 与随其签署的文字不符。",
            )


def check_copy(batches: list[dict[str, Any]], copy: Path) -> None:
    lines = set(copy.read_text(encoding="utf-8").splitlines())
    for checkpoint in (batch["checkpoint"] for batch in batches):
        if canonical(checkpoint) not in lines:
            raise Rejected(
                f"Checkpoint {checkpoint['size']} is not in the copy outside.",
                f"外部副本中没有检查点 {checkpoint['size']}。",
            )


def say(mark: str, english: str, chinese: str) -> None:
    sys.stdout.write(f"{mark} {english}\n  {chinese}\n")


def verify(pack: Pack, key: Key, copy: Path | None) -> None:
    check_files(pack, key)
    manifest, batches, rows = (pack.json(name) for name in (MANIFEST, "ledger.json", "record.json"))
    sealed = {}
    for batch in batches:
        sealed.update(check_batch(batch, key))
    check_rows(rows, sealed)
    check_texts(pack, rows, manifest["handover"])
    check_signed(rows)
    if copy:
        check_copy(batches, copy)
    rounds, signatures = (sum(row["table"] == table for row in rows) for table in (ROUNDS, SIGN_OFFS))
    number = manifest["handover"]
    say(
        "+",
        f"Handover {number}: {len(pack.files)} files are as they were exported.",
        f"交接记录 {number}：{len(pack.files)} 个文件与导出时一致。",
    )
    say(
        "+",
        f"Rounds: {rounds}, signatures: {signatures}. They are as they were sealed.",
        f"{rounds} 个轮次、{signatures} 个签字与封存时一致。",
    )
    say(
        "+",
        f"The chain leads to signed checkpoints: {len(batches)}.",
        f"哈希链通向 {len(batches)} 个检查点。",
    )
    if key.tool:
        say(
            "+",
            f"They and the list of files are signed with key {key.id}.",
            f"检查点与文件清单由密钥 {key.id} 签名。",
        )
    if copy:
        say("+", "The checkpoints are in the copy outside.", "检查点在外部副本中。")


def say_limits(key: Key, *, is_own_key: bool, copy: Path | None) -> None:
    """What this check cannot know."""
    if not key.tool:
        say(
            "-",
            "No signature was checked: the package cryptography and the command openssl are both missing.",
            "未检查任何签名：此处既没有 cryptography 软件包，也没有 openssl 命令。",
        )
    if is_own_key:
        say(
            "-",
            f"The key came with the export. Compare its number {key.id} with one known from elsewhere.",
            f"公钥随导出文件而来。请把编号 {key.id} 与从别处得知的编号核对。",
        )
    if not copy:
        say(
            "-",
            "The checkpoints were not compared with a copy outside (--checkpoints FILE).",
            "未与外部副本核对检查点（--checkpoints FILE）。",
        )
    say("-", "What was added to the record after the export is not in it.", "导出之后对记录的补充不在其中。")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pack", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument("--public-key", type=Path)
    parser.add_argument("--checkpoints", type=Path)
    options = parser.parse_args()
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    try:
        pack = Pack(options.pack)
        key = Key(options.public_key.read_bytes() if options.public_key else pack.read("public-key.pem"))
        verify(pack, key, options.checkpoints)
    except Rejected as error:
        say("!", f"REJECTED. {error}", "未通过验证。")
        return 1
    except (KeyError, TypeError, ValueError, AttributeError, zipfile.BadZipFile, OSError) as error:
        say("!", f"REJECTED. The export cannot be read: {error!r}", "未通过验证：无法读取导出文件。")
        return 1
    say_limits(key, is_own_key=not options.public_key, copy=options.checkpoints)
    if not key.tool:
        say("?", "What could be checked fits.", "能够检查的内容全部相符。")
        return 2
    say("=", "ACCEPTED. Everything that was checked fits.", "通过验证：已检查的内容全部相符。")
    return 0


if __name__ == "__main__":
    sys.exit(main())
