"""How instants and clocks read in words, cheap enough for each row of a list.

static/js/relative-time.js says the same in the browser.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.dateformat import DateFormat
from django.utils.translation import get_language, gettext, gettext_noop, pgettext

MINUTE, HOUR, DAY = 60, 3600, 86400


@dataclass(frozen=True, slots=True)
class ClockText:
    """The sentences of one kind of clock, and how many minutes before its instant it asks for attention."""

    running: str
    broken: str
    soon_minutes: int


CLOCKS = {
    "taken": ClockText(gettext_noop("Take by %(at)s"), gettext_noop("Not taken by %(at)s"), 5),
    "response": ClockText(gettext_noop("Respond by %(at)s"), gettext_noop("No response by %(at)s"), 10),
    "done": ClockText(gettext_noop("Finish by %(at)s"), gettext_noop("Not finished by %(at)s"), 60),
    "promise": ClockText(gettext_noop("Promised for %(at)s"), gettext_noop("Promise broken %(at)s"), 15),
    "reminder": ClockText(gettext_noop("Act at %(at)s"), gettext_noop("Was to be done at %(at)s"), 15),
    "waiting": ClockText(gettext_noop("Waits until %(at)s"), gettext_noop("Waited until %(at)s"), 15),
    "complaint": ClockText(gettext_noop("Verify by %(at)s"), gettext_noop("Not verified by %(at)s"), 15),
}
ICONS = {"running": "clock", "soon": "alarm", "broken": "warning"}


@dataclass(frozen=True, slots=True)
class ClockWords:
    """A clock ready to be shown: state is running, soon or broken."""

    state: str
    icon: str
    text: str
    relative: str
    iso: str
    soon_minutes: int


def phrase(message: str) -> str:
    """The translation, kept: a list says the same few words in every row."""
    return _translated(message, get_language())


_ = phrase


@lru_cache(maxsize=1024)
def _translated(message: str, _language: str | None) -> str:
    return gettext(message)


@lru_cache(maxsize=128)
def _labels(choices: type[TextChoices], _language: str | None) -> Mapping[str, str]:
    return {choice.value: str(choice.label) for choice in choices}


def listed(words: Iterable[str]) -> str:
    """Names one after the other, with the mark that the language puts between them."""
    return pgettext("between the names of a list", ", ").join(words)


def iso(at: datetime) -> str:
    """The instant as the datetime attribute of <time> wants it."""
    return at.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


class Speaker:
    """Puts into words for one person: language and zone are looked up once, not in each row."""

    def __init__(self) -> None:
        self.zone = timezone.get_current_timezone()
        self.language = get_language()
        self.say = partial(_translated, _language=self.language)

    def labels(self, choices: type[TextChoices]) -> Mapping[str, str]:
        """The words of each choice by its value."""
        return _labels(choices, self.language)

    def moment(self, at: datetime) -> str:
        """The whole instant, for records and paper."""
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M}"


class Reader(Speaker):
    """Speaks of a page that is read at one instant."""

    def __init__(self, now: datetime) -> None:
        super().__init__()
        self.now = now
        self.today = now.astimezone(self.zone).date()

    def instant(self, at: datetime) -> str:
        """The shortest wording in the reader's zone that cannot be taken for another day."""
        _ = self.say
        local = at.astimezone(self.zone)
        clock, day = f"{local.hour:02}:{local.minute:02}", local.date()
        if day == self.today:
            return clock
        if day == self.today + timedelta(days=1):
            return _("tomorrow %(clock)s") % {"clock": clock}
        if day == self.today - timedelta(days=1):
            return _("yesterday %(clock)s") % {"clock": clock}
        if day.year == self.today.year:
            form = pgettext("day and month", "j M")
            return f"{DateFormat(local).format(form)} {clock}"
        return f"{day:%Y-%m-%d} {clock}"

    def relative(self, at: datetime) -> str:
        """How far away the instant is: "in 12 min", "2 h 5 min ago"."""
        _ = self.say
        seconds = int((at - self.now).total_seconds())
        distance = abs(seconds)
        if distance < MINUTE:
            return _("now")
        return (_("in %(span)s") if seconds > 0 else _("%(span)s ago")) % {"span": self.span(distance)}

    def span(self, seconds: int) -> str:
        """A length of time in minutes, hours or days; hours carry their minutes."""
        _ = self.say
        if seconds < HOUR:
            return _("%(minutes)s min") % {"minutes": seconds // MINUTE}
        if seconds >= DAY:
            return _("%(days)s d") % {"days": seconds // DAY}
        hours, minutes = seconds // HOUR, seconds % HOUR // MINUTE
        if minutes == 0:
            return _("%(hours)s h") % {"hours": hours}
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}

    def clock(self, kind: str, due_at: datetime) -> ClockWords:
        """What a clock says now, with its state; `kind` is a key of CLOCKS."""
        sentences = CLOCKS[kind]
        if due_at <= self.now:
            state, sentence = "broken", sentences.broken
        else:
            soon = due_at - self.now <= timedelta(minutes=sentences.soon_minutes)
            state, sentence = "soon" if soon else "running", sentences.running
        return ClockWords(
            state=state,
            icon=ICONS[state],
            text=self.say(sentence) % {"at": self.instant(due_at)},
            relative=self.relative(due_at),
            iso=iso(due_at),
            soon_minutes=sentences.soon_minutes,
        )


def moment_words(at: datetime) -> str:
    return Speaker().moment(at)


def instant_words(at: datetime, now: datetime) -> str:
    return Reader(now).instant(at)


def relative_words(at: datetime, now: datetime) -> str:
    return Reader(now).relative(at)


def clock_words(kind: str, due_at: datetime, now: datetime) -> ClockWords:
    return Reader(now).clock(kind, due_at)
