"""That no text of a team is left without the word by which a stranger's pages are searched."""

import pytest
from django.db.models import F

from handover.models import HandoverLine
from tests.canaries import CANARY, NOT_TYPED, typed_fields
from tests.world import CUSTOMER, World

pytestmark = pytest.mark.django_db


def test_every_text_field_of_every_model_holds_the_word_or_says_why_not() -> None:
    World()
    left_out = {name for names in NOT_TYPED.values() for name in names}
    fields = {f"{model.__name__}.{field.name}": (model, field.name) for model, field in typed_fields()}

    without = {
        name
        for name, (model, field) in fields.items()
        if not any(
            model._default_manager.filter(**{f"{field}__icontains": text}).exists()
            for text in (CANARY, *CUSTOMER)
        )
    }

    assert sorted(without - left_out) == []
    assert sorted(left_out - set(fields)) == []


def test_every_line_that_was_handed_over_stands_in_a_round() -> None:
    """What the program itself always writes together; a world without it would break its pages."""
    World()
    submitted = HandoverLine.objects.filter(round_number__gt=0)

    in_round = submitted.filter(handover__rounds__number=F("round_number"))
    assert set(submitted) == set(in_round)
