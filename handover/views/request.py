"""What a page can rely on in a request."""

from collections.abc import Iterable

from django.utils import timezone

from accounts.browser import SignedInRequest
from handover.models import Access
from handover.queries.readings import Shown


class Request(SignedInRequest):
    """For types alone: a request of a signed-in person, with what they may do now."""

    access: Access
    shown: Shown


def seen_version(request: Request) -> int:
    """Which version was in force when the page was made, 0 for none or for what no page of ours sends."""
    seen = request.POST.get("seen_version", "")
    return int(seen) if seen.isdecimal() and len(seen) < 10 else 0


def show_times_of(request: Request, zone: str) -> None:
    """A page about one thing keeps to the zone of its team, unless the person chose one of their own.

    Somebody of several teams would else read the times of one on the clocks of another.
    """
    if not request.user.time_zone:
        timezone.activate(zone)


def shows(
    request: Request,
    *,
    items: Iterable[int] = (),
    customers: Iterable[int] = (),
    handovers: Iterable[int] = (),
) -> None:
    """The page names customers with what is known of them, by these things: who was shown it is noted.

    `ReadingMiddleware` does it once the page is made, so that nothing is noted of a page nobody may open.
    """
    ids = {"items": list(items), "customers": list(customers), "handovers": list(handovers)}
    request.shown = {kind: found for kind, found in ids.items() if found}
