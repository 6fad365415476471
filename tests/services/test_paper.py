"""Every numbered sheet is accounted for once: still blank, typed into one handover, or destroyed."""

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from handover import canonical
from handover.errors import Conflict, InvalidMove
from handover.models import Event, Handover, PaperForm, SignedText
from handover.queries import paper as queries
from handover.queries import record, record_words
from handover.services import paper, submission
from handover.services.signing import SeenChanged
from tests import factories
from tests.boundary import SOON, Boundary
from tests.factories import NOW
from tests.threads import at_once

pytestmark = pytest.mark.django_db

PRINTED = NOW - timedelta(hours=5)
WRITTEN = NOW - timedelta(minutes=40)


@pytest.fixture
def boundary():
    return Boundary()


def print_forms(boundary, *, first=1, count=1, by=None, now=PRINTED) -> list[PaperForm]:
    return paper.print_forms(post=boundary.post, first=first, count=count, actor=by or boundary.ada, now=now)


def use(paper_form, handover, by, now=NOW):
    paper.use(paper_form=paper_form, handover=handover, written_at=WRITTEN, actor=by, now=now)


def handovers_of(*forms) -> list[int | None]:
    return [PaperForm.objects.get(pk=form.pk).handover_id for form in forms]


def events(*fields):
    return list(Event.objects.filter(verb__startswith="paper").order_by("pk").values_list(*fields))


def test_printed_forms_are_numbered_on_and_on(boundary):
    elsewhere = factories.post(boundary.post.team)

    print_forms(boundary, count=3)
    print_forms(boundary, first=4)
    paper.print_forms(post=elsewhere, first=1, count=1, actor=boundary.dai, now=NOW)

    desk = boundary.post.pk
    assert [form.serial for form in PaperForm.objects.order_by("pk")] == [
        f"{desk}-0001",
        f"{desk}-0002",
        f"{desk}-0003",
        f"{desk}-0004",
        f"{elsewhere.pk}-0001",
    ]
    assert events("verb", "actor", "post", "data") == [
        ("paper_printed", boundary.ada.pk, desk, {"serials": [f"{desk}-000{n}" for n in (1, 2, 3)]}),
        ("paper_printed", boundary.ada.pk, desk, {"serials": [f"{desk}-0004"]}),
        ("paper_printed", boundary.dai.pk, elsewhere.pk, {"serials": [f"{elsewhere.pk}-0001"]}),
    ]


@pytest.mark.parametrize("first", [1, 4])
def test_print_from_another_number_than_the_next_is_refused(boundary, first):
    print_forms(boundary, count=2)

    with pytest.raises(Conflict):
        print_forms(boundary, first=first, by=boundary.dai)

    assert (PaperForm.objects.count(), len(events("verb"))) == (2, 1)


def test_use_marks_the_draft_and_is_part_of_what_is_signed(boundary):
    (form,) = print_forms(boundary)
    handover = boundary.open()

    use(form, handover, boundary.ada)
    round_ = boundary.submit(handover)

    content = json.loads(round_.text.text)
    assert content["paper"] == [
        {
            "serial": f"{boundary.post.pk}-0001",
            "written_at": "2026-03-10T05:20:00.000000Z",
            "typed_at": "2026-03-10T06:00:00.000000Z",
            "typed_by": "Ada",
        }
    ]
    assert (content["schema_version"], round_.text.schema_version) == (2, 2)
    assert events("verb", "handover")[1:] == [("paper_used", handover.pk)]


def test_signature_is_that_of_the_real_instant_and_not_of_the_paper(boundary):
    (form,) = print_forms(boundary)
    handover = boundary.open()
    use(form, handover, boundary.ada, SOON)

    boundary.submit(handover, now=SOON)

    assert (handover.submitted_at, handover.sign_offs.get().signed_at) == (SOON, SOON)


def test_several_sheets_make_one_handover_in_their_order(boundary):
    first, second = print_forms(boundary, count=2)
    handover = boundary.open()

    use(second, handover, boundary.ada)
    use(first, handover, boundary.ada)

    content = record.outgoing_content(record.load_draft(handover))
    assert [sheet["serial"] for sheet in content["paper"]] == [first.serial, second.serial]


def test_use_after_the_signer_looked_signs_nothing(boundary):
    (form,) = print_forms(boundary)
    handover = boundary.open()
    signature = record.outgoing_signature(boundary.ada, as_supervisor=False)
    seen = canonical.content_hash(record.outgoing_content(record.load_draft(handover), signature))

    use(form, handover, boundary.ada)

    with pytest.raises(SeenChanged):
        submission.submit_signed(handover=handover, signature=signature, seen_sha256=seen, now=NOW)
    assert not SignedText.objects.exists()


def test_text_of_the_first_schema_stays_readable(boundary):
    boundary.submit(boundary.open())
    content = json.loads(SignedText.objects.get().text)
    del content["paper"]

    assert record_words.papers(content) == []


def test_used_sheet_is_refused_a_second_time(boundary):
    (form,) = print_forms(boundary)
    handover = boundary.open()
    use(form, handover, boundary.ada)

    with pytest.raises(Conflict):
        use(form, handover, boundary.dai)

    assert PaperForm.objects.get().typed_by == boundary.ada


def test_sheet_of_another_post_is_refused(boundary):
    elsewhere = factories.post(boundary.post.team)
    (form,) = paper.print_forms(post=elsewhere, first=1, count=1, actor=boundary.dai, now=PRINTED)

    with pytest.raises(Conflict):
        use(form, boundary.open(), boundary.ada)

    assert handovers_of(form) == [None]


def test_signed_handover_takes_no_sheet_and_gives_none_back(boundary):
    used, late = print_forms(boundary, count=2)
    handover = boundary.open()
    use(used, handover, boundary.ada)
    boundary.submit(handover)

    with pytest.raises(InvalidMove):
        use(late, handover, boundary.ada)
    with pytest.raises(InvalidMove):
        paper.release(paper_form=used, handover=handover, actor=boundary.ada, now=NOW)

    assert handovers_of(used, late) == [handover.pk, None]


def test_released_sheet_can_be_used_again(boundary):
    (form,) = print_forms(boundary)
    handover = boundary.open()
    use(form, handover, boundary.ada)

    for _twice in range(2):
        paper.release(paper_form=form, handover=handover, actor=boundary.ada, now=NOW)
    use(form, handover, boundary.ada)

    assert handovers_of(form) == [handover.pk]
    verbs = [verb for (verb,) in events("verb")]
    assert verbs == ["paper_printed", "paper_used", "paper_released", "paper_used"]


def test_destroyed_sheet_keeps_its_reason_and_is_never_used(boundary):
    (form,) = print_forms(boundary)
    handover = boundary.open()
    paper.destroy(paper_form=form, reason="Coffee", actor=boundary.ada, now=NOW)

    with pytest.raises(Conflict):
        use(form, handover, boundary.ada)
    with pytest.raises(Conflict):
        paper.destroy(paper_form=form, reason="Tea", actor=boundary.dai, now=NOW)

    sheet = PaperForm.objects.get()
    assert (sheet.handover, sheet.reason, sheet.destroyed_by) == (None, "Coffee", boundary.ada)
    assert events("verb", "text")[1:] == [("paper_destroyed", "Coffee")]


def test_used_sheet_cannot_be_destroyed(boundary):
    (form,) = print_forms(boundary)
    use(form, boundary.open(), boundary.ada)

    with pytest.raises(Conflict):
        paper.destroy(paper_form=form, reason="Coffee", actor=boundary.ada, now=NOW)

    with pytest.raises(IntegrityError), transaction.atomic():
        PaperForm.objects.update(destroyed_at=NOW, destroyed_by=boundary.ada, reason="Coffee")


@pytest.mark.parametrize("typed", ["{}-0007", "{}-7", " {} – 0007 ", "{} 7", "{}——０００７", "{}－7"])
def test_serial_is_found_however_it_is_typed(boundary, typed):
    sheets = print_forms(boundary, count=7)

    assert queries.find(boundary.post, typed.format(boundary.post.pk)) == sheets[-1]


@pytest.mark.parametrize(
    "typed", ["", "7", "{}0007", "{}-0008", "{}-", "-7", "{}-7-1", "{}1-7", "{}-" + "9" * 30]
)
def test_serial_that_was_never_printed_finds_nothing(boundary, typed):
    print_forms(boundary, count=7)

    assert queries.find(boundary.post, typed.format(boundary.post.pk)) is None


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_print_twice_at_once_numbers_every_sheet_once(boundary):
    refused = at_once(lambda: print_forms(boundary, count=2), lambda: print_forms(boundary, by=boundary.bo))

    numbers = list(PaperForm.objects.order_by("number").values_list("number", flat=True))
    assert (refused, len(events("verb"))) == ([Conflict], 1)
    assert numbers in ([1], [1, 2])


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_use_and_destroy_at_once_do_one_of_the_two(boundary):
    (form,) = print_forms(boundary)
    handover = boundary.open()

    refused = at_once(
        lambda: use(form, handover, boundary.ada),
        lambda: paper.destroy(paper_form=form, reason="Coffee", actor=boundary.dai, now=NOW),
    )

    assert (refused, len(events("verb"))) == ([Conflict], 2)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_use_and_submit_at_once_never_sign_without_the_sheet(boundary):
    (form,) = print_forms(boundary)
    handover = boundary.open()
    signing, typing = (Handover.objects.select_related("team", "post__team").get() for _both in range(2))

    refused = at_once(lambda: boundary.submit(signing), lambda: use(form, typing, boundary.ada))

    handover.refresh_from_db()
    if handover.round_count:
        signed = record.latest_round(handover).text
        assert len(json.loads(signed.text)["paper"]) == PaperForm.objects.filter(handover=handover).count()
    assert refused in ([], [InvalidMove], [SeenChanged])
