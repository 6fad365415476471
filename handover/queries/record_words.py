"""The content of a signed text, or of one about to be signed, put into words for pages and paper."""

from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from handover import canonical, form_template
from handover.models import Emotion, HandoverLine, Kind, Stage, UnknownFact

from .drafts import Typed
from .words import moment_words

Content = dict[str, Any]


@dataclass
class ShownLine:
    """One line as it stands in the content; everything is ready to be printed."""

    item: int
    url: str
    kind: str
    kind_label: str
    customer: str
    code: str
    phone: str
    need: str
    need_note: str
    issue_type: str
    stage: str
    stage_label: str
    progress: str
    facts: list[tuple[str, str]]  # label, words; only those that are there
    holder: str
    handovers: int
    checked: bool
    checked_by: str
    told_orally: bool
    missing: list[str]
    missing_reason: str


@dataclass
class ShownAnswer:
    """What the receiving side said of one line."""

    label: str
    answer: str
    by: str
    at: str
    reason: str
    holder: str
    read_back: str
    heard_orally: bool
    remarks: list[tuple[str, str, str]] = field(default_factory=list)  # who, when, words


@dataclass
class ShownSection:
    """One section of the form with its answers."""

    key: str
    title: str
    rows: list[tuple[str, str, str]]  # label, answer, note


@dataclass
class ShownDraft:
    """What one person typed into a section and never saved."""

    title: str
    rows: list[tuple[str, str, str]]
    author: str
    at: str


@dataclass
class ShownNotice:
    """One notice that was in force at the boundary."""

    title: str
    text: str
    author: str
    until: str


def lines(content: Content) -> list[ShownLine]:
    base = reverse("item_detail", args=[0]).removesuffix("0/")
    return [_line(line, base) for line in content["lines"]]


def _line(line: Content, base: str) -> ShownLine:
    customer = line["customer"]
    return ShownLine(
        item=line["item"],
        url=f"{base}{line['item']}/",
        kind=line["kind"],
        kind_label=str(Kind(line["kind"]).label),
        customer=customer["name"],
        code=customer["code"],
        phone=customer["phone"],
        need=customer["need"],
        need_note=customer["need_note"],
        issue_type=line["issue_type"],
        stage=line["stage"],
        stage_label=str(Stage(line["stage"]).label),
        progress=line["progress"],
        facts=_facts(line),
        holder=line["holder"],
        handovers=line["handovers"],
        checked=line["checked"],
        checked_by=line["checked_by"],
        told_orally=line["told_orally"],
        missing=missing_words(line["missing"]),
        missing_reason=line["missing_reason"],
    )


def _facts(line: Content) -> list[tuple[str, str]]:
    promise = line["promise"]
    emotion = "" if line["emotion"] == Emotion.NEUTRAL else str(Emotion(line["emotion"]).label)
    facts = [
        (_("Promise"), promise and _until(promise["text"], promise["due_at"])),
        (_("Key time node"), _until(line["key_note"], line["key_at"])),
        (_("Next action"), line["next_action"]),
        (_("If/then plan"), line["plan"]),
        (_("Waiting for"), line["waiting_for"] and _until(line["waiting_for"], line["waiting_until"])),
        (_("Order or ticket"), line["order_ref"]),
        (_("Emotion"), emotion),
    ]
    return [(label, words) for label, words in facts if words]


def _until(words: str, instant: str | None) -> str:
    at = canonical.parse_instant(instant)
    return " · ".join(part for part in (moment_words(at) if at else "", words) if part)


def missing_words(codes: list[str]) -> list[str]:
    """What is missing, each sentence once; a code is an unknown fact or else a rule of the content hints."""
    unclear = _("The progress does not say what was done, or who answers by when.")
    words = (str(UnknownFact(code).label) if code in UnknownFact.values else unclear for code in codes)
    return list(dict.fromkeys(words))


def answers(lines: list[Content]) -> dict[int, ShownAnswer]:
    """What the receiving side said of these lines, by item."""
    return {line["item"]: _answer(line) for line in lines}


def _answer(line: Content) -> ShownAnswer:
    return ShownAnswer(
        label=str(HandoverLine.Answer(line["answer"]).label),
        answer=line["answer"],
        by=line["by"],
        at=_until("", line["at"]),
        reason=line["reason"],
        holder=line.get("holder", ""),  # the first signed texts do not say it
        read_back=line["read_back"],
        heard_orally=line["heard_orally"],
        remarks=[(remark["by"], _until("", remark["at"]), remark["text"]) for remark in line["remarks"]],
    )


def sections(content: Content) -> list[ShownSection]:
    """Every section of the template in its order, answered or not."""
    bodies = content["sections"]
    return [
        ShownSection(section.key, str(section.title), section_rows(section, bodies.get(section.key, {})))
        for section in form_template.SECTIONS
    ]


def unsaved(typed: list[Typed]) -> list[ShownDraft]:
    """What people typed into the sections and never saved, in the order of the form."""
    order = list(form_template.BY_KEY)
    return [
        ShownDraft(
            title=str(form_template.BY_KEY[draft.key].title),
            rows=section_rows(form_template.BY_KEY[draft.key], draft.body),
            author=draft.author,
            at=moment_words(draft.saved_at),
        )
        for draft in sorted(typed, key=lambda draft: order.index(draft.key))
    ]


def section_rows(section: form_template.FormSection, body: dict[str, str]) -> list[tuple[str, str, str]]:
    """Label, answer and note of each answer of a section."""
    if section.kind == form_template.TEXT:
        return [("", body.get("text", ""), "")]
    states = {key: str(label) for key, label in form_template.CHECK_CHOICES}
    return [
        (
            str(line.label),
            states.get(body.get(line.key, ""), body.get(line.key, "")),
            body.get(f"{line.key}_note", ""),
        )
        for line in section.lines
    ]


def answer_backs(content: Content) -> list[dict[str, Any]]:
    """What became of what the shift had received."""
    base = reverse("item_detail", args=[0]).removesuffix("0/")
    return [
        {**row, "url": f"{base}{row['item']}/", "words": became_words(row["became"])}
        for row in content["answer_backs"]
    ]


def papers(content: Content) -> list[str]:
    """From which paper forms it was typed. A text signed under the first schema knows nothing of them."""
    return [
        _("From paper: form %(serial)s, written %(written)s, typed %(typed)s by %(name)s.")
        % {
            "serial": paper["serial"],
            "written": _until("", paper["written_at"]),
            "typed": _until("", paper["typed_at"]),
            "name": paper["typed_by"],
        }
        for paper in content.get("paper", ())
    ]


def notices(content: Content) -> list[ShownNotice]:
    """What was in force at the boundary. A text signed under the first schema knows nothing of it."""
    return [
        ShownNotice(notice["title"], notice["text"], notice["author"], _until("", notice["until"]))
        for notice in content.get("notices", ())
    ]


def became_words(became: str) -> str:
    """What became of a received item; `became` is an answer of `cut.what_became`."""
    return {
        "ended": _("It is closed"),
        "passed_on": _("Passed on to another post"),
        "progressed": _("Progress was made"),
        "nothing": _("Nothing was done yet"),
    }[became]
