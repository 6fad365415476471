"""A dispute between the two shifts of a boundary."""

from datetime import timedelta

from handover.models import Dispute, Event, Message
from handover.services import disputes, lines
from handover.services.disputes import Decision
from tests import factories
from tests.boundary import READ_BACK, SOON, Boundary, line_of

LATER = SOON + timedelta(minutes=30)
WHY = "Ada promised it at 13:00 and did not write it down."
Cause, Verdict = Dispute.Cause, Dispute.Verdict


class Case(Boundary):
    """The record of the boundary is submitted, and Bo has accepted its one item."""

    def __init__(self, **item):
        super().__init__()
        self.item = factories.item(self.post, holder=self.ada, **item)
        self.handover = self.open()
        self.submit(self.handover)
        self.accept()

    @property
    def line(self):
        return line_of(self.handover, self.item)

    def accept(self):
        lines.accept(line=self.line, read_back=READ_BACK, heard_orally=False, actor=self.bo, now=SOON)

    def raise_(self, *, by=None, line="own", text=WHY, now=SOON):
        return disputes.raise_(
            handover=self.handover,
            line=self.line if line == "own" else line,
            cause=Cause.CONTENT,
            text=text,
            actor=by or self.bo,
            now=now,
        )

    def decide(self, dispute, *, by=None, now=LATER, **changes):
        facts = {"verdict": Verdict.INCOMING, "reason": "Bo could not know.", "holder": self.bo} | changes
        disputes.decide(dispute=dispute, decision=Decision(**facts), actor=by or self.dai, now=now)


def fresh(thing):
    return type(thing).objects.get(pk=thing.pk)


def inbox(person) -> list[str]:
    return list(Message.objects.filter(recipient=person).order_by("pk").values_list("text", flat=True))


def verbs(dispute) -> list[str]:
    found = Event.objects.filter(data__dispute=dispute.pk).order_by("pk")
    return list(found.values_list("verb", flat=True))
