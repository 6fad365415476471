"""Makes the weights of the completeness score a team's own, and goes back to the built-in ones."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Team, User
from handover.errors import Conflict, InvalidMove
from handover.models import ScoreRules
from handover.queries import score
from handover.queries.score import Weights
from handover.queries.score_rules import own, versions
from handover.services import setting_changes
from handover.services.versions import add, retire

MOST_POINTS = 100


@transaction.atomic
def change(*, team: Team, weights: Weights, seen_version: int, actor: User, now: datetime) -> ScoreRules:
    """Write the weights as the next version, and retire the one before it.

    `seen_version` is the one in force that the person saw, 0 for the built-in one. Raises Conflict where
    another one is, and InvalidMove where no rule counts. Safe to call twice. What was scored keeps its score.
    """
    if not any(weight.is_on and weight.points for weight in weights.values()):
        raise InvalidMove(_("At least one rule must be on and give points."))
    current = own(team.pk)
    if current and score.load(current.rules) == weights:
        return current
    if not retire(versions(team), seen_version=seen_version, now=now):
        raise _changed()
    rules = ScoreRules(team=team, rules=score.dump(weights), made_by=actor, made_at=now)
    if not add(versions(team), rules):
        raise _changed()
    _record(rules, [seen_version, rules.version], actor, now)
    return rules


@transaction.atomic
def go_back(*, team: Team, seen_version: int, actor: User, now: datetime) -> None:
    """Let the built-in weights count again; nothing to do where they do. Raises Conflict like `change`."""
    rules = own(team.pk)
    if rules is None:
        return
    if not retire(versions(team), seen_version=seen_version, now=now):
        raise _changed()
    _record(rules, [seen_version, 0], actor, now)


def _record(rules: ScoreRules, change: list[int], actor: User, now: datetime) -> None:
    """In the trail 0 stands for the built-in weights."""
    setting_changes.record(
        what="score", thing=rules, team=rules.team, actor=actor, now=now, changes={"version": change}
    )


def _changed() -> Conflict:
    return Conflict(_("Somebody else has changed these rules meanwhile."))
