"""In which zone a page shows its times."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from handover.models import Handover
from tests import factories
from tests.factories import NOW, Role

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)  # 14:00 in Shanghai, 06:00 in London, 01:00 in New York


@pytest.fixture
def desk():
    """Of a team in Shanghai; another team of its supervisor comes first by its name."""
    return factories.post(factories.team("B", time_zone="Asia/Shanghai"))


@pytest.fixture
def chief(desk, client):
    person = factories.member(desk.team, Role.SUPERVISOR)
    factories.membership(person, factories.team("A", time_zone="Europe/London"), Role.SUPERVISOR)
    client.force_login(person)
    return person


@pytest.fixture
def addresses(desk):
    """Pages about one thing of the team."""
    shift = factories.shift(desk, starts_at=AT)
    factories.assignment(shift, checked_in_at=AT)
    item = factories.item(desk, now=AT)
    record = Handover.objects.create(
        team=desk.team,
        post=desk,
        outgoing_shift=shift,
        boundary_at=shift.ends_at,
        opened_at=NOW,
    )
    return {
        "item_detail": [item.pk],
        "item_progress": [item.pk],
        "customer_detail": [item.customer_id],
        "handover_edit": [record.pk],
        "handover_print": [record.pk],
        "shift_detail": [shift.pk],
    }


def zones(client, addresses) -> dict[str, str]:
    pages = {name: client.get(reverse(name, args=args)).content.decode() for name, args in addresses.items()}
    return {name: page.rpartition("Times are those of ")[2].partition(".")[0] for name, page in pages.items()}


def test_pages_of_one_thing_show_times_of_its_team(client, chief, addresses):
    assert zones(client, addresses) == dict.fromkeys(addresses, "Asia/Shanghai")
    assert "Europe/London" in client.get("/").content.decode()


def test_pages_show_times_of_the_zone_that_a_person_chose_but_not_on_paper_and_on_the_roster(
    client, chief, addresses
):
    chief.time_zone = "America/New_York"
    chief.save(update_fields=["time_zone"])

    of_the_team = {"handover_print": "Asia/Shanghai", "shift_detail": "Asia/Shanghai"}
    assert zones(client, addresses) == dict.fromkeys(addresses, "America/New_York") | of_the_team
    shift = client.get(reverse("shift_detail", args=addresses["shift_detail"])).content.decode()
    assert "Checked in 14:00" in shift
