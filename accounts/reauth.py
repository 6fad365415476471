"""The password once more, at the moment of signing."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.errors import UserFacingError
from accounts.lockout import limited
from accounts.models import User


class NotConfirmed(UserFacingError):
    """This is not the person, or the person may not sign now."""


def check_password_again(user: User, password: str, *, address: str, now: datetime) -> None:
    """Raises unless this person may sign and typed the right password; wrong ones count towards the lockout.

    It is good for the request it is asked in and nothing else: nothing is remembered. To be called before
    the transaction that signs, so that a failure stays counted.
    """
    fresh = User.objects.get(pk=user.pk)
    if not fresh.may_sign:
        raise NotConfirmed(
            _("Set a password of your own before you sign: somebody else knows the present one.")
        )
    if not limited(lambda: fresh.check_password(password), username=fresh.username, address=address, now=now):
        raise NotConfirmed(_("This is not your password. Nothing was signed; please type it again."))
