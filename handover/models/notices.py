"""Notices: what is to be read before work, and who has read it when."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Team

from .access import Access
from .shifts import Post

SHORT = 400  # characters; a longer text is read on its own page


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, access: Access) -> Self:
        """Those of every team the person belongs to: an agent may read them at home before the shift."""
        return self if access.is_administrator else self.filter(team__in=access.roles)

    def for_post(self, *, team: int, post: int) -> Self:
        return self.filter(Q(post=None) | Q(post=post), team=team)

    def in_force(self, instant: datetime) -> Self:
        return self.filter(withdrawn_at=None, valid_from__lte=instant, valid_until__gt=instant)


class Notice(models.Model):
    """A text for one post, or without one for the whole team. Never edited: what was read stays so."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="notices")
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="notices")
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("text"), max_length=4000)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    # Of the form that it was written in: sent twice, it is one notice.
    form_key = models.CharField(max_length=32, editable=False)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        constraints = [
            models.UniqueConstraint(fields=["author", "form_key"], name="notice_once_per_form"),
            models.CheckConstraint(
                condition=Q(valid_until__gt=F("valid_from")), name="notice_until_after_from"
            ),
        ]
        indexes = [
            models.Index(fields=["team", "-valid_from", "-id"], name="notice_of_team"),
            models.Index(
                fields=["team", "valid_until"],
                condition=Q(withdrawn_at__isnull=True),
                name="notice_not_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_long(self) -> bool:
        return len(self.text) > SHORT


class NoticeReceipt(models.Model):
    """One person has read one notice; the first time counts."""

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="receipts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notice_receipts")
    read_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "user"], name="notice_read_once")]
        indexes = [models.Index(fields=["notice", "-read_at", "-id"], name="notice_receipt_latest")]

    def __str__(self) -> str:
        return f"{self.notice_id}: {self.user_id}"
