"""What a batch of due clocks tells, and to when each moves on; written in bulk."""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from handover import ladders
from handover.ladders import Moment, Step
from handover.models import About, Clock, Escalation, Event, Outlet, Waits
from handover.queries import step_words
from handover.queries.ladders import steps_of
from handover.queries.waiting import Scene
from handover.services import events, outbox

# What became due longer ago is told once, at its highest step, and says so.
CEILING = timedelta(days=1)
# So many late matters are told to one person one by one; more of them in one sentence.
MOST_LATE = 3
ABOUT = {
    Waits.DONE: About.DUE,
    Waits.PROMISE: About.DUE,
    Waits.SIGN: About.HANDOVER,
    Waits.CONFIRM: About.HANDOVER,
    Waits.RULE: About.DUE,
    Waits.CHECK: About.HANDOVER,
    Waits.FINDING: About.HANDOVER,
    Waits.RECHECK: About.HANDOVER,
}
_CHANGED = ("next_at", "armed_at", "ladder", "position", "failures")


class Tellings:
    """One batch. Its clocks are locked, and come with their things and the posts and teams of these."""

    def __init__(self, clocks: list[Clock], now: datetime) -> None:
        self.clocks, self.now = clocks, now
        self.scene = Scene(clocks, now)
        self.escalations: list[Escalation] = []
        self.trail: list[Event] = []
        self.letters: dict[tuple[object, ...], outbox.Letter] = {}
        self.late: dict[int, list[outbox.Letter]] = defaultdict(list)
        self.bulletins: list[outbox.Bulletin] = []

    def write(self) -> None:
        """Decide and write everything; called inside the transaction that holds the locks."""
        self.decide()
        Escalation.objects.bulk_create(self.escalations)
        events.record_all(self.trail)
        late = [letter for letters in self.late.values() for letter in _digested(letters)]
        outbox.send([*self.letters.values(), *late], now=self.now)
        outbox.publish(self.bulletins, now=self.now)
        # Every row is there, so that this updates alone: in a third of the time that bulk_update takes.
        Clock.objects.bulk_create(
            self.clocks, update_conflicts=True, unique_fields=["pk"], update_fields=_CHANGED
        )

    def decide(self) -> None:
        """Decide what each clock tells, and move it to its next instant, in memory alone."""
        for clock in self.clocks:
            self._advance(clock)

    def _advance(self, clock: Clock) -> None:
        """Tell what is due of one clock, and move it to its next instant."""
        if clock.armed_at is None:
            clock.armed_at, clock.ladder = self.now, self.scene.own_ladders.of(clock)
        steps = steps_of(clock)
        due: list[tuple[Moment, datetime]] = []
        clock.next_at, clock.failures = None, 0
        for moment in ladders.moments(steps)[clock.position :]:
            at = self.scene.instant(clock, moment)
            if at > self.now:
                clock.next_at = at
                break
            due.append((moment, at))
        clock.position += len(due)
        due = [(moment, at) for moment, at in due if self.scene.applies(clock, steps[moment.step])]
        is_late = bool(due) and due[-1][1] <= self.now - CEILING
        for moment, at in due[-1:] if is_late else due:
            self._fire(clock, steps[moment.step], moment, at, is_late=is_late)

    def _fire(self, clock: Clock, step: Step, moment: Moment, at: datetime, *, is_late: bool) -> None:
        """Write the step as fired, and tell its people unless they have just been told."""
        people = self.scene.people(clock, step)
        self.escalations.append(
            Escalation(
                clock=clock,
                team_id=clock.thing.team_id,
                step=moment.step,
                repeat=moment.repeat,
                targets=list(step.targets),
                due_at=at,
                fired_at=self.now,
                told=[person.pk for person in people],
            )
        )
        if people:
            self.scene.told(clock, step)
            self._record(clock, moment, people)
            self._tell(clock, step, people, f"{clock.pk}.{moment.step}.{moment.repeat}", at, is_late=is_late)

    def _record(self, clock: Clock, moment: Moment, people: list[User]) -> None:
        data: dict[str, object] = {
            "clock": clock.kind,
            "step": moment.step,
            "repeat": moment.repeat,
            "told": [person.display_name for person in people],
        }
        if clock.dispute_id:
            data["dispute"] = clock.dispute_id
        self.trail.append(
            events.entry(
                verb=Event.Verb.ESCALATED,
                actor=None,
                now=self.now,
                data=data,
                **events.facts(clock),
            )
        )

    def _tell(
        self, clock: Clock, step: Step, people: list[User], key: str, at: datetime, *, is_late: bool
    ) -> None:
        texts = self.texts(clock, step, at, is_late=is_late)
        for person in people:
            letter = outbox.Letter(
                recipient=person,
                about=ABOUT.get(Waits(clock.kind), About.URGENT),
                text=texts[person.own_language],
                key=key,
                item=clock.item,
                handover=clock.record,
                path=_path(clock),
                by_email=None if Outlet.EMAIL in step.outlets else False,
            )
            self._put(clock, letter, is_late=is_late)
        if Outlet.WEBHOOK in step.outlets:
            team = clock.thing.post.team
            self.bulletins.append(outbox.Bulletin(team, texts, key, clock.item, clock.record))

    def _put(self, clock: Clock, letter: outbox.Letter, *, is_late: bool) -> None:
        """Of several steps that ask the same and come at once, a person hears the last one only."""
        if is_late:
            self.late[letter.recipient.pk].append(letter)
        else:
            asked = "go on" if clock.kind in ladders.ASK_TO_GO_ON else clock.kind
            place = letter.recipient.pk, *clock.key.values(), asked
            former = self.letters.get(place)
            self.letters[place] = _for_all(letter, [former, letter]) if former else letter

    def texts(self, clock: Clock, step: Step, at: datetime, *, is_late: bool) -> dict[str, str]:
        """What the step says, by language, in the times of the team."""
        texts = {}
        promise = self.scene.promise(clock)
        for language, _name in settings.LANGUAGES:
            with translation.override(language), timezone.override(clock.thing.post.team.zone):
                text = step_words.sentence(clock, step, due_at=at, now=self.now, promise=promise)
                texts[language] = step_words.told_late(text, due_at=at, now=self.now) if is_late else text
        return texts


def _path(clock: Clock) -> str:
    """Where it is answered, if that is no page of an item or of a record."""
    if clock.dispute_id:
        return reverse("dispute_detail", args=[clock.dispute_id])
    if clock.finding_id:
        return reverse("finding_detail", args=[clock.finding_id])
    return ""


def _digested(letters: list[outbox.Letter]) -> list[outbox.Letter]:
    """The late letters of one person: a few as they are, more of them as one."""
    if len(letters) <= MOST_LATE:
        return letters
    first = min(letters, key=lambda letter: letter.about != About.URGENT)
    with translation.override(first.recipient.own_language):
        text = _(
            "%(count)s matters came due more than a day ago while the engine did not run. The first of them: "
            "%(text)s"
        ) % {"count": len(letters), "text": first.text}
    return [_for_all(replace(first, text=text), letters)]


def _for_all(letter: outbox.Letter, letters: list[outbox.Letter]) -> outbox.Letter:
    """One letter in the place of several; it leaves the application where one of them would."""
    leaves = any(other.by_email is None for other in letters)
    return replace(letter, by_email=None if leaves else False)
