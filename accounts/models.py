"""People, teams, who belongs where, and what signing in has to remember."""

from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.zones import local_instant, validate_zone


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: "User") -> Self:
        """Everybody, for an administrator; else those with whom the person shares a team."""
        return self if user.is_administrator else self.filter(teams__in=user.teams.all()).distinct()


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]  # made at run time
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """A person who can sign in; without a password nobody can until one has been set."""
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.full_clean()
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.alias(lowered=Lower("username")).get(lowered=(username or "").lower())


class User(AbstractBaseUser):
    """A person. Never deleted, only disabled: signed records name people for ever."""

    class Language(models.TextChoices):
        ENGLISH = "en", "English"
        CHINESE = "zh-hans", "简体中文"

    class Theme(models.TextChoices):
        LIGHT = "light", pgettext_lazy("theme", "Light")
        DARK = "dark", pgettext_lazy("theme", "Dark")

    # ASCII alone: databases agree on the case of nothing else, and look-alike letters cannot impersonate.
    username = models.CharField(
        _("user name"),
        max_length=150,
        unique=True,
        validators=[ASCIIUsernameValidator()],
        error_messages={"unique": _("A person with this user name already exists.")},
        help_text=_("Letters, digits and @ . + - _ only. Capitals make no difference."),
    )
    display_name = models.CharField(pgettext_lazy("person", "name"), max_length=150)
    email = models.EmailField(_("email"), blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True, choices=Language)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, validators=[validate_zone])
    theme = models.CharField(_("colours"), max_length=5, blank=True, choices=Theme)
    plays_sound = models.BooleanField(_("play a tone when something urgent is told"), default=False)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_administrator = models.BooleanField(
        _("administrator"),
        default=False,
        help_text=_("Keeps the whole installation; the end of every chain of escalation."),
    )
    must_change_password = models.BooleanField(default=False)
    # Until a colleague has vouched that the person set the present password.
    password_reset_by = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    joined_at = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]

    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="user_username_any_case",
                violation_error_message=_("A person with this user name already exists."),
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name

    @property
    def own_language(self) -> str:
        """In which they are written to: as chosen, else that of the installation."""
        return self.language or settings.LANGUAGE_CODE

    @property
    def may_sign(self) -> bool:
        """Whoever reset a password could have set the next one too, and must not sign as its owner."""
        return self.is_active and not self.must_change_password and self.password_reset_by_id is None

    @property
    def awaits_vouch(self) -> bool:
        """Whether all that is missing to sign is the word of a colleague."""
        return self.is_active and not self.must_change_password and self.password_reset_by_id is not None


class Team(models.Model):
    """People who share posts, rules and supervisors; the border of who may see what."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="Asia/Shanghai", validators=[validate_zone]
    )
    day_ends_at = models.TimeField(
        _("business day ends at"),
        default=time(0, 0),
        help_text=_("Follow-ups must be closed by then. A night team may choose 04:00."),
    )
    is_active = models.BooleanField(_("in use"), default=True)
    members = models.ManyToManyField(User, through="Membership", related_name="teams")

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def business_day_end(self, instant: datetime) -> datetime:
        """The end, in UTC, of the business day of an instant; the end itself is of the next day."""
        day = instant.astimezone(self.zone).date()
        end = local_instant(day, self.day_ends_at, self.zone)
        return end if end > instant else local_instant(day + timedelta(days=1), self.day_ends_at, self.zone)

    def business_week(self, instant: datetime) -> date:
        """The Monday of the week to which the business day of an instant belongs.

        A business day has the date on which more of it lies: one that ends at 04:00 that of the day before.
        """
        end = self.business_day_end(instant).astimezone(self.zone).replace(tzinfo=None)
        day = (end - timedelta(hours=12)).date()
        return day - timedelta(days=day.weekday())


class MembershipQuerySet(models.QuerySet["Membership"]):
    def workers(self) -> Self:
        """Of people who work in the team; auditors only read."""
        return self.exclude(role=Membership.Role.AUDITOR)


class Membership(models.Model):
    """What a person may do in a team. Which posts a leader leads is told by the posts."""

    class Role(models.TextChoices):
        AGENT = "agent", _("Agent")
        LEADER = "leader", _("Leader")
        SUPERVISOR = "supervisor", _("Supervisor")
        AUDITOR = "auditor", _("Auditor")

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name=_("person"))
    team = models.ForeignKey(Team, models.PROTECT, related_name="memberships", verbose_name=_("team"))
    role = models.CharField(_("role"), max_length=10, choices=Role)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "team"],
                name="membership_once_per_team",
                violation_error_message=_("This person already belongs to the team."),
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=["agent", "leader", "supervisor", "auditor"]),
                name="membership_role_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} in {self.team_id}"


class LoginAttempt(models.Model):
    """One try at a password. Kept in the database so that no restart forgives a guesser."""

    username = models.CharField(max_length=150)
    address = models.CharField(max_length=45)
    at = models.DateTimeField()
    succeeded = models.BooleanField()

    class Meta:
        indexes = [
            models.Index(fields=["username", "at"], name="login_attempt_by_name"),
            models.Index(fields=["address", "at"], name="login_attempt_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.username} {self.at:%Y-%m-%d %H:%M:%S}"


class HeldForm(models.Model):
    """Text typed into a form after its session had ended; only its writer sees it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="held_forms")
    path = models.TextField()
    data = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="held_form_by_age")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.path}"
