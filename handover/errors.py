"""Errors that a user can do something about; every one carries the sentence that is shown."""

from accounts.errors import UserFacingError


class HandoverError(UserFacingError):
    """Something the user asked for cannot be done; `sentence` says why and what to do instead."""


class InvalidMove(HandoverError):
    """The thing is not in a state from which this step is possible."""


class Conflict(HandoverError):
    """Somebody else changed the thing since the user last saw it."""


class NotAllowed(HandoverError):
    """A rule of the work, not of the page, forbids this person this step."""
