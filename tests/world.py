"""One team with one thing of every kind, and a person in every relation to it."""

from datetime import timedelta
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts.models import HeldForm, Membership, User
from handover import check_template
from handover.models import (
    CalendarFeed,
    Delivery,
    Draw,
    DrawnRecord,
    Escalation,
    Finding,
    Handover,
    HandoverLine,
    Measure,
    Message,
    Round,
    SpotCheck,
    Swap,
    Target,
    Waits,
    WeeklyAction,
    WeeklyReport,
)
from handover.queries import record
from handover.services import disputes, paper, promises, submission, swaps
from tests import factories
from tests.boundary import Desk
from tests.canaries import CANARY, fill
from tests.figures import of_history

CUSTOMER = (f"Name {CANARY}", "13912345678")  # the name and the phone number of the world's customer


class World(Desk):
    """Every text of the team holds a word that no stranger may ever be shown."""

    def __init__(self):
        super().__init__()
        factories.running_engine(self.now)
        role = Membership.Role
        self.team.name = f"Team {CANARY}"
        self.team.save(update_fields=["name"])
        self.post.name = f"Post {CANARY}"
        self.post.save(update_fields=["name"])
        texts = {"progress": f"Progress {CANARY}", "next_action": CANARY, "plan": CANARY, "order_ref": CANARY}
        customer = factories.customer(self.team, CUSTOMER[0], code=CANARY, phone=CUSTOMER[1], advice=CANARY)
        issue_type = factories.issue_type(self.team, f"Type {CANARY}")
        self.matter = self.item(customer=customer, issue_type=issue_type, holder=self.ada, **texts)
        due_at = self.now + timedelta(hours=1)
        self.promise = promises.make(
            item=self.matter, text=CANARY, due_at=due_at, actor=self.ada, now=self.then
        )
        self.escalation = Escalation.objects.create(
            clock=self.matter.clocks.get(kind=Waits.DONE),
            team=self.team,
            step=0,
            targets=[Target.HOLDER],
            due_at=self.then,
            fired_at=self.then,
            told=[self.ada.pk],
        )
        self.pattern = factories.pattern(self.post, CANARY)
        self.swap = self.agreed_swap()
        self.calendar = CalendarFeed.objects.create(
            owner=self.ada, post=self.post, sha256=CANARY, made_at=self.then
        )
        self.message = Message.objects.create(recipient=self.ada, text=CANARY, at=self.then)
        self.notice = factories.notice(
            self.team, now=self.then, title=CANARY, text=CANARY, author=factories.administrator(CANARY)
        )
        self.webhook = factories.webhook(self.team, f"Chat {CANARY}", secret=CANARY)
        self.undelivered = Delivery.objects.create(
            webhook=self.webhook,
            text=CANARY,
            key="told",
            at=self.then,
            state=Delivery.State.GIVEN_UP,
            settled_at=self.now,
            error=f"refused: {CANARY}",
        )
        self.held = HeldForm.objects.create(user=self.ada, path="/", data="{}", created_at=timezone.now())
        paper.print_forms(post=self.post, first=1, count=1, actor=self.ada, now=self.then)
        self.earlier = self.submitted_before()
        self.line = self.earlier.lines.get()
        self.drawn = self.drawn_lately()
        self.finding = self.found_lately()
        self.dispute = disputes.raise_(
            handover=self.earlier, line=self.line, cause="other", text=CANARY, actor=self.bo, now=self.now
        )
        self.received = self.received_at_start()
        self.action = self.agreed_on_figures()
        of_history(self.post, Measure.PROMISE, {self.team.business_week(self.now): (True,)}, person=self.ada)
        self.people = {
            "agent": self.ada,
            "receiver": self.bo,
            "off_duty": factories.member(self.team),
            "leader": factories.member(self.team, leads=self.post),
            "supervisor": self.dai,
            "auditor": factories.member(self.team, role.AUDITOR),
            "disabled": factories.member(self.team, role.SUPERVISOR),
            "administrator": factories.administrator(),
            "stranger": factories.agent_on_duty(factories.post(), now=self.now),
            "other_supervisor": factories.member(factories.team(), role.SUPERVISOR),
        }
        who = User.objects.filter(pk=self.people["off_duty"].pk)
        who.update(password_reset_by=self.people["administrator"], display_name=f"Off {CANARY}")
        fill(self)

    def agreed_swap(self) -> Swap:
        """Ada gives a shift to Bo, and nobody has approved it yet."""
        shift = factories.shift(self.post, starts_at=self.now + timedelta(days=30), name=CANARY)
        swap = swaps.ask(
            place=factories.assignment(shift, self.ada),
            colleague=self.bo,
            in_return=None,
            note=CANARY,
            actor=self.ada,
            now=self.then,
        )
        swaps.agree(swap=swap, actor=self.bo, now=self.then)
        return swap

    def submitted_before(self) -> Handover:
        """A handover of another post of the team that waits for its incoming shift."""
        desk = Desk.__new__(Desk)
        desk.post = factories.post(self.team, f"Second {CANARY}")
        starts_at = self.now - timedelta(hours=7)
        outgoing = factories.shift(desk.post, starts_at=starts_at, hours=7.3, name=CANARY)
        incoming = factories.shift(desk.post, starts_at=outgoing.ends_at, name=CANARY)
        factories.assignment(incoming, self.bo, checked_in_at=self.then)
        factories.item(desk.post, now=self.then, customer=self.matter.customer, progress=CANARY)
        handover = Handover.objects.create(
            team=self.team,
            post=desk.post,
            outgoing_shift=outgoing,
            incoming_shift=incoming,
            boundary_at=outgoing.ends_at,
            opened_at=self.then,
        )
        signature = record.outgoing_signature(factories.member(self.team, name=CANARY), as_supervisor=True)
        content = record.outgoing_content(record.load_draft(handover), signature)
        submission.submit_signed(
            handover=handover,
            signature=signature,
            seen_sha256=record.canonical.content_hash(content),
            now=self.now,
        )
        return handover

    def drawn_lately(self) -> DrawnRecord:
        """The record of the other post as a draw brought it to be checked."""
        signer = self.earlier.rounds.get().submitted_by
        marks = {"post": self.earlier.post_id, "shift": CANARY, "signer": signer.pk}
        draw = Draw.objects.create(
            team=self.team,
            week=self.now.date(),
            starts_at=self.now - timedelta(days=7),
            ends_at=self.then,
            count=1,
            seed=CANARY,
            commitment=CANARY,
            committed_at=self.then,
            algorithm=CANARY,
            population=[{"id": self.earlier.pk, **marks}],
            drawn_at=self.then,
        )
        return DrawnRecord.objects.create(draw=draw, handover=self.earlier, place=1, at=self.then)

    def found_lately(self) -> Finding:
        """What a check found, for the outgoing agent to put right."""
        check = SpotCheck.objects.create(
            record=self.drawn,
            text=self.earlier.rounds.get().text,
            template="spot_check",
            template_version=1,
            scores=dict.fromkeys(check_template.KEYS, 3),
            remarks=CANARY,
            checked_by=self.dai,
            checked_at=self.then,
        )
        finding = Finding.objects.create(
            spot_check=check,
            team=self.team,
            post=self.earlier.post,
            handover=self.earlier,
            text=CANARY,
            correction=CANARY,
            responsible=self.ada,
            due_at=self.now + timedelta(days=1),
            filed_by=self.dai,
            filed_at=self.then,
        )
        finding.entries.create(step="again", text=CANARY, by=self.dai, at=self.then)
        return finding

    def received_at_start(self) -> HandoverLine:
        """What the outgoing shift received from the one before it."""
        before = factories.shift(self.post, starts_at=self.now - timedelta(hours=15), name=CANARY)
        handover = Handover.objects.create(
            team=self.team,
            post=self.post,
            outgoing_shift=before,
            incoming_shift=self.handover.outgoing_shift,
            boundary_at=before.ends_at,
            state=Handover.State.LAPSED,
            opened_at=before.starts_at,
            submitted_at=before.ends_at,
            ended_at=before.ends_at,
            round_count=1,
        )
        handover.rounds.create(
            number=1,
            text=self.earlier.rounds.get().text,
            submitted_by=self.dai,
            submitted_at=before.ends_at,
            score=50,
            outcome=Round.Outcome.LAPSED,
            ended_at=before.ends_at,
        )
        accepted = {"answer": "accepted", "answered_by": self.ada, "answered_at": self.then}
        return HandoverLine.objects.create(handover=handover, item=self.matter, round_number=1, **accepted)

    def agreed_on_figures(self) -> WeeklyAction:
        week = self.team.business_week(self.now) - timedelta(days=7)
        case = {"handover": self.handover.pk, "post": CANARY, "shift": CANARY, "at": self.then.isoformat()}
        of_item = [{"item": self.matter.pk, "at": self.then.isoformat(), "times": 2, "handovers": 1}]
        worst = {"late": [case | {"minutes": None}], "promises": of_item, "calls": of_item, "oldest": of_item}
        body = {"sums": {"now": {"promise": [2, 1, 0]}, "before": {"promise": [2, 2, 0]}}} | worst
        report = WeeklyReport.objects.create(team=self.team, week=week, body=body, prepared_at=self.then)
        agreed = {"text": CANARY, "responsible": self.ada, "due_date": self.then.date()}
        return report.actions.create(noted_by=self.dai, noted_at=self.then, **agreed)

    def person(self, role: str) -> User | None:
        return self.people.get(role)

    def arguments(self, route: str) -> dict[str, Any]:
        """The ids with which a route leads to a thing of the team."""
        own = {
            "messages": self.message.pk,
            "notices": self.notice.pk,
            "items": self.matter.pk,
            "escalations": self.escalation.pk,
            "customers": self.matter.customer_id,
            "shifts": self.handover.incoming_shift_id,
            "assignments": self.handover.incoming_shift.assignments.get().pk,
            "swaps": self.swap.pk,
            "calendars": self.calendar.pk,
            "handovers": self.earlier.pk if self._wants_submitted(route) else self.handover.pk,
            "teams": self.team.pk,
            "issue-types": self.matter.issue_type_id,
            "posts": self.post.pk,
            "patterns": self.pattern.pk,
            "draws": self.drawn.draw_id,
            "records": self.drawn.pk,
            "findings": self.finding.pk,
            "figures": self.ada.pk,
            "weekly": self.action.report_id,
            "actions": self.action.pk,
            "people": (self.people["off_duty"] if "vouch" in route else self.bo).pk,
            "kept": self.held.pk,
            "webhooks": self.webhook.pk,
            "deliveries": self.undelivered.pk,
            "disputes": self.dispute.pk,
        }
        subject = next((part for part in reversed(route.split("<int:pk>")[0].split("/")) if part in own), "")
        return {
            "pk": own.get(subject, 0),
            "promise_pk": self.promise.pk,
            "item_pk": self.line.item_id if "dispute" in route else self.matter.pk,
            "line_pk": self.received.pk if "received" in route else self.line.pk,
            "post_pk": self.post.pk,
            "team_pk": self.team.pk,
            "post_id": self.post.pk,
            "key": "notes",
            "clock": "taken",
            "measure": "promise",
            "token": "unknown",
            **dict.fromkeys(("number", "first", "last"), 1),
            "sha256": self.earlier.rounds.get().text_id,
        }

    def path_of(self, route: str) -> str:
        path = route
        for name, value in self.arguments(route).items():
            for kind in ("int", "slug"):
                path = path.replace(f"<{kind}:{name}>", str(value))
        return f"/{path}"

    def _wants_submitted(self, route: str) -> bool:
        words = "lines/ signed/ evidence review confirm receive-all return take-over dispute".split()
        return any(word in route for word in words)


def routes() -> dict[str, str]:
    """Every address of the program by its name."""
    found: dict[str, str] = {}

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> None:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, prefix + str(pattern.pattern))
            else:
                found[pattern.name or ""] = prefix + str(pattern.pattern)

    walk(get_resolver("handover.urls").url_patterns, "")
    return found
