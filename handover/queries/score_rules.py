"""Which weights of the completeness score count for a team, and what others would give."""

from dataclasses import dataclass

from django.db.models import BigIntegerField, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Team
from handover import form_template
from handover.models import Access, Handover, Kind, ScoreRules

from . import record, score
from .prepared import prepared
from .score import RuleScore, Weights

EXAMPLE = "example"
OFFERED = 10  # drafts to try weights on


def versions(team: Team) -> QuerySet[ScoreRules]:
    """Every version that the team ever had."""
    return ScoreRules.objects.filter(team=team)


def own(team_id: int) -> ScoreRules | None:
    """The team's own version in force; None where the built-in weights count."""
    found = _own(team=team_id)
    return found[0] if found else None


@prepared(team=BigIntegerField())
def _own(*, team: int) -> QuerySet[ScoreRules]:
    return ScoreRules.objects.filter(team=team, retired_at__isnull=True).order_by("pk")


def weights(version: ScoreRules | None) -> Weights:
    return score.load(version.rules) if version else score.BUILT_IN


def of_page(handover: Handover) -> Weights:
    """What counts for a draft that `handovers.find` has brought with the weights of its team."""
    facts = vars(handover)
    if "own_score" not in facts:
        return weights(own(handover.team_id))
    return score.load(facts["own_score"]) if facts["own_score"] else score.BUILT_IN


@dataclass(frozen=True)
class WeightRow:
    sentence: str
    points: int
    is_on: bool


@dataclass(frozen=True)
class Version:
    """One version in words; the one that is built in has no row."""

    row: ScoreRules | None
    rules: list[WeightRow]


def history(team: Team) -> list[Version]:
    """Every version of the team's own, the newest first, and the built-in one at the end."""
    rows = versions(team).select_related("made_by").order_by("-version", "-pk")
    return [Version(row, _in_words(weights(row))) for row in [*rows, None]]


def _in_words(found: Weights) -> list[WeightRow]:
    return [
        WeightRow(str(score.SENTENCES[code]), weight.points, weight.is_on) for code, weight in found.items()
    ]


def drafts(access: Access, team: Team) -> list[Handover]:
    """Records that are being written now, to try weights on."""
    found = Handover.objects.visible_to(access).filter(team=team, state=Handover.State.DRAFT)
    related = ("team", "post", "outgoing_shift", "incoming_shift")
    return list(found.select_related(*related).order_by("-boundary_at", "-pk")[:OFFERED])


@dataclass(frozen=True)
class Trial:
    """What one record scores by two sets of weights, rule by rule; a rule that is off has no score."""

    before: int
    after: int
    rows: list[tuple[str, RuleScore | None, RuleScore | None]]


def trial(draft: Handover | None, *, before: Weights, after: Weights) -> Trial:
    """Of a draft, or of the worked example."""
    content = record.outgoing_content(record.load_draft(draft)) if draft else example()
    old, new = score.explain(content, before), score.explain(content, after)
    olds, news = ({rule.code: rule for rule in rules} for rules in (old, new))
    rows = [(str(words), olds.get(code), news.get(code)) for code, words in score.SENTENCES.items()]
    return Trial(score.total(old), score.total(new), [row for row in rows if row[1] or row[2]])


def example() -> record.Content:
    """Three items, one received and a form: each rule finds something, and most of it in order."""
    good = _("Rang the warehouse at 13:40: Ms Zhao checks the shelf and rings back by 15:00.")
    line = {
        "kind": Kind.FOLLOW_UP,
        "customer": {"need": "none"},
        "progress": good,
        "next_action": "x",
        "key_at": "x",
        "checked": True,
        "told_orally": True,
    }
    lacking = {"item": 3, "progress": _("registered, to follow up"), "next_action": "", "checked": False}
    bodies = {section.key: dict.fromkeys(section.field_names(), "x") for section in form_template.SECTIONS}
    return {
        "lines": [
            {**line, "item": 1, "kind": Kind.URGENT},
            {**line, "item": 2, "kind": Kind.URGENT, "told_orally": False},
            {**line, **lacking},
        ],
        "answer_backs": [{"item": 4, "became": "nothing", "why": ""}],
        "sections": {key: body for key, body in bodies.items() if key != "facts"},
    }
