"""Who is signed in: the two questions that every request asks before any other, as Django asks them."""

from datetime import datetime
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import BigIntegerField, CharField, DateTimeField, QuerySet
from django.utils import timezone

from accounts.models import User

from .prepared import Rows, prepared


class SessionStore(db.SessionStore):
    """Sessions in the database."""

    def load(self) -> dict[str, Any]:
        """What the session holds; one that is gone or over gets no key, so that none is made under it."""
        found = _session(key=self.session_key or "", now=timezone.now())
        if not found:
            self._session_key = None
        return self.decode(found[0][0]) if found else {}


class Backend(ModelBackend):
    """People with their passwords."""

    def get_user(self, user_id: int) -> User | None:
        found = next(iter(_user(user=user_id)), None)
        return found if self.user_can_authenticate(found) else None


@prepared(key=CharField(), now=DateTimeField())
def _session(*, key: str, now: datetime) -> Rows:
    return Session.objects.filter(session_key=key, expire_date__gt=now).values_list("session_data")


@prepared(user=BigIntegerField())
def _user(*, user: int) -> QuerySet[User]:
    return User.objects.filter(pk=user)
