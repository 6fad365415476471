"""Customers, and what must be known before speaking to one."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Team

from .access import Access


class Channel(models.TextChoices):
    PHONE = "phone", _("Phone")
    CHAT = "chat", _("Chat")
    EMAIL = "email", _("Email")
    SOCIAL = "social", _("Social media")
    COUNTER = "counter", _("In person")


class Emotion(models.TextChoices):
    NEUTRAL = "neutral", _("Neutral")
    ANXIOUS = "anxious", _("Anxious")
    ANGRY = "angry", _("Angry")
    SATISFIED = "satisfied", _("Satisfied")


class CustomerQuerySet(models.QuerySet["Customer"]):
    def visible_to(self, access: Access) -> Self:
        return self if access.is_administrator else self.filter(team__in=access.read_team_ids)


class Customer(models.Model):
    """A customer as one team knows them. The special communication need is always answered."""

    class Need(models.TextChoices):
        NONE = "none", _("No special need")
        TEXT_ONLY = "text_only", _("Hard of hearing: text only")
        SPEAK_SLOWLY = "speak_slowly", _("Speak slowly and clearly")
        LARGE_PRINT = "large_print", _("Poor sight: read aloud, no pictures of text")
        INTERPRETER = "interpreter", _("Needs an interpreter")
        SUPERVISOR = "supervisor", _("Wants to speak to a supervisor")
        OTHER = "other", _("Other need, see note")
        UNKNOWN = "unknown", _("Not known (imported): ask at the first contact")

    class Class(models.TextChoices):
        REGISTERED = "registered", pgettext_lazy("customer class", "Registered")
        VIP = "vip", _("VIP")
        SPECIAL = "special", pgettext_lazy("customer class", "Special attention")

    # Begins the ID of a customer whose own is not known yet.
    PROVISIONAL = "NEW-"
    NEED_NOTE_LENGTH = 200
    # What a person may say about a customer. The emotion is not among it: it comes from contacts.
    FACTS = (
        "name",
        "code",
        "phone",
        "contact",
        "channel",
        "customer_class",
        "need",
        "need_note",
        "preferences",
        "advice",
    )

    team = models.ForeignKey(Team, models.PROTECT, related_name="customers")
    code = models.CharField(_("customer ID"), max_length=40)
    name = models.CharField(pgettext_lazy("person", "name"), max_length=80)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    contact = models.CharField(_("other contact"), max_length=120, blank=True)
    channel = models.CharField(_("preferred channel"), max_length=10, choices=Channel, blank=True)
    customer_class = models.CharField(_("class"), max_length=12, choices=Class, default=Class.REGISTERED)
    need = models.CharField(_("special communication need"), max_length=14, choices=Need)
    need_note = models.CharField(_("note on the need"), max_length=NEED_NOTE_LENGTH, blank=True)
    preferences = models.TextField(_("preferences"), blank=True, max_length=2000)
    advice = models.TextField(_("advice for the next agent"), blank=True, max_length=2000)
    emotion = models.CharField(
        _("emotion at the latest contact"), max_length=10, choices=Emotion, default=Emotion.NEUTRAL
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(editable=False)
    changed_at = models.DateTimeField(editable=False)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "code"], name="customer_code_unique_in_team"),
            models.CheckConstraint(condition=~models.Q(need=""), name="customer_need_answered"),
        ]
        indexes = [models.Index(fields=["team", "-changed_at", "-id"], name="customer_by_change")]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    @property
    def has_own_code(self) -> bool:
        return not self.code.startswith(self.PROVISIONAL)

    @property
    def has_need(self) -> bool:
        return self.need != self.Need.NONE

    @classmethod
    def fact_label(cls, name: str) -> str:
        return str(cls._fact(name).verbose_name)

    @classmethod
    def fact_words(cls, name: str, value: str) -> str:
        """A fact in the words of the page, not of the database."""
        return str(dict(cls._fact(name).flatchoices).get(value, value))

    @classmethod
    def _fact(cls, name: str) -> models.Field:
        return next(field for field in cls._meta.fields if field.name == name)
