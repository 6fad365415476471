"""Which boundary went how, who was late and who did not come."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType

from accounts.models import User
from handover.demo import boundaries as does
from handover.demo.boundaries import Boundary
from handover.demo.centre import Centre, Desk
from handover.demo.data_files import read
from handover.demo.script import Script
from handover.models import Assignment, PendingItem, Shift
from handover.services import holding, shifts

# Minutes from the boundary, and what is done then.
Scene = tuple[tuple[int, Callable[[Boundary, datetime], None]], ...]

WRITTEN: Scene = ((-55, does.open_record), (-40, does.write_form), (-22, does.look_through))
SIGNED: Scene = (*WRITTEN, (-12, does.submit))
ANSWERED: Scene = ((-9, does.accept_urgent), (-7, does.accept_some), (-5, does.receive_rest))
CONFIRMED: Scene = (*SIGNED, *ANSWERED, (-3, does.confirm))
QUESTIONED: Scene = (*SIGNED, (-11, does.ask), (-10, does.answer), (-9, does.accept_answered), *CONFIRMED[4:])
RESERVED: Scene = (*SIGNED, (-10, does.doubt), *CONFIRMED[4:])
DISPUTED: Scene = (*RESERVED, (1, does.dispute), (3, does.contradict))
ADDED_TO: Scene = (*CONFIRMED, (40, does.add_addendum))
TAKEN_OVER: Scene = (*SIGNED, (-4, does.take_over))
TWO_ROUNDS: Scene = (*WRITTEN, (-18, does.submit), (-14, does.send_back), *CONFIRMED[3:])
LATE: Scene = (
    *SIGNED,
    (8, does.accept_urgent),
    (20, does.accept_some),
    (38, does.receive_rest),
    (41, does.confirm),
)
HASTY: Scene = ((-50, does.open_record), (-30, does.begin_form), (-20, does.look_at_half), *LATE[3:])
DECIDED: Scene = (*DISPUTED, (25, does.decide), (2600, does.finish_rule))
DRAFT: Scene = ((-55, does.open_record), (-45, does.begin_form), (-32, does.look_at_half))
RETURNED: Scene = (
    (-55, does.open_record),
    (-48, does.write_form),
    (-35, does.look_through),
    (-28, does.submit),
    (-17, does.accept_one),
    (-14, does.send_back),
)
REFUSED: Scene = (*SIGNED, (3, does.refuse_repair), (5, does.accept_urgent), (8, does.receive_rest))

# The latest boundary of each post stands last; those before it were confirmed without further ado.
LATEST: dict[str, tuple[Scene, ...]] = {
    "service_desk": (SIGNED, CONFIRMED, DRAFT),  # the first of them lapses with the next cut
    "technical_support": (TAKEN_OVER, CONFIRMED, QUESTIONED, SIGNED),
    "front_line": (ADDED_TO, TWO_ROUNDS, CONFIRMED, RETURNED),
    "after_sales": (CONFIRMED, DISPUTED, REFUSED),
    "promotion": (CONFIRMED, SIGNED),  # nobody came for the latest
}
LATE_MINUTES = {"he.jingqiu": 27, "joan.petrie": 16}  # the second by her substitute
NOBODY_CAME = "promotion"
STILL_THERE = {"technical_support"}  # the signer waits until the record is confirmed
CHECK_OUT = timedelta(minutes=4)
ILL = ("technical_support", "joan.petrie", "colin.mayhew")


def plan(script: Script, centre: Centre) -> None:
    _plan_substitute(script, centre)
    for desk in centre.desks.values():
        begun = desk.shifts[: desk.current + 2]  # up to the shift that comes now
        for index, shift in enumerate(begun):
            _plan_presence(script, desk, index, shift)
        scenes = LATEST[desk.key]
        usual = desk.current + 1 - len(scenes)
        for index in range(desk.current + 1):
            scene = scenes[index - usual] if index >= usual else CONFIRMED
            boundary = Boundary(desk, desk.shifts[index], desk.shifts[index + 1], index + len(desk.key))
            perform(script, boundary, scene)


def perform(script: Script, boundary: Boundary, scene: Scene) -> None:
    for minutes, act in scene:
        script.add(boundary.outgoing.ends_at + timedelta(minutes=minutes), partial(act, boundary))


def _plan_presence(script: Script, desk: Desk, index: int, shift: Shift) -> None:
    is_next = index > desk.current
    if is_next and desk.key == NOBODY_CAME:
        return
    goes = not is_next and not (index == desk.current and desk.key in STILL_THERE)
    attend(script, desk, shift, _people(desk, index), late=LATE_MINUTES if is_next else {}, goes=goes)


def attend(
    script: Script,
    desk: Desk,
    shift: Shift,
    people: list[User],
    *,
    late: Mapping[str, int] = MappingProxyType({}),
    goes: bool = True,
) -> None:
    """Each checks in, one after the other and some too late, and leaves when all is handed over."""
    expected_at = shift.starts_at - timedelta(minutes=desk.post.early_minutes)
    for place, person in enumerate(people):
        minutes = late.get(person.username, 1)
        arrived_at = expected_at + timedelta(minutes=minutes, seconds=20 * place)
        script.add(arrived_at, partial(_check_in, shift, person))
        if goes:
            script.add(shift.ends_at + CHECK_OUT, partial(_check_out, desk, shift, person))


def _people(desk: Desk, index: int) -> list[User]:
    supervisor = desk.duty_supervisor_of(index)
    return [*desk.crew_of(index), *([supervisor] if supervisor else [])]


def _check_in(shift: Shift, person: User, at: datetime) -> None:
    """Whoever stands in the person's place now."""
    place = Assignment.objects.get(shift=shift, user=person)
    shifts.check_in(assignment=getattr(place, "substitute", place), now=at)


def _check_out(desk: Desk, shift: Shift, person: User, at: datetime) -> None:
    """What came after the cut stays with the post."""
    held = PendingItem.objects.open().filter(post=desk.post, holder=person)
    for item in held.select_related("post__team", "team", "holder").order_by("pk"):
        reason = read("phrases")[desk.language]["release"]
        holding.release(item=item, actor=person, now=at, reason=reason)
    shifts.check_out(assignment=Assignment.objects.get(shift=shift, user=person), now=at)


def _plan_substitute(script: Script, centre: Centre) -> None:
    key, ill, instead = ILL
    desk = centre.desks[key]
    shift = desk.shifts[desk.current + 1]

    def substitute(at: datetime) -> None:
        shifts.substitute(
            assignment=Assignment.objects.get(shift=shift, user=centre.people[ill]),
            user=centre.people[instead],
            reason=read("phrases")[desk.language]["substitute"],
            actor=desk.leader,
            now=at,
        )

    script.add(centre.now - timedelta(hours=5), substitute)
