"""Who has an item: taking it, putting it back, passing it on to a person, a post or another team.

Every function is one transaction and writes the item's Event. Of two who take an item at once, one gets a
Conflict. The first contact stays whoever it was.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Team, User
from handover import lifecycle
from handover.errors import Conflict, InvalidMove, NotAllowed
from handover.models import Clock, ClockKind, Event, IssueType, PendingItem, Post
from handover.queries import duty, timeline
from handover.queries.freezing import refuse_frozen
from handover.services import clocks, customers, lines
from handover.services.item_changes import await_taking, note, require_open


@transaction.atomic
def take(*, item: PendingItem, actor: User, now: datetime) -> None:
    """Say "mine" of an item in a queue, or of one that was handed to the actor; stops the taken clock."""
    require_open(item)
    if item.holder_id not in (None, actor.pk):
        raise InvalidMove(_("%(person)s has taken this item already.") % {"person": item.holder})
    waiting = Clock.objects.filter(item=item, kind=ClockKind.TAKEN, stopped_at__isnull=True)
    if item.holder_id and not waiting.exists():
        raise InvalidMove(_("You have taken this item already."))
    lifecycle.update(item, holder=actor, changed_at=now)
    clocks.stop(item=item, kinds={ClockKind.TAKEN}, now=now)
    clocks.watch_idle(item=item, now=now)
    clocks.refresh(item=item)
    lines.taken_for_item(item=item, actor=actor, now=now)
    note(item=item, verb=Event.Verb.TAKEN, actor=actor, now=now, person=actor)


@transaction.atomic
def release(*, item: PendingItem, actor: User, now: datetime, reason: str = "") -> None:
    """Put the item back into the queue of its post. Raises InvalidMove while a dispute about it is open."""
    require_open(item)
    refuse_frozen(item)
    if item.holder_id is None:
        raise InvalidMove(_("The item stands in the queue already."))
    former = item.holder
    lifecycle.update(item, holder=None, changed_at=now)
    await_taking(item=item, now=now)
    clocks.refresh(item=item)
    note(item=item, verb=Event.Verb.RELEASED, actor=actor, now=now, person=former, text=reason)


def return_left(*, now: datetime) -> int:
    """Urgent items whose holder is not on duty any more stand in their post's queue again; answers how many.

    Their clock of taking runs from now. Safe to run at any time.
    """
    return sum(_return(item=item, now=now) for item in duty.left_urgent(now))


@transaction.atomic
def _return(*, item: PendingItem, now: datetime) -> bool:
    former = item.holder
    try:
        lifecycle.update(item, holder=None, changed_at=now)
    except Conflict:
        return False  # somebody did something about it just now
    await_taking(item=item, now=now)
    clocks.refresh(item=item)
    note(item=item, verb=Event.Verb.LEFT, actor=None, now=now, person=former)
    return True


@transaction.atomic
def transfer(*, item: PendingItem, to: User | Post, reason: str, actor: User, now: datetime) -> None:
    """Pass the item on, with a reason and the last three contacts.

    A post gets it into its queue. A person has to be on duty; somebody of another team gets it at the
    post where they are on duty. In another team the item becomes theirs, with its customer's need; the
    former team keeps an entry of its own. Raises InvalidMove where it is already, and while a dispute about
    it is open, but for who takes over something urgent; and NotAllowed.
    """
    if not (item.is_urgent and to == actor):
        refuse_frozen(item)
    pass_on(item=item, to=to, reason=reason, actor=actor, now=now)


def pass_on(*, item: PendingItem, to: User | Post, reason: str, actor: User, now: datetime) -> None:
    """`transfer` whatever is disputed. Called by it and by a decision, inside their transaction."""
    require_open(item)
    post, holder = (to, None) if isinstance(to, Post) else (_desk_of(to, item, actor, now), to)
    if (post, holder) == (item.post, item.holder):
        raise InvalidMove(_("The item is there already."))
    data: dict[str, Any] = {"from": _place(item.post, item.holder), "to": _place(post, holder)}
    data["contacts"] = [entry.pk for entry in timeline.contacts(item)]
    lines.end_for_item(item=item, actor=actor, now=now)
    changes: dict[str, Any] = {"post": post, "holder": holder, "changed_at": now}
    if post.team_id != item.team_id:
        note(item=item, verb=Event.Verb.TRANSFERRED_OUT, actor=actor, now=now, text=reason, data=data)
        if item.customer.need not in customers.NO_NEED:
            data["need"] = [item.customer.need, item.customer.need_note]
        changes |= _owned_by(post.team, item=item, actor=actor, now=now)
        if changes["issue_type"].name != item.issue_type.name:
            data["issue_type"] = [item.issue_type.name, changes["issue_type"].name]
    lifecycle.update(item, **changes)
    await_taking(item=item, now=now)
    if holder == actor:
        clocks.stop(item=item, kinds={ClockKind.TAKEN}, now=now)
        clocks.watch_idle(item=item, now=now)
    clocks.refresh(item=item)
    note(item=item, verb=Event.Verb.TRANSFERRED, actor=actor, now=now, person=holder, text=reason, data=data)


def _desk_of(person: User, item: PendingItem, actor: User, now: datetime) -> Post:
    """The post at which the person gets the item: its own, unless they work in another team."""
    access = duty.access(person, now)
    if person == actor or item.team_id in access.duty_team_ids:
        return item.post
    if not access.duty:
        raise NotAllowed(
            _("%(person)s is not on duty now. Please pass the item to a post instead.") % {"person": person}
        )
    return Post.objects.select_related("team").get(pk=access.duty[0].post_id)


def _place(post: Post, holder: User | None) -> dict[str, Any]:
    return {
        "team": post.team.name,
        "post": post.name,
        "holder": holder.display_name if holder else "",
    }


def _owned_by(team: Team, *, item: PendingItem, actor: User, now: datetime) -> dict[str, Any]:
    """What has to change with the team: everything that belongs to a team."""
    customer = customers.introduce(customer=item.customer, team=team, actor=actor, now=now)
    return {"team": team, "issue_type": _type_of(team, former=item.issue_type), "customer": customer}


def _type_of(team: Team, *, former: IssueType) -> IssueType:
    """Under what the team keeps such a matter: by its name; else, where there is no choice, what it has.

    Teams may name the same thing in two languages. Only a team to which the matter is new, or which would
    have to choose, is given a type of that name.
    """
    types = IssueType.objects.filter(team=team)
    same = types.filter(name__iexact=former.name).order_by("pk").first()
    alike = types.filter(is_active=True, is_complaint=former.is_complaint).order_by("pk")[:2]
    if same or len(alike) == 1:
        return same or alike[0]
    made, _is_new = IssueType.objects.get_or_create(
        team=team, name=former.name, defaults={"is_complaint": former.is_complaint}
    )
    return made
