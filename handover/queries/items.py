"""The page of one item: what the person must know before the next step, in few queries."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, Count, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from handover import permissions
from handover.hints import Hint, hints
from handover.models import (
    IDLE_HANDOVERS,
    MOVED_PROMISES,
    Access,
    Assignment,
    Border,
    Clock,
    ClockKind,
    Dispute,
    Escalation,
    Event,
    HandoverLine,
    Kind,
    PendingItem,
    Post,
    Promise,
    Stage,
    UnknownFact,
    Waits,
)

from . import entries, timeline
from .item_words import snooze_words
from .prepared import Rows, one, prepared
from .words import ClockWords, Reader, clock_words, instant_words

LINES = 10


@dataclass(frozen=True)
class Destination:
    """Where an item may be passed on to, for a list grouped by `group`."""

    key: str
    name: str
    group: str
    target: User | Post


@dataclass(frozen=True)
class Alarm:
    text: str
    url: str = ""


class Facts(NamedTuple):
    """A running clock, or none; beside each the same open promise, and what else of the customer is open."""

    clock: str | None
    due_at: datetime | None
    promise_pk: int | None
    promise_text: str | None
    promise_by: str | None
    promise_made_at: datetime | None
    other_count: int | None
    complaint_due_at: datetime | None
    escalation_pk: int | None
    dispute_pk: int | None


@dataclass(frozen=True)
class Line:
    """A handover in which the item stood."""

    url: str
    shift: str
    at: str
    answer: str
    who: str
    answer_back: str


@dataclass(frozen=True)
class ItemPage:
    clocks: list[ClockWords]
    promise: dict[str, Any] | None
    alarms: list[Alarm]
    contacts: list[dict[str, Any]]
    timeline: list[dict[str, Any]]
    older: str  # where the next page of the timeline begins
    lines: list[Line]
    may: dict[str, bool]
    snooze: str  # until when it is left in peace, and why
    verified: dict[str, Any] | None  # what somebody in charge found of a complaint
    escalation_pk: int | None  # of which nobody has said yet what is being done
    dispute: str | None  # an open one keeps it with its holder: its address, "" for who may not read it
    progress_hints: list[Hint] = field(default_factory=list)
    next_action_hints: list[Hint] = field(default_factory=list)

    @property
    def lacks_action(self) -> bool:
        """The note does not say what was done, which an urgent item must."""
        return any(hint.is_must for hint in self.progress_hints)


def visible(access: Access) -> QuerySet[PendingItem]:
    """Items with all that their page and the small pages below it name."""
    return PendingItem.objects.visible_to(access).select_related(
        "team", "post__team", "customer", "issue_type", "holder", "first_contact"
    )


def for_page(access: Access, pk: int) -> PendingItem | None:
    """The item, if this person may see it, with its customer and the names that its page shows."""
    return one(_for_page, border=access.border, pk=pk)


@prepared(pk=BigIntegerField())
def _for_page(*, border: Border, pk: int) -> QuerySet[PendingItem]:
    """Whole rows of what is only named would cost more."""
    return (
        PendingItem.objects.within(border)
        .filter(pk=pk)
        .select_related("customer")
        .annotate(
            team_name=F("team__name"),
            team_zone=F("team__time_zone"),
            post_name=F("post__name"),
            issue_type_name=F("issue_type__name"),
            holder_name=F("holder__display_name"),
            first_contact_name=F("first_contact__display_name"),
            is_complaint=F("issue_type__is_complaint"),
            snoozed_by_name=F("snoozed_by__display_name"),
        )
    )


def other_count() -> Subquery:
    """How many other items of its customer are open beside an item; nothing where there is no other."""
    others = PendingItem.objects.open().filter(customer=OuterRef("customer")).exclude(pk=OuterRef("pk"))
    return Subquery(others.order_by().values("customer").annotate(number=Count("pk")).values("number"))


def read(access: Access, item: PendingItem, *, before: str = "") -> ItemPage:
    """The page of an item that came from `for_page`; three queries more."""
    facts = [Facts(*row) for row in _facts(item=item.pk)]
    dues = {fact.clock: fact.due_at for fact in facts if fact.clock and fact.due_at}
    complaint_due_at = facts[0].complaint_due_at
    snooze = _snooze(item, access.now)
    may = allowed(access, item, handed=ClockKind.TAKEN in dues, is_frozen=facts[0].dispute_pk is not None)
    may |= supervises(access, item, is_asleep=bool(snooze), verifies=complaint_due_at is not None)
    page, older = timeline.page(item, before)
    contacts = timeline.contacts_among(item, page, newest=not before, whole=not older)
    return ItemPage(
        clocks=_clocks(item, dues | _complaint(facts[0]), access.now),
        promise=_promise(facts[0], dues, access.now),
        alarms=alarms(item, other_count=facts[0].other_count) if item.is_open else [],
        contacts=entries.shape(contacts, access.now),
        timeline=entries.shape(page, access.now),
        older=older,
        lines=_lines(item, access.now),
        may=may,
        snooze=snooze,
        verified=_verified(item, access.now) if complaint_due_at is None else None,
        escalation_pk=facts[0].escalation_pk if may["reassign"] else None,
        dispute=_dispute(access, facts[0].dispute_pk),
        progress_hints=_progress_hints(item),
        next_action_hints=hints(item.next_action, field="next_action") if item.is_open else [],
    )


def _progress_hints(item: PendingItem) -> list[Hint]:
    """What the note lacks; nothing where the source had none, for then the words are ours."""
    if not item.is_open or UnknownFact.PROGRESS in item.unknown_facts:
        return []
    return hints(item.progress, field="progress")


def allowed(access: Access, item: PendingItem, *, handed: bool, is_frozen: bool = False) -> dict[str, bool]:
    """Which steps are offered: those that the person may do and that the item's state allows.

    `handed`: its holder has still to take it. `is_frozen`: a dispute about it is open.
    """
    works = item.is_open and permissions.can_progress_item(access, item)
    passes = item.is_open and not is_frozen and permissions.can_transfer_item(access, item)
    takes = item.is_open and (item.holder_id is None or handed) and permissions.can_take_item(access, item)
    return {
        "work": works,
        "take": takes,
        "release": passes and item.holder_id is not None,
        "transfer": passes,
        "take_over": item.is_open
        and (item.is_urgent or not is_frozen)
        and not takes
        and item.holder_id != access.user.pk
        and permissions.can_reassign_item(access, item),
        "cancel": works and item.stage != Stage.RESOLVED,
        "reopen": not item.is_open and permissions.can_progress_item(access, item),
        "create": permissions.can_work_in_team(access, item.team_id),
    }


def supervises(access: Access, item: PendingItem, *, is_asleep: bool, verifies: bool) -> dict[str, bool]:
    """The same of what the person may do about an item as who leads its post, and of snoozing it."""
    leads = item.is_open and permissions.can_reassign_item(access, item)
    own = item.holder_id == access.user.pk
    snoozes = item.is_open and permissions.can_snooze_item(access, item)
    return {
        "reassign": leads,
        "call": leads and not own,
        "verify": leads and verifies and not own,
        "snooze": snoozes and not is_asleep,
        "wake": snoozes and is_asleep,
    }


def alarms(item: PendingItem, *, other_count: int | None) -> list[Alarm]:
    """What is wrong with the way it goes, in words."""
    found = []
    if item.idle_handover_count >= IDLE_HANDOVERS:
        found.append(
            Alarm(_("Handed over %(count)s times without progress.") % {"count": item.idle_handover_count})
        )
    if item.promise_moves >= MOVED_PROMISES:
        found.append(Alarm(_("The promise was moved %(count)s times.") % {"count": item.promise_moves}))
    if other_count:
        text = ngettext(
            "The customer has %(count)s other open item.",
            "The customer has %(count)s other open items.",
            other_count,
        )
        url = reverse("customer_detail", args=[item.customer_id])
        found.append(Alarm(text % {"count": other_count}, url))
    return found


def destinations(access: Access, item: PendingItem) -> list[Destination]:
    """People on duty in the team, its posts, and the posts of other teams."""
    people = User.objects.filter(
        pk__in=Assignment.objects.on_duty(access.now).filter(shift__post__team=item.team_id).values("user")
    ).exclude(pk=item.holder_id)
    posts = (
        Post.objects.in_use(access.now)
        .filter(team__is_active=True)
        .select_related("team")
        .order_by("team__name", "name", "pk")
    )
    found = [
        Destination(f"person-{person.pk}", person.display_name, _("People on duty"), person)
        for person in people.order_by("display_name", "pk")
    ]
    own = [post for post in posts if post.team_id == item.team_id]
    others = [post for post in posts if post.team_id != item.team_id]
    found += [
        Destination(f"post-{post.pk}", post.name, _("The queue of a post"), post)
        for post in own
        if (post.pk, None) != (item.post_id, item.holder_id)
    ]
    return found + [
        Destination(
            f"post-{post.pk}", post.name, _("Another team: %(team)s") % {"team": post.team.name}, post
        )
        for post in others
    ]


def open_promise(item: PendingItem) -> Promise | None:
    return item.promises.filter(state=Promise.State.OPEN).select_related("item").order_by("pk").first()


def snooze_limit(item: PendingItem, now: datetime) -> datetime:
    """Until when an item may be snoozed at most: the end of the business day, and never past a promise."""
    promise = open_promise(item)
    end = item.team.business_day_end(now)
    return min(end, promise.due_at) if promise else end


@prepared(item=BigIntegerField())
def _facts(*, item: int) -> Rows:
    """Each running clock, and beside it what there is once."""
    of_item = Clock.objects.filter(item=OuterRef("pk"))
    waiting = Escalation.objects.filter(
        clock__item=OuterRef("pk"), clock__stopped_at__isnull=True, acknowledged_at__isnull=True
    )
    found = PendingItem.objects.filter(pk=item).annotate(
        running=FilteredRelation(
            "clocks", condition=Q(clocks__stopped_at__isnull=True, clocks__kind__in=ClockKind.values)
        ),
        promised=FilteredRelation("promises", condition=Q(promises__state=Promise.State.OPEN)),
        other_count=other_count(),
        complaint_due_at=Subquery(
            of_item.filter(kind=Waits.COMPLAINT, stopped_at__isnull=True).values("due_at")
        ),
        escalation_pk=Subquery(waiting.order_by("-fired_at", "-pk").values("pk")[:1]),
        dispute_pk=Subquery(
            Dispute.objects.filter(item=OuterRef("pk"), team=OuterRef("team"), state=Dispute.State.OPEN)
            .order_by("pk")
            .values("pk")[:1]
        ),
    )
    return found.values_list(
        "running__kind",
        "running__due_at",
        "promised__pk",
        "promised__text",
        "promised__made_by__display_name",
        "promised__made_at",
        "other_count",
        "complaint_due_at",
        "escalation_pk",
        "dispute_pk",
    )


def _clocks(item: PendingItem, dues: dict[str, datetime], now: datetime) -> list[ClockWords]:
    """Every running clock in its own words, the earliest first."""
    shown = {
        "reminder" if item.kind == Kind.REMINDER and kind == ClockKind.DONE else kind: due_at
        for kind, due_at in dues.items()
    }
    if item.stage == Stage.WAITING and item.waiting_until:
        shown["waiting"] = item.waiting_until
    return [clock_words(kind, due_at, now) for kind, due_at in sorted(shown.items(), key=lambda due: due[1])]


def _complaint(facts: Facts) -> dict[str, datetime]:
    return {"complaint": facts.complaint_due_at} if facts.complaint_due_at else {}


def _dispute(access: Access, pk: int | None) -> str | None:
    if pk is None:
        return None
    may_read = Dispute.objects.visible_to(access).filter(pk=pk).exists()
    return reverse("dispute_detail", args=[pk]) if may_read else ""


def _verified(item: PendingItem, now: datetime) -> dict[str, Any] | None:
    """Only complaints are asked about it."""
    if not vars(item)["is_complaint"]:
        return None
    found = Event.objects.filter(item=item, verb=Event.Verb.COMPLAINT_VERIFIED).order_by("-at", "-pk")
    return next(iter(entries.read(found[:1], now)), None)


def _snooze(item: PendingItem, now: datetime) -> str:
    name = vars(item)["snoozed_by_name"]
    return snooze_words(item.snoozed_until, name, item.snooze_reason, Reader(now))


def _promise(facts: Facts, dues: dict[str, datetime], now: datetime) -> dict[str, Any] | None:
    if facts.promise_pk is None or facts.promise_made_at is None:
        return None
    return {
        "pk": facts.promise_pk,
        "text": facts.promise_text,
        "by": facts.promise_by or "",
        "made_at": instant_words(facts.promise_made_at, now),
        "clock": clock_words("promise", dues[ClockKind.PROMISE], now),
    }


def _lines(item: PendingItem, now: datetime) -> list[Line]:
    if not item.handover_count:
        return []
    return [
        Line(
            url=reverse("handover_detail", args=[handover_id]),
            shift=f"{post} · {shift}",
            at=instant_words(boundary_at, now),
            answer=str(HandoverLine.Answer(answer).label),
            who=who or "",
            answer_back=answer_back,
        )
        for handover_id, post, shift, boundary_at, answer, who, answer_back in _stood(item=item.pk)
    ]


@prepared(item=BigIntegerField())
def _stood(*, item: int) -> Rows:
    """The last handovers in which the item stood, and what became of it there."""
    return (
        HandoverLine.objects.filter(item=item, round_number__gt=0)
        .order_by("-pk")
        .values_list(
            "handover_id",
            "handover__post__name",
            "handover__outgoing_shift__name",
            "handover__boundary_at",
            "answer",
            "answered_by__display_name",
            "answer_back",
        )[:LINES]
    )
