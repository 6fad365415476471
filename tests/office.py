"""A desk whose record was signed, and whose next shift has accepted its one item, seen through a browser."""

from django.urls import reverse

from handover.models import Handover
from handover.services import disputes, lines
from handover.services.disputes import Decision
from tests import factories
from tests.boundary import READ_BACK, Desk, line_of

WHY = "Nobody told me of the refund."


class Office(Desk):
    """The record of the desk is submitted, and Bo has accepted its one item."""

    def __init__(self, client, **item):
        super().__init__()
        self.client = client
        self.matter = self.item(holder=self.ada, **item)
        seen = self.get(f"{self.address}sign/", by=self.ada).context["form"].initial["seen"]
        client.post(f"{self.address}sign/", {"seen": seen, "password": factories.PASSWORD})
        self.handover = Handover.objects.get(pk=self.handover.pk)
        line = line_of(self.handover, self.matter)
        lines.accept(line=line, read_back=READ_BACK, heard_orally=False, actor=self.bo, now=self.now)
        self.on_line = reverse("line_dispute", args=[self.handover.pk, self.matter.pk])
        self.on_record = reverse("handover_dispute", args=[self.handover.pk])

    def get(self, url, *, by, **query):
        self.client.force_login(by)
        return self.client.get(url, query)

    def send(self, url, *, by, **data):
        self.client.force_login(by)
        return self.client.post(url, data)

    def dispute(self, **facts):
        line = facts.pop("line", line_of(self.handover, self.matter))
        facts = {"cause": "content", "text": WHY, "actor": self.bo, "now": self.now} | facts
        return disputes.raise_(handover=self.handover, line=line, **facts)

    def settle(self, dispute, **facts):
        facts = {"verdict": "incoming", "reason": "It was not written down.", "holder": self.bo} | facts
        now = facts.pop("now", self.now)
        disputes.decide(dispute=dispute, decision=Decision(**facts), actor=self.dai, now=now)


def page_of(dispute, name: str = "dispute_detail") -> str:
    return reverse(name, args=[dispute.pk])


def text(answer) -> str:
    return " ".join(answer.content.decode().split())
