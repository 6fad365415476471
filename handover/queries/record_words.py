"""The content of a signed text, or of one about to be signed, put into words for pages and paper."""

from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from handover import canonical, form_template
from handover.models import Emotion, HandoverLine, Kind, Stage, UnknownFact

from .drafts import Typed
from .words import Speaker
from .words import phrase as _

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
    speaker = Speaker()
    return [_line(line, base, speaker) for line in content["lines"]]


def _line(line: Content, base: str, speaker: Speaker) -> ShownLine:
    customer = line["customer"]
    return ShownLine(
        item=line["item"],
        url=f"{base}{line['item']}/",
        kind=line["kind"],
        kind_label=speaker.labels(Kind)[line["kind"]],
        customer=customer["name"],
        code=customer["code"],
        phone=customer["phone"],
        need=customer["need"],
        need_note=customer["need_note"],
        issue_type=line["issue_type"],
        stage=line["stage"],
        stage_label=speaker.labels(Stage)[line["stage"]],
        progress=line["progress"],
        facts=_facts(line, speaker),
        holder=line["holder"],
        handovers=line["handovers"],
        checked=line["checked"],
        checked_by=line["checked_by"],
        told_orally=line["told_orally"],
        missing=missing_words(line["missing"]) if line["missing"] else [],
        missing_reason=line["missing_reason"],
    )


def _facts(line: Content, speaker: Speaker) -> list[tuple[str, str]]:
    _ = speaker.say
    promise, waiting_for = line["promise"], line["waiting_for"]
    emotion = "" if line["emotion"] == Emotion.NEUTRAL else speaker.labels(Emotion)[line["emotion"]]
    facts = [
        (_("Promise"), promise and _until(promise["text"], promise["due_at"], speaker)),
        (_("Key time node"), _until(line["key_note"], line["key_at"], speaker)),
        (_("Next action"), line["next_action"]),
        (_("If/then plan"), line["plan"]),
        (_("Waiting for"), waiting_for and _until(waiting_for, line["waiting_until"], speaker)),
        (_("Order or ticket"), line["order_ref"]),
        (_("Emotion"), emotion),
    ]
    return [(label, words) for label, words in facts if words]


def _until(words: str, instant: str | None, speaker: Speaker) -> str:
    at = canonical.parse_instant(instant)
    return " · ".join(part for part in (speaker.moment(at) if at else "", words) if part)


def missing_words(codes: list[str]) -> list[str]:
    """What is missing, each sentence once; a code is an unknown fact or else a rule of the content hints."""
    unclear = _("The progress does not say what was done, or who answers by when.")
    labels = Speaker().labels(UnknownFact)
    return list(dict.fromkeys(labels.get(code, unclear) for code in codes))


def answers(lines: list[Content]) -> dict[int, ShownAnswer]:
    """What the receiving side said of these lines, by item."""
    speaker = Speaker()
    return {line["item"]: _answer(line, speaker) for line in lines}


def _answer(line: Content, speaker: Speaker) -> ShownAnswer:
    return ShownAnswer(
        label=speaker.labels(HandoverLine.Answer)[line["answer"]],
        answer=line["answer"],
        by=line["by"],
        at=_until("", line["at"], speaker),
        reason=line["reason"],
        holder=line.get("holder", ""),  # the first signed texts do not say it
        read_back=line["read_back"],
        heard_orally=line["heard_orally"],
        remarks=[
            (remark["by"], _until("", remark["at"], speaker), remark["text"]) for remark in line["remarks"]
        ],
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
    order, speaker = list(form_template.BY_KEY), Speaker()
    return [
        ShownDraft(
            title=str(form_template.BY_KEY[draft.key].title),
            rows=section_rows(form_template.BY_KEY[draft.key], draft.body),
            author=draft.author,
            at=speaker.moment(draft.saved_at),
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
    speaker = Speaker()
    return [
        _("From paper: form %(serial)s, written %(written)s, typed %(typed)s by %(name)s.")
        % {
            "serial": paper["serial"],
            "written": _until("", paper["written_at"], speaker),
            "typed": _until("", paper["typed_at"], speaker),
            "name": paper["typed_by"],
        }
        for paper in content.get("paper", ())
    ]


def notices(content: Content) -> list[ShownNotice]:
    """What was in force at the boundary. A text signed under the first schema knows nothing of it."""
    speaker = Speaker()
    return [
        ShownNotice(notice["title"], notice["text"], notice["author"], _until("", notice["until"], speaker))
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
