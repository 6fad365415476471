"""Small posts at a shift boundary, each with fifteen open items, whose handovers are signed and received."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from accounts.models import Membership, Team, User
from bench.texts import ISSUES, NOTES, name, some
from handover import canonical, form_template
from handover.models import (
    Assignment,
    Clock,
    ClockKind,
    Customer,
    Handover,
    IssueType,
    Kind,
    PendingItem,
    Post,
    Round,
    Shift,
    SignedText,
)
from handover.queries import record
from handover.services import confirmation, lines, opening, sections, submission

LINES = 15
URGENT = 2
READ_BACK = "I ring the warehouse now and call the customer back by 15:00."


def fill(*, count: int, now: datetime) -> SignedText:
    """The handover of each desk as a draft that lacks nothing; that of the last one is signed.

    Answers with the signed text, for the ended handovers to be made after.
    """
    team = Team.objects.create(name="Branches")
    issue_type = IssueType.objects.create(team=team, name=ISSUES[0])
    handovers = [_draft(team, issue_type, number, now) for number in range(count)]
    return submission_of(handovers[-1], now)().text


def _draft(team: Team, issue_type: IssueType, number: int, now: datetime) -> Handover:
    post = Post.objects.create(team=team, name=f"Branch {number}")
    leaving, coming = _person(team, f"leaving{number}"), _person(team, f"coming{number}")
    ends_at = now + timedelta(minutes=10)
    began_at, next_ends_at = ends_at - timedelta(hours=8), ends_at + timedelta(hours=8)
    shift = Shift.objects.create(post=post, name="Day", starts_at=began_at, ends_at=ends_at)
    following = Shift.objects.create(post=post, name="Evening", starts_at=ends_at, ends_at=next_ends_at)
    Assignment.objects.create(shift=shift, user=leaving, checked_in_at=shift.starts_at)
    Assignment.objects.create(shift=following, user=coming, checked_in_at=now)
    items = _items(post, issue_type, leaving, now)
    handover = opening.open_for(shift=shift, now=now)
    if handover is None:
        raise RuntimeError("A handover between two people must open.")
    for item in items:
        lines.check(handover=handover, item=item, told_orally=True, missing_reason="", actor=leaving, now=now)
    for section in form_template.SECTIONS:
        body = dict.fromkeys(section.field_names(), "12" if section.kind == form_template.FACTS else "ok")
        sections.write(handover=handover, key=section.key, body=body, version=0, actor=leaving, now=now)
    return handover


def _person(team: Team, username: str) -> User:
    person = User.objects.create(username=username, display_name=name(len(username)))
    Membership.objects.create(user=person, team=team, role=Membership.Role.AGENT)
    return person


def _items(post: Post, issue_type: IssueType, holder: User, now: datetime) -> list[PendingItem]:
    began, due_at = now - timedelta(hours=2), now + timedelta(hours=2)
    customers = Customer.objects.bulk_create(
        Customer(
            team=post.team,
            code=f"B{post.pk}-{n}",
            name=name(n),
            phone=f"139{post.pk:05}{n:03}",
            need=Customer.Need.TEXT_ONLY if n == 0 else Customer.Need.NONE,
            created_at=began,
            changed_at=began,
        )
        for n in range(LINES)
    )
    items = PendingItem.objects.bulk_create(
        PendingItem(
            team=post.team,
            post=post,
            customer=customer,
            issue_type=issue_type,
            kind=Kind.URGENT if n < URGENT else Kind.FOLLOW_UP,
            progress=f"{some(NOTES, n)} ({customer.code})",  # no text is judged twice for being the same
            next_action="Call the customer back with the answer.",
            key_at=due_at,
            holder=holder,
            first_contact=holder,
            created_at=began,
            changed_at=began,
            next_due_at=due_at,
            next_clock=ClockKind.DONE,
        )
        for n, customer in enumerate(customers)
    )
    Clock.objects.bulk_create(
        Clock(item=item, kind=ClockKind.DONE, started_at=began, due_at=due_at) for item in items
    )
    return items


def submission_of(handover: Handover, now: datetime) -> Callable[[], Round]:
    """Signing as the outgoing side what stands there now."""
    signature = record.outgoing_signature(_only_person(handover.outgoing_shift), as_supervisor=False)
    seen = canonical.content_hash(record.outgoing_content(record.load_draft(handover), signature))
    return partial(
        submission.submit_signed, handover=handover, signature=signature, seen_sha256=seen, now=now
    )


def confirmation_of(handover: Handover, now: datetime) -> Callable[[], None]:
    """Signing as the incoming side what was answered."""
    signature = record.incoming_signature(_only_person(handover.incoming_shift), as_supervisor=False)
    content = record.incoming_content(handover, record.latest_round(handover), signature)
    seen = canonical.content_hash(content)
    return partial(
        confirmation.confirm_signed, handover=handover, signature=signature, seen_sha256=seen, now=now
    )


def receive(handover: Handover, now: datetime) -> None:
    """Answer every line as the incoming side, so that only its signature is missing."""
    coming = _only_person(handover.incoming_shift)
    for line in handover.lines.select_related("item", "handover").order_by("position"):
        read_back = READ_BACK if line.item.is_urgent else ""
        lines.accept(line=line, read_back=read_back, heard_orally=False, actor=coming, now=now)


def _only_person(shift: Shift | None) -> User:
    return User.objects.get(assignments__shift=shift)
