"""What a page can rely on in a request."""

from accounts.browser import SignedInRequest
from handover.models import Access


class Request(SignedInRequest):
    """For types alone: a request of a signed-in person, with what they may do now."""

    access: Access
