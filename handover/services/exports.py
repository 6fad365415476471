"""Exports a signed record with everything that proves it, checkable without this program."""

import hashlib
import io
import json
import zipfile
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.models import User
from handover import canonical, seal_key
from handover.models import Event, Handover, SignedText
from handover.queries import evidence_pack, record_pdf
from handover.services import events, ledger

VERIFIER = settings.BASE_DIR / "handover" / "verifier.py"
FILE_DATE = (1980, 1, 1, 0, 0, 0)  # when it was made is in the manifest
README = """Handover record {number}

record.pdf        the record as it was signed
texts/            what was signed, byte for byte; each file is named by its SHA-256
record.json       rounds, signatures, addenda and texts as the ledger sealed them
ledger.json       the part of the ledger that seals them, between signed checkpoints
public-key.pem    the key of the checkpoints and of manifest.json; compare it with one known from elsewhere
verify.py         checks all of it: python3 verify.py

交接记录 {number}

record.pdf        签字时的记录
texts/            所签文本的原始字节，文件名即其 SHA-256
record.json       账本封存的轮次、签字、补充说明与文本
ledger.json       封存它们的账本片段，介于已签名的检查点之间
public-key.pem    检查点与 manifest.json 的公钥，请与从别处得知的公钥核对
verify.py         检查以上全部内容：python3 verify.py
"""


def export(*, handover: Handover, actor: User, now: datetime) -> bytes:
    """The record as a ZIP file, sealed to its newest entry. Each export makes a new file and leaves an Event.

    Raises NotSealed where the ledger has too much to catch up with, NotAllowed after many in a short time.
    """
    verb = Event.Verb.EVIDENCE_EXPORTED
    events.refuse_many_files(verb=verb, team_id=handover.team_id, actor=actor, now=now)
    ledger.run(now=now)
    content = _pack(handover, actor, now)
    with transaction.atomic():
        events.record(verb=verb, actor=actor, now=now, handover=handover)
    return content


def _pack(handover: Handover, actor: User, now: datetime) -> bytes:
    proof = evidence_pack.prove(handover)
    key = seal_key.load()
    texts = SignedText.objects.filter(sign_offs__handover=handover).distinct()
    files = {
        "README.txt": README.format(number=handover.pk).encode(),
        "record.pdf": record_pdf.render(handover),
        **{f"texts/{text.sha256}.json": text.text.encode() for text in texts},
        "record.json": _json(proof.rows),
        "ledger.json": _json(proof.batches),
        "public-key.pem": seal_key.pem(key.public_key()).encode(),
        "verify.py": VERIFIER.read_bytes(),
    }
    manifest = canonical.dumps(
        {
            "handover": handover.pk,
            "exported_at": canonical.instant(now),
            "exported_by": actor.display_name,
            "key_id": seal_key.key_id(key.public_key()),
            "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
        }
    ).encode()
    files |= {"manifest.json": manifest, "manifest.sig": key.sign(manifest).hex().encode()}
    return _zipped(files)


def _json(content: list[dict[str, Any]]) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True).encode()


def _zipped(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, FILE_DATE), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()
