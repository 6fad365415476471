import stat
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from handover import seal_key
from handover.models import Checkpoint, Event, LedgerEntry, Watermark
from handover.models.evidence import PROTECTED
from handover.queries import evidence
from handover.services import checkpoints, events, ledger
from tests.boundary import Boundary
from tests.evidence import finding, seal, signed_record
from tests.factories import NOW
from tests.threads import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_files")]


def note(count: int = 1) -> None:
    events.record_all([events.entry(verb="progressed", actor=None, now=NOW) for _ in range(count)])


def sealed_events() -> list[int]:
    keys = LedgerEntry.objects.filter(table="handover_event").order_by("seq").values_list("key", flat=True)
    return [int(key) for key in keys]


def test_every_row_is_sealed_once() -> None:
    signed_record()

    first, again = seal(), seal()

    tables = set(LedgerEntry.objects.values_list("table", flat=True))
    assert tables == {table.name for table in PROTECTED}
    assert (first, again) == (LedgerEntry.objects.count(), 0)
    assert [*LedgerEntry.objects.order_by("seq").values_list("seq", flat=True)] == list(range(1, first + 1))
    assert sealed_events() == [*Event.objects.order_by("pk").values_list("pk", flat=True)]
    assert Checkpoint.objects.get().size == first
    assert len(set(LedgerEntry.objects.values_list("salt", flat=True))) == first


def test_nothing_to_seal_writes_nothing(evidence_files) -> None:
    assert seal() == 0
    assert not Checkpoint.objects.exists()
    assert finding() == ""


def test_much_is_sealed_in_batches(monkeypatch) -> None:
    monkeypatch.setattr(ledger, "BATCH", 10)
    monkeypatch.setattr(evidence, "RECENT", 3)
    note(35)

    assert seal() == 35
    assert [*Checkpoint.objects.order_by("size").values_list("since", "size")] == [
        (0, 10),
        (10, 20),
        (20, 30),
        (30, 35),
    ]
    assert finding() == ""


def test_one_run_has_a_bound_and_the_next_goes_on(monkeypatch) -> None:
    monkeypatch.setattr(ledger, "BATCH", 10)
    monkeypatch.setattr(ledger, "BATCHES", 2)
    note(25)

    assert [seal(), seal(), seal()] == [20, 5, 0]


def test_watermark_spares_reading_what_is_sealed() -> None:
    note(5)
    seal()
    seal()

    assert Watermark.objects.get(table="handover_event").serial == Event.objects.latest("pk").pk


def test_watermark_of_another_server_is_taken_up_again() -> None:
    seal()
    Watermark.objects.update(horizon=2**60)
    note(5)

    assert [seal(), seal()] == [5, 0]
    assert Watermark.objects.get(table="handover_event").horizon < 2**60


def test_what_is_written_later_is_sealed_once_it_is(monkeypatch) -> None:
    """The row itself lies long behind the sealer then."""
    monkeypatch.setattr(evidence, "RECENT", 0)
    boundary = Boundary()
    handover = boundary.open()
    boundary.submit(handover)
    ended = LedgerEntry.objects.filter(table="handover_round.ended_at")
    for _turn in range(3):
        note(2)
        seal()
    before = ended.count()

    boundary.confirm(handover)
    seal()

    assert (before, ended.count(), seal()) == (0, 1, 0)
    assert ended.get().key == str(handover.rounds.get().pk)
    assert finding() == ""


def test_key_is_made_once_for_its_owner_alone(evidence_files) -> None:
    made, again = seal_key.load(), seal_key.load()

    assert seal_key.pem(made.public_key()) == seal_key.pem(again.public_key())
    assert stat.S_IMODE((evidence_files / "key.pem").stat().st_mode) == 0o600
    assert [path.name for path in evidence_files.iterdir()] == ["key.pem"]


def test_copy_outside_holds_every_checkpoint_and_mends_a_line_that_was_cut_off(evidence_files) -> None:
    copy = evidence_files / "checkpoints.jsonl"
    for _turn in range(3):
        note()
        seal()
    whole = copy.read_text()

    copy.write_text(whole[:-20])
    seal()

    assert copy.read_text() == whole
    lines = [evidence.line(checkpoint) for checkpoint in Checkpoint.objects.order_by("size")]
    assert whole == "".join(f"{line}\n" for line in lines)


def test_copy_outside_that_is_new_gets_everything(evidence_files) -> None:
    note()
    seal()
    copy = evidence_files / "checkpoints.jsonl"
    whole = copy.read_text()
    copy.unlink()

    seal()

    assert copy.read_text() == whole


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_row_that_was_committed_late_is_sealed_whatever_came_before(monkeypatch) -> None:
    """A transaction takes its number and stays open while later numbers are sealed."""
    monkeypatch.setattr(evidence, "RECENT", 0)
    written, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            note()
            written.set()
            assert go_on.wait(30)
        connection.close()

    late = threading.Thread(target=slow)
    late.start()
    assert written.wait(30)
    for _turn in range(3):
        note(2)
        seal()
    go_on.set()
    late.join()

    assert [seal(), seal(), seal()] == [1, 0, 0]
    assert sorted(sealed_events()) == [*Event.objects.order_by("pk").values_list("pk", flat=True)]
    assert finding() == ""


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_many_write_while_several_seal(monkeypatch) -> None:
    monkeypatch.setattr(ledger, "BATCH", 7)
    monkeypatch.setattr(evidence, "RECENT", 0)

    def write() -> None:
        for _turn in range(15):
            note(2)

    def seal_often() -> None:
        for _turn in range(8):
            seal()

    def verify() -> None:
        assert [finding() for _turn in range(4)] == [""] * 4

    seal()
    refused = at_once(write, write, write, seal_often, seal_often, verify)
    seal()

    assert refused == []
    assert sorted(sealed_events()) == [*Event.objects.order_by("pk").values_list("pk", flat=True)]
    assert len(sealed_events()) == 90
    assert finding() == ""


def test_latest_checkpoint_is_mailed_once_a_day(settings, mailoutbox) -> None:
    settings.EVIDENCE_MAIL_TO = "auditor@example.com"
    checkpoints.mail(now=NOW)
    note()
    seal()

    for hours in (0, 1, 23, 24):
        checkpoints.mail(now=NOW + timedelta(hours=hours))

    line = evidence.line(Checkpoint.objects.get())
    assert [(letter.to, letter.subject) for letter in mailoutbox] == [
        (["auditor@example.com"], "Checkpoint 1 of the handover ledger")
    ] * 2
    assert mailoutbox[0].body.splitlines()[-1] == line


def test_mailed_checkpoint_is_a_copy_outside(settings, mailoutbox, evidence_files) -> None:
    settings.EVIDENCE_MAIL_TO = "auditor@example.com"
    signed_record()
    seal()
    checkpoints.mail(now=NOW)
    letter = evidence_files / "letter"
    letter.write_text(mailoutbox[0].body.splitlines()[-1])
    note()
    seal()

    assert finding(checkpoints=letter) == ""


def test_nobody_is_mailed_where_nobody_was_named(mailoutbox) -> None:
    note()
    seal()
    checkpoints.mail(now=NOW)

    assert mailoutbox == []
