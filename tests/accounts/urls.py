"""The product's addresses and pages to try them with: one with a form, one that can only be sent to."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import Template
from django.template.context import RequestContext
from django.urls import include, path
from django.views.decorators.http import require_POST

from accounts.held import bound

PAGE = Template("<form method=post>{% csrf_token %}{{ note }}{{ reply }}</form>")
saved: list[str] = []


class NoteForm(forms.Form):
    text = forms.CharField(widget=forms.Textarea)


def home(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"home of {request.user}")


def note(request: HttpRequest, pk: int) -> HttpResponse:
    form, reply = bound(NoteForm, request), bound(NoteForm, request, prefix="reply")
    if form.is_valid():
        saved.append(form.cleaned_data["text"])
        return redirect("/")
    return HttpResponse(PAGE.render(RequestContext(request, {"note": form, "reply": reply})))


@require_POST
def only_sent_to(request: HttpRequest) -> HttpResponse:
    return redirect("/")


urlpatterns = [
    path("", home, name="home"),
    path("notes/<int:pk>/", note),
    path("sent/", only_sent_to),
    path("", include("handover.urls")),
]
