"""Another team's numbers in every field of every form: nothing comes of them, and nothing is shown."""

import re
from copy import deepcopy
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.db.models import Q
from django.test import Client

from handover.models import Handover
from tests import factories
from tests.factories import Role
from tests.form_filling import filled
from tests.world import World, routes

pytestmark = pytest.mark.django_db

NUMBER = 910_001  # of everything that the other team has, and of nothing else
NAME = "Nachtigall"
# An item may go to the queue of any team, so this page names the posts of all; without it nothing was tried.
MEANT = {"item_transfer"}


def neighbours(now: datetime) -> None:
    """Another team with one thing of each kind that a form could name."""
    same: dict[str, Any] = {"pk": NUMBER}
    team = factories.team(f"Team {NAME}", **same)
    post = factories.post(team, f"Post {NAME}", **same)
    eve = factories.user(f"Eve {NAME}", **same)
    factories.membership(eve, team, Role.SUPERVISOR)
    work = factories.shift(post, starts_at=now - timedelta(hours=1), name=NAME, **same)
    factories.assignment(work, eve, checked_in=True, **same)
    factories.assignment(factories.shift(post, starts_at=now + timedelta(days=9), name=NAME), eve)
    facts = {
        "customer": factories.customer(team, NAME, **same),
        "issue_type": factories.issue_type(team, NAME, **same),
    }
    factories.item(post, now=now, holder=eve, progress=NAME, **facts, **same)
    Handover.objects.create(
        team=team, post=post, outgoing_shift=work, boundary_at=work.ends_at, opened_at=now, **same
    )


def theirs() -> dict[str, list[dict[str, Any]]]:
    """Every row that has the number, or names it."""
    found = {}
    for app in ("accounts", "handover"):
        for model in apps.get_app_config(app).get_models(include_auto_created=True):
            keys = [field.attname for field in model._meta.concrete_fields if field.is_relation]
            named = reduce(or_, (Q(**{key: NUMBER}) for key in keys), Q(pk=NUMBER))
            found[model.__name__] = list(model._default_manager.filter(named).order_by("pk").values())
    return found


def forged(form: dict[str, str]) -> list[dict[str, str]]:
    """The form with the number in one field after the other that may hold one, such as `post-7`."""
    found = []
    for name, value in form.items():
        if match := re.fullmatch(r"(?:(\D*)\d+)?", value):
            found.append(form | {name: f"{match.group(1) or ''}{NUMBER}"})
    return found


def reaches(client: Client, path: str, form: dict[str, str], before: dict[str, Any]) -> bool:
    """Whether the form shows or changes anything of the other team. It is taken back."""
    with transaction.atomic():
        answer = client.post(path, form)
        is_shown = NAME in answer.getvalue().decode(errors="replace")
        is_changed = answer.status_code == 302 and theirs() != before
        transaction.set_rollback(True)
    return is_shown or is_changed


@pytest.mark.parametrize("role", ["agent", "supervisor"])
def test_things_of_another_team_are_no_choice_anywhere(role: str) -> None:
    world, client = World(), Client()
    neighbours(world.now)
    client.force_login(world.people[role])
    signed_in, before, found = deepcopy(client.cookies), theirs(), set()
    for name, route in routes().items():
        path = world.path_of(route)
        page = client.get(path)
        forms = filled(page.getvalue().decode(), path) if page.status_code == 200 else []
        for sent in [sent for form in forms for sent in forged(form)]:
            client.cookies = deepcopy(signed_in)
            if reaches(client, path, sent, before):
                found.add(name)

    assert found == MEANT
