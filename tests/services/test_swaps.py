"""Two people swap shifts: asked, agreed to, approved, and nothing that has changed meanwhile."""

from datetime import timedelta

import pytest

from accounts.models import Membership
from handover.errors import Conflict, InvalidMove, NotAllowed
from handover.models import Assignment, Event, Message, Swap
from handover.queries.swaps import deal
from handover.services import shifts, swaps
from tests import factories
from tests.factories import NOW, Role

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
State = Swap.State


class Pair:
    """Amy on Wednesday and Bob on Thursday, at one post that Lea leads."""

    def __init__(self):
        self.desk = factories.post(name="Front")
        team = self.desk.team
        self.amy, self.bob = (factories.member(team, name=name) for name in ("Amy", "Bob"))
        self.lea = factories.member(team, leads=self.desk, name="Lea")
        early = factories.shift(self.desk, name="Early", starts_at=NOW + DAY)
        late = factories.shift(self.desk, name="Late", starts_at=NOW + 2 * DAY)
        self.given = factories.assignment(early, self.amy, is_duty_supervisor=True)
        self.taken = factories.assignment(late, self.bob)

    def ask(self, *, gift=False, now=NOW):
        taken = None if gift else self.taken
        return swaps.ask(
            place=self.given, colleague=self.bob, in_return=taken, note="Dentist", actor=self.amy, now=now
        )

    def agreed(self, **kwargs):
        swap = self.ask(**kwargs)
        swaps.agree(swap=swap, actor=self.bob, now=NOW)
        return swap

    def roster(self):
        rows = Assignment.objects.order_by("shift__starts_at", "user__display_name")
        return list(rows.values_list("shift__name", "user__display_name", "is_duty_supervisor"))


@pytest.fixture
def pair():
    return Pair()


BEFORE = [("Early", "Amy", True), ("Late", "Bob", False)]


def told():
    rows = list(Message.objects.order_by("pk").values_list("recipient__display_name", "text"))
    Message.objects.all().delete()
    return rows


def trail():
    rows = Event.objects.filter(verb__startswith="swap").order_by("pk")
    return list(rows.values_list("verb", "actor__display_name", "person__display_name", "text"))


def test_swap_is_asked_agreed_to_and_approved(pair):
    words = (
        "Amy gives Early at Front, Wed 11 Mar, 14:00–22:00, and takes Late at Front, Thu 12 Mar, "
        "14:00–22:00 from Bob"
    )

    swap = pair.ask()
    assert told() == [("Bob", f"Amy asks you for a swap: {words}.")]
    swaps.agree(swap=swap, actor=pair.bob, now=NOW)
    assert told() == [
        ("Amy", f"Bob agrees to your swap: {words}."),
        ("Lea", f"A swap waits for your approval: {words}."),
    ]
    assert pair.roster() == BEFORE
    swaps.approve(swap=swap, actor=pair.lea, now=NOW)

    assert told() == [(name, f"Lea has approved the swap: {words}.") for name in ("Amy", "Bob")]
    assert pair.roster() == [("Early", "Bob", True), ("Late", "Amy", False)]
    assert (swap.state, swap.ended_by, deal(swap)) == (State.APPROVED, pair.lea, words)
    assert trail() == [
        ("swap_asked", "Amy", "Bob", "Dentist"),
        ("swap_agreed", "Bob", "Amy", ""),
        ("swap_approved", "Lea", "Bob", ""),
    ]
    assert Event.objects.filter(verb=Event.Verb.ROSTER_CHANGED).count() == 4


def test_messages_of_a_swap_lead_to_it(pair):
    swap = pair.ask()
    swaps.agree(swap=swap, actor=pair.bob, now=NOW)

    assert list(Message.objects.values_list("path", flat=True)) == [f"/swaps/{swap.pk}/"] * 3


def test_swap_for_nothing_in_return_moves_one_shift(pair):
    swap = pair.agreed(gift=True)

    swaps.approve(swap=swap, actor=pair.lea, now=NOW)

    assert deal(swap) == "Bob takes Early at Front, Wed 11 Mar, 14:00–22:00 from Amy"
    assert pair.roster() == [("Early", "Bob", True), ("Late", "Bob", False)]


def test_swap_that_is_declined_ends_with_a_reason(pair):
    swap = pair.ask()
    told()

    swaps.decline(swap=swap, reason="I am away.", actor=pair.bob, now=NOW)

    assert [(name, text.rsplit(": ", 1)[1]) for name, text in told()] == [("Amy", "I am away.")]
    assert (swap.state, swap.reason, pair.roster()) == (State.DECLINED, "I am away.", BEFORE)
    with pytest.raises(InvalidMove):
        swaps.agree(swap=swap, actor=pair.bob, now=NOW)


def test_swap_that_is_refused_leaves_the_roster_and_tells_both_why(pair):
    swap = pair.agreed()
    told()

    swaps.refuse(swap=swap, reason="Too few that day.", actor=pair.lea, now=NOW)

    assert [(name, text.rsplit(": ", 1)[1]) for name, text in told()] == [
        ("Amy", "Too few that day."),
        ("Bob", "Too few that day."),
    ]
    assert (swap.state, pair.roster()) == (State.REFUSED, BEFORE)


@pytest.mark.parametrize(("who", "hears"), [("amy", "Bob"), ("bob", "Amy")])
def test_swap_can_be_withdrawn_by_either_until_it_is_decided(pair, who, hears):
    swap = pair.agreed()
    told()

    swaps.withdraw(swap=swap, actor=getattr(pair, who), now=NOW)

    assert [name for name, _text in told()] == [hears]
    assert (swap.state, pair.roster()) == (State.WITHDRAWN, BEFORE)


def test_swap_is_approved_only_once_both_agree(pair):
    swap = pair.ask()

    with pytest.raises(InvalidMove):
        swaps.approve(swap=swap, actor=pair.lea, now=NOW)

    assert pair.roster() == BEFORE


def test_swap_is_not_decided_by_one_of_the_two(pair):
    swap = pair.agreed()
    for step in (swaps.approve, lambda **kwargs: swaps.refuse(reason="No", **kwargs)):
        with pytest.raises(NotAllowed):
            step(swap=swap, actor=pair.bob, now=NOW)

    assert (Swap.objects.get().state, pair.roster()) == (State.AGREED, BEFORE)


def change_substitute(pair):
    other = factories.member(pair.desk.team)
    shifts.substitute(assignment=pair.taken, user=other, reason="Ill", actor=pair.lea, now=NOW)


def change_times(pair):
    shift = pair.given.shift
    ends_at = shift.ends_at + timedelta(hours=2)
    shifts.edit(
        shift=shift, name=shift.name, starts_at=shift.starts_at, ends_at=ends_at, actor=pair.lea, now=NOW
    )


def change_leader(pair):
    shifts.assign(shift=pair.given.shift, user=pair.amy, actor=pair.lea, now=NOW)


def take_off(pair):
    shifts.unassign(assignment=pair.taken, actor=pair.lea, now=NOW)


@pytest.mark.parametrize("change", [change_substitute, change_times, change_leader, take_off])
def test_swap_is_not_carried_out_when_a_place_has_changed(pair, change):
    swap = pair.agreed()
    change(pair)
    roster = pair.roster()

    with pytest.raises(Conflict):
        swaps.approve(swap=swap, actor=pair.lea, now=NOW)

    assert (Swap.objects.get().state, pair.roster()) == (State.AGREED, roster)


def test_swap_whose_colleague_left_the_team_is_not_carried_out(pair):
    swap = pair.agreed()
    Membership.objects.filter(user=pair.bob).delete()

    with pytest.raises(NotAllowed):
        swaps.approve(swap=swap, actor=pair.lea, now=NOW)

    assert (Swap.objects.get().state, pair.roster()) == (State.AGREED, BEFORE)


def test_swap_of_a_shift_that_has_begun_is_refused(pair):
    swap = pair.agreed()

    with pytest.raises(InvalidMove):
        swaps.approve(swap=swap, actor=pair.lea, now=pair.given.shift.starts_at)
    with pytest.raises(InvalidMove):
        pair.ask(now=pair.given.shift.starts_at)

    assert pair.roster() == BEFORE


def test_swap_lapses_by_itself_when_the_first_shift_begins_and_says_so_once(pair):
    swap = pair.agreed()
    told()
    begins = pair.given.shift.starts_at

    ended = [swaps.lapse(now=at) for at in (begins - timedelta(seconds=1), begins, begins)]

    swap.refresh_from_db()
    assert (ended, swap.state, swap.ended_at, pair.roster()) == ([0, 1, 0], State.LAPSED, begins, BEFORE)
    assert [(name, text.split(":")[0]) for name, text in told()] == [
        ("Amy", "Nobody decided on the swap before the shift"),
        ("Bob", "Nobody decided on the swap before the shift"),
    ]
    assert trail()[-1] == ("swap_lapsed", None, "Bob", "")


def test_swap_of_one_shift_is_open_once(pair):
    first = pair.ask()
    with pytest.raises(Conflict):
        pair.ask(gift=True)
    swaps.withdraw(swap=first, actor=pair.amy, now=NOW)

    pair.ask(gift=True)

    assert list(Swap.objects.order_by("pk").values_list("state", flat=True)) == ["withdrawn", "asked"]


def test_swap_with_somebody_of_another_team_is_refused(pair):
    stranger = factories.member(factories.team())
    theirs = factories.assignment(factories.shift(factories.post(), starts_at=NOW + DAY), pair.bob)
    auditor = factories.member(pair.desk.team, Role.AUDITOR)
    for colleague, taken in ((stranger, None), (pair.bob, theirs), (auditor, None)):
        with pytest.raises((NotAllowed, Conflict)):
            swaps.ask(
                place=pair.given, colleague=colleague, in_return=taken, note="", actor=pair.amy, now=NOW
            )

    assert Swap.objects.count() == 0


def test_swap_onto_a_shift_where_one_stands_already_is_refused(pair):
    factories.assignment(pair.taken.shift, pair.amy)

    with pytest.raises(InvalidMove):
        pair.ask()


def test_swap_is_told_to_supervisors_where_the_leader_is_a_party(pair):
    chief = factories.member(pair.desk.team, Role.SUPERVISOR, name="Chief")
    swap = swaps.ask(place=pair.given, colleague=pair.lea, in_return=None, note="", actor=pair.amy, now=NOW)
    told()

    swaps.agree(swap=swap, actor=pair.lea, now=NOW)

    assert [name for name, _text in told()] == ["Amy", chief.display_name]


def test_swap_between_two_posts_is_told_to_who_leads_both(pair):
    second = factories.post(pair.desk.team)
    factories.member(pair.desk.team, leads=second)
    both = factories.member(pair.desk.team, leads=second, name="Both")
    pair.desk.leaders.add(both)
    pair.taken.shift.post = second
    pair.taken.shift.save(update_fields=["post"])
    swap = pair.ask()
    told()

    swaps.agree(swap=swap, actor=pair.bob, now=NOW)

    assert [name for name, _text in told()] == ["Amy", "Both"]
