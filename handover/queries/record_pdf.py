"""The record as a PDF that shows every Chinese character on any machine: the font goes with it."""

from collections.abc import Iterable
from contextlib import closing
from typing import Any, cast

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from fpdf import FPDF
from fpdf.enums import WrapMode, XPos, YPos
from fpdf.fonts import TTFFont

from handover.models import Customer, Handover, SignOff
from handover.queries import handovers
from handover.queries.handovers import RecordPage
from handover.queries.record_words import ShownAnswer, ShownLine
from handover.queries.words import moment_words

FONT = settings.BASE_DIR / "handover" / "vendor" / "noto-sans-sc-2.004" / "NotoSansSC-subset.otf"
LARGE, MIDDLE, BODY, SMALL = 16, 12, 10, 8
GREY = 110
UNDER_HEADING = 20  # a heading with less room for it and what follows goes to the next page
CHINESE = "\u2e80"  # where the characters of East Asia begin


class Paper(FPDF):
    """A4 pages with one font in four sizes."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.add_font("noto", fname=FONT)
        self.font = cast(TTFFont, self.fonts["noto"])
        self.drawn = set(self.font.cmap)  # the code points that it has
        self.set_title(title)
        self.footing = title
        self.set_margins(18, 16)
        self.set_auto_page_break(True, 18)
        self.set_font("noto", size=BODY)
        self.add_page()

    def footer(self) -> None:
        self.set_y(-14)
        self.set_font("noto", size=SMALL)
        self.set_text_color(GREY)
        self.cell(0, 5, f"{self.footing} · {self.page_no()}", align="R")
        self.set_text_color(0)

    def text_of(self, text: str) -> str:
        """A character that the font lacks is named, so that nothing vanishes from paper."""
        return "".join(
            char if ord(char) in self.drawn or char == "\n" else f"[U+{ord(char):04X}]"
            for char in text.replace("\r\n", "\n").replace("\t", " ")
        )

    def say(self, text: str, *, size: int = BODY, grey: bool = False) -> None:
        self.set_font("noto", size=size)
        self.set_text_color(GREY if grey else 0)
        # Chinese has no spaces at which a line could end.
        wrap = WrapMode.CHAR if max(text, default="") >= CHINESE else WrapMode.WORD
        text = self.text_of(text)
        self.multi_cell(0, size * 0.55, text, wrapmode=wrap, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def heading(self, text: str) -> None:
        self.ln(3)
        if self.will_page_break(UNDER_HEADING):
            self.add_page()
        self.say(text, size=MIDDLE)
        self.line(self.l_margin, self.get_y() + 0.5, self.w - self.r_margin, self.get_y() + 0.5)
        self.ln(2)

    def fact(self, label: str, *words: str) -> None:
        if said := " · ".join(word for word in words if word):
            self.say(_("%(field)s: %(value)s") % {"field": label, "value": said} if label else said)


def render(handover: Handover) -> bytes:
    """Every round as it was signed, the answers, signatures and addenda, in the language of the reader."""
    title = _("Handover %(number)d · %(post)s") % {"number": handover.pk, "post": handover.post.name}
    paper = Paper(title)
    with closing(paper.font.ttfont):
        paper.say(title, size=LARGE)
        latest = handovers.read_record(handover)
        for round_ in latest.rounds:
            is_latest = round_ == latest.round
            _round(paper, latest if is_latest else handovers.read_record(handover, round_.number))
        paper.heading(_("Signatures"))
        for sign_off in latest.sign_offs:
            _sign_off(paper, sign_off)
        return bytes(paper.output())


def _round(paper: Paper, page: RecordPage) -> None:
    round_, content = page.round, page.content
    outcome = f"{_('Round')} {round_.number} · {round_.get_outcome_display()}"
    paper.heading(f"{outcome} · {round_.reason}" if round_.reason else outcome)
    paper.fact(_("Team"), content["team"])
    paper.fact(pgettext("desk", "Post"), content["post"])
    paper.fact(_("Time zone"), content["time_zone"])
    for label, shift in ((_("Outgoing shift"), "outgoing_shift"), (_("Incoming shift"), "incoming_shift")):
        paper.fact(label, *_shift(content[shift]))
    paper.fact(_("Completeness"), f"{round_.score} / 100")
    for words in page.papers:
        paper.say(words)
    paper.heading(f"{_('Items')} ({len(page.lines)})")
    for line in page.lines:
        _line(paper, line, page.answers.get(line.item))
    _rest(paper, page)
    paper.say(f"SHA-256 {round_.text_id}", size=SMALL, grey=True)


def _shift(shift: dict[str, Any] | None) -> Iterable[str]:
    if shift is None:
        return ["–"]
    return [shift["name"], *(person["name"] for person in shift["people"])]


def _line(paper: Paper, line: ShownLine, answer: ShownAnswer | None) -> None:
    paper.fact(f"#{line.item}", line.kind_label, line.customer, line.code, line.issue_type, line.stage_label)
    paper.fact(_("Special communication need"), *_need(line))
    paper.say(line.progress)
    for label, words in line.facts:
        paper.fact(label, words)
    paper.fact(_("Not complete"), *line.missing, line.missing_reason)
    if answer:
        paper.fact(answer.label, answer.by, answer.at, answer.holder, answer.reason)
        paper.fact(_("Read back"), answer.read_back)
        for who, at, words in answer.remarks:
            paper.fact(who, at, words)
    paper.ln(2)


def _need(line: ShownLine) -> list[str]:
    if line.need in ("", Customer.Need.NONE):
        return []
    return [str(Customer.Need(line.need).label), line.need_note]


def _rest(paper: Paper, page: RecordPage) -> None:
    notices = [(notice.title, notice.text, notice.author) for notice in page.notices]
    _facts(paper, _("Notices in force"), notices)
    backs = [
        (f"#{row['item']} {row['customer']}", row["words"], row["why"] or row["progress"])
        for row in page.answer_backs
    ]
    _facts(paper, _("What became of what this shift received"), backs)
    for section in page.sections:
        _facts(paper, section.title, section.rows)
    staying = [
        (f"#{row['item']} {row['customer']}", row["issue_type"], row["holder"])
        for row in page.content["staying"]
    ]
    _facts(paper, _("Stays with people who work on"), staying)


def _facts(paper: Paper, heading: str, rows: list[tuple[str, str, str]]) -> None:
    """Under a heading of their own; what was left blank is left out."""
    rows = [row for row in rows if any(row[1:])]
    if rows:
        paper.heading(heading)
    for label, *words in rows:
        paper.fact(label, *words)


def _sign_off(paper: Paper, sign_off: SignOff) -> None:
    marked = _("signed as supervisor") if sign_off.as_supervisor else ""
    round_ = _("round %(n)s") % {"n": sign_off.round_number}
    paper.fact(sign_off.printed_name, sign_off.get_role_display(), marked, round_)
    if sign_off.role == SignOff.Role.ADDENDUM:
        paper.say(sign_off.addendum.text)
    paper.say(f"“{sign_off.meaning}”")
    paper.say(f"{moment_words(sign_off.signed_at)} · SHA-256 {sign_off.text_id}", size=SMALL, grey=True)
    paper.ln(2)
