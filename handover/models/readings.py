"""Who looked at which customers' data, when, on which page and from where; never the data themselves."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Team

from .customers import Customer
from .handovers import Handover
from .items import PendingItem
from .shifts import Post


class Reading(models.Model):
    """One page with customers' data that somebody was shown: of one thing, or of a list of them."""

    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="readings", db_index=False
    )
    team = models.ForeignKey(Team, models.PROTECT, related_name="readings", db_index=False)
    # None for customers, who belong to the whole team, and for lists.
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="readings")
    page = models.CharField(max_length=40)  # the name of its address
    item = models.ForeignKey(PendingItem, models.PROTECT, null=True, related_name="readings", db_index=False)
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="readings", db_index=False)
    handover = models.ForeignKey(Handover, models.PROTECT, null=True, related_name="readings", db_index=False)
    # Of a list: {"items": [1, 2]}; only what was not on the same page a short time before.
    listed = models.JSONField(default=dict)
    address = models.GenericIPAddressField(null=True)

    class Meta:
        # Each foreign key is found by the first column of one of these.
        indexes = [
            models.Index(fields=["team", "-at", "-id"], name="reading_of_team"),
            models.Index(fields=["team", "actor", "-at", "-id"], name="reading_of_actor"),
            models.Index(fields=["actor", "page", "-at"], name="reading_of_page"),
            models.Index(
                fields=["item", "-at", "-id"], condition=Q(item__isnull=False), name="reading_of_item"
            ),
            models.Index(
                fields=["customer", "-at", "-id"],
                condition=Q(customer__isnull=False),
                name="reading_of_customer",
            ),
            models.Index(
                fields=["handover", "-at", "-id"],
                condition=Q(handover__isnull=False),
                name="reading_of_handover",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} UTC {self.page}"
