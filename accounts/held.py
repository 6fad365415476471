"""Keeps text that was typed into a form whose session had ended, until its writer is back.

When a form arrives without a session, its text is stored for the person who typed it; after signing in, the
same person finds it in the form.
"""

import json
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from accounts.models import HeldForm, User
from accounts.writers import writer

KEPT_FOR = timedelta(hours=24)
KEPT_AT_MOST = 20  # of one person: a browser left alone cannot fill the database
WAITING = "held_forms"  # in the session: address of a form shown with kept text -> its HeldForm

AnyForm = TypeVar("AnyForm", bound=forms.BaseForm)


def bound(form_class: type[AnyForm], request: HttpRequest, **kwargs: Any) -> AnyForm:
    """The form with what was sent; else with text kept from an ended session; else as it comes.

    A form with kept text is never valid until it is sent again, whatever its view forgets to ask.
    """
    if request.method == "POST":
        return form_class(request.POST, **kwargs)
    held = find(request)
    prefix = kwargs.get("prefix")
    fields = fields_of(held) if held else MultiValueDict()
    if held is None or (prefix and not any(name.startswith(f"{prefix}-") for name in fields)):
        return form_class(**kwargs)
    request.session[WAITING] = request.session.get(WAITING, {}) | {request.path: held.pk}
    form = form_class(fields, **kwargs)
    form.full_clean()
    form.add_error(None, _("This is not saved yet: you had been signed out. Check it and save it again."))
    return form


def keep(request: HttpRequest) -> HeldForm | None:
    """Keeps the text of a form that cannot be taken now, for the person who typed it."""
    fields = {name: values for name, values in request.POST.lists() if _may_be_kept(name)}
    if not any(value.strip() for values in fields.values() for value in values):
        return None
    person = writer(request)
    if person is None:
        return None
    _named(request, person).delete()  # sent again, and again too late: the later text counts
    held = HeldForm.objects.create(
        user=person, path=request.path, data=json.dumps(fields), created_at=timezone.now()
    )
    surplus = person.held_forms.order_by("-pk").values_list("pk", flat=True)[KEPT_AT_MOST:]
    HeldForm.objects.filter(pk__in=list(surplus)).delete()
    return held


def address(held: HeldForm, query: QueryDict | None = None) -> str:
    """Where the text is back in its form."""
    parameters = query.copy() if query else QueryDict(mutable=True)
    parameters["held"] = str(held.pk)
    return f"{held.path}?{parameters.urlencode()}"


def find(request: HttpRequest) -> HeldForm | None:
    """The kept text that the address names, if this person typed it into the form at this address."""
    return _named(request, request.user).first()


def of(user: User | AnonymousUser) -> QuerySet[HeldForm]:
    return HeldForm.objects.filter(user=user.pk, created_at__gt=timezone.now() - KEPT_FOR)


def fields_of(held: HeldForm) -> MultiValueDict[str, str]:
    return MultiValueDict(json.loads(held.data))


def settle(request: HttpRequest, response: HttpResponseBase) -> None:
    """Lets go of kept text once its form was sent again and led on to another page."""
    waiting = request.session.get(WAITING, {})
    if request.method != "POST" or request.path not in waiting or not _led_on(response):
        return
    held = waiting.pop(request.path)
    request.session[WAITING] = waiting
    HeldForm.objects.filter(pk=held, user=request.user.pk).delete()


def forget_old(*, now: datetime) -> None:
    HeldForm.objects.filter(created_at__lt=now - KEPT_FOR).delete()


def _named(request: HttpRequest, user: User | AnonymousUser) -> QuerySet[HeldForm]:
    number = request.GET.get("held", "")
    return of(user).filter(pk=number if number.isdecimal() and len(number) < 19 else "0", path=request.path)


def _led_on(response: HttpResponseBase) -> bool:
    return 300 <= response.status_code < 400


def _may_be_kept(name: str) -> bool:
    is_secret = any(word in name.lower() for word in ("password", "secret"))
    return not is_secret and name != "csrfmiddlewaretoken"
