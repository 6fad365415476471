"""A post at a shift boundary, and the two signatures of its handover."""

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import Membership
from handover import canonical
from handover.models import Handover, HandoverLine
from handover.queries import record
from handover.services import confirmation, opening, submission
from tests import factories
from tests.factories import NOW

SOON = NOW + timedelta(minutes=50)  # Bo has checked in, ten minutes before the evening shift
READ_BACK = "I ring the warehouse and call the customer back by 15:00."


class Boundary:
    """Ada leaves with the day shift, Bo comes for the evening; Dai supervises the team."""

    def __init__(self, now: datetime = NOW):
        self.now, self.soon = now, now + (SOON - NOW)
        self.post = factories.post()
        self.outgoing = factories.shift(self.post, starts_at=now - timedelta(hours=7), name="Day")
        self.incoming = factories.shift(self.post, starts_at=now + timedelta(hours=1), name="Evening")
        self.ada = factories.member(self.post.team, name="Ada")
        self.bo = factories.member(self.post.team, name="Bo")
        self.dai = factories.member(self.post.team, Membership.Role.SUPERVISOR, name="Dai")
        factories.assignment(self.outgoing, self.ada, checked_in=True)
        factories.assignment(self.incoming, self.bo, checked_in_at=self.soon)

    def open(self) -> Handover:
        return opening.open_for(shift=self.outgoing, now=self.now)

    def submit(self, handover, *, by=None, now=None):
        signature = record.outgoing_signature(by or self.ada, as_supervisor=False)
        content = record.outgoing_content(record.load_draft(handover), signature)
        seen = canonical.content_hash(content)
        return submission.submit_signed(
            handover=handover, signature=signature, seen_sha256=seen, now=now or self.now
        )

    def confirm(self, handover, *, by=None, as_supervisor=False, now=None):
        signature = record.incoming_signature(by or self.bo, as_supervisor=as_supervisor)
        content = record.incoming_content(handover, record.latest_round(handover), signature)
        seen = canonical.content_hash(content)
        confirmation.confirm_signed(
            handover=handover, signature=signature, seen_sha256=seen, now=now or self.soon
        )


def line_of(handover, item) -> HandoverLine:
    return handover.lines.select_related("item", "handover__incoming_shift").get(item=item)


class Desk:
    """A post twenty minutes before a shift boundary of the real clock, its handover open."""

    def __init__(self):
        self.now = timezone.now()
        self.post = factories.post()
        self.team = self.post.team
        outgoing = factories.shift(self.post, starts_at=self.now - timedelta(hours=7), hours=7.3)
        incoming = factories.shift(self.post, starts_at=outgoing.ends_at, name="Evening")
        self.ada = factories.assignment(outgoing, factories.member(self.team, name="Ada"), checked_in=True)
        recently = self.now - timedelta(minutes=1)
        self.bo = factories.assignment(
            incoming, factories.member(self.team, name="Bo"), checked_in_at=recently
        )
        self.ada, self.bo = self.ada.user, self.bo.user
        self.dai = factories.member(self.team, Membership.Role.SUPERVISOR, name="Dai")
        self.then = self.now - timedelta(minutes=5)
        self.handover = Handover.objects.create(
            team=self.team,
            post=self.post,
            outgoing_shift=outgoing,
            incoming_shift=incoming,
            boundary_at=outgoing.ends_at,
            opened_at=self.then,
        )
        self.address = f"/handovers/{self.handover.pk}/"

    def item(self, **fields):
        return factories.item(self.post, now=self.then, **fields)

    def line(self, item) -> str:
        return f"{self.address}lines/{self.handover.lines.get(item=item).pk}/"
