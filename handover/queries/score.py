"""The completeness score: published rules over the content that is about to be signed, each explained.

What the rules say stands here; which of them count, and how much, a team may make its own.
"""

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
class Weight:
    """How many points a rule gives at most, and whether it counts at all."""

    points: int
    is_on: bool = True


Weights = dict[str, Weight]  # by the code of the rule


@dataclass(frozen=True)
class RuleScore:
    """What one rule gave, out of its points, and where the rest is to be found."""

    code: str
    sentence: LazyText | str
    got: int
    points: int
    gaps: tuple[Gap, ...]

    @property
    def is_met(self) -> bool:
        return self.got == self.points


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


BUILT_IN: Weights = {rule.code: Weight(rule.points) for rule in RULES}
SENTENCES = {rule.code: rule.sentence for rule in RULES}


def explain(content: Content, weights: Weights = BUILT_IN) -> list[RuleScore]:
    """What each rule that is on gives; a rule with nothing to look at gives all of its points."""
    found = ((rule, weights.get(rule.code)) for rule in RULES)
    return [
        _score(rule, weight.points, *rule.look(content)) for rule, weight in found if weight and weight.is_on
    ]


def total(scores: list[RuleScore]) -> int:
    """What was got of all points, out of 100."""
    points = sum(score.points for score in scores)
    return sum(score.got for score in scores) * 100 // points if points else 100


def dump(weights: Weights) -> dict[str, dict[str, Any]]:
    """The weights as they stand in `ScoreRules.rules`."""
    return {code: {"points": weight.points, "on": weight.is_on} for code, weight in weights.items()}


def load(rows: dict[str, dict[str, Any]]) -> Weights:
    """A rule that came into the program later is off until the team puts it on."""
    return {
        code: Weight(rows[code]["points"], rows[code]["on"]) if code in rows else Weight(0, is_on=False)
        for code in SENTENCES
    }


def kept(scores: list[RuleScore]) -> list[dict[str, Any]]:
    """What is kept of them with a round."""
    return [{"code": score.code, "got": score.got, "points": score.points} for score in scores]


def as_kept(parts: list[dict[str, Any]]) -> list[RuleScore]:
    """The same, read back; where the gaps were stands in the signed text."""
    return [
        RuleScore(part["code"], SENTENCES.get(part["code"], part["code"]), part["got"], part["points"], ())
        for part in parts
    ]


def _score(rule: Rule, points: int, looked_at: int, gaps: list[Gap]) -> RuleScore:
    got = points if not gaps else points * (looked_at - len(gaps)) // looked_at
    return RuleScore(rule.code, rule.sentence, got, points, tuple(gaps))
