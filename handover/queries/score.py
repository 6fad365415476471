"""The completeness score: published rules over the content that is about to be signed, each explained."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _

from handover import form_template
from handover.hints import must_fail
from handover.models import Customer, Kind

Content = dict[str, Any]


@dataclass(frozen=True)
class Gap:
    """One thing a rule misses: an item (by id) or a section (by key)."""

    item: int | None = None
    section: str = ""


@dataclass(frozen=True)
class Rule:
    """A rule gives its points in the share of what it looks at that is in order."""

    code: str
    points: int
    sentence: LazyText
    look: Callable[[Content], tuple[int, list[Gap]]]  # how many were looked at, which are not in order


@dataclass(frozen=True)
class RuleScore:
    """What one rule gave, out of its points, and where the rest is to be found."""

    code: str
    sentence: LazyText
    got: int
    points: int
    gaps: tuple[Gap, ...]


def _lines(
    in_order: Callable[[Content], bool], *, kind: str = ""
) -> Callable[[Content], tuple[int, list[Gap]]]:
    def look(content: Content) -> tuple[int, list[Gap]]:
        lines = [line for line in content["lines"] if not kind or line["kind"] == kind]
        return len(lines), [Gap(item=line["item"]) for line in lines if not in_order(line)]

    return look


def _sections(kind: str) -> Callable[[Content], tuple[int, list[Gap]]]:
    def look(content: Content) -> tuple[int, list[Gap]]:
        wanted = [s for s in form_template.SECTIONS if s.kind == kind and s.required]
        bodies = content["sections"]
        return len(wanted), [Gap(section=s.key) for s in wanted if not s.is_complete(bodies.get(s.key, {}))]

    return look


def _answered_back(content: Content) -> tuple[int, list[Gap]]:
    rows = content["answer_backs"]
    return len(rows), [Gap(item=r["item"]) for r in rows if r["became"] == "nothing" and not r["why"]]


def _says_what_was_done(line: Content) -> bool:
    return not must_fail(line["progress"], field="progress")


RULES = (
    Rule("progress", 25, _("Each item says what has been done."), _lines(_says_what_was_done)),
    Rule("next_action", 15, _("Each item says what happens next."), _lines(lambda r: bool(r["next_action"]))),
    Rule("key_time", 10, _("Each item has its key time node."), _lines(lambda r: bool(r["key_at"]))),
    Rule(
        "need",
        10,
        _("Each customer's special communication need is answered."),
        _lines(lambda r: r["customer"]["need"] != Customer.Need.UNKNOWN),
    ),
    Rule("checked", 10, _("Each item was checked by its holder."), _lines(lambda r: r["checked"])),
    Rule(
        "told",
        10,
        _("Each urgent item was also told orally."),
        _lines(lambda r: r["told_orally"], kind=Kind.URGENT),
    ),
    Rule("answer_back", 5, _("Each received item was answered back."), _answered_back),
    Rule("checklists", 5, _("All checklists are filled in."), _sections(form_template.CHECKLIST)),
    Rule("facts", 5, _("The shift facts are filled in."), _sections(form_template.FACTS)),
    Rule(
        "texts", 5, _("Instructions and what is not handed over are answered."), _sections(form_template.TEXT)
    ),
)


def explain(content: Content) -> list[RuleScore]:
    """What each rule gives; a rule with nothing to look at gives all of its points."""
    return [_score(rule, *rule.look(content)) for rule in RULES]


def total(scores: list[RuleScore]) -> int:
    """Points out of 100."""
    return sum(score.got for score in scores)


def _score(rule: Rule, looked_at: int, gaps: list[Gap]) -> RuleScore:
    got = rule.points if not gaps else rule.points * (looked_at - len(gaps)) // looked_at
    return RuleScore(rule.code, rule.sentence, got, rule.points, tuple(gaps))
