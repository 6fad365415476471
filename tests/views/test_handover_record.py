"""What the record of a handover shows besides its lines, whatever became of it."""

from datetime import timedelta

import pytest

from accounts.models import User
from handover.models import Handover, Section
from handover.services import lines, submission
from tests import factories
from tests.boundary import Desk, line_of

pytestmark = pytest.mark.django_db
State = Handover.State


@pytest.fixture
def desk():
    return Desk()


def sign(client, desk, person: User, step: str) -> None:
    client.force_login(person)
    seen = client.get(f"{desk.address}{step}/").context["form"].initial["seen"]
    client.post(f"{desk.address}{step}/", {"seen": seen, "password": factories.PASSWORD})


def test_what_stays_with_who_works_on_is_in_the_record_too(client, desk):
    customer = factories.customer(desk.team, "Mr Staying")
    factories.assignment(desk.handover.incoming_shift, desk.ada)
    desk.item(holder=desk.ada, customer=customer)

    sign(client, desk, desk.ada, "sign")

    client.force_login(desk.bo)
    pages = [client.get(f"{desk.address}{step}").content.decode() for step in ("", "review/", "print/")]
    assert ["Stays with people who work on" in page and "Mr Staying" in page for page in pages] == [True] * 3


def test_lines_lead_to_their_items_while_one_may_read_these(client, desk):
    link = f'<a href="/items/{desk.item(holder=desk.ada).pk}/"><strong>'
    sign(client, desk, desk.ada, "sign")

    on_duty = [client.get(f"{desk.address}{step}").content.decode() for step in ("", "review/")]
    desk.ada.assignments.update(checked_out_at=desk.now)
    off_duty = [client.get(f"{desk.address}{step}").content.decode() for step in ("", "review/")]

    assert [link in page for page in on_duty] == [True, True]
    assert [link in page for page in off_duty] == [False, False]


def test_lapsed_record_says_what_became_of_its_lines(client, desk):
    taken, carried = desk.item(holder=desk.ada), desk.item(holder=desk.ada)
    sign(client, desk, desk.ada, "sign")
    handover = Handover.objects.get()
    lines.accept(line=line_of(handover, taken), read_back="", heard_orally=False, actor=desk.bo, now=desk.now)
    lines.carry_on(item_ids=[carried.pk], actor=desk.bo, now=desk.now)
    Handover.objects.update(state=State.LAPSED, ended_at=desk.now)

    page = client.get(desk.address).context["page"]

    assert {item: answer.answer for item, answer in page.answers.items()} == {
        taken.pk: "accepted",
        carried.pk: "carried",
    }


def test_lapsed_draft_shows_what_was_typed_into_it(client, desk):
    Section.objects.create(
        handover=desk.handover,
        key="notes",
        body={"text": "Line 3 is dead."},
        saved_by=desk.ada,
        saved_at=desk.then,
    )
    Handover.objects.update(state=State.LAPSED, ended_at=desk.now)
    client.force_login(desk.ada)

    page = client.get(desk.address)

    assert page.status_code == 200
    assert "Nobody signed this handover." in page.content.decode()
    assert "Line 3 is dead." in page.content.decode()
    assert client.get(f"{desk.address}print/").url == desk.address


def test_lapsed_draft_that_nobody_signed_is_signed_too_by_nobody(client, desk):
    Handover.objects.update(state=State.LAPSED, ended_at=desk.now)
    client.force_login(desk.ada)

    assert client.get(f"{desk.address}join/").status_code == 403


def test_lapsed_draft_shows_what_was_typed_and_never_saved(client, desk):
    for person, text in ((desk.ada, "The printer is empty."), (desk.dai, "Line 3 is dead.")):
        client.force_login(person)
        client.post(f"{desk.address}sections/notes/draft/", {"text": text, "version": "0"})
    Handover.objects.update(state=State.LAPSED, ended_at=desk.now)

    page = client.get(desk.address)

    said = [(draft.title, draft.author, draft.rows) for draft in page.context["unsaved"]]
    assert said == [
        ("Notes", desk.ada.display_name, [("", "The printer is empty.", "")]),
        ("Notes", desk.dai.display_name, [("", "Line 3 is dead.", "")]),
    ]
    assert page.content.decode().count("It was not saved and is no part of the record.") == 2


def test_print_is_in_the_time_of_the_team_whoever_prints(client, desk):
    User.objects.filter(pk=desk.ada.pk).update(time_zone="America/New_York")
    client.force_login(desk.ada)

    page = client.get(f"{desk.address}print/").content.decode()

    starts_at = desk.handover.outgoing_shift.starts_at.astimezone(desk.team.zone)
    assert f"{starts_at:%Y-%m-%d %H:%M}" in page


def test_returned_round_is_no_handover_that_an_item_survived(client, desk):
    item = desk.item(holder=desk.ada)
    for _round in range(2):
        sign(client, desk, desk.ada, "sign")
        submission.send_back(
            handover=Handover.objects.get(),
            reason="Again.",
            actor=desk.bo,
            now=desk.now + timedelta(minutes=1),
        )

    item.refresh_from_db()
    assert (item.handover_count, item.idle_handover_count, item.holder) == (0, 0, desk.ada)


def test_take_over_is_offered_once(client, desk):
    desk.item(holder=desk.ada)
    sign(client, desk, desk.ada, "sign")
    client.force_login(desk.dai)
    address = f"{desk.address}take-over/"
    assert address in client.get(f"{desk.address}review/").content.decode()

    client.post(address, {"text": "Nobody came."})

    pages = [client.get(f"{desk.address}{step}").content.decode() for step in ("", "review/")]
    assert [address in page for page in pages] == [False, False]


def test_receiving_all_is_offered_while_it_would_receive_something(client, desk):
    desk.item(holder=desk.ada, kind="urgent")
    desk.item(holder=desk.ada)
    sign(client, desk, desk.ada, "sign")
    client.force_login(desk.bo)
    address = f"{desk.address}receive-all/"
    assert address in client.get(f"{desk.address}review/").content.decode()

    client.post(address)

    assert address not in client.get(f"{desk.address}review/").content.decode()
