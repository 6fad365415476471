"""One small form with a page of its own: shown, and on success carried out and left."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from handover.errors import HandoverError

from .request import Request


def act(
    request: Request,
    form: forms.Form,
    *,
    run: Callable[[dict[str, Any]], object],
    back: str,
    done: str,
    template: str,
    context: dict[str, Any],
) -> HttpResponse:
    """Run the one service call with what was typed, then go to `back`; what is wrong stands at the form.

    The form also answers a GET with its page, so that text kept from an ended session finds its way back.
    """
    if request.method == "POST" and form.is_valid():
        try:
            run(form.cleaned_data)
        except HandoverError as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, done)
            return redirect(back)
    return render(request, template, {"form": form, "back": back, **context})


def press(request: Request, *, run: Callable[[], object], back: str, done: str) -> HttpResponse:
    """A button without a text: carried out at once, and what is wrong is said on the page it leads to."""
    try:
        run()
    except HandoverError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, done)
    return redirect(back)
