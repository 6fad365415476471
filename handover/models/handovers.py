"""The handover of a post at a shift boundary: rounds, lines, sections of its form."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Team

from .access import Access, Border
from .items import Kind, PendingItem
from .score_rules import ScoreRules
from .shifts import Assignment, Post, Shift
from .signoffs import SignedText


class HandoverQuerySet(models.QuerySet["Handover"]):
    def visible_to(self, access: Access) -> Self:
        return self.within(access.border)

    def within(self, border: Border) -> Self:
        """All of the teams whose work the person may read, and those of their own shifts."""
        if border.everything:
            return self
        seen = Q(team__in=border.team_ids)
        if border.own_team_ids:
            own_shift = Assignment.objects.filter(
                Q(shift=OuterRef("outgoing_shift")) | Q(shift=OuterRef("incoming_shift")), user=border.own_of
            )
            seen |= Q(Exists(own_shift), team__in=border.own_team_ids)
        return self.filter(seen)


class Handover(models.Model):
    """One record for one post at one shift boundary."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("handover", "Draft")
        SUBMITTED = "submitted", pgettext_lazy("handover", "Submitted")
        CONFIRMED = "confirmed", pgettext_lazy("handover", "Confirmed")
        LAPSED = "lapsed", pgettext_lazy("handover", "Lapsed")

    team = models.ForeignKey(Team, models.PROTECT, related_name="handovers")
    post = models.ForeignKey(Post, models.PROTECT, related_name="handovers")
    outgoing_shift = models.OneToOneField(Shift, models.PROTECT, related_name="outgoing_handover")
    incoming_shift = models.ForeignKey(Shift, models.PROTECT, null=True, related_name="incoming_handovers")
    boundary_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    opened_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # A supervisor confirmed it in place of the incoming shift.
    taken_over = models.BooleanField(default=False)
    # Confirmed although a line that is not urgent is refused or has an open question, or disputed since.
    with_reservation = models.BooleanField(default=False)
    # When the last of it was decided, or withdrawn.
    reservation_ended_at = models.DateTimeField(null=True)
    round_count = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("handover")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["confirmed", "lapsed"], ended_at__isnull=False)
                | Q(state__in=["draft", "submitted"], ended_at__isnull=True),
                name="handover_ended_has_instant",
            )
        ]
        indexes = [
            models.Index(fields=["post", "-boundary_at", "-id"], name="handover_of_post"),
            models.Index(fields=["team", "-boundary_at", "-id"], name="handover_of_team"),
            models.Index(
                fields=["boundary_at"], condition=Q(ended_at__isnull=True), name="handover_not_ended"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"

    @property
    def round_number(self) -> int:
        """Of the round that is being written, else of the one that was signed last."""
        return self.round_count + (self.state == self.State.DRAFT)


class Round(models.Model):
    """One submission of a handover with its frozen text; a returned one stays as it was."""

    class Outcome(models.TextChoices):
        OPEN = "open", pgettext_lazy("round", "Open")
        RETURNED = "returned", pgettext_lazy("round", "Returned")
        CONFIRMED = "confirmed", pgettext_lazy("round", "Confirmed")
        LAPSED = "lapsed", pgettext_lazy("round", "Lapsed")

    handover = models.ForeignKey(Handover, models.PROTECT, related_name="rounds")
    number = models.PositiveSmallIntegerField()
    text = models.ForeignKey(SignedText, models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    score = models.PositiveSmallIntegerField()
    # The team's own version that scored it; none means the built-in weights of its time.
    score_rules = models.ForeignKey(ScoreRules, models.PROTECT, null=True, related_name="+")
    # What each rule gave out of its points, so that it stays explained whatever becomes of the rules.
    score_parts = models.JSONField(default=list)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.OPEN)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=400, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["handover", "number"], name="round_number_unique"),
            models.UniqueConstraint(fields=["handover"], condition=Q(outcome="open"), name="round_one_open"),
            models.CheckConstraint(
                condition=Q(outcome="open", ended_at__isnull=True)
                | ~Q(outcome="open") & Q(ended_at__isnull=False),
                name="round_ended_has_instant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.handover_id}/{self.number}"


class HandoverLine(models.Model):
    """One item in one handover: what both sides said of it. Its frozen text stands in the round's."""

    class Answer(models.TextChoices):
        NONE = "none", pgettext_lazy("answer", "Not answered")
        ACCEPTED = "accepted", pgettext_lazy("answer", "Accepted")
        RECEIVED = "received", pgettext_lazy("answer", "Received into the queue")
        QUESTIONED = "questioned", pgettext_lazy("answer", "Questioned")
        REFUSED = "refused", pgettext_lazy("answer", "Refused")
        DECIDED = "decided", pgettext_lazy("answer", "Decided by a supervisor")
        ENDED = "ended", pgettext_lazy("answer", "Closed or passed on meanwhile")
        CARRIED = "carried", pgettext_lazy("answer", "Carried on to the next handover")

    # Whoever gave one of these has had a say in it as its receiver, or decided it.
    WITH_A_SAY = (Answer.ACCEPTED, Answer.RECEIVED, Answer.DECIDED, Answer.QUESTIONED, Answer.REFUSED)

    handover = models.ForeignKey(Handover, models.PROTECT, related_name="lines")
    item = models.ForeignKey(PendingItem, models.PROTECT, related_name="lines")
    # 0 while the handover is a draft: the line then only keeps what the outgoing shift said so far.
    round_number = models.PositiveSmallIntegerField(default=0)
    position = models.PositiveSmallIntegerField(default=0)
    # As it was signed; the item itself may be made another kind afterwards. Empty while a draft.
    kind = models.CharField(max_length=10, choices=Kind, blank=True)
    former_holder = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)
    told_orally = models.BooleanField(default=False)
    # Why an urgent item goes out although a fact is missing.
    missing_reason = models.CharField(max_length=400, blank=True)

    answer = models.CharField(max_length=10, choices=Answer, default=Answer.NONE)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=400, blank=True)
    # Who holds the item by a supervisor's decision; nobody means the queue.
    decided_holder = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    heard_orally = models.BooleanField(default=False)
    read_back = models.CharField(max_length=400, blank=True)
    read_back_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    read_back_at = models.DateTimeField(null=True)

    # What became of it, said by the receiving shift before it hands over in its turn.
    answer_back = models.CharField(max_length=400, blank=True)
    answer_back_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answer_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["handover", "item"], name="line_once_per_handover"),
            # An item stands unanswered in at most one submitted handover.
            models.UniqueConstraint(
                fields=["item"],
                condition=Q(round_number__gt=0, answer__in=["none", "questioned", "refused"]),
                name="line_one_open_per_item",
            ),
            models.CheckConstraint(
                condition=Q(answer="none", answered_at__isnull=True)
                | ~Q(answer="none") & Q(answered_at__isnull=False),
                name="line_answer_has_instant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.handover_id}: #{self.item_id}"


class Section(models.Model):
    """One section of the form of a handover, as last saved; earlier texts stand in the events."""

    handover = models.ForeignKey(Handover, models.PROTECT, related_name="sections")
    key = models.CharField(max_length=30)
    body = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["handover", "key"], name="section_unique_in_handover")]

    def __str__(self) -> str:
        return f"{self.handover_id}: {self.key}"


class SectionDraft(models.Model):
    """What one person has typed into a section and not yet saved; the autosave writes it."""

    handover = models.ForeignKey(Handover, models.CASCADE, related_name="section_drafts")
    key = models.CharField(max_length=30)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    base_version = models.PositiveIntegerField()
    body = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["handover", "key", "author"], name="section_draft_unique")
        ]

    def __str__(self) -> str:
        return f"{self.handover_id}: {self.key} by {self.author_id}"
