"""Answers load balancers, the supervisor process and every page: is it alive, ready, and does it warn."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from handover import clock
from handover.queries import health

from .request import Request


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """This process serves requests."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """Everything that the product needs, each with its own verdict; 503 where one of them fails."""
    faults = health.faults(clock.read())
    verdicts = {name: fault or "ok" for name, fault in faults.items()}
    return JsonResponse(verdicts, status=503 if any(faults.values()) else 200)


@require_safe
def pulse(request: Request) -> HttpResponse:
    """When the engine ran last, for a page that stays open."""
    return render(request, "_pulse.html")
