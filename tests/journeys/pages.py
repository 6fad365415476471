"""Two small pages for the tests of the scripts, on the frame that every page has."""

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path
from django.views.decorators.http import require_POST

FORM = """{% extends "base_plain.html" %}
{% block content %}<form method="post" action="/sent/" data-module="autosave" data-autosave-url="/autosave/">
  {% csrf_token %}<input type="hidden" name="version" value="1">
  <label>Notes <textarea name="text"></textarea></label>
  <p data-autosave-status></p>
  <button>Save</button>
</form>{% endblock %}"""
PICKER = """{% extends "base_plain.html" %}{% load crispy_forms_filters %}
{% block content %}<form method="post">{{ form|crispy }}</form>
<details id="new"><summary>New</summary><input name="new-name" aria-label="Name of the new one"></details>
{% endblock %}"""
OPTIONS = """<li role="option" data-value="C-1"><strong>Wang Lihua</strong></li>
<li role="option" data-value="C-2"><strong>Wang Wei</strong></li>
<li role="option" data-opens="new">New customer</li>"""


class PickerForm(forms.Form):
    customer = forms.CharField(
        widget=forms.TextInput(attrs={"data-module": "combobox", "data-url": "/options/"})
    )


def page(template: str, request: HttpRequest, **context: object) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(template).render(context, request))


@login_not_required
def form(request: HttpRequest) -> HttpResponse:
    return page(FORM, request)


@login_not_required
def picker(request: HttpRequest) -> HttpResponse:
    return page(PICKER, request, form=PickerForm())


@login_not_required
def options(request: HttpRequest) -> HttpResponse:
    return HttpResponse(OPTIONS if request.GET["q"].startswith("wang") else "")


@login_not_required
@require_POST
def sent(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{request.POST['version']}: {request.POST['text']}")


urlpatterns = [
    path("form/", form),
    path("picker/", picker),
    path("options/", options),
    path("sent/", sent),
    path("", include("handover.urls")),
]
