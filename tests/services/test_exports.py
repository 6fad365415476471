import zipfile
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.utils import translation

from handover import seal_key
from handover.errors import NotAllowed
from handover.models import Addendum, Event, LedgerEntry, Round
from handover.queries import record_pdf
from handover.services import events, exports
from tests.boundary import SOON
from tests.evidence import add, signed_record, verified
from tests.factories import user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_files")]
NOWHERE = "/nonexistent"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def handover():
    return signed_record()


@pytest.fixture
def pack(handover, evidence_files) -> Path:
    return unpacked(handover, evidence_files)


def unpacked(handover, place: Path) -> Path:
    """The export in a folder, with the file itself beside it."""
    folder = place / "pack"
    content = exports.export(handover=handover, actor=user("Cai"), now=SOON)
    (place / "pack.zip").write_bytes(content)
    with zipfile.ZipFile(BytesIO(content)) as archive:
        archive.extractall(folder)
    return folder


def test_stand_alone_verifier_accepts_the_export(pack) -> None:
    code, said = verified(pack)

    assert code == 0, said
    assert "ACCEPTED" in said
    assert "通过验证" in said
    assert "Rounds: 1, signatures: 3." in said
    assert verified(pack, str(pack.parent / "pack.zip"))[0] == 0
    copy = str(pack.parent / "checkpoints.jsonl")
    code, said = verified(pack, "--public-key", str(pack / "public-key.pem"), "--checkpoints", copy)
    assert code == 0
    assert "in the copy outside" in said
    assert "Compare its number" not in said


def test_verifier_uses_openssl_where_the_package_is_missing(pack) -> None:
    code, said = verified(pack, python="-S")

    assert (code, "signed with key" in said) == (0, True), said
    signature = pack / "manifest.sig"
    signature.write_text("00" * 64)
    assert verified(pack, python="-S")[0] == 1


def test_verifier_says_that_it_could_not_check_signatures(pack) -> None:
    code, said = verified(pack, python="-S", path=NOWHERE)

    assert code == 2, said
    assert "No signature was checked" in said
    assert "未检查任何签名" in said
    assert "ACCEPTED" not in said


def test_one_changed_character_in_any_file_is_rejected(pack) -> None:
    files = sorted(path for path in pack.rglob("*") if path.is_file())
    accepted = []

    for path in files:
        content = path.read_bytes()
        middle = len(content) // 2
        changed = b"0" if content[middle : middle + 1] != b"0" else b"1"
        path.write_bytes(content[:middle] + changed + content[middle + 1 :])
        code, said = verified(pack)
        if code == 0:
            accepted.append((path.name, said))
        path.write_bytes(content)

    assert accepted == []
    assert len(files) == 11
    assert verified(pack)[0] == 0


@pytest.mark.parametrize(
    "name", ["record.json", "ledger.json", "record.pdf", "public-key.pem", "manifest.sig"]
)
def test_missing_file_is_rejected(pack, name) -> None:
    (pack / name).unlink()

    assert verified(pack)[0] == 1


def test_file_that_was_added_is_rejected(pack) -> None:
    (pack / "note.txt").write_text("Approved.")

    assert verified(pack)[0] == 1


def test_export_of_somebody_elses_key_is_rejected(pack) -> None:
    key = pack.parent / "other.pem"
    other = "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE="
    key.write_text(f"-----BEGIN PUBLIC KEY-----\n{other}\n-----END PUBLIC KEY-----\n")

    assert verified(pack, "--public-key", str(key))[0] == 1


@pytest.mark.parametrize("python", ["", "-S"])
def test_key_file_that_shows_one_key_and_holds_another_is_rejected(pack, python) -> None:
    """It would show the number of the key that everybody knows, and accept what somebody else signed."""
    shown = (pack / "public-key.pem").read_text()
    held = seal_key.pem(Ed25519PrivateKey.generate().public_key())
    (pack.parent / "two.pem").write_text(shown.replace("PUBLIC KEY", "NOTE") + held)

    code, said = verified(pack, "--public-key", str(pack.parent / "two.pem"), python=python)

    assert (code, "The public key cannot be read." in said) == (1, True)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_zip_file_with_two_files_of_one_name_is_rejected(pack) -> None:
    twice = pack.parent / "pack.zip"
    with zipfile.ZipFile(twice, "a") as archive:
        archive.writestr("record.pdf", (pack / "record.pdf").read_bytes())

    code, said = verified(pack, str(twice))

    assert (code, "The ZIP file holds a name twice." in said) == (1, True)


def test_checkpoint_that_is_not_in_the_copy_outside_is_rejected(pack) -> None:
    copy = pack.parent / "other.jsonl"
    copy.write_text("{}\n")

    code, said = verified(pack, "--checkpoints", str(copy))

    assert (code, "is not in the copy outside" in said) == (1, True)


def test_export_seals_what_is_newest_and_leaves_an_entry(handover, pack) -> None:
    event = Event.objects.latest("pk")

    assert (event.verb, event.handover, event.actor.display_name) == ("evidence_exported", handover, "Cai")
    sealed = LedgerEntry.objects.filter(table="handover_signoff").values_list("key", flat=True)
    assert sorted(sealed) == sorted(str(pk) for pk in handover.sign_offs.values_list("pk", flat=True))


def test_round_with_the_text_of_another_record_is_rejected(handover, evidence_files) -> None:
    """It was put into the database, sealed like any other row, and exported with the very key."""
    facts = {"submitted_by": user("Ada"), "submitted_at": SOON, "score": 100}
    Round.objects.create(handover=handover, number=2, text=signed_record().rounds.get().text, **facts)

    code, said = verified(unpacked(handover, evidence_files))

    assert (code, "Round 2 is not what the outgoing side signed" in said) == (1, True)


def test_addendum_under_a_signature_of_something_else_is_rejected(handover, evidence_files) -> None:
    outgoing = handover.sign_offs.get(role="outgoing")
    Addendum.objects.create(handover=handover, text="I take it all back.", sign_off=outgoing)

    code, said = verified(unpacked(handover, evidence_files))

    assert (code, "does not say what was signed with it" in said) == (1, True)


def test_nobody_takes_one_record_after_the_other(handover) -> None:
    cai, facts = user("Cai"), {"verb": "evidence_exported", "handover": handover}
    for minutes in range(events.MOST_FILES):
        events.record(actor=cai, now=SOON + minutes * MINUTE, **facts)

    with pytest.raises(NotAllowed, match="10 such files along within 10 minutes"):
        exports.export(handover=handover, actor=cai, now=SOON + 9 * MINUTE)

    assert exports.export(handover=handover, actor=cai, now=SOON + 10 * MINUTE)
    assert exports.export(handover=handover, actor=user("Dai"), now=SOON + 9 * MINUTE)


def test_rows_of_others_are_in_the_proof_without_their_salt(pack) -> None:
    text = (pack / "record.json").read_text()
    salts = dict(LedgerEntry.objects.values_list("salt", "table"))

    assert {table for salt, table in salts.items() if salt in text} == {
        f"handover_{name}" for name in ("signedtext", "signoff", "addendum", "round", "round.ended_at")
    }
    assert not [salt for salt in salts if salt in (pack / "ledger.json").read_text()]


def test_pdf_embeds_the_glyphs_of_what_was_typed(handover) -> None:
    add(handover, by=user("王䶮"), text="客户已回电。🙂")

    with translation.override("zh-hans"):
        content = record_pdf.render(handover)

    assert content.startswith(b"%PDF")
    assert b"NotoSansSC" in content
    paper = record_pdf.Paper("x")
    paper.font.ttfont.close()
    assert paper.text_of("王䶮 重庆 🙂\n") == "王䶮 重庆 [U+1F642]\n"
