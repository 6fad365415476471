"""The password once more, at the moment of signing."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.errors import UserFacingError
from accounts.lockout import limited
from accounts.models import User


class NotConfirmed(UserFacingError):
    """This is not the person, or the person may not sign now."""


def barrier(user: User) -> str:
    """What keeps this person from signing anything now, and who can end it; empty if nothing does."""
    if user.may_sign:
        return ""
    if user.awaits_vouch:
        return _(
            "Your password was reset by %(name)s. Before you can sign, a colleague must confirm that you have"
            " set the new one yourself: anybody of your team or an administrator, but not %(name)s."
        ) % {"name": user.password_reset_by}
    return _("Set a password of your own before you sign: somebody else knows the present one.")


def check_password_again(user: User, password: str, *, address: str, now: datetime) -> None:
    """Raises unless this person may sign and typed the right password; wrong ones count towards the lockout.

    It is good for the request it is asked in and nothing else: nothing is remembered. To be called before
    the transaction that signs, so that a failure stays counted.
    """
    fresh = User.objects.get(pk=user.pk)
    if sentence := barrier(fresh):
        raise NotConfirmed(sentence)
    if not limited(lambda: fresh.check_password(password), username=fresh.username, address=address, now=now):
        raise NotConfirmed(_("This is not your password. Nothing was signed; please type it again."))
