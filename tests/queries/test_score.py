from copy import deepcopy

import pytest

from handover import form_template
from handover.queries import score

GOOD = "Rang Ms Zhao in the warehouse at 13:40: she checks the shelf and rings back by 15:00."
LINE = {
    "item": 1,
    "kind": "urgent",
    "customer": {"name": "Wang", "need": "none"},
    "progress": GOOD,
    "next_action": "Write to the customer",
    "key_at": "2026-03-10T08:00:00.000000Z",
    "checked": True,
    "told_orally": True,
}


def filled() -> dict[str, dict[str, str]]:
    return {s.key: dict.fromkeys(s.field_names(), "ok") for s in form_template.SECTIONS}


CONTENT = {
    "lines": [LINE, {**LINE, "item": 2}],
    "answer_backs": [{"item": 3, "became": "progressed", "why": ""}],
    "sections": filled(),
}
# One field changed, the rule that it moves, and what that rule still gives.
CHANGES = {
    "progress": (lambda c: c["lines"][0].update(progress="registered, to follow up"), 12),
    "next_action": (lambda c: c["lines"][0].update(next_action=""), 7),
    "key_time": (lambda c: c["lines"][0].update(key_at=None), 5),
    "need": (lambda c: c["lines"][0].update(customer={"name": "Wang", "need": "unknown"}), 5),
    "checked": (lambda c: c["lines"][0].update(checked=False), 5),
    "told": (lambda c: c["lines"][0].update(told_orally=False), 5),
    "answer_back": (lambda c: c["answer_backs"][0].update(became="nothing"), 0),
    "checklists": (lambda c: c["sections"]["equipment"].pop("phone"), 3),
    "facts": (lambda c: c["sections"]["facts"].pop("solved"), 0),
    "texts": (lambda c: c["sections"].pop("instructions"), 2),
}


def points(content) -> dict[str, int]:
    return {rule.code: rule.got for rule in score.explain(content)}


def test_full_content_gives_every_point():
    assert score.total(score.explain(CONTENT)) == 100
    assert points(CONTENT) == {rule.code: rule.points for rule in score.RULES}


def test_empty_handover_with_its_form_filled_gives_every_point():
    assert score.total(score.explain({**CONTENT, "lines": [], "answer_backs": []})) == 100


@pytest.mark.parametrize("code", CHANGES)
def test_one_field_moves_exactly_its_rule(code):
    change, left = CHANGES[code]
    content = deepcopy(CONTENT)
    change(content)

    assert points(content) == points(CONTENT) | {code: left}


def test_every_rule_has_its_field_above():
    assert sorted(CHANGES) == sorted(rule.code for rule in score.RULES)


def test_gaps_name_the_item_and_the_section():
    content = deepcopy(CONTENT)
    CHANGES["told"][0](content)
    CHANGES["facts"][0](content)

    gaps = {rule.code: rule.gaps for rule in score.explain(content) if rule.gaps}

    assert gaps == {"told": (score.Gap(item=1),), "facts": (score.Gap(section="facts"),)}
