"""Signed handovers as rows alone, for tests that only count them, and a week in which they lie."""

from datetime import UTC, datetime, timedelta

from handover.models import Draw, Handover, Round, SignedText, SignOff
from handover.services import spot_checks
from tests import factories
from tests.factories import NOW

# The business week of NOW in Shanghai.
BEGIN = datetime(2026, 3, 8, 16, tzinfo=UTC)
END = BEGIN + timedelta(days=7)


def signed(
    post, signer=None, *, at=NOW, name="Day", state="confirmed", score=90, rounds=1, **facts
) -> Handover:
    """A handover of the post at the boundary `at`; `signer` signed its last round, others those before."""
    signer = signer or factories.member(post.team)
    work = factories.shift(post, starts_at=at - timedelta(hours=8), name=name)
    times = {"opened_at": at - timedelta(hours=1), "submitted_at": at, "round_count": rounds}
    ended_at = None if state in {"draft", "submitted"} else at + timedelta(minutes=5)
    handover = Handover.objects.create(
        team=post.team,
        post=post,
        outgoing_shift=work,
        boundary_at=at,
        state=state,
        ended_at=ended_at,
        **times | facts,
    )
    for number in range(1, rounds + 1):
        _sign(handover, signer if number == rounds else factories.member(post.team), number, score, at)
    return handover


def _sign(handover, signer, number, score, at) -> None:
    text = SignedText.objects.create(
        sha256=f"{handover.pk:032}{number:032}",
        text="{}",
        schema_version=2,
        template_version=1,
        created_at=at,
    )
    Round.objects.create(
        handover=handover,
        number=number,
        text=text,
        submitted_by=signer,
        submitted_at=at,
        score=score,
        outcome="returned" if number < handover.round_count else "confirmed",
        ended_at=at + timedelta(minutes=5),
    )
    SignOff.objects.create(
        handover=handover, round_number=number, role="outgoing", user=signer, text=text, signed_at=at
    )


def open_week(team, *, count=2, now=BEGIN) -> Draw:
    """The week of `now`, to which the program is committed."""
    spot_checks.change_plan(
        team=team, per_week=count, actor=factories.member(team, factories.Role.SUPERVISOR), now=now
    )
    return Draw.objects.get(team=team, starts_at__lte=now, ends_at__gt=now)


def drawn_week(team, *, count=2) -> Draw:
    """The same, drawn as soon as it was over."""
    return spot_checks.draw(week=open_week(team, count=count), actor=None, now=END)
