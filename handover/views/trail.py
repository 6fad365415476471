"""The audit trail: who changed what, who was shown which customers, and the same as a file."""

import csv
from collections.abc import Iterator
from datetime import datetime, tzinfo
from io import StringIO
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_POST, require_safe

from handover.errors import HandoverError
from handover.forms.trail import TrailForm
from handover.imports.formulas import harmless
from handover.queries import readings, trail_words
from handover.queries import trail as queries
from handover.queries.trail import CHANGES, Filters, TrailPage
from handover.queries.trail_words import Row
from handover.services import trail as services

from .request import Request, shows

BATCH = 500
BOM = "\ufeff"  # without it a spreadsheet takes the file for one in the code page of the machine


@require_safe
def trail(request: Request) -> HttpResponse:
    form = _form(request, request.GET)
    filters = form.filters()
    page = queries.page(filters, request.GET.get("before", "")) if filters else TrailPage([])
    changes = page.rows if filters and filters.kind == CHANGES else []
    shows(
        request,
        items={event.item_id for event in changes if event.item_id},
        customers={event.customer_id for event in changes if event.customer_id and not event.item_id},
        handovers={event.handover_id for event in changes if event.handover_id and not event.item_id},
    )
    older = request.GET.copy()
    older["before"] = page.after
    context = {
        "form": form,
        "rows": _words(filters, page, request.access.now),
        "page": page,
        "is_readings": filters is not None and filters.kind != CHANGES,
        "older_url": f"?{older.urlencode()}" if page.after else "",
        "minutes": readings.SAME_FOR.seconds // 60,
        "limit": services.LIMIT,
    }
    return render(request, "trail/trail.html", context)


@require_POST
def trail_export(request: Request) -> HttpResponseBase:
    """The same as a table for a spreadsheet, in the language and zone of whoever asks."""
    form = _form(request, request.POST)
    filters = form.filters()
    asked = {name: str(value) for name, value in request.POST.items() if name in form.fields and value}
    back = redirect(f"{reverse('trail')}?{urlencode(asked)}")
    if filters is None:
        return back
    now = request.access.now
    try:
        services.export(filters=filters, asked=asked, actor=request.user, now=now)
    except HandoverError as error:
        messages.error(request, error.sentence)
        return back
    pieces = _spoken(_file(filters, now), translation.get_language(), timezone.get_current_timezone())
    response = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="trail-{now:%Y%m%d-%H%M}.csv"'
    return response


def _form(request: Request, asked: QueryDict) -> TrailForm:
    places = queries.places(request.access)
    if not places:
        raise PermissionDenied
    return TrailForm(asked, places=places)


def _words(filters: Filters | None, page: TrailPage, now: datetime) -> list[Row]:
    if filters is None:
        return []
    return (
        trail_words.of_changes(page.rows, now)
        if filters.kind == CHANGES
        else trail_words.of_readings(page.rows)
    )


def _file(filters: Filters, now: datetime) -> Iterator[str]:
    """Read and sent piece by piece, so that it costs no memory."""
    left, before = services.LIMIT, ""
    yield BOM + _lines([trail_words.columns()])
    while left:
        page = queries.page(filters, before, size=min(BATCH, left))
        yield _lines([row.cells() for row in _words(filters, page, now)])
        left, before = left - len(page.rows), page.after
        if not before:
            return


def _spoken(pieces: Iterator[str], language: str, zone: tzinfo) -> Iterator[str]:
    """Pieces leave after language and zone of the request are forgotten, so each is made in them."""
    while True:
        with translation.override(language), timezone.override(zone):
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece


def _lines(rows: list[list[str]]) -> str:
    text = StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue()
