"""That no text of a team is left without the word by which a stranger's pages are searched."""

import pytest

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
