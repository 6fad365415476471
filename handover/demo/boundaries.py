"""What both shifts do at a shift boundary. Each act finds the handover as it stands at its instant."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.utils import timezone, translation

from accounts.models import User
from handover import canonical, form_template
from handover.demo.accounts import PASSWORD
from handover.demo.centre import Desk
from handover.models import Assignment, Dispute, Handover, HandoverLine, Kind, Shift
from handover.queries import cut, drafts, record
from handover.services import confirmation, disputes, lines, opening, sections, submission

Answer = HandoverLine.Answer
RULE_TAKES = timedelta(days=3)
BEGUN = 4  # so many sections of a form are written first


@dataclass(frozen=True)
class Boundary:
    """One boundary of a post; `number` tells it from the others, so that not all of them read alike."""

    desk: Desk
    outgoing: Shift
    incoming: Shift
    number: int

    def phrase(self, name: str) -> str:
        return self.desk.phrase(name, self.number)

    def handover(self) -> Handover:
        related = ("team", "post__team", "outgoing_shift__post", "incoming_shift__post")
        return Handover.objects.select_related(*related).get(outgoing_shift=self.outgoing)

    def leaving(self, at: datetime) -> list[User]:
        return _agents(self.outgoing, at)

    def coming(self, at: datetime) -> list[User]:
        return _agents(self.incoming, at)

    def waiting(self) -> list[HandoverLine]:
        """The lines without an answer, urgent ones first."""
        rows = self.handover().lines.filter(round_number__gt=0, answer=Answer.NONE)
        related = ("item__customer", "item__post", "handover__incoming_shift", "handover__outgoing_shift")
        found = list(rows.select_related(*related).order_by("position", "pk"))
        return sorted(found, key=lambda line: not line.item.is_urgent)


def open_record(boundary: Boundary, at: datetime) -> None:
    opening.open_for(shift=boundary.outgoing, now=at)


def write_form(boundary: Boundary, at: datetime, *, whole: bool = True) -> None:
    handover, people = boundary.handover(), boundary.leaving(at)
    chosen = form_template.SECTIONS if whole else form_template.SECTIONS[:BEGUN]
    for place, section in enumerate(chosen):
        body = _body(boundary, section)
        actor = people[place % len(people)]
        sections.write(handover=handover, key=section.key, body=body, version=0, actor=actor, now=at)


def look_through(boundary: Boundary, at: datetime, *, share: int = 1) -> None:
    """Both check their items, or only one of so many, and say what became of those they received."""
    handover, people = boundary.handover(), boundary.leaving(at)
    for item in list(cut.cut(handover))[::share]:
        actor = item.holder if item.holder in people else people[0]
        missing = cut.missing_facts(item.progress, item.key_at, item.customer.need)
        lines.check(
            handover=handover,
            item=item,
            told_orally=item.is_urgent,
            missing_reason=boundary.phrase("why") if item.is_urgent and missing else "",
            actor=actor,
            now=at,
        )
    idle = [item.line_id for item in drafts.received(handover) if item.asks_why]
    for line in cut.received_lines(handover.outgoing_shift_id).filter(pk__in=idle):
        lines.answer_back(line=line, handover=handover, text=boundary.phrase("why"), actor=people[0], now=at)


def submit(boundary: Boundary, at: datetime) -> None:
    handover = boundary.handover()
    with translation.override(boundary.desk.language):
        signature = record.outgoing_signature(boundary.leaving(at)[0], as_supervisor=False)
    content = record.outgoing_content(record.load_draft(handover), signature)
    seen = canonical.content_hash(content)
    submission.submit_signed(handover=handover, signature=signature, seen_sha256=seen, now=at)


def accept_urgent(boundary: Boundary, at: datetime) -> None:
    for line in boundary.waiting():
        if line.item.is_urgent:
            _accept(boundary, line, at)


def accept_one(boundary: Boundary, at: datetime) -> None:
    if waiting := boundary.waiting():
        _accept(boundary, waiting[0], at)


def accept_some(boundary: Boundary, at: datetime) -> None:
    """Every other one; the rest goes into the queue."""
    for line in boundary.waiting()[::2]:
        _accept(boundary, line, at)


def receive_rest(boundary: Boundary, at: datetime) -> None:
    lines.receive_all(handover=boundary.handover(), actor=boundary.coming(at)[0], now=at)


def ask(boundary: Boundary, at: datetime) -> None:
    line, actor = boundary.waiting()[0], boundary.coming(at)[0]
    lines.question(line=line, text=boundary.phrase("question"), actor=actor, now=at)


def answer(boundary: Boundary, at: datetime) -> None:
    line, actor = _questioned(boundary), boundary.leaving(at)[0]
    lines.reply(line=line, text=boundary.phrase("reply"), actor=actor, now=at)


def accept_answered(boundary: Boundary, at: datetime) -> None:
    _accept(boundary, _questioned(boundary), at)


def doubt(boundary: Boundary, at: datetime) -> None:
    """A question on an item that is not urgent, which stays open: the record gets a reservation."""
    line = next(line for line in boundary.waiting() if not line.item.is_urgent)
    lines.question(line=line, text=boundary.phrase("reservation"), actor=boundary.coming(at)[0], now=at)


def dispute(boundary: Boundary, at: datetime) -> None:
    """The item with the open question should never have been handed over, says who received it."""
    disputes.raise_(
        handover=boundary.handover(),
        line=_questioned(boundary),
        cause=Dispute.Cause.HOLDER,
        text=boundary.phrase("dispute"),
        actor=boundary.coming(at)[0],
        now=at,
    )


def contradict(boundary: Boundary, at: datetime) -> None:
    raised = Dispute.objects.select_related("handover").get(handover=boundary.handover())
    disputes.state(dispute=raised, text=boundary.phrase("contradict"), actor=boundary.leaving(at)[0], now=at)


def decide(boundary: Boundary, at: datetime) -> None:
    """For who handed it over; the leader sees to it that such things are written down from now on."""
    desk, raised = boundary.desk, Dispute.objects.get(handover=boundary.handover())
    rule = disputes.Rule(desk.phrase("rule"), (at + RULE_TAKES).date(), desk.leader)
    reason, verdict = desk.phrase("decide"), Dispute.Verdict.OUTGOING
    decision = disputes.Decision(verdict, reason, holder=raised.raised_by, rule=rule)
    disputes.decide(dispute=raised, decision=decision, actor=desk.supervisors[0], now=at)


def finish_rule(boundary: Boundary, at: datetime) -> None:
    raised = Dispute.objects.get(handover=boundary.handover())
    disputes.finish_rule(dispute=raised, actor=boundary.desk.leader, now=at)


def refuse(boundary: Boundary, at: datetime, *, order_ref: str) -> None:
    line = next(line for line in boundary.waiting() if line.item.order_ref == order_ref)
    lines.refuse(line=line, reason=boundary.phrase("refuse"), actor=boundary.coming(at)[0], now=at)


def send_back(boundary: Boundary, at: datetime) -> None:
    submission.send_back(
        handover=boundary.handover(),
        reason=boundary.phrase("return"),
        actor=boundary.coming(at)[0],
        now=at,
    )


def confirm(boundary: Boundary, at: datetime) -> None:
    _confirm(boundary, boundary.coming(at)[0], at)


def take_over(boundary: Boundary, at: datetime) -> None:
    supervisor = boundary.desk.supervisors[0]
    reason = boundary.phrase("take_over")
    confirmation.take_over(handover=boundary.handover(), reason=reason, actor=supervisor, now=at)
    _confirm(boundary, supervisor, at, as_supervisor=True)


def add_addendum(boundary: Boundary, at: datetime) -> None:
    handover = boundary.handover()
    with translation.override(boundary.desk.language):
        signature = record.addendum_signature(boundary.coming(at)[0])
    confirmation.add_addendum(
        handover=handover,
        text=boundary.phrase("addendum"),
        signature=signature,
        password=PASSWORD,
        seen_sha256=record.addendum_ground(handover, signature),
        address="",
        now=at,
    )


refuse_repair = partial(refuse, order_ref="RP-5531")
begin_form = partial(write_form, whole=False)
look_at_half = partial(look_through, share=2)


def _agents(shift: Shift, at: datetime) -> list[User]:
    """Who is on duty for the shift, in the order of the roster."""
    rows = Assignment.objects.on_duty(at).filter(shift=shift, is_duty_supervisor=False)
    return [row.user for row in rows.select_related("user").order_by("pk")]


def _body(boundary: Boundary, section: form_template.FormSection) -> dict[str, str]:
    if section.kind == form_template.TEXT:
        return {"text": boundary.phrase(section.key)}
    if section.kind == form_template.FACTS:
        return {line.key: str(figure) for line, figure in zip(section.lines, _figures(boundary), strict=True)}
    return {
        name: form_template.OK if name in {line.key for line in section.lines} else ""
        for name in section.field_names()
    }


def _figures(boundary: Boundary) -> tuple[int, ...]:
    answered = 84 + 7 * (boundary.number % 5)
    return answered, answered - 6, answered - 17, 205 + 9 * (boundary.number % 4), 21 + boundary.number % 6


def _accept(boundary: Boundary, line: HandoverLine, at: datetime) -> None:
    people = boundary.coming(at)
    lines.accept(
        line=line,
        read_back=_read_back(boundary, line) if line.item.kind == Kind.URGENT else "",
        heard_orally=line.told_orally,
        actor=people[line.position % len(people)],
        now=at,
    )


def _read_back(boundary: Boundary, line: HandoverLine) -> str:
    by = line.item.key_at or line.handover.boundary_at
    at = timezone.localtime(by, boundary.desk.post.team.zone)
    return boundary.phrase("read_back").format(customer=line.item.customer.name, at=f"{at:%H:%M}")


def _questioned(boundary: Boundary) -> HandoverLine:
    rows = boundary.handover().lines.select_related("item__customer", "handover__incoming_shift")
    return rows.get(answer=Answer.QUESTIONED)


def _confirm(boundary: Boundary, signer: User, at: datetime, **how: Any) -> None:
    handover = boundary.handover()
    with translation.override(boundary.desk.language):
        signature = record.incoming_signature(signer, as_supervisor=how.get("as_supervisor", False))
    content = record.incoming_content(handover, record.latest_round(handover), signature)
    seen = canonical.content_hash(content)
    confirmation.confirm_signed(handover=handover, signature=signature, seen_sha256=seen, now=at)
