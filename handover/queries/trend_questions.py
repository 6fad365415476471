"""The questions of a supervisor that the trends answer, and in which words."""

from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from handover.models import Measure

from .handover_facts import CONFIRM_WITHIN

CONFIRM_MINUTES = int(CONFIRM_WITHIN.total_seconds()) // 60


class Form(Enum):
    SHARE = "share"  # of the facts, how many hit: per cent
    AVERAGE = "average"  # of the values
    COUNT = "count"  # of the facts, by bucket


@dataclass(frozen=True)
class Question:
    """One chart: what it answers, what is counted for it, and how one record reads that hit or did not."""

    measure: Measure
    form: Form
    ask: LazyText
    what: LazyText
    hit: LazyText
    miss: LazyText
    unit: LazyText
    value: LazyText | None = None  # how the value of one record reads
    no_value: LazyText | None = None  # and how one reads that has none, instead of `miss`
    goal: int | None = None  # where the product has a rule
    is_fault: bool = False  # a share of which none is best: its axis ends above the highest bar


_PERCENT = pgettext_lazy("unit of a chart", "%")
_MINUTES = pgettext_lazy("unit of a chart", "min")
_POINTS = pgettext_lazy("unit of a chart", "points")
_NUMBER = pgettext_lazy("unit of a chart", "number")
_TOOK = _("after %(value)s min")

QUESTIONS = (
    Question(
        Measure.ON_TIME,
        Form.SHARE,
        _("Do we hand over on time?"),
        _("Handovers that were confirmed within 30 minutes of the boundary."),
        pgettext_lazy("handover", "on time"),
        pgettext_lazy("handover", "late"),
        _PERCENT,
        _TOOK,
        pgettext_lazy("handover", "not confirmed"),
    ),
    Question(
        Measure.CONFIRMED,
        Form.AVERAGE,
        _("How long after the boundary is a handover confirmed?"),
        _(
            "The average in minutes. A single very late one lifts it: open a bar to see each. Handovers that "
            "nobody confirmed have no minutes and are not in it."
        ),
        pgettext_lazy("handover", "confirmed"),
        pgettext_lazy("handover", "confirmed"),
        _MINUTES,
        _TOOK,
        goal=CONFIRM_MINUTES,
    ),
    Question(
        Measure.SCORE,
        Form.AVERAGE,
        _("How complete are our handovers?"),
        _("The average completeness score of what was signed, out of 100 points."),
        _("signed"),
        _("signed"),
        _POINTS,
        _("%(value)s points"),
    ),
    Question(
        Measure.QUESTIONED,
        Form.SHARE,
        _("Does what we hand over raise questions?"),
        _("Of the lines handed over, those on which the receiving shift asked a question."),
        _("questioned"),
        _("no question"),
        _PERCENT,
        is_fault=True,
    ),
    Question(
        Measure.REFUSED,
        Form.SHARE,
        _("Is what we hand over refused?"),
        _("Of the lines handed over, those that the receiving shift refused."),
        _("refused"),
        _("not refused"),
        _PERCENT,
        is_fault=True,
    ),
    Question(
        Measure.CARRIED,
        Form.SHARE,
        _("Do we pass matters on instead of finishing them?"),
        _("Of the lines handed over, those whose item went through more than 3 handovers."),
        _("handed over too often"),
        _("not handed over too often"),
        _PERCENT,
        _("handover no. %(value)s of this item"),
        is_fault=True,
    ),
    Question(
        Measure.TAKEN,
        Form.SHARE,
        _("Does somebody take urgent items in time?"),
        _("Urgent items that waited to be taken, and were taken within 10 minutes."),
        _("taken in time"),
        _("not taken in time"),
        _PERCENT,
        _TOOK,
    ),
    Question(
        Measure.ANSWERED,
        Form.SHARE,
        _("Do urgent items get a first response in time?"),
        _("Urgent items on which something was done within 30 minutes."),
        _("answered in time"),
        _("not answered in time"),
        _PERCENT,
        _TOOK,
    ),
    Question(
        Measure.PROMISE,
        Form.SHARE,
        _("Do we keep our promises?"),
        _("Promises marked as kept by their time. One that was moved before its time does not count."),
        _("kept in time"),
        _("not kept in time"),
        _PERCENT,
    ),
    Question(
        Measure.SAME_DAY,
        Form.SHARE,
        _("Do we close follow-ups on the same day?"),
        _("Follow-ups that were closed by the end of their business day."),
        _("closed in time"),
        _("not closed in time"),
        _PERCENT,
    ),
    Question(
        Measure.CONTACT,
        Form.SHARE,
        _("Must customers call again?"),
        _("Of the contacts that customers began, those about something they had called for before."),
        _("customer called again"),
        _("first call"),
        _PERCENT,
        is_fault=True,
    ),
    Question(
        Measure.ESCALATION,
        Form.COUNT,
        _("How far does it go when something waits?"),
        _(
            "Escalations of items and handovers of which somebody was told, by the step of the ladder. What "
            "supervision itself leaves waiting, such as disputes, spot checks and findings, is not in it."
        ),
        _("told"),
        _("told"),
        _NUMBER,
    ),
    Question(
        Measure.ESCALATION_HOUR,
        Form.COUNT,
        _("At which hours does it escalate?"),
        _("The same escalations, by the hour of the day."),
        _("told"),
        _("told"),
        _NUMBER,
    ),
)
BY_MEASURE = {str(question.measure): question for question in QUESTIONS}
