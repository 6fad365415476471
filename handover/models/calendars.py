"""Secret addresses under which a calendar program reads a roster without signing in."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from .access import Access
from .shifts import Post


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    def visible_to(self, access: Access) -> Self:
        """One's own, and those of the posts that one leads."""
        posts = Post.objects.kept_by(access)
        return self.filter(Q(owner=access.user) | Q(post__in=posts))


class CalendarFeed(models.Model):
    """The shifts of its owner, or of a post as its owner may see them, until it is revoked."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="calendar_feeds")
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="calendar_feeds")
    # Of the secret in the address, which is stored nowhere.
    sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = CalendarFeedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.owner_id} {self.post_id or ''}".strip()
