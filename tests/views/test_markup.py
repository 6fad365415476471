"""Markup in every text that anybody of a team may have typed: each page shows it and none obeys it."""

import pytest
from django.test import Client

from tests import canaries, world
from tests.world import World, routes

pytestmark = pytest.mark.django_db

TYPED = "<zz onclick=1>\"'&"


@pytest.mark.parametrize("role", ["agent", "supervisor"])
def test_what_was_typed_is_never_markup(role, monkeypatch) -> None:
    """Several parts of pages are put together by hand, for speed, and not by a template."""
    monkeypatch.setattr(canaries, "CANARY", TYPED)
    monkeypatch.setattr(world, "CANARY", TYPED)
    scene, client = World(), Client()
    client.force_login(scene.people[role])
    obeyed, shown = set(), set()
    for name, route in routes().items():
        page = client.get(scene.path_of(route))
        if page.headers["Content-Type"].startswith("text/html"):
            html = page.getvalue().decode()
            obeyed |= {name} if "<zz" in html or "onclick=1>" in html else set()
            shown |= {name} if "&lt;zz onclick=1&gt;&quot;&#x27;&amp;" in html else set()

    assert obeyed == set()
    assert len(shown) > 30
