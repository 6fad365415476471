"""What a page can rely on in a request."""

from django.utils import timezone

from accounts.browser import SignedInRequest
from handover.models import Access


class Request(SignedInRequest):
    """For types alone: a request of a signed-in person, with what they may do now."""

    access: Access


def show_times_of(request: Request, zone: str) -> None:
    """A page about one thing keeps to the zone of its team, unless the person chose one of their own.

    Somebody of several teams would else read the times of one on the clocks of another.
    """
    if not request.user.time_zone:
        timezone.activate(zone)
