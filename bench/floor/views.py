"""A list, a record, a form that inserts sixteen rows, and a page with nothing on it."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from bench.floor.models import Line, Record


class RecordForm(forms.ModelForm):
    class Meta:
        model = Record
        fields = ("customer", "kind", "text", "due_at")


def bare(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


@login_required
def record_list(request: HttpRequest) -> HttpResponse:
    found = Record.objects.filter(is_open=True).select_related("customer", "holder")
    return render(request, "floor/list.html", {"records": found.order_by("-created_at")[:50]})


@login_required
def record_detail(request: HttpRequest, pk: int) -> HttpResponse:
    record = get_object_or_404(Record.objects.select_related("customer", "holder"), pk=pk)
    lines = record.lines.select_related("author").order_by("pk")
    return render(request, "floor/detail.html", {"record": record, "lines": lines})


@login_required
def record_create(request: HttpRequest) -> HttpResponse:
    form = RecordForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        form.instance.holder = request.user
        insert(form.instance, request.POST.getlist("line"))
        return redirect("record_detail", form.instance.pk)
    return render(request, "floor/form.html", {"form": form})


@transaction.atomic
def insert(record: Record, texts: list[str]) -> None:
    record.save()
    for text in texts:
        Line.objects.create(record=record, author=record.holder, text=text)
