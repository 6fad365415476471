"""What was signed, byte for byte, and who signed it as what."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SignedText(models.Model):
    """A canonical JSON text, stored verbatim and addressed by the SHA-256 of its UTF-8 bytes."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    text = models.TextField()
    schema_version = models.PositiveSmallIntegerField()
    template_version = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.sha256


class SignOff(models.Model):
    """One signature: who, as what, in which words, when, over which text."""

    class Role(models.TextChoices):
        OUTGOING = "outgoing", _("Outgoing shift")
        INCOMING = "incoming", _("Incoming shift")
        SUPERVISOR = "supervisor", _("Supervisor")
        ADDENDUM = "addendum", _("Addendum")

    handover = models.ForeignKey("handover.Handover", models.PROTECT, related_name="sign_offs")
    round_number = models.PositiveSmallIntegerField()
    role = models.CharField(_("signed as"), max_length=10, choices=Role)
    # A supervisor who signs for a side is marked so.
    as_supervisor = models.BooleanField(default=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="sign_offs")
    printed_name = models.CharField(max_length=150)
    meaning = models.CharField(max_length=300)
    text = models.ForeignKey(SignedText, models.PROTECT, related_name="sign_offs")
    signed_at = models.DateTimeField(pgettext_lazy("signature", "signed at"))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["handover", "round_number", "role", "user"],
                condition=~models.Q(role="addendum"),
                name="sign_off_once_per_role",
            )
        ]

    def __str__(self) -> str:
        return f"{self.printed_name} ({self.role}) {self.signed_at:%Y-%m-%d %H:%M} UTC"


class Addendum(models.Model):
    """The only way to add to a signed record; it is signed itself."""

    handover = models.ForeignKey("handover.Handover", models.PROTECT, related_name="addenda")
    text = models.TextField(_("addendum"), max_length=4000)
    sign_off = models.OneToOneField(SignOff, models.PROTECT, related_name="addendum")

    def __str__(self) -> str:
        return f"{self.handover_id}: {self.text[:40]}"
