"""Open customer matters ("items"), their clocks and their promises."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Team

from .access import Access, Border, Led
from .customers import Channel, Customer, Emotion
from .shifts import Post

# From here on the way an item goes is wrong, and the supervisor is told.
IDLE_HANDOVERS = 2
MOVED_PROMISES = 2
STUCK = Q(idle_handover_count__gte=IDLE_HANDOVERS) | Q(promise_moves__gte=MOVED_PROMISES)


class IssueType(models.Model):
    """What a matter is about, kept per team; complaints have rules of their own."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="issue_types")
    name = models.CharField(_("name"), max_length=60)
    is_complaint = models.BooleanField(_("complaint"), default=False)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "name"], name="issue_type_unique_in_team")]

    def __str__(self) -> str:
        return self.name


class Kind(models.TextChoices):
    URGENT = "urgent", _("Urgent")
    FOLLOW_UP = "follow_up", _("Follow-up")
    REMINDER = "reminder", _("Reminder")


class Stage(models.TextChoices):
    REGISTERED = "registered", pgettext_lazy("stage", "Registered")
    IN_PROGRESS = "in_progress", pgettext_lazy("stage", "In progress")
    WAITING = "waiting", pgettext_lazy("stage", "Waiting")
    RESOLVED = "resolved", pgettext_lazy("stage", "Resolved")
    CLOSED = "closed", pgettext_lazy("stage", "Closed")
    CANCELLED = "cancelled", pgettext_lazy("stage", "Cancelled")


class ClockKind(models.TextChoices):
    TAKEN = "taken", pgettext_lazy("clock", "Take")
    RESPONSE = "response", pgettext_lazy("clock", "First response")
    DONE = "done", pgettext_lazy("clock", "Done")
    PROMISE = "promise", pgettext_lazy("clock", "Promise")


class Waits(models.TextChoices):
    """All that waits for somebody: the four clocks of an item, and what only the engine watches."""

    TAKEN = "taken", _("an urgent item is taken")
    RESPONSE = "response", _("the first response to an urgent item")
    DONE = "done", _("an item is done")
    PROMISE = "promise", _("a promise is kept")
    COMPLAINT = "complaint", _("a complaint is solved")
    IDLE = "idle", _("an urgent item that was taken goes on")
    REFUSED = "refused", _("a refused urgent line is decided")
    SIGN = "sign", _("the outgoing shift signs")
    CONFIRM = "confirm", _("the incoming shift confirms")
    DISPUTE = "dispute", _("a dispute is decided")
    RULE = "rule", _("a rule is changed after a dispute")
    CHECK = "check", _("a record chosen for a spot check is checked")
    FINDING = "finding", _("a finding of a spot check is answered")
    RECHECK = "recheck", _("the answer to a finding is looked at")


class UnknownFact(models.TextChoices):
    """Facts an imported item may lack; they must be answered at the first contact."""

    NEED = "need", _("special communication need")
    PROGRESS = "progress", _("current progress")
    KEY_TIME = "key_time", _("key time node")
    PROMISE = "promise", _("whether something was promised")


class PendingItemQuerySet(models.QuerySet["PendingItem"]):
    def visible_to(self, access: Access) -> Self:
        return self.within(access.border)

    def within(self, border: Border) -> Self:
        """All of the teams whose work the person may read, and what they hold themselves."""
        if border.everything:
            return self
        seen = Q(team__in=border.team_ids)
        # An OR that adds nothing keeps SQLite from reading the lists in the order of their index.
        if border.own_team_ids:
            seen |= Q(team__in=border.own_team_ids, holder=border.own_of)
        return self.filter(seen)

    def led(self, led: Led) -> Self:
        return self.filter(Q(team__in=led.team_ids) | Q(post__in=led.post_ids))

    def open(self) -> Self:
        return self.filter(is_open=True)

    def stuck(self) -> Self:
        """Open, and handed over without progress or its promise moved too often."""
        return self.open().filter(STUCK)


class PendingItem(models.Model):
    """One unfinished customer matter. It lives across many shifts until it is closed."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="items")
    post = models.ForeignKey(
        Post, models.PROTECT, related_name="items", verbose_name=pgettext_lazy("desk", "post")
    )
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="items", verbose_name=_("customer"))
    issue_type = models.ForeignKey(
        IssueType, models.PROTECT, related_name="items", verbose_name=_("issue type")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    stage = models.CharField(_("stage"), max_length=12, choices=Stage, default=Stage.REGISTERED)
    # Open until it is closed or cancelled, or resolved and the customer told.
    is_open = models.BooleanField(default=True, editable=False)

    progress = models.TextField(_("current progress"), max_length=4000)
    next_action = models.CharField(
        _("next action"), max_length=400, blank=True, help_text=_("What happens next, and who does it?")
    )
    plan = models.CharField(
        _("if/then plan"), max_length=400, blank=True, help_text=_("If the warehouse says no, then …")
    )
    key_at = models.DateTimeField(_("key time node"), null=True)
    key_note = models.CharField(
        _("what is expected then"), max_length=200, blank=True, help_text=_("Who answers, what is decided?")
    )
    waiting_for = models.CharField(_("waiting for"), max_length=120, blank=True)
    waiting_until = models.DateTimeField(_("waiting until"), null=True, blank=True)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, blank=True)
    emotion = models.CharField(
        _("emotion at this contact"), max_length=10, choices=Emotion, default=Emotion.NEUTRAL
    )
    order_ref = models.CharField(_("order or ticket number"), max_length=80, blank=True)
    order_url = models.URLField(_("link to the order or ticket"), max_length=400, blank=True)
    result = models.TextField(_("result"), blank=True, max_length=2000)
    customer_told = models.BooleanField(_("customer told"), null=True)

    # No holder means the queue of the post holds it.
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="held_items",
        verbose_name=_("holder"),
    )
    first_contact = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="first_contact_items",
        verbose_name=_("first contact"),
    )

    created_at = models.DateTimeField(_("created"))
    changed_at = models.DateTimeField(_("last change"))
    urgent_since = models.DateTimeField(null=True)
    progressed_at = models.DateTimeField(_("last progress"), null=True)
    responded_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    # The earliest instant of the running clocks and its clock, kept beside them for the lists.
    next_due_at = models.DateTimeField(null=True)
    next_clock = models.CharField(max_length=10, choices=ClockKind, blank=True)

    repeat_count = models.PositiveSmallIntegerField(_("customer called again"), default=0)
    handover_count = models.PositiveSmallIntegerField(_("handovers survived"), default=0)
    idle_handover_count = models.PositiveSmallIntegerField(default=0)
    promise_moves = models.PositiveSmallIntegerField(default=0)

    # Until then its clocks tell nobody. Facts of the item and no row of their own: every list shows them
    # beside it, there is one at most, and what becomes of it is in the trail.
    snoozed_until = models.DateTimeField(null=True)
    snoozed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    snooze_reason = models.CharField(max_length=400, blank=True)

    unknown_facts = models.JSONField(default=list, blank=True)
    source = models.CharField(max_length=40, blank=True)
    source_ref = models.CharField(max_length=80, blank=True)
    # Names the form it was registered with, so that a second click makes no second item.
    form_key = models.CharField(max_length=32, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)

    objects = PendingItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("item")
        constraints = [
            models.UniqueConstraint(
                fields=["team", "source", "source_ref"],
                condition=~Q(source_ref=""),
                name="item_source_ref_unique",
            ),
            models.UniqueConstraint(
                fields=["form_key"], condition=~Q(form_key=""), name="item_form_key_unique"
            ),
            models.CheckConstraint(
                condition=Q(is_open=False) | Q(next_due_at__isnull=False), name="item_open_has_due_instant"
            ),
            models.CheckConstraint(
                condition=Q(is_open=True, stage__in=["registered", "in_progress", "waiting"])
                | Q(is_open=True, stage="resolved", customer_told=False)
                | Q(is_open=False, stage="resolved", customer_told=True)
                | Q(is_open=False, stage__in=["closed", "cancelled"]),
                name="item_open_matches_stage",
            ),
            models.CheckConstraint(
                condition=~Q(stage="waiting") | Q(waiting_until__isnull=False) & ~Q(waiting_for=""),
                name="item_waiting_says_for_whom_and_until_when",
            ),
            models.CheckConstraint(
                condition=Q(snoozed_until__isnull=True, snoozed_by__isnull=True, snooze_reason="")
                | Q(snoozed_until__isnull=False, snoozed_by__isnull=False) & ~Q(snooze_reason=""),
                name="item_snooze_says_by_whom_and_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["post", "next_due_at", "id"], condition=Q(is_open=True), name="item_live_list"
            ),
            models.Index(
                fields=["team", "next_due_at", "id"], condition=Q(is_open=True), name="item_team_list"
            ),
            # For who leads more than one team, up to the administrators.
            models.Index(fields=["next_due_at", "id"], condition=Q(is_open=True), name="item_by_due"),
            models.Index(
                fields=["post", "-created_at", "-id"], condition=Q(is_open=True), name="item_newest"
            ),
            models.Index(
                fields=["team", "-created_at", "-id"], condition=Q(is_open=True), name="item_team_newest"
            ),
            models.Index(fields=["holder", "next_due_at"], condition=Q(is_open=True), name="item_held"),
            models.Index(
                fields=["team", "-changed_at", "-id"], condition=Q(is_open=True) & STUCK, name="item_stuck"
            ),
            models.Index(fields=["team", "-changed_at", "-id"], name="item_by_change"),
            models.Index(
                fields=["holder"], condition=Q(is_open=True, kind="urgent"), name="item_urgent_by_holder"
            ),
            models.Index(fields=["customer", "-created_at"], name="item_of_customer"),
            models.Index(fields=["team", "order_ref"], condition=~Q(order_ref=""), name="item_by_order"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def is_urgent(self) -> bool:
        return self.kind == Kind.URGENT


class Promise(models.Model):
    """What was promised to the customer, by whom and by when; moving one leaves it and makes another."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("promise", "Open")
        KEPT = "kept", pgettext_lazy("promise", "Kept")
        BROKEN = "broken", pgettext_lazy("promise", "Broken")
        MOVED = "moved", pgettext_lazy("promise", "Moved")

    item = models.ForeignKey(PendingItem, models.CASCADE, related_name="promises")
    text = models.CharField(_("promise"), max_length=400)
    due_at = models.DateTimeField(_("promised by"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="promises", verbose_name=_("by")
    )
    made_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=400, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item"], condition=Q(state="open"), name="promise_one_open"),
            models.CheckConstraint(condition=Q(due_at__gt=F("made_at")), name="promise_due_after_made"),
            models.CheckConstraint(
                condition=Q(state="open", settled_at__isnull=True)
                | ~Q(state="open") & Q(settled_at__isnull=False),
                name="promise_settled_has_instant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.text} ({self.due_at:%Y-%m-%d %H:%M} UTC)"
