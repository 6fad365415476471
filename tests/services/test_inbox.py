from datetime import timedelta

import pytest

from handover.models import About, LastLook, Message, MessageChoice
from handover.services import inbox
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def message(person, at=NOW) -> Message:
    return Message.objects.create(recipient=person, text="Closed.", at=at)


def test_mark_read_twice_keeps_the_first_time() -> None:
    person = factories.user()
    note = message(person)

    inbox.mark_read(message=note, actor=person, now=NOW)
    inbox.mark_read(message=note, actor=person, now=NOW + HOUR)

    note.refresh_from_db()
    assert note.read_at == NOW


def test_mark_read_of_somebody_else_does_nothing() -> None:
    note = message(factories.user())

    inbox.mark_read(message=note, actor=factories.user(), now=NOW)

    note.refresh_from_db()
    assert note.read_at is None


def test_mark_all_read_leaves_what_came_after_the_page_and_what_is_others() -> None:
    person = factories.user()
    seen, later, foreign = message(person), message(person, NOW + HOUR), message(factories.user())

    inbox.mark_all_read(actor=person, until=NOW, now=NOW + 2 * HOUR)

    read = set(Message.objects.filter(read_at__isnull=False))
    assert (read, {seen, later, foreign} - read) == ({seen}, {later, foreign})


def test_look_moves_forward_alone_and_never_into_the_future() -> None:
    person = factories.user()
    instants = []

    for until in (NOW - HOUR, NOW - 2 * HOUR, NOW + HOUR):
        inbox.look(actor=person, until=until, now=NOW)
        instants.append(LastLook.objects.get(user=person).at)

    assert instants == [NOW - HOUR, NOW - HOUR, NOW]


def test_tell_leaves_the_way_to_the_reader():
    """News go where the reader has chosen, as every other message does."""
    team = factories.team()
    reader, actor = factories.user(email="reader@example.org"), factories.member(team)
    MessageChoice.objects.create(user=reader, about=About.NEWS, in_app=False, email=True)

    inbox.tell(recipient=reader, actor=actor, sentence="%(person)s called", facts={}, now=NOW)

    message = Message.objects.get(recipient=reader)
    assert (message.about, message.read_at) == (About.NEWS, NOW)
