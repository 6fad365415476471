import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import models
from django.db.models import Value
from django.db.models.functions import Concat

from handover import chain, seal_key
from handover.models import (
    Checkpoint,
    Event,
    Layout,
    LedgerEntry,
    SignedText,
    SignOff,
    SpotCheck,
    Watermark,
)
from handover.models.evidence import APPEND_ONLY, PROTECTED, Protected
from handover.queries import evidence
from handover.services import events, ledger
from tests import factories
from tests.evidence import (
    add,
    behind_its_back,
    finding,
    forgeries,
    seal,
    signed_record,
    undone,
    without_checks,
)
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_files")]
WRITTEN_LATER = [table for table in PROTECTED if table.since]
EVENT, SIGN_OFF, TEXT, ENTRY, CHECKPOINT, LAYOUT = (
    f"handover_{name}" for name in ("event", "signoff", "signedtext", "ledgerentry", "checkpoint", "layout")
)


@pytest.fixture
def handover():
    """Sealed under two checkpoints."""
    record = signed_record()
    seal()
    note(3)
    seal()
    return record


def note(count: int = 1) -> None:
    for number in range(count):
        events.record(verb="progressed", actor=None, now=NOW, text=f"Called {number}.", data={"n": 1.5})


@pytest.mark.parametrize("table", APPEND_ONLY, ids=lambda table: table.name)
def test_change_of_any_column_is_found_and_named(handover, table) -> None:
    row = evidence.rows(table).order_by("pk").last()
    named = {}

    for name, value in forgeries(table, row).items():
        with undone(), behind_its_back(), without_checks(table):
            assert table.model.objects.filter(pk=row.pk).update(**{name: value}) == 1
            found = finding()
        keys = {str(row.pk), str(value) if name == row._meta.pk.attname else str(row.pk)}
        named[name] = found if not any(found.startswith(f"{table.name} {key}: ") for key in keys) else "named"

    salted = LedgerEntry.objects.order_by("pk").last()
    others = {
        "salt": f"{salted.table} {salted.key}: This row was changed after entry {salted.seq} sealed it."
    }
    assert named == {name: others.get(name, "named") for name in table.columns}
    assert finding() == ""


@pytest.mark.parametrize("table", APPEND_ONLY, ids=lambda table: table.name)
def test_row_that_is_gone_is_found_and_named(handover, table) -> None:
    keys = list(table.model.objects.order_by("pk").values_list("pk", flat=True))
    key = keys[0] if table.model is Checkpoint else keys[len(keys) // 2]

    with undone(), behind_its_back():
        table.model.objects.filter(pk=key)._raw_delete("default")
        found = finding()

    next_key = Checkpoint.objects.latest("size").pk if table.model is Checkpoint else key
    assert found.startswith(f"{table.table} {next_key}: ")
    assert "gone" in found or table.model is Layout


@pytest.mark.parametrize("table", WRITTEN_LATER, ids=lambda table: table.name)
def test_what_was_written_later_and_is_taken_back_is_found_and_named(handover, table) -> None:
    row = evidence.rows(table).get()
    fields = [field for field in row._meta.concrete_fields if field.attname in table.columns]
    blank = {field.attname: field.get_default() for field in fields if field.null or field.has_default()}

    with undone(), behind_its_back(), without_checks(table):
        table.model.objects.filter(pk=row.pk).update(**blank)
        found = finding()

    seq = LedgerEntry.objects.get(table=table.name).seq
    assert found == f"{table.name} {row.pk}: This row was changed after entry {seq} sealed it."


def test_rows_that_changed_places_are_found(handover) -> None:
    first, second = Event.objects.order_by("pk").values_list("pk", flat=True)[:2]

    with undone(), behind_its_back():
        for old, new in ((first, 10**6), (second, first), (10**6, second)):
            Event.objects.filter(pk=old).update(id=new)
        assert finding() == f"{EVENT} {first}: This row was changed after entry 1 sealed it."

    with undone(), behind_its_back():
        for old, new in ((1, -1), (2, 1), (-1, 2)):
            LedgerEntry.objects.filter(pk=old).update(seq=new)
        changed = "This entry, or one before it, was changed: its hash does not follow."
        assert finding() == f"{ENTRY} 1: {changed}"


def cut_off(*tables: type[models.Model]) -> str:
    """What is found when the three events of the second checkpoint, and what `tables` say of them, go."""
    size = Checkpoint.objects.earliest("size").size
    last = LedgerEntry.objects.filter(seq__gt=size)
    with undone(), behind_its_back():
        keys = list(last.values_list("key", flat=True))
        if Checkpoint in tables:
            Checkpoint.objects.filter(size__gt=size)._raw_delete("default")
        if LedgerEntry in tables:
            last._raw_delete("default")
        Event.objects.filter(pk__in=keys)._raw_delete("default")
        return finding()


def test_end_that_is_cut_off_is_found(handover) -> None:
    lost = LedgerEntry.objects.get(seq=LedgerEntry.objects.count() - 2)
    size = Checkpoint.objects.latest("size").size

    gone = f"This row is gone; entry {lost.seq} of the ledger has sealed it."
    assert cut_off() == f"{EVENT} {lost.key}: {gone}"
    ended = "The ledger has no entry of this number, though it was signed: its end is cut off."
    assert cut_off(LedgerEntry) == f"{CHECKPOINT} {size}: {ended}"
    older = "It is in the copy outside alone: this database was cut off, or is an older one."
    assert cut_off(LedgerEntry, Checkpoint) == f"{CHECKPOINT} {size}: {older}"


def test_entries_without_a_checkpoint_are_found(handover) -> None:
    with undone(), behind_its_back():
        Checkpoint.objects.filter(since__gt=0)._raw_delete("default")
        last = LedgerEntry.objects.count()

        assert finding() == f"{ENTRY} {last}: No checkpoint signs this entry of the ledger."


def test_older_database_is_found_by_the_copy_outside(handover) -> None:
    with undone():
        note(2)
        seal()
        size = Checkpoint.objects.latest("size").size

    older = "It is in the copy outside alone: this database was cut off, or is an older one."
    assert finding() == f"{CHECKPOINT} {size}: {older}"


def test_older_database_that_went_on_is_found(handover) -> None:
    with undone():
        note(2)
        seal()
    note(2)
    seal()

    size = Checkpoint.objects.latest("size").size
    assert finding() == f"{CHECKPOINT} {size}: The copy outside says something else."


def test_copy_outside_that_is_missing_or_mangled_is_said(handover, evidence_files) -> None:
    copy = evidence_files / "checkpoints.jsonl"
    lines = copy.read_text().splitlines()

    copy.write_text("\n".join([*lines, "{}"]))
    unread = finding()
    copy.write_text("\n".join(reversed(lines)))
    backward = finding()
    copy.unlink()

    place = f"{CHECKPOINT} line {{}} of the copy outside: "
    assert unread == place.format(3) + "This line cannot be read."
    assert backward == place.format(2) + "It is not larger than the line before it."
    assert "No such file" in finding()


def sign_anew(key: Ed25519PrivateKey, *, key_id: str) -> None:
    """Write the ledger and its checkpoints anew over the rows as they are now, as whoever forges it would."""
    tables = {table.name: table for table in PROTECTED}
    heads, head = {}, chain.BEGINNING
    for entry in LedgerEntry.objects.order_by("seq"):
        table = tables[entry.table]
        values = table.model.objects.filter(pk=entry.key).values_list(*table.columns).get()
        committed = chain.commitment(entry.salt, chain.row_text(table.columns, values))
        head = heads[entry.seq] = chain.link(head, entry.seq, entry.table, entry.key, committed)
        LedgerEntry.objects.filter(pk=entry.pk).update(commitment=committed, hash=head)
    for checkpoint in Checkpoint.objects.all():
        checkpoint.head, checkpoint.key_id = heads[checkpoint.size], key_id
        signature = key.sign(evidence.signed_text(checkpoint).encode()).hex()
        Checkpoint.objects.filter(pk=checkpoint.pk).update(
            head=checkpoint.head, key_id=key_id, signature=signature
        )


def test_ledger_forged_without_the_key_is_found(handover) -> None:
    first = Checkpoint.objects.earliest("size")
    stranger = Ed25519PrivateKey.generate()
    strange_id = seal_key.key_id(stranger.public_key())

    with undone(), behind_its_back():
        Event.objects.filter(verb="confirmed").update(text="Forged.")
        sign_anew(stranger, key_id=first.key_id)
        assert finding() == f"{CHECKPOINT} {first.size}: Its signature is not of this key and this text."
        sign_anew(stranger, key_id=strange_id)
        wrong_key = f"It is signed with key {strange_id}, not with {first.key_id}."
        assert finding() == f"{CHECKPOINT} {first.size}: {wrong_key}"
        Checkpoint.objects.update(
            head=first.head, key_id=first.key_id, signature=first.signature, at=first.at
        )
        anew = "The ledger was written anew: it does not lead to what was signed."
        assert finding() == f"{CHECKPOINT} {first.size}: {anew}"


def test_forgery_with_the_very_key_is_found_by_the_copy_outside(handover) -> None:
    """Whoever has taken database and key cannot change what was copied before."""
    key = seal_key.load()
    first = Checkpoint.objects.earliest("size")

    with undone(), behind_its_back():
        Event.objects.filter(verb="confirmed").update(text="Forged.")
        sign_anew(key, key_id=first.key_id)

        assert finding() == f"{CHECKPOINT} {first.size}: The copy outside says something else."


def test_signature_moved_to_another_record_before_it_was_sealed_is_found(handover) -> None:
    other = signed_record()
    sign_off = other.sign_offs.get(role="incoming")

    with undone(), behind_its_back():
        SignOff.objects.filter(pk=sign_off.pk).update(handover=handover, round_number=2)
        seal()

        moved = f"It was moved or changed: Bo signed its text for handover {other.pk}."
        assert finding() == f"{SIGN_OFF} {sign_off.pk}: {moved}"


def test_text_changed_before_it_was_sealed_is_found(handover) -> None:
    other = signed_record()
    text = other.sign_offs.get(role="incoming").text_id

    with undone():
        SignedText.objects.create(
            sha256="0" * 64, text="{}", schema_version=1, template_version=1, created_at=NOW
        )
        assert finding() == f"{TEXT} {'0' * 64}: Nobody has signed this text."

    with undone(), behind_its_back():
        SignedText.objects.filter(pk=text).update(text=Concat("text", Value(" ")))
        seal()
        assert finding() == f"{TEXT} {text}: Its bytes do not have the hash it goes by."


def test_row_slipped_in_far_behind_the_sealer_is_found(handover) -> None:
    Watermark.objects.filter(table=EVENT).update(serial=10**7, candidate=10**7)
    Event.objects.create(pk=7000, at=NOW, verb="confirmed")

    seal()

    assert finding() == f"{EVENT} 7000: This row is not in the ledger, though later ones are."


def test_column_that_a_later_release_adds_leaves_older_entries_valid(monkeypatch) -> None:
    columns = PROTECTED[0].columns
    older = Protected(Event, free=("address",))
    with monkeypatch.context() as before:
        before.setattr(ledger, "PROTECTED", (older, *PROTECTED[1:]))
        signed_record()
        seal()
    note()
    seal()
    old, new = Event.objects.earliest("pk").pk, Event.objects.latest("pk").pk

    assert finding() == ""
    assert [layout.columns[EVENT] for layout in Layout.objects.order_by("since")] == [older.columns, columns]
    with undone(), behind_its_back():
        Event.objects.filter(pk__in=(old, new)).update(address="203.0.113.9")
        assert finding().startswith(f"{EVENT} {new}: ")


def test_table_that_a_later_release_adds_is_sealed_from_its_first_row(monkeypatch) -> None:
    older = tuple(table for table in PROTECTED if table.model is not SpotCheck)
    with monkeypatch.context() as before:
        before.setattr(ledger, "PROTECTED", older)
        signed_record()
        seal()
    sealed = LedgerEntry.objects.filter(table=SpotCheck._meta.db_table)

    assert (sealed.count(), finding()) == (0, "")
    seal()
    assert (sealed.count(), finding()) == (2, "")


def test_what_is_found_is_said_in_chinese_too(handover) -> None:
    event = Event.objects.earliest("pk")

    with undone(), behind_its_back():
        Event.objects.filter(pk=event.pk).update(text="Forged.")
        found = finding(language="zh-hans")

    assert found.startswith(f"{EVENT} {event.pk}: ")


def test_addendum_later_leaves_everything_in_order(handover) -> None:
    add(handover, by=factories.user("Bo"), text="Later.")

    assert finding() == ""
    assert seal() > 0
    assert finding() == ""
