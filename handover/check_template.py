"""The short form of a spot check. A check keeps the version of its form: raise it with every change."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

NAME = "spot_check"
VERSION = 1


@dataclass(frozen=True)
class Criterion:
    """One thing that is scored; `scale` says what 1, 2, 3, 4 and 5 mean."""

    key: str
    title: "_StrPromise"
    question: "_StrPromise"
    scale: tuple["_StrPromise", "_StrPromise", "_StrPromise", "_StrPromise", "_StrPromise"]


CRITERIA = (
    Criterion(
        "completeness",
        pgettext_lazy("criterion", "Completeness"),
        _("Is everything there that the next shift needs?"),
        (
            _("Most of it is missing"),
            _("Something important is missing"),
            _("The important things are there, with gaps"),
            _("Only small things are missing"),
            _("Nothing is missing"),
        ),
    ),
    Criterion(
        "clarity",
        pgettext_lazy("criterion", "Clarity"),
        _("Does somebody who was not there know what to do next?"),
        (
            _("One has to ask about nearly everything"),
            _("One has to ask about several items"),
            _("One has to ask about one or two items"),
            _("It is clear after a second reading"),
            _("It is clear at once"),
        ),
    ),
    Criterion(
        "timeliness",
        pgettext_lazy("criterion", "Timeliness"),
        _("Was it written and signed in time, and are its times still to be kept?"),
        (
            _("Far too late to be of use"),
            _("Late, and the next shift had to wait"),
            _("A little late, without harm"),
            _("In time, with a time missing here or there"),
            _("In time throughout"),
        ),
    ),
    Criterion(
        "accuracy",
        pgettext_lazy("criterion", "Accuracy"),
        _("Does it agree with the items, the orders and what the customers say?"),
        (
            _("Wrong in several important points"),
            _("Wrong in one important point"),
            _("Small mistakes that could mislead"),
            _("Small mistakes that mislead nobody"),
            _("All of it agrees"),
        ),
    ),
)
KEYS = tuple(criterion.key for criterion in CRITERIA)
LOWEST, HIGHEST = 1, 5
