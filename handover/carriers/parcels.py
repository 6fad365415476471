"""One message on its way out, who takes it there, and why it may not have arrived."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db import models
from django.utils.translation import gettext_lazy as _


class Reason(models.TextChoices):
    """Why a message was not sent, for whoever can mend that."""

    NO_ADDRESS = "no_address", _("There is no address to send it to.")
    UNREACHABLE = "unreachable", _("The server cannot be reached.")
    PRIVATE = (
        "private",
        _("The address lies in a private network, and this installation sends nothing there."),
    )
    NO_ANSWER = "no_answer", _("The server did not answer in time.")
    REFUSED = "refused", _("The server refused it.")
    SWITCHED_OFF = "switched_off", _("Sending there was switched off.")
    FAILED = "failed", _("It could not be made. The log of the worker says why.")


@dataclass(frozen=True)
class Parcel:
    """What is sent. `ref` is the same at each try, so that a receiver can tell a repeat."""

    ref: str
    at: datetime
    text: str
    language: str
    url: str = ""
    item_id: int | None = None
    handover_id: int | None = None
    may_be_repeat: bool = False
    to: str = ""  # of email: the address and the zone of its reader
    zone: str = ""


class NotSent(Exception):
    """It did not arrive, or nobody knows (`may_have_arrived`); `place_is_down` means nothing else would."""

    def __init__(
        self,
        reason: Reason,
        detail: object = "",
        *,
        place_is_down: bool = False,
        may_have_arrived: bool = False,
    ) -> None:
        super().__init__(f"{reason.value}: {detail}")
        self.place_is_down = place_is_down
        self.may_have_arrived = may_have_arrived


class Carrier(Protocol):
    """Takes parcels to one place, one after the other."""

    def send(self, parcel: Parcel) -> None:
        """Raises NotSent."""

    def close(self) -> None:
        """Nothing more goes there for now."""
