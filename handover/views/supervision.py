"""Where supervision begins: one card for each part of it that the person may open."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from .request import Request


@require_safe
def home(request: Request) -> HttpResponse:
    return render(request, "supervision/home.html")
