"""Rows that were put into the database by hand, and sealed like any other: they contradict what is there."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from accounts.models import User
from handover.models import Addendum, DrawnRecord, Event, Handover, Round
from handover.services import events, people
from tests import factories
from tests.boundary import SOON
from tests.evidence import behind_its_back, finding, seal, signed_record, undone
from tests.records import END

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_files")]


@pytest.fixture
def handover():
    record = signed_record()
    seal()
    return record


def test_round_with_the_text_of_another_record_is_found(handover) -> None:
    other = signed_record()
    stolen = other.rounds.get()

    forged = Round.objects.create(
        handover=handover,
        number=2,
        text=stolen.text,
        submitted_by=stolen.submitted_by,
        submitted_at=stolen.submitted_at,
        score=100,
    )
    seal()

    unsigned = "The outgoing shift has not signed its text for this round."
    assert finding() == f"handover_round {forged.pk}: {unsigned}"


def test_round_that_is_hidden_before_the_record_was_sealed_is_found() -> None:
    handover = signed_record()

    with undone(), behind_its_back():
        Handover.objects.filter(pk=handover.pk).update(round_count=0)
        seal()

        missing = "It does not have as many rounds as it says."
        assert finding() == f"handover_handover {handover.pk}: {missing}"


def test_addendum_under_a_signature_of_something_else_is_found(handover) -> None:
    outgoing = handover.sign_offs.get(role="outgoing")

    forged = Addendum.objects.create(handover=handover, text="I take it all back.", sign_off=outgoing)
    seal()

    assert finding() == f"handover_addendum {forged.pk}: Its signature is not under these words."


def test_record_that_was_put_among_those_drawn_is_found(handover) -> None:
    draw = handover.drawn_record.draw
    other = signed_record()
    with undone(), behind_its_back():
        DrawnRecord.objects.filter(handover=other)._raw_delete("default")
        DrawnRecord.objects.create(draw=draw, handover=other, place=2, at=SOON)
        seal()

        strange = "Repeated, this draw does not give the records it names."
        assert finding() == f"handover_draw {draw.pk}: {strange}"


def test_name_that_was_changed_past_the_trail_is_found(handover) -> None:
    """What was only noted in the trail is read under the name of the account."""
    acts = {"actor": factories.administrator(), "now": SOON}
    person, _password = people.create(username="eve", display_name="Eve", places={}, **acts)
    facts = {"email": "", "is_active": True, "is_administrator": False}
    people.edit(person=person, facts={"display_name": "Eve Li", **facts}, places={}, **acts)
    seal()
    assert finding() == ""

    User.objects.filter(pk=person.pk).update(display_name="Ada")

    assert finding() == (
        f"accounts_user {person.pk}: This name was changed past the trail, which says: Eve Li."
    )


def test_entry_that_is_put_in_with_a_time_long_past_is_said(handover) -> None:
    facts = {"verb": "promise_kept", "handover": handover}
    events.record(**facts, actor=None, now=END)
    seal(now=END)
    forged = Event.objects.create(**facts, at=SOON)
    Event.objects.create(**facts, at=SOON - timedelta(days=30))
    events.record(**facts, actor=None, now=END)
    seal(now=END + timedelta(minutes=1))

    answer = StringIO()
    call_command("verify", stdout=answer)

    said = answer.getvalue().splitlines()[-1]
    first = f"handover_event {forged.pk}"
    assert said == f"2 rows tell of a time long before they were put there; the first is {first}."
