"""What the box at the top of every page finds."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from handover.queries import customers
from handover.queries import search as queries

from .request import Request, shows


@require_safe
def search(request: Request) -> HttpResponse:
    """Items, open and closed; where there are none, customers of whom nothing has been registered yet."""
    text = request.GET.get("q", "").strip()[: queries.LONGEST_QUERY]
    after = request.GET.get("after", "")
    found = queries.page(request.access, text, before=after)
    named = [] if after or found.exact or found.rows else customers.named(request.access, text)
    shows(
        request,
        items=[row["id"] for row in (*found.exact, *found.rows)],
        customers=[row["id"] for row in named],
    )
    context = {
        "text": text,
        "found": found,
        "customers": named,
        "newer_url": f"?{urlencode({'q': text})}" if after else "",
        "older_url": f"?{urlencode({'q': text, 'after': found.after})}" if found.after else "",
    }
    return render(request, "search.html", context)
