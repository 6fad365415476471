"""Group chats and programs that are told what escalates in a team, and what could not be sent."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.held import bound
from handover.forms.webhooks import WebhookForm
from handover.models import Webhook
from handover.queries import deliveries as queries
from handover.services import delivery, webhooks

from .act import act, press
from .kept import supervised_team
from .request import Request


@require_safe
def webhook_list(request: Request, team_pk: int) -> HttpResponse:
    team = supervised_team(request, team_pk)
    return render(request, "webhooks/list.html", {"team": team, "places": queries.places(team)})


def webhook_create(request: Request, team_pk: int) -> HttpResponse:
    team = supervised_team(request, team_pk)
    form = bound(WebhookForm, request, team=team)
    return act(
        request,
        form,
        run=lambda _data: webhooks.create(
            team=team, facts=form.facts(), actor=request.user, now=request.access.now
        ),
        back=resolve_url("webhook_list", team.pk),
        done=_("Saved. Send a test message to see whether it arrives."),
        template="settings/form.html",
        context={"heading": _("New group chat"), "team": team},
    )


def webhook_edit(request: Request, pk: int) -> HttpResponse:
    webhook = _kept(request, pk)
    form = bound(WebhookForm, request, team=webhook.team, thing=webhook)
    return act(
        request,
        form,
        run=lambda _data: webhooks.edit(
            webhook=webhook, facts=form.facts(), actor=request.user, now=request.access.now
        ),
        back=resolve_url("webhook_list", webhook.team_id),
        done=_("Saved."),
        template="webhooks/edit.html",
        context={
            "webhook": webhook,
            "rows": queries.of_webhook(webhook),
            "version": queries.version(webhook),
            "now": request.access.now,
        },
    )


@require_safe
def webhook_version(request: Request, pk: int) -> HttpResponse:
    return HttpResponse(queries.version(_kept(request, pk)), content_type="text/plain")


@require_POST
def webhook_test(request: Request, pk: int) -> HttpResponse:
    webhook = _kept(request, pk)
    return press(
        request,
        run=lambda: webhooks.test(webhook=webhook, actor=request.user, now=request.access.now),
        back=resolve_url("webhook_edit", webhook.pk),
        done=_("A test message is on its way. What became of it stands here in some seconds."),
    )


@require_POST
def delivery_retry(request: Request, pk: int) -> HttpResponse:
    given_up = get_object_or_404(queries.mended_by(request.access), pk=pk)
    from_its_page = bool(given_up.webhook_id) and request.POST.get("from") == "webhook"
    return press(
        request,
        run=lambda: delivery.retry(delivery=given_up, actor=request.user, now=request.access.now),
        back=resolve_url("webhook_edit", given_up.webhook_id) if from_its_page else "board",
        done=_("It is tried once more."),
    )


def _kept(request: Request, pk: int) -> Webhook:
    webhook = get_object_or_404(Webhook.objects.select_related("team"), pk=pk)
    supervised_team(request, webhook.team_id)
    return webhook
