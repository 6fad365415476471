"""Messages to a person, what leaves the application for them, and how far a person has looked."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Team, User


class About(models.TextChoices):
    """What messages are about, for the choice of how to be told."""

    URGENT = "urgent", _("urgent items, complaints and what escalates to me")
    DUE = "due", _("promises and reminders that come due")
    HANDOVER = "handover", _("handovers that wait for me")
    SHIFT = "shift", _("my shifts: what awaits me, and holes in the roster")
    NEWS = "news", _("what became of my items, questions and answers")


class Message(models.Model):
    """A sentence for one person. It says enough by itself: its reader may have no access to the item."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="inbox")
    about = models.CharField(max_length=10, choices=About, default=About.NEWS)
    text = models.CharField(_("message"), max_length=600)
    item = models.ForeignKey("handover.PendingItem", models.CASCADE, null=True, related_name="+")
    handover = models.ForeignKey("handover.Handover", models.CASCADE, null=True, related_name="+")
    report = models.ForeignKey(
        "handover.WeeklyReport", models.CASCADE, null=True, related_name="+", db_index=False
    )
    # The page where it is answered, in place of that of its item or record.
    path = models.CharField(max_length=100, blank=True)
    # Names what it tells, so that nobody is told the same twice.
    key = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "key"], condition=~Q(key=""), name="message_told_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["recipient", "-at"], condition=Q(read_at__isnull=True), name="message_unread"
            )
        ]

    def __str__(self) -> str:
        return self.text


class MessageChoice(models.Model):
    """How a person wants to be told of one thing; without a row it is as `default` says."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="message_choices")
    about = models.CharField(max_length=10, choices=About)
    in_app = models.BooleanField(_("in the application"), default=True)
    email = models.BooleanField(_("by email"), default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "about"], name="message_choice_unique"),
            models.CheckConstraint(
                condition=~Q(about="urgent") | Q(in_app=True), name="message_choice_urgent_in_app"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.about}"

    @classmethod
    def default(cls, about: str) -> Self:
        """What counts for a person who has chosen nothing."""
        return cls(about=about, in_app=True, email=about == About.URGENT)


class Webhook(models.Model):
    """A group chat or another program that is told what escalates in a team."""

    class Format(models.TextChoices):
        WECOM = "wecom", _("WeCom group bot")
        DINGTALK = "dingtalk", _("DingTalk group bot")
        FEISHU = "feishu", _("Feishu group bot")
        LARK = "lark", _("Lark group bot")
        SLACK = "slack", _("Slack incoming webhook")
        JSON = "json", _("signed JSON to any address")

    team = models.ForeignKey(Team, models.CASCADE, related_name="webhooks")
    name = models.CharField(_("name"), max_length=60)
    format = models.CharField(_("format"), max_length=10, choices=Format)
    url = models.CharField(_("address"), max_length=500)
    secret = models.CharField(_("secret"), max_length=100, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=User.Language)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "name"], name="webhook_name_unique_in_team")]

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One message that has to leave the application: by email for its reader, or to a group chat.

    Sent at least once: after a crash between sending and writing that down it is sent again.
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("delivery", "waiting")
        SENT = "sent", pgettext_lazy("delivery", "sent")
        GIVEN_UP = "given_up", pgettext_lazy("delivery", "given up")

    message = models.OneToOneField(Message, models.CASCADE, null=True, related_name="email")
    webhook = models.ForeignKey(Webhook, models.CASCADE, null=True, related_name="deliveries")
    # For a group chat: what it is told, and of what.
    text = models.CharField(max_length=600, blank=True)
    item = models.ForeignKey("handover.PendingItem", models.CASCADE, null=True, related_name="+")
    handover = models.ForeignKey("handover.Handover", models.CASCADE, null=True, related_name="+")
    key = models.CharField(max_length=60)
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Whether an earlier try has an unknown end: what is sent then may be a repeat.
    may_have_arrived = models.BooleanField(default=False)
    # When it is tried next; while somebody is sending it, when their lease ends.
    next_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["webhook", "key"],
                condition=Q(webhook__isnull=False),
                name="delivery_once_per_webhook",
            ),
            models.CheckConstraint(
                condition=Q(message__isnull=True) ^ Q(webhook__isnull=True), name="delivery_of_one_kind"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", next_at__isnull=False, settled_at__isnull=True)
                | ~Q(state="waiting") & Q(next_at__isnull=True, settled_at__isnull=False),
                name="delivery_waits_or_is_settled",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(state="waiting"), name="delivery_waiting_by_next"),
            models.Index(fields=["-settled_at"], condition=Q(state="given_up"), name="delivery_given_up"),
            models.Index(fields=["settled_at"], condition=~Q(state="waiting"), name="delivery_settled"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.state}"


class LastLook(models.Model):
    """Up to which instant a person has seen what is new on their first page."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="last_look")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user_id} {self.at:%Y-%m-%d %H:%M} UTC"
