"""What may be said about an item: the form that registers and corrects it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q
from django.forms.models import fields_for_model
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Team
from handover.hints import Hint, hints
from handover.models import Access, Channel, Customer, IssueType, Kind, PendingItem, Post
from handover.queries import customers
from handover.queries.words import moment_words

from .instants import InstantForm, minute
from .keys import key_field

MODEL_FIELDS = ("progress", "next_action", "plan", "key_note", "channel", "emotion", "order_ref")
FACTS = ("customer", "issue_type", "key_at", "order_url", *MODEL_FIELDS)
KINDS = [
    (Kind.URGENT, _("Urgent: respond within 30 min")),
    (Kind.FOLLOW_UP, _("Follow-up: finish by the end of the business day")),
    (Kind.REMINDER, _("Reminder: act at its key time")),
]
QUEUE = "queue"


def item_fields(names: Collection[str]) -> dict[str, forms.Field]:
    """The fields of an item's own columns. Where nothing has to be chosen, that is a choice in words."""
    fields: dict[str, forms.Field] = fields_for_model(PendingItem, fields=names)
    if channel := fields.get("channel"):
        choices = [("", _("Not said")), *Channel.choices]
        fields["channel"] = forms.ChoiceField(label=channel.label, required=False, choices=choices)
    return fields


class HintedForm(InstantForm):
    """Says of a text at its field what it lacks; a hint never keeps anybody from saving."""

    def _hints(self, name: str, field: Any) -> list[Hint]:
        return hints(self[name].value() or "", field=field) if self.is_bound else []

    @property
    def progress_hints(self) -> list[Hint]:
        return self._hints("progress", "progress")

    @property
    def next_action_hints(self) -> list[Hint]:
        return self._hints("next_action", "next_action")


class FactsForm(HintedForm):
    """The facts of an item of one team. The customer is found by what one types."""

    def __init__(
        self, *args: Any, access: Access, team: Team, item: PendingItem | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, now=access.now, **kwargs)
        self.access, self.team, self.item = access, team, item
        self.candidates: list[Customer] = []
        self.is_nobody = False  # something was searched for that no customer is known by
        self.found = item.customer if item else self._asked_for()
        types = IssueType.objects.filter(
            Q(is_active=True) | Q(pk=item.issue_type_id if item else None), team=team
        )
        self.fields["customer"] = forms.CharField(label=_("Customer"), required=False, max_length=80)
        self.fields["issue_type"] = forms.ModelChoiceField(
            types.order_by("name", "pk"),
            label=_("Issue type"),
            empty_label=_("Please choose"),
            error_messages={"required": _("Choose what it is about.")},
        )
        self.fields.update(item_fields(MODEL_FIELDS))
        self.fields["progress"].error_messages["required"] = _("Say what was done and where it stands.")
        self.fields["progress"].widget.attrs["rows"] = 4
        self.fields["order_url"] = forms.URLField(
            label=_("Link to the order or ticket"), required=False, max_length=400, assume_scheme="https"
        )
        self.add_instant(
            "key_at", label=_("Key time node"), required=True, initial=item.key_at if item else None
        )
        if item:
            self._show(item)

    def _show(self, item: PendingItem) -> None:
        """Start from the item, and remember in the page what the person was shown."""
        for name in FACTS:
            field = self.fields[name]
            field.show_hidden_initial = True
            if name != "key_at":
                field.initial = item.customer.code if name == "customer" else getattr(item, name)

    def _asked_for(self) -> Customer | None:
        """The customer with whom the form starts."""
        return customers.resolve(self.access, self.team.pk, self.initial.get("customer", ""))

    def clean_customer(self) -> Customer | None:
        text: str = self.cleaned_data["customer"]
        self.found = customers.resolve(self.access, self.team.pk, text)
        return self.found

    def require_customer(self) -> None:
        """Called where no new customer is described beside this form."""
        text = self["customer"].value()
        if self.found or "customer" in self.errors:
            return
        self.candidates = customers.matches(self.access, self.team.pk, text or "")
        if self.candidates:
            self.add_error("customer", _("Several customers fit. Choose one below, or type the customer ID."))
        elif text:
            self.is_nobody = True
            self.add_error("customer", _("Nobody is known by this. Describe a new customer below."))
        else:
            self.add_error("customer", _("Find the customer, or describe a new one below."))


class NewItemForm(FactsForm):
    """A new item: also its post, its kind, who has it, and what was promised."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=KINDS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how soon it has to be acted upon.")},
    )
    holder = forms.ChoiceField(
        label=_("Holder"),
        required=False,
        choices=[
            ("", _("Me, while I am on duty at the post; else its queue")),
            (QUEUE, _("The queue of the post")),
        ],
    )
    promise_text = forms.CharField(
        label=_("What was promised to the customer"), required=False, max_length=400
    )

    form_key = key_field()

    def __init__(self, *args: Any, posts: list[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.posts = {str(post.pk): post for post in posts}
        self.fields["post"] = forms.ChoiceField(
            label=pgettext_lazy("desk", "Post"),
            choices=[(key, post.name) for key, post in self.posts.items()],
            initial=posts[0].pk,
        )
        self.add_instant("promise_at", label=_("Promised by"))

    def clean_post(self) -> Post:
        return self.posts[self.cleaned_data["post"]]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        text, at = data.get("promise_text"), data.get("promise_at")
        if text and not at and "promise_at" not in self.errors:
            self.add_error("promise_at", _("Say by when it was promised."))
        if at and not text:
            self.add_error("promise_text", _("Say what was promised."))
        return data

    @property
    def more_is_open(self) -> bool:
        """Whether one of the facts that are folded away was said, or is wrong."""
        folded = ("holder", "key_note", "plan", "order_ref", "order_url")
        return self.is_bound and any(self[name].value() or self[name].errors for name in folded)

    @property
    def promise_text_hints(self) -> list[Hint]:
        return self._hints("promise_text", "promise")

    def promise(self) -> tuple[str, datetime] | None:
        data = self.cleaned_data
        return (data["promise_text"], data["promise_at"]) if data["promise_text"] else None

    def new_facts(self) -> dict[str, Any]:
        """The arguments of `services.items.create`, but for a new customer."""
        data = self.cleaned_data
        said = {name: data[name] for name in FACTS if name != "emotion" or name in self.changed_data}
        held = {"holder": None} if data["holder"] == QUEUE else {}
        own = {name: data[name] for name in ("post", "kind", "form_key")}
        return said | held | own | {"promise": self.promise()}


@dataclass(frozen=True)
class TwoTexts:
    """One fact that two people changed: what is saved, and what the second one typed."""

    label: str
    theirs: str
    mine: str


class EditItemForm(FactsForm):
    """Corrects the facts. What the person was shown comes back with it, to find who changed what."""

    def changed_facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FACTS if self._changed(name)}

    def seen_facts(self) -> dict[str, Any]:
        return {name: self._seen(name) for name in self.changed_facts()}

    def merged(self, item: PendingItem) -> "EditItemForm":
        """The same form on what is saved now: what the person changed stays, the rest is taken from there."""
        saved = EditItemForm(access=self.access, team=self.team, item=item)
        data: dict[str, Any] = {name: self.data.get(name) for name in self.data}
        for name in FACTS:
            data[self[name].html_initial_name] = _typed(saved[name])
            if not self._changed(name):
                data[name] = _typed(saved[name])
        return EditItemForm(data, access=self.access, team=self.team, item=item)

    def both(self, item: PendingItem) -> list[TwoTexts]:
        """Facts that both changed; `item` is as it is saved now."""
        mine, seen = self.changed_facts(), self.seen_facts()
        return [
            TwoTexts(str(self.fields[name].label), self._words(name, theirs), self._words(name, mine[name]))
            for name in mine
            if (theirs := getattr(item, name)) not in (seen[name], mine[name])
        ]

    def _changed(self, name: str) -> bool:
        return self.says(name) if name in self.instants else name in self.changed_data

    def _seen(self, name: str) -> Any:
        """A fact as it was shown; None for what nobody could have been shown."""
        bound, item = self[name], self.item
        text = bound.field.hidden_widget().value_from_datadict(self.data, self.files, bound.html_initial_name)
        try:
            value = bound.field.to_python(text)
        except forms.ValidationError:
            return None
        if name == "customer":
            return customers.resolve(self.access, self.team.pk, value or "")
        if name == "key_at" and item and item.key_at and value == minute(item.key_at):
            return item.key_at
        return value

    def _words(self, name: str, value: Any) -> str:
        if isinstance(value, datetime):
            return moment_words(value)
        choices = dict(getattr(PendingItem._meta.get_field(name), "flatchoices", ()))
        return str(choices.get(value, "" if value is None else value))


def _typed(bound: forms.BoundField) -> str:
    """What the field would send if nobody touched it."""
    value = bound.field.widget.format_value(bound.value())
    return (value[0] if isinstance(value, list) else value) or ""
