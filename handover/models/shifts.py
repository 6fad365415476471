"""Posts, the shifts that staff them, and who is assigned to each shift."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Membership, Team

from .access import Access

# A person who forgot to check out counts as on duty no longer than this after the shift's end.
LATEST_CHECK_OUT = timedelta(minutes=60)


class PostQuerySet(models.QuerySet["Post"]):
    def visible_to(self, access: Access) -> Self:
        """Posts of every team the person belongs to: who works where is no secret inside a team."""
        return self if access.is_administrator else self.filter(team__in=access.roles)

    def managed_by(self, access: Access) -> Self:
        if access.is_administrator:
            return self
        return self.filter(Q(team__in=access.supervised_team_ids) | Q(pk__in=access.led_post_ids))

    def kept_by(self, access: Access) -> Self:
        """Without those that the person leads for one shift alone."""
        if access.is_administrator:
            return self
        return self.filter(Q(team__in=access.supervised_team_ids) | Q(pk__in=access.kept_post_ids))

    def in_use(self, day: datetime) -> Self:
        """Posts that exist on the day of `day`: not retired, and inside the days of a temporary one."""
        date = day.date()
        return self.filter(
            Q(first_day__isnull=True) | Q(first_day__lte=date),
            Q(last_day__isnull=True) | Q(last_day__gte=date),
            is_active=True,
        )


class Post(models.Model):
    """A rotating desk of a team; a temporary one has a first and a last day."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="posts", verbose_name=_("team"))
    name = models.CharField(_("name"), max_length=80)
    early_minutes = models.PositiveSmallIntegerField(
        _("arrive early (minutes)"),
        default=15,
        help_text=_("Check-in opens this long before the shift; later than this is recorded as late."),
    )
    first_day = models.DateField(_("first day"), null=True, blank=True)
    last_day = models.DateField(_("last day"), null=True, blank=True)
    leaders = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="led_posts", blank=True, verbose_name=_("leaders")
    )
    is_active = models.BooleanField(_("in use"), default=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("desk", "post")
        constraints = [
            models.UniqueConstraint(fields=["team", "name"], name="post_name_unique_in_team"),
            models.CheckConstraint(condition=Q(early_minutes__lte=60), name="post_early_at_most_an_hour"),
            models.CheckConstraint(
                condition=Q(first_day__isnull=True)
                | Q(last_day__isnull=True)
                | Q(last_day__gte=F("first_day")),
                name="post_last_day_not_before_first",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ServiceHours(models.Model):
    """One stretch of a weekday in which a post is staffed; a post without any is staffed round the clock."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    post = models.ForeignKey(Post, models.CASCADE, related_name="service_hours")
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    opens_at = models.TimeField(_("opens at"))
    closes_at = models.TimeField(
        _("closes at"), help_text=_("At or before the opening time means on the next day.")
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "weekday", "opens_at"], name="service_hours_unique")
        ]

    def __str__(self) -> str:
        return f"{self.post_id} {self.get_weekday_display()} {self.opens_at}-{self.closes_at}"


class ShiftPattern(models.Model):
    """A rule such as "Night 00:00-08:00 on Monday to Friday", from which shifts are generated."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="patterns", verbose_name=_("post"))
    name = models.CharField(_("name"), max_length=40)
    starts_at = models.TimeField(_("starts at"))
    ends_at = models.TimeField(_("ends at"), help_text=_("At or before the start means on the next day."))
    weekdays = models.CharField(
        _("weekdays"), max_length=7, default="0123456", help_text=_("The days on which it starts.")
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "name", "starts_at"], name="shift_pattern_unique")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.starts_at:%H:%M}-{self.ends_at:%H:%M}"


class PatternSkip(models.Model):
    """A day on which a pattern makes no shift, because somebody changed or removed the one it had made."""

    pattern = models.ForeignKey(ShiftPattern, models.CASCADE, related_name="skips")
    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pattern", "day"], name="pattern_skip_once_a_day")]

    def __str__(self) -> str:
        return f"{self.pattern_id} not on {self.day}"


class ShiftQuerySet(models.QuerySet["Shift"]):
    def visible_to(self, access: Access) -> Self:
        return self if access.is_administrator else self.filter(post__team__in=access.roles)

    def covering(self, instant: datetime) -> Self:
        return self.filter(starts_at__lte=instant, ends_at__gt=instant)


class Shift(models.Model):
    """One concrete stretch of work at a post, as instants; it may cross midnight or a clock change."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="shifts", verbose_name=_("post"))
    pattern = models.ForeignKey(
        ShiftPattern, models.SET_NULL, null=True, blank=True, related_name="shifts", editable=False
    )
    name = models.CharField(_("name"), max_length=40)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    # How often its times or its name were changed, for calendar programs.
    sequence = models.PositiveSmallIntegerField(default=0, editable=False)
    # The one person on it works on into the next shift alone: there is nobody to hand over to.
    carried_on = models.BooleanField(default=False, editable=False)

    objects = ShiftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "starts_at"], name="shift_start_unique_at_post"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="shift_ends_after_start"),
        ]
        indexes = [models.Index(fields=["post", "ends_at"], name="shift_by_end")]

    def __str__(self) -> str:
        return f"{self.name} {self.starts_at:%Y-%m-%d %H:%M} UTC"


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def effective(self) -> Self:
        """Without those whose place a substitute has taken."""
        return self.filter(substitute__isnull=True)

    def of_workers(self) -> Self:
        """Of people who still work in the team of the shift: active, and there as more than an auditor."""
        places = Membership.objects.filter(user=OuterRef("user"), team=OuterRef("shift__post__team"))
        return self.filter(Exists(places.workers()), user__is_active=True)

    def on_duty(self, instant: datetime) -> Self:
        """Present, with a right to be: a check-in outlives no membership."""
        return self.present(instant).of_workers()

    def expected(self, instant: datetime, *, now: datetime) -> Self:
        """Who will be on duty later, as it looks now: the roster, without whom their shift began without."""
        running = self.filter(shift__starts_at__lte=instant, shift__ends_at__gt=instant)
        comes = Q(checked_in_at__isnull=False) | Q(shift__starts_at__gt=now)
        return running.effective().of_workers().filter(comes, checked_out_at__isnull=True)

    def present(self, instant: datetime) -> Self:
        """Checked in, not checked out, and no later than the latest check-out of the shift."""
        return self.effective().filter(
            Q(checked_out_at__isnull=True) | Q(checked_out_at__gt=instant),
            checked_in_at__lte=instant,
            shift__ends_at__gt=instant - LATEST_CHECK_OUT,
        )


class Assignment(models.Model):
    """One person on one shift; a substitute is an assignment of their own that takes this one's place."""

    shift = models.ForeignKey(Shift, models.CASCADE, related_name="assignments", verbose_name=_("shift"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="assignments", verbose_name=_("person")
    )
    is_duty_supervisor = models.BooleanField(_("duty supervisor"), default=False)
    substitutes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="substitute", editable=False
    )
    substitute_reason = models.CharField(_("reason"), max_length=200, blank=True)
    checked_in_at = models.DateTimeField(_("checked in"), null=True, blank=True)
    checked_out_at = models.DateTimeField(_("checked out"), null=True, blank=True)
    late_minutes = models.PositiveSmallIntegerField(_("late (minutes)"), default=0)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            # A person stands on a shift once, so a chain of substitutes can never come back to its start.
            models.UniqueConstraint(fields=["shift", "user"], name="assignment_once_per_shift"),
            models.CheckConstraint(
                condition=Q(checked_out_at__isnull=True) | Q(checked_out_at__gte=F("checked_in_at")),
                name="assignment_out_after_in",
            ),
        ]
        indexes = [
            models.Index(
                fields=["user"],
                condition=Q(checked_in_at__isnull=False, checked_out_at__isnull=True),
                name="assignment_checked_in",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} on shift {self.shift_id}"
