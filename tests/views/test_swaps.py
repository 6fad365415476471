"""The pages on which shifts are swapped."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from handover.models import Swap
from handover.services import swaps
from tests import factories
from tests.counting import queries_of
from tests.factories import Role

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def desk():
    return factories.post(name="Front")


@pytest.fixture
def amy(desk):
    return factories.member(desk.team, name="Amy")


@pytest.fixture
def bob(desk):
    return factories.member(desk.team, name="Bob")


@pytest.fixture
def chief(desk):
    return factories.member(desk.team, Role.SUPERVISOR, name="Chief")


def place(desk, person, days=1.0, **fields):
    shift = factories.shift(desk, starts_at=timezone.now() + days * DAY, **fields)
    return factories.assignment(shift, person)


def asked(given, colleague, taken=None):
    return swaps.ask(
        place=given, colleague=colleague, in_return=taken, note="", actor=given.user, now=timezone.now()
    )


def agreed(given, colleague, taken=None):
    swap = asked(given, colleague, taken)
    swaps.agree(swap=swap, actor=colleague, now=timezone.now())
    return swap


def test_swap_is_asked_for_in_two_steps(client, desk, amy, bob):
    given, taken = place(desk, amy), place(desk, bob, 2)
    place(factories.post(), bob, 3)  # of another team
    client.force_login(amy)
    address = reverse("swap_ask", args=[given.pk])

    first = client.get(address)
    second = client.get(address, {"with": bob.pk})
    choices = second.context["form"].fields["in_return"].choices
    response = client.post(f"{address}?with={bob.pk}", {"in_return": taken.pk, "note": "Dentist"})

    assert (first.context["colleagues"], "form" in first.context) == ([bob], False)
    assert [str(value) for value, _label in choices] == ["", str(taken.pk)]
    assert response.url == reverse("swap_list")
    swap = Swap.objects.get()
    assert (swap.asker, swap.colleague, swap.given_shift, swap.taken_shift, swap.note) == (
        amy,
        bob,
        given.shift,
        taken.shift,
        "Dentist",
    )


def test_swap_stands_on_the_page_of_everybody_for_whom_it_waits(client, desk, amy, bob, chief):
    waits, open_one = agreed(place(desk, amy), bob), asked(place(desk, amy, 2), bob)
    shown = {}
    for person in (amy, bob, chief):
        client.force_login(person)
        found = client.get(reverse("swap_list")).context["swaps"]
        shown[person] = [
            [row.url for row in rows] for rows in (found.to_answer, found.to_approve, found.mine)
        ]
    first, second = (reverse("swap_detail", args=[swap.pk]) for swap in (waits, open_one))

    assert shown == {
        amy: [[], [], [second, first]],
        bob: [[second], [], [first]],
        chief: [[], [first], []],
    }


def test_swap_that_waits_is_shown_to_leaders_on_roster_and_board(client, desk, amy, bob, chief):
    link = f'href="{reverse("swap_detail", args=[agreed(place(desk, amy), bob).pk])}"'
    shown, counted = [], []
    for person in (chief, factories.member(desk.team, leads=desk), factories.member(desk.team)):
        client.force_login(person)
        shown += [link in client.get(reverse(page)).content.decode() for page in ("roster", "board")]
        counted.append(client.get(reverse("supervision")).context["swaps"])

    assert shown == [True, True, True, True, False, False]
    assert counted == [1, 1, 0]


def test_swap_shows_the_approver_what_would_speak_against_it(client, desk, amy, bob, chief):
    taken = place(desk, bob, 3)
    swap = agreed(place(desk, amy), bob, taken)
    late = factories.shift(factories.post(desk.team), starts_at=taken.shift.ends_at + timedelta(hours=5))
    factories.assignment(late, amy)
    client.force_login(chief)

    page = client.get(reverse("swap_detail", args=[swap.pk]))

    assert [caution.short for caution in page.context["cautions"]] == ["5 h of rest"]
    assert "Amy has 5 h to rest between" in page.content.decode()


def test_swap_is_approved_by_whoever_leads_both_posts_alone(client, desk, amy, bob, chief):
    second = factories.post(desk.team)
    swap = agreed(place(desk, amy), bob, place(second, bob, 2))
    address = reverse("swap_approve", args=[swap.pk])
    answers = []
    for person in (factories.member(desk.team, leads=desk), factories.member(desk.team), amy, chief):
        client.force_login(person)
        answers.append(client.post(address).status_code)

    assert answers == [403, 404, 403, 302]
    assert Swap.objects.get().state == Swap.State.APPROVED


def test_swap_is_agreed_to_declined_and_withdrawn_on_its_page(client, desk, amy, bob):
    first, second, third = (asked(place(desk, amy, days), bob) for days in (1, 2, 3))
    client.force_login(bob)
    client.post(reverse("swap_agree", args=[first.pk]))
    short = client.post(reverse("swap_decline", args=[second.pk]), {"text": ""})
    client.post(reverse("swap_decline", args=[second.pk]), {"text": "I am away"})
    client.force_login(amy)
    refused = client.post(reverse("swap_agree", args=[third.pk]))
    client.post(reverse("swap_withdraw", args=[third.pk]))

    assert (short.status_code, refused.status_code) == (200, 403)
    assert list(Swap.objects.order_by("pk").values_list("state", flat=True)) == [
        "agreed",
        "declined",
        "withdrawn",
    ]


def test_swap_that_lapsed_says_so_and_offers_nothing(client, desk, amy, bob, chief):
    swap = agreed(place(desk, amy), bob)
    swaps.lapse(now=swap.begins_at)
    client.force_login(chief)

    page = client.get(reverse("swap_detail", args=[swap.pk])).content.decode()

    assert "lapsed" in page
    assert reverse("swap_approve", args=[swap.pk]) not in page


@pytest.mark.parametrize("page", ["swap_list", "roster", "board"])
def test_pages_with_swaps_need_the_same_queries_for_few_and_many(client, desk, amy, bob, chief, page):
    client.force_login(chief)
    agreed(place(desk, amy), bob)
    few = queries_of(client, reverse(page))
    for number in range(2, 12):
        agreed(place(desk, amy, number), bob)

    assert queries_of(client, reverse(page)) == few
