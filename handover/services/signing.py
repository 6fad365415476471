"""Binds a signature to the exact text that the signer saw. Called inside the transaction of what is
signed.
"""

from datetime import datetime

from django.utils.translation import gettext as _

from handover import canonical, form_template
from handover.errors import Conflict
from handover.models import Handover, SignedText, SignOff
from handover.queries.record import Content, Signature


class SeenChanged(Conflict):
    """What would be signed is not what the signer saw; nothing was signed."""


def refuse_changed(sha256: str, *, seen_sha256: str) -> None:
    """Raises SeenChanged unless this is the hash that came with the form."""
    if sha256 != seen_sha256:
        raise SeenChanged(
            _("Something changed while you were reading. Nothing was signed: look once more and sign again.")
        )


def sign(
    *,
    handover: Handover,
    round_number: int,
    content: Content,
    signature: Signature,
    seen_sha256: str | None,
    now: datetime,
) -> SignOff:
    """Store the canonical text and the signature over it.

    Raises SeenChanged unless the text has the hash that came with the form. Without a hash the signer typed
    the text in the very form that signs it, and `refuse_changed` was asked about the rest.
    """
    text = canonical.dumps(content)
    sha256 = canonical.sha256(text)
    if seen_sha256 is not None:
        refuse_changed(sha256, seen_sha256=seen_sha256)
    stored = SignedText(
        sha256=sha256,
        text=text,
        schema_version=canonical.SCHEMA_VERSION,
        template_version=form_template.VERSION,
        created_at=now,
    )
    SignedText.objects.bulk_create([stored], ignore_conflicts=True)  # the same text stands there once
    return SignOff.objects.create(
        handover=handover,
        round_number=round_number,
        role=signature.role,
        as_supervisor=signature.as_supervisor,
        user=signature.user,
        printed_name=signature.user.display_name,
        meaning=signature.meaning,
        text=stored,
        signed_at=now,
    )
