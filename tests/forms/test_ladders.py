"""What the form of a ladder takes, and what every ladder that passes it has in common."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from handover import ladders
from handover.forms.ladders import LadderForm
from handover.ladders import Step
from handover.models import Outlet, Target, Waits
from handover.queries import recipients
from handover.queries.duty import Chain

DAY = 24 * 60
CLOCKS = st.sampled_from(Waits.values)
MINUTES = st.integers(-DAY, DAY)
STEPS = st.builds(
    Step,
    minutes=MINUTES,
    targets=st.lists(st.sampled_from(Target.values), unique=True).map(
        lambda chosen: tuple(target for target in Target.values if target in chosen)
    ),
    outlets=st.sampled_from([(), ("email",), ("webhook",), tuple(Outlet.values)]),
    only_untaken=st.booleans(),
    repeat_minutes=st.integers(1, DAY),
    repeats=st.integers(1, ladders.MOST_REPEATS),
)
LADDERS = st.lists(STEPS, min_size=1, max_size=ladders.MOST_STEPS)
ADMINISTRATOR, SOMEBODY = User(pk=1, display_name="Root"), User(pk=2, display_name="Ada")
CHAINS = st.builds(
    Chain,
    administrators=st.just((ADMINISTRATOR,)),
    **{
        name: st.sampled_from([(), (SOMEBODY,)])
        for name in ("on_duty", "duty_supervisors", "leaders", "supervisors")
    },
)


def typed(*rows: dict, initial: int = 0, seen: int = 0) -> QueryDict:
    """The rows as a browser sends them."""
    data = QueryDict(mutable=True)
    data.update({"seen_version": seen, "steps-TOTAL_FORMS": len(rows), "steps-INITIAL_FORMS": initial})
    for number, row in enumerate(rows):
        for name, value in row.items():
            data.setlist(
                f"steps-{number}-{name}", [*map(str, value if isinstance(value, tuple) else (value,))]
            )
    return data


def row_of(step: Step) -> dict:
    untaken = {"only_untaken": "on"} if step.only_untaken else {}
    again = {"repeat_minutes": step.repeat_minutes, "repeats": step.repeats} if step.repeats else {}
    return {"minutes": step.minutes, "targets": step.targets, "outlets": step.outlets} | untaken | again


def form_of(clock: str, *steps: Step) -> LadderForm:
    return LadderForm(typed(*map(row_of, steps)), clock=clock)


def errors(form: LadderForm) -> dict:
    form.is_valid()
    return form.errors | {number: row.errors for number, row in enumerate(form.rows) if row.errors}


@given(LADDERS)
def test_every_ladder_survives_being_written_down(steps):
    assert ladders.load(ladders.dump(steps)) == tuple(steps)


@given(LADDERS)
def test_moments_come_in_order_and_are_all_there(steps):
    found = ladders.moments(tuple(steps))

    assert [moment.minutes for moment in found] == sorted(moment.minutes for moment in found)
    assert len({(moment.step, moment.repeat) for moment in found}) == len(found)
    assert len(found) == sum(step.repeats + 1 for step in steps)


@given(CLOCKS, LADDERS, CHAINS, st.sampled_from([None, SOMEBODY]), st.booleans())
def test_every_ladder_that_the_form_takes_ends_at_a_person(clock, steps, chain, holder, is_party):
    form = form_of(clock, *steps)
    if not form.is_valid():
        return
    taken = form.steps()
    last = taken[ladders.moments(taken)[-1].step]
    parties = {SOMEBODY.pk} if is_party else set()

    for step in (taken[-1], last):
        assert recipients.of_step(step.targets, chain=chain, holder=holder, parties=parties)
    assert clock not in ladders.MUST_END_ABOVE or ladders.ends_above(taken)


@pytest.mark.parametrize("clock", Waits.values)
def test_the_built_in_ladders_pass_as_they_are(clock):
    for (name, _kind), steps in ladders.BUILT_IN.items():
        if name == clock:
            assert errors(form_of(clock, *steps)) == {}
            assert form_of(clock, *steps).is_valid()


@given(st.permutations([Step(10, ("post",)), Step(20, ("leaders",)), Step(30, ("administrators",))]))
def test_steps_may_be_typed_in_any_order(steps):
    form = form_of(Waits.TAKEN, *steps)

    assert form.is_valid()
    assert [step.minutes for step in form.steps()] == [10, 20, 30]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"targets": ("post",)}, "minutes"),
        ({"minutes": 5}, "targets"),
        ({"minutes": 0}, "targets"),
        ({"minutes": -1, "targets": ("supervisors",)}, "minutes"),
        ({"minutes": ladders.LONGEST_MINUTES + 1, "targets": ("supervisors",)}, "minutes"),
        ({"minutes": 5, "targets": ("everybody",)}, "targets"),
        ({"minutes": 5, "targets": ("supervisors",), "outlets": ("pigeon",)}, "outlets"),
        ({"minutes": 5, "targets": ("supervisors",), "repeats": 2}, "repeat_minutes"),
        ({"minutes": 5, "targets": ("supervisors",), "repeat_minutes": 2}, "repeats"),
        (
            {
                "minutes": 5,
                "targets": ("supervisors",),
                "repeat_minutes": 2,
                "repeats": ladders.MOST_REPEATS + 1,
            },
            "repeats",
        ),
        ({"minutes": 5, "targets": ("supervisors",), "repeat_minutes": 0, "repeats": 1}, "repeat_minutes"),
        ({"minutes": 5, "targets": ("duty_supervisor",)}, "targets"),
    ],
)
def test_what_is_wrong_stands_at_its_field(row, field):
    assert {
        number: [*found] for number, found in errors(LadderForm(typed(row), clock=Waits.TAKEN)).items()
    } == {0: [field]}


def test_a_ladder_without_a_step_is_none():
    form = LadderForm(typed({"minutes": ""}, {}), clock=Waits.IDLE)

    assert errors(form) == {"__all__": ["A ladder has at least one step: who is told after how long?"]}


def test_an_urgent_ladder_may_not_end_with_a_step_that_may_be_skipped():
    only_untaken = Step(30, ("supervisors",), only_untaken=True)

    assert "targets" in errors(form_of(Waits.RESPONSE, only_untaken))[0]
    assert form_of(Waits.COMPLAINT, only_untaken).is_valid()


def test_a_step_that_is_removed_counts_no_more_even_with_mistakes_in_it():
    rows = [{"minutes": 5, "targets": ("supervisors",)}, {"minutes": "soon", "DELETE": "on"}]
    form = LadderForm(typed(*rows, initial=2), clock=Waits.TAKEN)

    assert form.is_valid()
    assert form.steps() == (Step(5, ("supervisors",)),)


@pytest.mark.parametrize("clock", [Waits.PROMISE, Waits.DONE])
def test_what_has_a_time_can_be_told_before_it(clock):
    assert form_of(clock, Step(-15, ("holder",))).is_valid()
    assert not form_of(clock, Step(-ladders.LONGEST_MINUTES - 1, ("holder",))).is_valid()


@pytest.mark.parametrize("clock", sorted(ladders.OF_HANDOVERS))
def test_a_handover_has_no_holder(clock):
    assert not form_of(clock, Step(15, ("holder",))).is_valid()


def test_steps_lie_within_the_calendar():
    step = Step(
        ladders.LONGEST_MINUTES, ("supervisors",), (), False, ladders.LONGEST_MINUTES, ladders.MOST_REPEATS
    )

    assert timedelta(minutes=ladders.moments((step,))[-1].minutes) < timedelta(days=366)
