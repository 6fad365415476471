"""Changes the roster: single shifts, who stands on them, who stands in for whom, check-in and check-out."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Membership, User
from handover.errors import Conflict, InvalidMove, NotAllowed
from handover.models import LATEST_CHECK_OUT, Assignment, Event, PatternSkip, Post, Shift
from handover.services import events
from handover.services.generation import generate

__all__ = [
    "assign",
    "check_in",
    "check_out",
    "create",
    "edit",
    "generate",
    "leave_coming",
    "remove",
    "staff",
    "substitute",
    "unassign",
]

Role = Membership.Role


@transaction.atomic
def create(
    *, post: Post, name: str, starts_at: datetime, ends_at: datetime, actor: User, now: datetime
) -> Shift:
    """A single shift beside those of the patterns. Raises Conflict where one starts at this time."""
    _refuse_times(starts_at=starts_at, ends_at=ends_at, now=now)
    shift = Shift(post=post, name=name, starts_at=starts_at, ends_at=ends_at)
    _insert_or_conflict(shift)
    _record_change(shift, actor=actor, now=now, change="created")
    return shift


@transaction.atomic
def edit(
    *, shift: Shift, name: str, starts_at: datetime, ends_at: datetime, actor: User, now: datetime
) -> Shift:
    """Other times or name for a shift that has not begun; its pattern makes no second one that day."""
    fresh = _locked_shift(shift)
    _refuse_begun(fresh, now=now)
    _refuse_times(starts_at=starts_at, ends_at=ends_at, now=now)
    _leave_pattern(fresh)
    fresh.name, fresh.starts_at, fresh.ends_at = name, starts_at, ends_at
    fresh.sequence += 1
    try:
        with transaction.atomic():
            fresh.save(update_fields=["pattern", "name", "starts_at", "ends_at", "sequence"])
    except IntegrityError as error:
        raise _taken_start() from error
    _record_change(fresh, actor=actor, now=now, change="edited")
    return fresh


@transaction.atomic
def remove(*, shift: Shift, actor: User, now: datetime) -> None:
    """Removes a shift that has not begun, has no people and stands in no handover.

    Its pattern does not make it again.
    """
    fresh = _locked_shift(shift)
    _refuse_begun(fresh, now=now)
    if fresh.assignments.exists():
        raise InvalidMove(_("There are people on this shift. Take them off first."))
    if hasattr(fresh, "outgoing_handover") or fresh.incoming_handovers.exists():
        raise InvalidMove(_("A handover names this shift already, so it stays."))
    _leave_pattern(fresh)
    _record_change(fresh, actor=actor, now=now, change="deleted")
    fresh.delete()


@transaction.atomic
def assign(
    *, shift: Shift, user: User, is_duty_supervisor: bool = False, actor: User, now: datetime
) -> Assignment:
    """Puts a member of the team on a shift that is not over, or changes whether they are its duty supervisor.

    Writes one event for a change and nothing when all is so already. Raises InvalidMove for a shift that is
    over and for somebody who has a substitute there, NotAllowed for somebody who cannot work in the team.
    """
    fresh = _locked_shift(shift)
    _refuse_over(fresh, now=now)
    _refuse_outsider(user, fresh)
    standing, is_new = Assignment.objects.get_or_create(
        shift=fresh, user=user, defaults={"is_duty_supervisor": is_duty_supervisor}
    )
    if not is_new and hasattr(standing, "substitute"):
        raise InvalidMove(_("%(name)s has a substitute on this shift.") % {"name": user.display_name})
    if is_new or standing.is_duty_supervisor != is_duty_supervisor:
        standing.is_duty_supervisor = is_duty_supervisor
        standing.save(update_fields=["is_duty_supervisor"])
        _record_change(
            fresh, actor=actor, now=now, change="assigned", person=user, duty_supervisor=is_duty_supervisor
        )
    return standing


@transaction.atomic
def staff(
    *, chosen: list[Shift], users: list[User], duty_supervisor: User | None, actor: User, now: datetime
) -> None:
    """Adds people to shifts and says who is duty supervisor of each; nobody is taken off. All or nothing."""
    for shift in chosen:
        led = shift.assignments.effective().filter(is_duty_supervisor=True)
        former = User.objects.filter(pk__in=led.values("user"))
        wanted = {*users, *former} | ({duty_supervisor} if duty_supervisor else set())
        for user in sorted(wanted, key=lambda user: user.pk):
            assign(shift=shift, user=user, is_duty_supervisor=user == duty_supervisor, actor=actor, now=now)


@transaction.atomic
def unassign(*, assignment: Assignment, actor: User, now: datetime) -> None:
    """Takes somebody off a shift before they have checked in; a substitute who goes gives the place back."""
    fresh = _locked(assignment)
    _refuse_over(fresh.shift, now=now)
    if fresh.checked_in_at:
        raise InvalidMove(
            _("%(name)s has checked in and stays on this shift.") % {"name": fresh.user.display_name}
        )
    _refuse_substituted(fresh)
    _record_change(fresh.shift, actor=actor, now=now, change="unassigned", person=fresh.user)
    fresh.delete()


@transaction.atomic
def substitute(*, assignment: Assignment, user: User, reason: str, actor: User, now: datetime) -> Assignment:
    """Another member of the team takes the place of somebody who has not checked in, also as duty supervisor.

    A substitute can have a substitute in turn. Nobody who stands on the shift already can be one, so no chain
    comes back to its start. Raises InvalidMove when the place is no longer free to give.
    """
    fresh = _locked(assignment)
    _refuse_over(fresh.shift, now=now)
    _refuse_substituted(fresh)
    if fresh.checked_in_at:
        raise InvalidMove(
            _("%(name)s has checked in. Put the other person on the shift instead.")
            % {"name": fresh.user.display_name}
        )
    _refuse_outsider(user, fresh.shift)
    if Assignment.objects.filter(shift=fresh.shift_id, user=user).exists():
        raise InvalidMove(_("%(name)s stands on this shift already.") % {"name": user.display_name})
    place = Assignment.objects.create(
        shift=fresh.shift,
        user=user,
        is_duty_supervisor=fresh.is_duty_supervisor,
        substitutes=fresh,
        substitute_reason=reason,
    )
    events.record(
        verb=Event.Verb.SUBSTITUTED,
        actor=actor,
        now=now,
        team=fresh.shift.post.team,
        post=fresh.shift.post,
        person=user,
        text=reason,
        data={"shift": fresh.shift_id, "instead_of": fresh.user_id},
    )
    return place


@transaction.atomic
def check_in(*, assignment: Assignment, now: datetime) -> Assignment:
    """Begins duty. Lateness against the early arrival is written down and has no consequence.

    Raises InvalidMove before check-in opens, after the shift and where a substitute has the place, NotAllowed
    for who does not work in the team any more; a second check-in changes nothing.
    """
    fresh = _locked(assignment)
    if fresh.checked_in_at:
        return fresh
    _refuse_substituted(fresh)
    _refuse_outsider(fresh.user, fresh.shift)
    _refuse_over(fresh.shift, now=now)
    expected_at = fresh.shift.starts_at - timedelta(minutes=fresh.shift.post.early_minutes)
    if now < expected_at:
        raise InvalidMove(
            _("Check-in opens %(minutes)d minutes before the shift.")
            % {"minutes": fresh.shift.post.early_minutes}
        )
    fresh.checked_in_at = now
    fresh.late_minutes = (now - expected_at) // timedelta(minutes=1)
    fresh.save(update_fields=["checked_in_at", "late_minutes"])
    _record_presence(Event.Verb.CHECKED_IN, fresh, now=now, late_minutes=fresh.late_minutes)
    return fresh


@transaction.atomic
def check_out(*, assignment: Assignment, now: datetime) -> Assignment:
    """Ends duty; whoever forgot it left no later than duty can last. A second check-out changes nothing."""
    fresh = _locked(assignment)
    if fresh.checked_in_at is None:
        raise InvalidMove(_("You have not checked in on this shift."))
    if fresh.checked_out_at:
        return fresh
    fresh.checked_out_at = min(now, fresh.shift.ends_at + LATEST_CHECK_OUT)
    fresh.save(update_fields=["checked_out_at"])
    _record_presence(Event.Verb.CHECKED_OUT, fresh, now=now)
    return fresh


@transaction.atomic
def leave_coming(*, user: User, team_ids: set[int], actor: User, now: datetime) -> int:
    """Takes somebody who leaves off the shifts of these teams that they have not begun; says how many.

    Where they had a substitute the substitute keeps the place. A duty that has begun ends now, so that
    nothing is passed on or told to somebody who cannot come any more.
    """
    begun = Assignment.objects.present(now).filter(user=user, shift__post__team__in=team_ids)
    for assignment in begun.select_related("user", "shift__post__team").order_by("pk"):
        Assignment.objects.filter(pk=assignment.pk).update(checked_out_at=now)
        _record_presence(Event.Verb.CHECKED_OUT, assignment, actor=actor, now=now)
    coming = Assignment.objects.effective().filter(
        user=user, shift__post__team__in=team_ids, shift__ends_at__gt=now, checked_in_at__isnull=True
    )
    standing = list(coming.select_related("user", "shift__post__team").order_by("pk"))
    for assignment in standing:
        unassign(assignment=assignment, actor=actor, now=now)
    return len(standing)


def _locked(assignment: Assignment) -> Assignment:
    """As it is now, and as it stays until the end of the transaction. Raises Conflict where it is gone."""
    rows = Assignment.objects.select_for_update(of=("self",)).select_related("user", "shift__post__team")
    if fresh := rows.filter(pk=assignment.pk).order_by("pk").first():
        return fresh
    raise _gone()


def _locked_shift(shift: Shift) -> Shift:
    rows = Shift.objects.select_for_update(of=("self",)).select_related("post__team")
    if fresh := rows.filter(pk=shift.pk).order_by("pk").first():
        return fresh
    raise _gone()


def _gone() -> Conflict:
    return Conflict(_("Somebody else has changed the roster meanwhile. Please look at it again."))


def _insert_or_conflict(shift: Shift) -> None:
    try:
        with transaction.atomic():
            shift.save(force_insert=True)
    except IntegrityError as error:
        raise _taken_start() from error


def _taken_start() -> Conflict:
    return Conflict(_("There is a shift at this post already that starts at this time."))


def _leave_pattern(shift: Shift) -> None:
    """From here on the shift is one made by hand, and its pattern must not make it anew."""
    if shift.pattern_id:
        day = shift.starts_at.astimezone(shift.post.team.zone).date()
        PatternSkip.objects.get_or_create(pattern_id=shift.pattern_id, day=day)
        shift.pattern = None


def _refuse_begun(shift: Shift, *, now: datetime) -> None:
    if shift.starts_at <= now:
        raise InvalidMove(_("This shift has begun and stays as it is."))


def _refuse_over(shift: Shift, *, now: datetime) -> None:
    if shift.ends_at <= now:
        raise InvalidMove(_("This shift is over."))


def _refuse_times(*, starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    if ends_at <= starts_at:
        raise InvalidMove(_("The shift must end after it starts."))
    if ends_at <= now:
        raise InvalidMove(_("This shift is over."))


def _refuse_outsider(user: User, shift: Shift) -> None:
    """Who is disabled, an auditor or of another team cannot work here."""
    works = Membership.objects.workers().filter(user=user, team=shift.post.team_id)
    if not (user.is_active and works.exists()):
        raise NotAllowed(_("%(name)s does not work in this team.") % {"name": user.display_name})


def _refuse_substituted(assignment: Assignment) -> None:
    if hasattr(assignment, "substitute"):
        raise InvalidMove(
            _("%(substitute)s stands in for %(name)s on this shift.")
            % {
                "substitute": assignment.substitute.user.display_name,
                "name": assignment.user.display_name,
            }
        )


def _record_change(
    shift: Shift, *, actor: User, now: datetime, change: str, person: User | None = None, **data: bool
) -> None:
    facts = {
        "change": change,
        "shift": shift.pk,
        "name": shift.name,
        "starts_at": shift.starts_at.isoformat(),
    }
    events.record(
        verb=Event.Verb.ROSTER_CHANGED,
        actor=actor,
        now=now,
        team=shift.post.team,
        post=shift.post,
        person=person,
        data=facts | data,
    )


def _record_presence(
    verb: str, assignment: Assignment, *, now: datetime, actor: User | None = None, **data: int
) -> None:
    events.record(
        verb=verb,
        actor=actor or assignment.user,
        now=now,
        team=assignment.shift.post.team,
        post=assignment.shift.post,
        person=assignment.user,
        data={"shift": assignment.shift_id} | data,
    )
