"""The trends of a team, the records behind their points, and the figures of one person."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Membership
from handover.models import Fact, Measure
from tests import factories
from tests.counting import queries_of
from tests.figures import of_history

pytestmark = pytest.mark.django_db

Role = Membership.Role


class Place:
    """A team with a history of this week, and who looks at it."""

    def __init__(self, client):
        self.client, self.now = client, timezone.now()
        self.post = factories.post(name="Front line")
        self.team = self.post.team
        self.week = self.team.business_week(self.now)
        self.ada = factories.member(self.team, name="Ada")
        self.dai = factories.member(self.team, Role.SUPERVISOR, name="Dai")

    def counted(self, measure=Measure.PROMISE, hits=(True, False), **fields):
        of_history(self.post, measure, {self.week: hits}, **fields)

    def get(self, path, by=None):
        self.client.force_login(by or self.dai)
        return self.client.get(path)


@pytest.fixture
def place(client):
    return Place(client)


def test_trends_answer_in_words_in_bars_and_in_a_table_with_the_same_address(place):
    place.counted()

    answer = place.get("/trends/?weeks=13")

    html = answer.content.decode()
    address = f"/trends/promise/?team={place.team.pk}&amp;weeks=13&amp;week={place.week}"
    assert "This week so far: 50 % (1 of 2). The week before: nothing counted." in html
    assert html.count(f'href="{address}"') == 2
    assert len(answer.context["trends"][0].rows) == 13


def test_trends_without_anything_counted_say_so(place):
    answer = place.get("/trends/")

    assert "Nothing to show for these weeks" in answer.content.decode()
    assert '<svg class="chart"' not in answer.content.decode()


@pytest.mark.parametrize("query", ["?weeks=999", "?post=abc", "?team=0", "?shift=unknown"])
def test_what_is_no_choice_counts_as_not_asked(place, query):
    place.counted()

    assert "50 % (1 of 2)" in place.get(f"/trends/{query}").content.decode()


def test_trends_of_another_team_are_never_shown(place):
    other = factories.post(name="Kanarienvogel")
    of_history(other, Measure.PROMISE, {place.week: (True,)})

    html = place.get(f"/trends/?team={other.team.pk}").content.decode()
    listed = place.get(f"/trends/promise/?team={other.team.pk}").content.decode()

    assert "Kanarienvogel" not in html + listed


def test_list_behind_a_point_goes_on_page_by_page(place):
    place.counted(hits=[True] * 70)

    first = place.get(f"/trends/promise/?week={place.week}")
    second = place.get(f"/trends/promise/{first.context['older_url']}")

    counts = [len(answer.context["page"].rows) for answer in (first, second)]
    assert (counts, second.context["older_url"]) == ([50, 20], "")
    assert "100 % (70 of 70)" in first.content.decode()


@pytest.mark.parametrize("point", ["unknown/", "promise/?week=soon", "promise/?bucket=-1"])
def test_point_that_does_not_exist_is_not_found(place, point):
    assert place.get(f"/trends/{point}").status_code == 404


@pytest.mark.parametrize("address", ["/trends/", "/trends/promise/"])
def test_pages_ask_as_often_for_much_as_for_little(place, address):
    place.client.force_login(place.dai)
    counts = []
    for hits in ((True,), (True,) * 30):
        place.counted(hits=hits)
        for fact in Fact.objects.filter(item=None):
            fact.item = factories.item(place.post)
            fact.save(update_fields=["item"])
        counts.append(queries_of(place.client, address))

    assert counts[0] == counts[1] <= 11


# --- one person ---------------------------------------------------------------------------------------


def test_own_figures_show_what_one_did_and_ask_how_the_team_can_help(place):
    place.counted(person=place.ada)
    place.counted(Measure.TAKEN, hits=(True, True, True), person=place.ada)
    place.counted(Measure.PROMISE, hits=(False,), person=place.dai)

    answer = place.get("/figures/", by=place.ada)

    figures = [(figure.measure, figure.words) for figure in answer.context["figures"]]
    assert figures == [("taken", "3"), ("promise", "50 % (1 of 2)")]
    assert "What was difficult, and how can the team help?" in answer.content.decode()


def test_own_figures_leave_out_what_is_older_than_eight_weeks(place):
    of_history(place.post, Measure.TAKEN, {place.week - timedelta(weeks=10): (True,)}, person=place.ada)

    assert place.get("/figures/", by=place.ada).context["figures"] == []


def test_leader_opens_a_person_of_the_own_posts_and_sees_what_was_done_there(place):
    leader = factories.member(place.team, leads=place.post)
    factories.assignment(factories.shift(place.post, starts_at=place.now), place.ada)
    elsewhere = factories.post(place.team)
    place.counted(person=place.ada)
    of_history(elsewhere, Measure.PROMISE, {place.week: (True,) * 5}, person=place.ada)

    answer = place.get(f"/figures/{place.ada.pk}/", by=leader)
    listed = place.get(f"/figures/{place.ada.pk}/promise/", by=leader)

    assert [figure.words for figure in answer.context["figures"]] == ["50 % (1 of 2)"]
    assert len(listed.context["page"].rows) == 2


def test_people_led_stand_by_name_and_without_any_figure(place):
    bo = factories.member(place.team, name="Bo")
    place.counted(person=bo, hits=(True,) * 77)

    answer = place.get("/figures/")

    assert [person.display_name for person in answer.context["people"]] == ["Ada", "Bo"]
    assert "77 of 77" not in answer.content.decode()


@pytest.mark.parametrize("who", ["colleague", "other_leader", "auditor", "administrator", "duty_supervisor"])
def test_figures_of_a_person_do_not_exist_for_anybody_else(place, who):
    place.counted(person=place.ada)
    on_duty = factories.agent_on_duty(place.post, now=place.now)
    on_duty.assignments.update(is_duty_supervisor=True)
    others = {
        "colleague": factories.member(place.team),
        "other_leader": factories.member(place.team, leads=factories.post(place.team)),
        "auditor": factories.member(place.team, Role.AUDITOR),
        "administrator": factories.administrator(),
        "duty_supervisor": on_duty,
    }

    answers = [place.get(f"/figures/{place.ada.pk}/{rest}", by=others[who]) for rest in ("", "promise/")]

    assert [answer.status_code for answer in answers] == [404, 404]


def test_who_supervises_the_team_is_led_by_no_leader_of_its_posts_and_no_colleague(place):
    factories.assignment(factories.shift(place.post, starts_at=place.now), place.dai, is_duty_supervisor=True)
    leader = factories.member(place.team, leads=place.post)
    colleague = factories.member(place.team, Role.SUPERVISOR)

    answers = [place.get(f"/figures/{place.dai.pk}/", by=person) for person in (leader, colleague)]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert place.get("/figures/", by=place.dai).status_code == 200


def test_measure_that_is_no_persons_own_is_not_found(place):
    assert place.get(f"/figures/{place.ada.pk}/carried/", by=place.ada).status_code == 404
