"""A post at a shift boundary, and the two signatures of its handover."""

from datetime import timedelta

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

    def __init__(self):
        self.post = factories.post()
        self.outgoing = factories.shift(self.post, starts_at=NOW - timedelta(hours=7), name="Day")
        self.incoming = factories.shift(self.post, starts_at=NOW + timedelta(hours=1), name="Evening")
        self.ada = factories.member(self.post.team, name="Ada")
        self.bo = factories.member(self.post.team, name="Bo")
        self.dai = factories.member(self.post.team, Membership.Role.SUPERVISOR, name="Dai")
        factories.assignment(self.outgoing, self.ada, checked_in=True)
        factories.assignment(self.incoming, self.bo, checked_in_at=SOON)

    def open(self) -> Handover:
        return opening.open_for(shift=self.outgoing, now=NOW)

    def submit(self, handover, *, by=None, now=NOW):
        signature = record.outgoing_signature(by or self.ada, as_supervisor=False)
        content = record.outgoing_content(record.load_draft(handover), signature)
        seen = canonical.content_hash(content)
        return submission.submit_signed(handover=handover, signature=signature, seen_sha256=seen, now=now)

    def confirm(self, handover, *, by=None, as_supervisor=False, now=SOON):
        signature = record.incoming_signature(by or self.bo, as_supervisor=as_supervisor)
        content = record.incoming_content(handover, record.latest_round(handover), signature)
        seen = canonical.content_hash(content)
        confirmation.confirm_signed(handover=handover, signature=signature, seen_sha256=seen, now=now)


def line_of(handover, item) -> HandoverLine:
    return handover.lines.select_related("item", "handover__incoming_shift").get(item=item)
