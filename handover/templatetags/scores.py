"""The completeness score, rule by rule. Made here and not in a template: a page shows eight of them."""

from collections.abc import Iterable
from html import escape

from django import template
from django.utils.safestring import SafeString

from handover.queries.score import RuleScore
from handover.queries.workspace import Gap, ShownScore

from .ui import icon

register = template.Library()
SHOWN = 6  # of the gaps of one rule

RULE = """<div class="score-rule" data-met="{met}">{icon}<div>{sentence}{gaps}</div>
<span class="num">{got}/{points}</span></div>"""
GAP = ' <a class="small" href="{}">{}</a>'


@register.simple_tag
def kept_scores(scores: Iterable[RuleScore]) -> SafeString:
    """As they were kept with a round."""
    return SafeString("".join(_rule(score, is_met=score.is_met) for score in scores))


@register.simple_tag
def scores_with_gaps(scores: Iterable[ShownScore], base: str) -> SafeString:
    """Of what is about to be signed; the gaps lead to places on the page `base`."""
    return SafeString(
        "".join(_rule(score.rule, is_met=not score.gaps, gaps=_gaps(score.gaps, base)) for score in scores)
    )


def _rule(score: RuleScore, *, is_met: bool, gaps: str = "") -> str:
    return RULE.format(
        met="yes" if is_met else "no",
        icon=icon("check" if is_met else "warning"),
        sentence=escape(str(score.sentence)),
        gaps=gaps,
        got=score.got,
        points=score.points,
    )


def _gaps(gaps: list[Gap], base: str) -> str:
    shown = ",".join(GAP.format(escape(f"{base}{gap.url}"), escape(gap.words)) for gap in gaps[:SHOWN])
    return f"{shown} …" if len(gaps) > SHOWN else shown
