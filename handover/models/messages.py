"""Messages to a person inside the application, and how far a person has looked."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Message(models.Model):
    """A sentence for one person. It says enough by itself: its reader may have no access to the item."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="inbox")
    text = models.CharField(_("message"), max_length=600)
    item = models.ForeignKey("handover.PendingItem", models.CASCADE, null=True, related_name="+")
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["recipient", "-at"], condition=Q(read_at__isnull=True), name="message_unread"
            )
        ]

    def __str__(self) -> str:
        return self.text


class LastLook(models.Model):
    """Up to which instant a person has seen what is new on their first page."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="last_look")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user_id} {self.at:%Y-%m-%d %H:%M} UTC"
