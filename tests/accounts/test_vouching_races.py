"""Two colleagues who vouch at once: one word counts, and the trail holds it once."""

import pytest

from accounts import services
from accounts.models import User
from accounts.services import CannotVouch
from handover.models import Event, Message
from tests import factories
from tests.factories import NOW, PASSWORD
from tests.threads import at_once

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def test_a_vouch_by_two_at_once_is_one_entry():
    team = factories.team()
    person, people = factories.member(team), [factories.member(team) for _ in range(2)]
    User.objects.filter(pk=person.pk).update(password_reset_by=factories.administrator())
    seen = [User.objects.get(pk=person.pk) for _ in people]
    refused = []

    def vouch(view: User, actor: User) -> None:
        try:
            services.vouch_for_password(user=view, actor=actor, password=PASSWORD, address="", now=NOW)
        except CannotVouch:
            refused.append(actor)

    at_once(*(lambda view=view, by=by: vouch(view, by) for view, by in zip(seen, people, strict=True)))

    person.refresh_from_db()
    entry = Event.objects.get(verb=Event.Verb.PASSWORD_VOUCHED)
    assert (person.may_sign, len(refused), entry.actor in refused) == (True, 1, False)
    assert Message.objects.filter(recipient=person).count() == 1
