"""The pages of a check and of a finding: from the score to the second look, and who sees nothing of it."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from handover.check_template import KEYS
from handover.models import Finding
from tests import factories
from tests.counting import queries_of
from tests.world import World

pytestmark = pytest.mark.django_db

SCORES = dict.fromkeys(KEYS, "4")


class Unchecked(World):
    """Its chosen record waits for its check: everything is still to be done."""

    def found_lately(self) -> None:
        pass


@pytest.fixture
def world():
    return Unchecked()


@pytest.fixture
def signer(world):
    """Who signed the record; may be asked to put something right."""
    return world.earlier.rounds.get().submitted_by


def page(client, name, *args):
    return client.get(reverse(name, args=args)).content.decode()


def post(client, name, pk, **data):
    return client.post(reverse(name, args=[pk]), data)


def words(answer):
    return [str(message) for message in get_messages(answer.wsgi_request)]


def checked(client, world):
    client.force_login(world.dai)
    post(client, "check_create", world.drawn.pk, **SCORES, remarks="Clear.")
    return world.drawn.checks.get()


def found(client, world, signer, **data):
    """The finding that the supervisor files."""
    checked(client, world)
    facts = {"text": "No order number.", "correction": "Add it.", "responsible": signer.pk}
    post(client, "finding_create", world.drawn.pk, **{**facts, "due_at_preset": "tomorrow", **data})
    return Finding.objects.first()


def test_check_is_scored_beside_the_record_and_shown_with_its_words(client, world):
    client.force_login(world.dai)
    form = page(client, "check_create", world.drawn.pk)

    answer = post(client, "check_create", world.drawn.pk, **SCORES, remarks="Clear.")

    assert "Items as they were signed" in form
    assert "5 · Nothing is missing" in form
    assert (answer.url, words(answer)) == (
        f"/spot-checks/records/{world.drawn.pk}/",
        ["The check is kept."],
    )
    shown = page(client, "check_detail", world.drawn.pk)
    assert "Only small things are missing" in shown
    assert "Clear." in shown
    assert "Items as they were signed" in shown


@pytest.mark.parametrize("wrong", [{"clarity": "6"}, {"clarity": "0"}, {"clarity": ""}, {"clarity": "x"}])
def test_check_asks_for_every_criterion(client, world, wrong):
    client.force_login(world.dai)

    answer = post(client, "check_create", world.drawn.pk, **{**SCORES, **wrong})

    assert (answer.status_code, world.drawn.checks.count()) == (200, 0)
    assert list(answer.context["form"].errors) == ["clarity"]


def test_correction_says_why_and_leaves_both_checks_to_be_seen(client, world):
    first = checked(client, world)
    changed = {**SCORES, "clarity": "2", "corrects": first.pk}

    without = post(client, "check_create", world.drawn.pk, **changed)
    kept = post(client, "check_create", world.drawn.pk, **changed, reason="Wrong round.")
    late = post(client, "check_create", world.drawn.pk, **changed, reason="Once more.")

    assert list(without.context["form"].errors) == ["reason"]
    assert (kept.status_code, world.drawn.checks.count()) == (302, 2)
    assert "Somebody else has checked this record meanwhile" in late.content.decode()
    shown = page(client, "check_detail", world.drawn.pk)
    assert "Earlier check, corrected" in shown
    assert "Wrong round." in shown


def test_who_has_a_part_in_the_record_reads_why_somebody_else_checks_it(client, world):
    world.earlier.lines.update(former_holder=world.dai)
    client.force_login(world.dai)

    answer = client.get(reverse("check_create", args=[world.drawn.pk]))

    assert answer.status_code == 403
    assert "Nobody checks a record in which they have a part" in answer.content.decode()
    assert "You have a part in this record" in page(client, "check_detail", world.drawn.pk)


def test_finding_goes_to_the_person_and_back_to_the_second_look(client, world, signer):
    finding = found(client, world, signer)
    client.force_login(signer)

    home = page(client, "home")
    own = page(client, "spot_check_list")
    answer = post(client, "finding_answer", finding.pk, text="Added, and on my checklist now.")

    assert f"A finding waits for your answer: F{finding.pk}" in home
    assert "For you to put right" in own
    assert words(answer) == ["Thank you. Somebody who leads the post takes a second look."]
    assert "A finding waits for your answer" not in page(client, "home")
    client.force_login(world.dai)
    assert "Findings that wait" in page(client, "spot_check_list")
    again = post(client, "finding_settle", finding.pk, outcome="again", text="", due_at_preset="tomorrow")
    assert list(again.context["form"].errors) == ["text"]
    post(
        client,
        "finding_settle",
        finding.pk,
        outcome="again",
        text="The second one.",
        due_at_preset="tomorrow",
    )
    client.force_login(signer)
    assert "The second one." in page(client, "finding_detail", finding.pk)
    post(client, "finding_answer", finding.pk, text="Now too.")
    client.force_login(world.dai)
    post(client, "finding_settle", finding.pk, outcome="accept", text="Well done.")

    finding.refresh_from_db()
    assert finding.state == "accepted"
    shown = page(client, "finding_detail", finding.pk)
    assert [text in shown for text in ("Added, and on", "The second one.", "Now too.", "Well done.")] == [
        True
    ] * 4
    assert "Take the second look" not in shown


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"text": ""}, "text"),
        ({"correction": ""}, "correction"),
        ({"responsible": "0"}, "responsible"),
        ({"due_at_preset": "at", "due_at": "2020-01-01T10:00"}, "due_at"),
        (
            {"due_at_preset": "at", "due_at": "2020-01-01T10:00", "initial-due_at": "2020-01-01T10:00"},
            "due_at",
        ),
    ],
)
def test_finding_refuses_what_is_incomplete(client, world, signer, wrong, field):
    assert found(client, world, signer, **wrong) is None
    answer = post(client, "finding_create", world.drawn.pk, **wrong)
    assert field in answer.context["form"].errors


def test_finding_names_only_people_of_the_shift_that_handed_over(client, world, signer):
    checked(client, world)

    form = client.get(reverse("finding_create", args=[world.drawn.pk])).context["form"]

    assert [pk for pk, _name in form.fields["responsible"].choices] == ["", str(signer.pk)]


def test_finding_waits_for_a_check(client, world):
    client.force_login(world.dai)

    assert client.get(reverse("finding_create", args=[world.drawn.pk])).status_code == 404


def test_colleagues_see_nothing_of_a_finding(client, world, signer):
    finding = found(client, world, signer, text="Geheimnis", correction="Geheimnis")
    address = reverse("finding_detail", args=[finding.pk])
    client.force_login(world.bo)

    pages = [page(client, name) for name in ("home", "spot_check_list")]
    pages.append(client.get(reverse("handover_detail", args=[world.earlier.pk])).content.decode())

    assert client.get(address).status_code == 404
    assert ["Geheimnis" in shown or address in shown for shown in pages] == [False] * 3


def test_a_leader_of_another_post_sees_neither_score_nor_finding(client, world, signer):
    finding = found(client, world, signer)
    client.force_login(world.people["leader"])

    codes = [
        client.get(reverse(name, args=[pk])).status_code
        for name, pk in (("check_detail", world.drawn.pk), ("finding_detail", finding.pk))
    ]

    assert codes == [403, 404]
    assert reverse("finding_detail", args=[finding.pk]) not in page(client, "spot_check_list")
    assert f'href="/handovers/{world.earlier.pk}/"' in page(client, "draw_detail", world.drawn.draw_id)


def test_record_leads_to_its_check_and_to_the_own_finding(client, world, signer):
    finding = found(client, world, signer)
    record = reverse("handover_detail", args=[world.earlier.pk])

    assert f"/spot-checks/records/{world.drawn.pk}/" in client.get(record).content.decode()
    factories.assignment(world.earlier.outgoing_shift, signer)
    client.force_login(signer)
    assert f"/spot-checks/findings/{finding.pk}/" in client.get(record).content.decode()


def test_an_auditor_scores_and_takes_no_second_look(client, world, signer):
    finding = found(client, world, signer)
    client.force_login(world.people["auditor"])

    assert client.get(reverse("check_create", args=[world.drawn.pk])).status_code == 200
    assert client.get(reverse("finding_settle", args=[finding.pk])).status_code == 403


def test_lists_ask_as_often_for_one_finding_as_for_twenty(client, world, signer):
    finding = found(client, world, signer)
    urls = [reverse("spot_check_list"), reverse("check_detail", args=[world.drawn.pk])]
    counts = []
    for number in (1, 19):
        for place in range(number):
            Finding.objects.create(
                spot_check=finding.spot_check,
                team=finding.team,
                post=finding.post,
                handover=finding.handover,
                text="x",
                correction="y",
                responsible=signer,
                due_at=timezone.now() + timedelta(days=1),
                filed_by=world.dai,
                filed_at=timezone.now(),
                form_key=f"{number}-{place}",
            )
        counts.append([queries_of(client, url) for url in urls])

    assert counts[0] == counts[1]


def test_page_that_stood_open_too_long_asks_for_another_time_only_where_one_counts(client, world, signer):
    finding = found(client, world, signer)
    client.force_login(signer)
    post(client, "finding_answer", finding.pk, text="Added.")
    client.force_login(world.dai)
    stale = {"due_at_preset": "at", "due_at": "2020-01-01T10:00", "initial-due_at": "2020-01-01T10:00"}

    refused = post(client, "finding_settle", finding.pk, outcome="again", text="The second one.", **stale)
    post(client, "finding_settle", finding.pk, outcome="accept", text="Well done.", **stale)

    assert list(refused.context["form"].errors) == ["due_at"]
    finding.refresh_from_db()
    assert finding.state == "accepted"
