"""How far the first set-up of an installation has come."""

import base64
from dataclasses import dataclass

from django.utils.crypto import salted_hmac

from accounts.models import Membership, Team, User
from handover.models import Assignment, Post, ShiftPattern


@dataclass(frozen=True, slots=True)
class Progress:
    """What is there already. The set-up is finished as soon as somebody stands on a shift."""

    has_administrator: bool
    team: Team | None
    has_posts: bool = False
    has_patterns: bool = False
    has_people: bool = False
    is_finished: bool = False

    @property
    def step(self) -> str:
        """The first step that is not done, by the name of its address."""
        steps = {
            "setup": self.has_administrator,
            "setup_team": self.team is not None,
            "setup_posts": self.has_posts,
            "setup_patterns": self.has_patterns,
        }
        return next((name for name, is_done in steps.items() if not is_done), "setup_people")


def progress() -> Progress:
    team = Team.objects.order_by("pk").first()
    return Progress(
        has_administrator=has_administrator(),
        team=team,
        has_posts=Post.objects.exists(),
        has_patterns=ShiftPattern.objects.exists(),
        has_people=Membership.objects.exists(),
        is_finished=Assignment.objects.exists(),
    )


def has_administrator() -> bool:
    """Also one who may not sign in: once there was one, nobody becomes administrator by the set-up page."""
    return User.objects.filter(is_administrator=True).exists()


def is_empty() -> bool:
    """Whether nobody could sign in, for there are no people at all."""
    return not User.objects.exists()


def code() -> str:
    """What proves that who sets up this installation can read its log.

    It follows from the secret key, so that every process knows it and nothing has to be stored.
    """
    digest = salted_hmac("handover.setup", "first administrator", algorithm="sha256").digest()
    letters = base64.b32encode(digest).decode().lower()
    return "-".join(letters[start : start + 4] for start in (0, 4, 8))
