"""What may be said of a group chat or a program that is told what escalates."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, User
from handover.carriers.chats import BEGINNINGS, is_address
from handover.models import Webhook
from handover.services.webhooks import WebhookFacts


class WebhookForm(forms.Form):
    """The address and the secret are shown to nobody again; left empty they stay as they are."""

    name = forms.CharField(label=_("Name"), max_length=60)
    format = forms.ChoiceField(label=_("Kind"), choices=Webhook.Format.choices)
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "url"}),
        help_text=_("As the settings of the bot in the group chat show it."),
    )
    secret = forms.CharField(
        label=_("Secret"),
        max_length=100,
        required=False,
        widget=forms.PasswordInput({"autocomplete": "off"}),
        help_text=_(
            "DingTalk, Feishu and Lark: the key for signing, if the bot has one. JSON: a key of yours."
        ),
    )
    language = forms.ChoiceField(label=_("Language"), choices=User.Language.choices)
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, *args: Any, team: Team, thing: Webhook | None = None, **kwargs: Any) -> None:
        if thing:
            names = ("name", "format", "language", "is_active")
            kwargs["initial"] = {name: getattr(thing, name) for name in names}
        super().__init__(*args, **kwargs)
        self.team, self.thing = team, thing
        if thing is None:
            self.fields.pop("is_active")
            return
        self.fields["url"].required = False
        for name in ("url", "secret"):
            if getattr(thing, name):
                self.fields[name].widget.attrs["placeholder"] = _("Kept; type a new one to replace it")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("url", "secret"):
            data[name] = data.get(name) or (getattr(self.thing, name) if self.thing else "")
        if self.errors:
            return data
        same = Webhook.objects.filter(team=self.team, name=data["name"])
        if any(other != self.thing for other in same):
            self.add_error("name", _("There is one of this name already. Please choose another name."))
        if not is_address(data["format"], data["url"]):
            self.add_error("url", _wanted(data["format"]))
        if data["format"] == Webhook.Format.JSON and not data["secret"]:
            self.add_error("secret", _("Without a secret the receiver cannot tell who has sent it."))
        return data

    def facts(self) -> WebhookFacts:
        return WebhookFacts(**{"is_active": True} | self.cleaned_data)  # type: ignore[typeddict-item]


def _wanted(form: str) -> str:
    if form in BEGINNINGS:
        return str(_("The address of such a bot begins with %(beginning)s") % {"beginning": BEGINNINGS[form]})
    return str(_("The address must begin with https:// and may hold no user name."))
