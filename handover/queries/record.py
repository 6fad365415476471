"""The content of a handover as it is signed: built from the live rows once, afterwards read from the
signed text.

Nothing in it depends on the instant of looking, so that what the signer saw and what is signed are the
same bytes.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, IntegerField, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from handover import canonical, form_template
from handover.models import (
    Handover,
    Kind,
    Notice,
    PaperForm,
    PendingItem,
    Round,
    Shift,
    SignedText,
    SignOff,
)
from handover.queries import answers, drafts, duty, notices, paper
from handover.queries.answers import AnsweredLine, Remark
from handover.queries.drafts import DraftItem, ReceivedItem, SavedSection
from handover.queries.prepared import Rows, prepared

Content = dict[str, Any]


@dataclass(frozen=True)
class Signature:
    """Who signs as what and what it means, in the words the signer reads."""

    user: User
    role: str
    meaning: str
    as_supervisor: bool = False

    def content(self) -> Content:
        return {
            "user": self.user.pk,
            "name": self.user.display_name,
            "role": self.role,
            "as_supervisor": self.as_supervisor,
            "meaning": self.meaning,
        }


@dataclass(frozen=True)
class Draft:
    """The live rows that one submission of a handover is made of."""

    handover: Handover
    items: list[DraftItem]
    staying: list[DraftItem]
    received: list[ReceivedItem]
    sections: dict[str, SavedSection]
    notices: Sequence[Notice]
    paper_forms: Sequence[PaperForm]


@dataclass(frozen=True)
class Hindrance:
    """What keeps a draft from being signed, and the place on its page where it is mended."""

    sentence: str
    anchor: str


def outgoing_signature(user: User, *, as_supervisor: bool) -> Signature:
    return Signature(
        user,
        SignOff.Role.OUTGOING,
        _(
            "I hand over what stands here. It is complete and correct to the best of my knowledge; "
            "what is not handed over is named with its reason."
        ),
        as_supervisor,
    )


def incoming_signature(user: User, *, as_supervisor: bool) -> Signature:
    return Signature(
        user,
        SignOff.Role.INCOMING,
        _("I have reviewed what stands here, item by item, and take the shift over."),
        as_supervisor,
    )


def joining_signature(user: User, *, role: str) -> Signature:
    return Signature(user, role, _("I join what my shift has signed here."))


def addendum_signature(user: User) -> Signature:
    return Signature(user, SignOff.Role.ADDENDUM, _("I add this to the signed record."))


def load_draft(handover: Handover, *, lock: bool = False) -> Draft:
    """The rows behind the next submission; with `lock` no item of the cut can change until the commit."""
    if lock:
        _lock_items(post=handover.post_id)
    open_items = drafts.items(handover)
    return Draft(
        handover=handover,
        items=[item for item in open_items if not item.stays and not item.answered],
        staying=[item for item in open_items if item.stays],
        received=drafts.received(handover),
        sections=drafts.sections(handover),
        notices=notices.at_boundary(handover),
        paper_forms=paper.typed_into(handover),
    )


def hindrances(draft: Draft) -> list[Hindrance]:
    """Nobody is kept from going home, but what is urgent goes out only with its facts or with a reason."""
    lacking = _("Urgent item #%(number)d lacks a fact. Complete it, or say why it goes out like this.")
    idle = _("Nothing was done on urgent item #%(number)d that you received. Say why before you sign.")
    facts = [
        Hindrance(lacking % {"number": item.item_id}, f"item-{item.item_id}")
        for item in draft.items
        if item.kind == Kind.URGENT and item.missing and not item.missing_reason
    ]
    answers = [
        Hindrance(idle % {"number": item.item_id}, "received")
        for item in draft.received
        if item.must_be_answered_back
    ]
    return facts + answers


@prepared(post=BigIntegerField())
def _lock_items(*, post: int) -> Rows:
    """Until the commit. The key is left free: an Event of the item must not wait for it."""
    items = PendingItem.objects.open().filter(post=post).order_by("pk")
    return items.select_for_update(no_key=True).values_list("pk")


def outgoing_content(draft: Draft, signature: Signature | None = None) -> Content:
    """What the outgoing side signs."""
    handover = draft.handover
    people = duty.names(outgoing=handover.outgoing_shift_id, incoming=handover.incoming_shift_id)
    return {
        "schema": "handover.round",
        "schema_version": canonical.SCHEMA_VERSION,
        "template": {"name": form_template.NAME, "version": form_template.VERSION},
        "handover": handover.pk,
        "round": handover.round_number,
        "team": handover.team.name,
        "time_zone": handover.team.time_zone,
        "post": handover.post.name,
        "outgoing_shift": _shift(handover.outgoing_shift, people),
        "incoming_shift": _shift(handover.incoming_shift, people),
        "lines": [_line(item) for item in draft.items],
        "staying": [_named(item) for item in draft.staying],
        "notices": [notices.frozen(notice) for notice in draft.notices],
        "answer_backs": [_answer_back(item) for item in draft.received],
        "sections": {key: section.body for key, section in draft.sections.items()},
        "paper": [_paper(paper_form) for paper_form in draft.paper_forms],
        "signature": signature.content() if signature else None,
    }


def incoming_content(handover: Handover, round_: Round, signature: Signature | None = None) -> Content:
    """What the incoming side signs: its answers, bound to the outgoing text by that text's hash."""
    return {
        "schema": "handover.confirmation",
        "schema_version": canonical.SCHEMA_VERSION,
        "handover": handover.pk,
        "round": round_.number,
        "round_sha256": round_.text_id,
        "time_zone": handover.team.time_zone,
        "taken_over": handover.taken_over,
        "lines": answered(handover, answers.lines(handover)),
        "signature": signature.content() if signature else None,
    }


def answered(handover: Handover, lines: list[AnsweredLine]) -> list[Content]:
    """What the receiving side has said of these lines so far."""
    said = answers.threads(handover)
    return [_answer(line, said[line.item_id]) for line in lines]


def joining_content(handover: Handover, signature: Signature) -> Content:
    """What a further signer of a side signs: the text that the first one signed, by its hash."""
    first = handover.sign_offs.filter(role=signature.role, round_number=handover.round_count)
    return {
        "schema": "handover.joining",
        "schema_version": canonical.SCHEMA_VERSION,
        "handover": handover.pk,
        "round": handover.round_count,
        "joins": first.order_by("signed_at", "pk").values_list("text_id", flat=True).first(),
        "signature": signature.content(),
    }


def addendum_content(handover: Handover, text: str, signature: Signature) -> Content:
    """What is signed with an addendum: its words, bound to everything signed before it."""
    signed = handover.sign_offs.order_by("signed_at", "pk").values_list("text_id", flat=True)
    return {
        "schema": "handover.addendum",
        "schema_version": canonical.SCHEMA_VERSION,
        "handover": handover.pk,
        "adds_to": list(signed),
        "text": text,
        "signature": signature.content(),
    }


def addendum_ground(handover: Handover, signature: Signature) -> str:
    """The hash of all that an addendum adds to: what its signer has before them when they begin to type."""
    return canonical.content_hash(addendum_content(handover, "", signature))


def signed_content(text: SignedText) -> Content:
    """The content of a signed text, read back from its bytes."""
    content: Content = json.loads(text.text)
    return content


def latest_round(handover: Handover) -> Round:
    """The latest submission. Raises Round.DoesNotExist for a handover that was never submitted."""
    found = _round(handover=handover.pk, number=handover.round_count)
    if not found:
        raise Round.DoesNotExist
    return found[0]


@prepared(handover=BigIntegerField(), number=IntegerField())
def _round(*, handover: int, number: int) -> QuerySet[Round]:
    return Round.objects.filter(handover=handover, number=number).select_related("text", "submitted_by")


def rounds(handover: Handover) -> list[Round]:
    """All submissions, in their order."""
    return _rounds(handover=handover.pk)


@prepared(handover=BigIntegerField())
def _rounds(*, handover: int) -> QuerySet[Round]:
    found = Round.objects.filter(handover=handover).order_by("number")
    return found.select_related("text", "submitted_by", "ended_by", "score_rules")


def _shift(shift: Shift | None, people: list[duty.Name]) -> Content | None:
    if shift is None:
        return None
    return {
        "name": shift.name,
        "starts_at": canonical.instant(shift.starts_at),
        "ends_at": canonical.instant(shift.ends_at),
        "people": [
            {"name": person.name, "duty_supervisor": person.is_duty_supervisor}
            for person in people
            if person.shift_id == shift.pk
        ],
    }


def _named(item: DraftItem | ReceivedItem) -> Content:
    return {
        "item": item.item_id,
        "kind": item.kind,
        "customer": item.customer,
        "issue_type": item.issue_type,
        "holder": item.holder or "",
    }


def _line(item: DraftItem) -> Content:
    return {
        **_named(item),
        "customer": {
            "code": item.code,
            "name": item.customer,
            "phone": item.phone,
            "need": item.need,
            "need_note": item.need_note,
        },
        "stage": item.stage,
        "progress": item.progress,
        "next_action": item.next_action,
        "plan": item.plan,
        "key_at": canonical.instant(item.key_at),
        "key_note": item.key_note,
        "waiting_for": item.waiting_for,
        "waiting_until": canonical.instant(item.waiting_until),
        "order_ref": item.order_ref,
        "emotion": item.emotion,
        "next_clock": item.next_clock,
        "next_due_at": canonical.instant(item.next_due_at),
        "promise": _promise(item),
        "handovers": item.handover_count,
        "checked": item.is_checked,
        "checked_by": item.checked_by or "",
        "told_orally": bool(item.told_orally),
        "missing": item.missing,
        "missing_reason": item.missing_reason or "",
    }


def _promise(item: DraftItem) -> Content | None:
    if item.promise is None:
        return None
    return {
        "text": item.promise,
        "due_at": canonical.instant(item.promised_for),
        "by": item.promised_by or "",
    }


def _answer_back(item: ReceivedItem) -> Content:
    if item.is_elsewhere:
        facts = _named(item) | {"customer": "", "holder": "", "progress": item.result}
    else:
        facts = _named(item) | {"progress": item.progress}
    return {
        **facts,
        "from_handover": item.handover_id,
        "became": item.became,
        "stage": item.stage,
        "why": item.why,
    }


def _paper(paper_form: PaperForm) -> Content:
    return {
        "serial": paper_form.serial,
        "written_at": canonical.instant(paper_form.written_at),
        "typed_at": canonical.instant(paper_form.typed_at),
        "typed_by": _name(paper_form.typed_by),
    }


def _answer(line: AnsweredLine, said: list[Remark]) -> Content:
    return {
        "item": line.item_id,
        "round": line.round_number,
        "answer": line.answer,
        "by": line.answered_by or "",
        "at": canonical.instant(line.answered_at),
        "reason": line.reason,
        "holder": line.decided_holder or "",
        "heard_orally": line.heard_orally,
        "read_back": line.read_back,
        "read_back_by": line.read_back_by or "",
        "remarks": [
            {"by": remark.by or "", "at": canonical.instant(remark.at), "text": remark.text}
            for remark in said
        ],
    }


def _name(user: User | None) -> str:
    return user.display_name if user else ""
