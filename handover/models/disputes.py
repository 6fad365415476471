"""Disputes: what one side of a handover says against the other, what both say of it, and the decision."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Team

from .access import Access, Led
from .handovers import Handover, HandoverLine
from .items import PendingItem
from .shifts import Assignment, Post
from .signoffs import SignOff


class Side(models.TextChoices):
    OUTGOING = "outgoing", _("Outgoing shift")
    INCOMING = "incoming", _("Incoming shift")


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def visible_to(self, access: Access) -> Self:
        """Those of which the person may read everything, and whose rule they see to."""
        if access.is_administrator:
            return self
        return self.filter(_in_charge(access) | Q(team__in=access.roles) & (_party(access) | _asked(access)))

    def heard_by(self, access: Access) -> Self:
        """Those of which the person may also read what both sides say: a side, and whoever may judge it."""
        if access.is_administrator:
            return self
        return self.filter(_in_charge(access) | Q(team__in=access.roles) & _party(access))

    def overseen(self, access: Access) -> Self:
        """Those that are the person's business without being their own."""
        return self if access.is_administrator else self.filter(_in_charge(access))

    def led(self, led: Led) -> Self:
        return self.filter(Q(team__in=led.team_ids) | Q(post__in=led.post_ids))

    def open(self) -> Self:
        return self.filter(state=Dispute.State.OPEN)


def _in_charge(access: Access) -> Q:
    """Whoever leads the post or the team, and auditors. Other posts' leaders have no part in it."""
    return Q(team__in=access.overseen_team_ids) | Q(post__in=access.led_post_ids)


def _asked(access: Access) -> Q:
    return Q(rule_by=access.user)


def _party(access: Access) -> Q:
    """On one of the two sides, as `queries.parties` has it.

    To be on the roster of a shift makes nobody a party, nor does an addendum that anybody may sign.
    """
    me, record = access.user, OuterRef("handover")
    shifts = Q(shift=OuterRef("handover__outgoing_shift")) | Q(shift=OuterRef("handover__incoming_shift"))
    worked = Assignment.objects.filter(shifts, user=me, checked_in_at__isnull=False)
    signed = SignOff.objects.filter(handover=record, user=me).exclude(role=SignOff.Role.ADDENDUM)
    said = Q(former_holder=me) | Q(answered_by=me, answer__in=HandoverLine.WITH_A_SAY)
    lines = HandoverLine.objects.filter(said, handover=record, round_number__gt=0)
    return Q(raised_by=me) | Q(holder=me) | Q(Exists(worked)) | Q(Exists(signed)) | Q(Exists(lines))


class Dispute(models.Model):
    """One dispute on a line, or without one on a whole record."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("dispute", "Open")
        DECIDED = "decided", pgettext_lazy("dispute", "Decided")
        WITHDRAWN = "withdrawn", pgettext_lazy("dispute", "Withdrawn")

    class Cause(models.TextChoices):
        HOLDER = "holder", _("who is responsible")
        CONTENT = "content", _("what is written is wrong or missing")
        TOLD = "told", _("what was told orally")
        TIME = "time", _("when it was handed over")
        OTHER = "other", _("something else")

    class Verdict(models.TextChoices):
        OUTGOING = "outgoing", _("for the outgoing shift")
        INCOMING = "incoming", _("for the incoming shift")
        BOTH = "both", _("for both in part")

    team = models.ForeignKey(Team, models.PROTECT, related_name="disputes")
    post = models.ForeignKey(Post, models.PROTECT, related_name="disputes")
    handover = models.ForeignKey(Handover, models.PROTECT, related_name="disputes")
    line = models.ForeignKey(HandoverLine, models.PROTECT, null=True, related_name="disputes")
    # That of the line; its holder stays as long as the dispute is open.
    item = models.ForeignKey(PendingItem, models.PROTECT, null=True, related_name="disputes")
    # Who had the item when it was raised; nobody means the queue.
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    cause = models.CharField(_("about"), max_length=10, choices=Cause)
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    side = models.CharField(max_length=10, choices=Side)

    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=1000, blank=True)
    verdict = models.CharField(_("decided"), max_length=10, choices=Verdict, blank=True)
    # Who has the item by the decision; nobody means the queue, and nothing where there was none to be given.
    decided_holder = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    # What is to be done differently from now on, until it is ticked as done.
    rule = models.CharField(_("rule to change"), max_length=400, blank=True)
    rule_due_on = models.DateField(_("until"), null=True)
    rule_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    rule_done_at = models.DateTimeField(null=True)
    rule_done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = DisputeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["line"], condition=Q(state="open"), name="dispute_one_open_per_line"
            ),
            models.UniqueConstraint(
                fields=["handover"],
                condition=Q(state="open", line__isnull=True),
                name="dispute_one_open_per_record",
            ),
            models.CheckConstraint(
                condition=Q(line__isnull=True, item__isnull=True, holder__isnull=True)
                | Q(line__isnull=False, item__isnull=False),
                name="dispute_of_line_names_item",
            ),
            models.CheckConstraint(
                condition=Q(state="open", settled_at__isnull=True, reason="")
                | ~Q(state="open") & Q(settled_at__isnull=False, settled_by__isnull=False) & ~Q(reason=""),
                name="dispute_settled_says_why",
            ),
            models.CheckConstraint(
                condition=Q(state="decided") & ~Q(verdict="") | ~Q(state="decided") & Q(verdict="", rule=""),
                name="dispute_decided_says_for_whom",
            ),
            models.CheckConstraint(
                condition=Q(
                    rule="", rule_due_on__isnull=True, rule_by__isnull=True, rule_done_at__isnull=True
                )
                | ~Q(rule="") & Q(rule_due_on__isnull=False, rule_by__isnull=False),
                name="dispute_rule_says_who_and_when",
            ),
        ]
        indexes = [
            models.Index(fields=["item"], condition=Q(state="open"), name="dispute_open_of_item"),
            models.Index(
                fields=["team", "raised_at", "id"], condition=Q(state="open"), name="dispute_open_of_team"
            ),
            models.Index(fields=["team", "-raised_at", "-id"], name="dispute_of_team"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"

    @property
    def has_item_here(self) -> bool:
        """Of an item that went to another team only its number is shown."""
        return self.item is not None and self.item.team_id == self.team_id


class DisputeStatement(models.Model):
    """What one of the two sides says of it. Never changed: who has more to say says it in another one."""

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="statements")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    side = models.CharField(max_length=10, choices=Side)
    at = models.DateTimeField()
    text = models.TextField(_("statement"), max_length=2000)

    class Meta:
        indexes = [models.Index(fields=["dispute", "at", "id"], name="statement_of_dispute")]

    def __str__(self) -> str:
        return f"{self.dispute_id}: {self.text[:40]}"
