"""The database fails at the first, the second, the third … statement of a step: nothing is done by halves."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from handover.models import Customer, Handover, Kind, PendingItem, Stage
from handover.services import confirmation, endings, holding, items, lines, sections, submission
from handover.services.customers import CustomerFacts
from tests import factories
from tests.boundary import READ_BACK, SOON, Boundary, line_of
from tests.factories import NOW
from tests.half_done import written_at_once

pytestmark = pytest.mark.django_db

NOTE = "Rang Ms Zhao in the warehouse at 13:40: she rings back by 15:00."


class Scene(Boundary):
    """Two items at a shift boundary. Each step loads its rows anew, as a request does."""

    def __init__(self):
        super().__init__()
        self.urgent = factories.item(self.post, kind=Kind.URGENT, holder=self.ada)
        self.other = factories.item(self.post, holder=self.ada)
        self.elsewhere = factories.post()
        self.by = {"actor": self.bo, "now": SOON}

    @property
    def handover(self):
        people = ("team", "post__team", "outgoing_shift__post", "incoming_shift__post")
        return Handover.objects.select_related(*people).get()

    @property
    def item(self):
        return PendingItem.objects.select_related("team", "post__team", "customer", "issue_type").get(
            pk=self.urgent.pk
        )

    @property
    def line(self):
        return line_of(self.handover, self.urgent)

    def accept(self):
        lines.accept(line=self.line, read_back=READ_BACK, heard_orally=True, **self.by)

    def refuse(self):
        lines.refuse(line=self.line, reason="Not ours.", **self.by)

    def receive_all(self):
        lines.receive_all(handover=self.handover, **self.by)

    def send_back(self):
        submission.send_back(handover=self.handover, reason="Which order?", actor=self.bo, now=NOW)

    def create(self):
        customer = CustomerFacts(name="Wang Wei", need=Customer.Need.NONE, code="C-9")
        promise = ("We call back.", NOW + timedelta(hours=2))
        facts = {
            "issue_type": self.urgent.issue_type,
            "kind": Kind.URGENT,
            "progress": NOTE,
            "emotion": "angry",
        }
        key_at = NOW + timedelta(hours=1)
        items.create(
            post=self.post,
            customer=customer,
            key_at=key_at,
            promise=promise,
            form_key="ab12",
            **facts,
            **self.by,
        )


def submitted(scene: Scene) -> None:
    scene.open()
    scene.submit(scene.handover)


def answered(scene: Scene) -> None:
    submitted(scene)
    scene.accept()
    scene.receive_all()


def refused(scene: Scene) -> None:
    submitted(scene)
    scene.refuse()


def fresh(_scene: Scene) -> None:
    """Nothing has happened yet."""


STEPS: dict[str, tuple[Callable[[Scene], object], Callable[[Scene], object]]] = {
    "create": (fresh, Scene.create),
    "progress": (
        fresh,
        lambda s: items.progress(
            item=s.item, text=NOTE, stage=Stage.IN_PROGRESS, key_at=NOW + timedelta(hours=3), **s.by
        ),
    ),
    "transfer": (
        fresh,
        lambda s: holding.transfer(item=s.item, to=s.elsewhere, reason="Theirs.", actor=s.ada, now=NOW),
    ),
    "close": (
        submitted,
        lambda s: endings.close(item=s.item, result="Sold out.", promise_kept=None, **s.by),
    ),
    "take": (submitted, lambda s: holding.take(item=s.item, **s.by)),
    "open": (fresh, Scene.open),
    "save a section": (
        Scene.open,
        lambda s: sections.write(
            handover=s.handover, key="notes", body={"text": "Quiet."}, version=0, **s.by
        ),
    ),
    "submit": (Scene.open, lambda s: s.submit(s.handover)),
    "return": (submitted, Scene.send_back),
    "accept": (submitted, Scene.accept),
    "refuse": (submitted, Scene.refuse),
    "receive all": (submitted, Scene.receive_all),
    "undo": (answered, lambda s: lines.undo(line=s.line, **s.by)),
    "decide": (
        refused,
        lambda s: lines.decide(line=s.line, holder=s.bo, reason="Yours.", actor=s.dai, now=SOON),
    ),
    "take over": (
        submitted,
        lambda s: confirmation.take_over(handover=s.handover, reason="Nobody.", actor=s.dai, now=SOON),
    ),
    "confirm": (answered, lambda s: s.confirm(s.handover)),
}


@pytest.mark.parametrize("name", STEPS)
def test_a_step_that_fails_at_any_statement_leaves_nothing_and_can_be_repeated(name):
    prepare, run = STEPS[name]
    scene = Scene()
    prepare(scene)

    assert "Event" in written_at_once(lambda: run(scene))
