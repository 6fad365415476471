"""Every change to a person's account but the sign-in itself."""

import secrets
from datetime import datetime
from typing import TypedDict, Unpack

from django.contrib.sessions.models import Session
from django.core.mail import send_mail
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import held, lockout, reauth
from accounts.errors import UserFacingError
from accounts.models import User
from accounts.permissions import can_vouch_for
from accounts.signals import password_changed, password_reset, password_vouched

# Without the letters and digits that are taken for one another when read aloud or copied by hand.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class CannotVouch(UserFacingError):
    """This person has no word in the matter, or there is nothing to vouch for now."""


class Preferences(TypedDict, total=False):
    language: str
    time_zone: str
    theme: str
    plays_sound: bool


@transaction.atomic
def create_user(
    *, username: str, display_name: str, email: str = "", is_administrator: bool = False
) -> tuple[User, str]:
    """A person, and the one-time password to hand over; it must be changed before anything else."""
    password = _one_time_password()
    user = User.objects.create_user(
        username,
        password,
        display_name=display_name,
        email=email,
        is_administrator=is_administrator,
        must_change_password=True,
    )
    return user, password


@transaction.atomic
def set_own_password(*, user: User, password: str, address: str) -> None:
    """Ends every session of the person; the caller keeps the one in which it was changed."""
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    password_changed.send(sender=User, user=user, actor=user, address=address)


@transaction.atomic
def reset_password(*, user: User, actor: User, address: str) -> str:
    """A one-time password, to be shown once. Ends every session of the person and tells them by email.

    The actor knows it, and could set the next one too. So the person can sign nothing until they have set a
    password of their own and somebody else has vouched for that; each reset begins this anew.
    """
    password = _one_time_password()
    user.set_password(password)
    user.must_change_password = True
    user.password_reset_by = actor
    user.save(update_fields=["password", "must_change_password", "password_reset_by"])
    lockout.forgive(username=user.username)
    if user.email:
        transaction.on_commit(lambda: _tell_of_reset(user, actor), robust=True)
    password_reset.send(sender=User, user=user, actor=actor, address=address)
    return password


def vouch_for_password(*, user: User, actor: User, password: str, address: str, now: datetime) -> None:
    """The actor confirms that the person has set their present password themselves: they can sign again.

    `password` is the actor's own, once more. Raises NotConfirmed for a wrong one, CannotVouch for who reset
    the password, for an outsider, and while there is nothing to vouch for. A second voucher comes too late.
    """
    reauth.check_password_again(actor, password, address=address, now=now)
    with transaction.atomic():
        reset_by = user.password_reset_by
        if reset_by is None or not can_vouch_for(actor, user):
            raise CannotVouch(_("There is nothing that you could confirm for %(name)s.") % {"name": user})
        # Conditional, so that no vouch counts for a password that was reset meanwhile.
        waiting = User.objects.filter(pk=user.pk, password_reset_by=reset_by, is_active=True)
        if not waiting.filter(must_change_password=False).update(password_reset_by=None):
            raise CannotVouch(_("%(name)s has to set a new password first.") % {"name": user})
        password_vouched.send(sender=User, user=user, actor=actor, address=address, reset_by=reset_by)


@transaction.atomic
def set_preferences(*, user: User, **preferences: Unpack[Preferences]) -> None:
    """An empty preference leaves it to the browser or the team; what is not named stays as it is."""
    User.objects.filter(pk=user.pk).update(**preferences)


def forget_old(*, now: datetime) -> None:
    """Deletes what has served its time: kept texts, tries at passwords, sessions. Safe twice."""
    held.forget_old(now=now)
    lockout.forget_old(now=now)
    Session.objects.filter(expire_date__lt=now).delete()


def _one_time_password() -> str:
    return "-".join("".join(secrets.choice(ALPHABET) for _letter in range(4)) for _group in range(4))


def _tell_of_reset(user: User, actor: User) -> None:
    with translation.override(user.own_language):
        subject = _("Your password was reset")
        text = _(
            "%(actor)s has reset the password of your account “%(username)s”. You will be asked for a new one"
            " when you sign in. If you did not ask for this, tell your supervisor at once."
        ) % {"actor": actor.display_name, "username": user.username}
    send_mail(subject, text, None, [user.email])
