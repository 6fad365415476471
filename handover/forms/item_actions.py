"""What is typed when something happens to an item: progress, a call, a transfer, a promise, its end."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from handover.hints import Hint
from handover.models import Channel, Customer, Kind, PendingItem, Promise, Stage, UnknownFact
from handover.queries.items import Destination
from handover.services.items import Answers

from .instants import AT, InstantForm, offered, preset
from .items import KINDS, HintedForm, item_fields

TEXT_LENGTH = 4000
REASON_LENGTH = 400
YES_NO = [("yes", pgettext_lazy("answer", "Yes")), ("no", pgettext_lazy("answer", "No"))]
STAGES = [(Stage.IN_PROGRESS, _("It goes on")), (Stage.WAITING, _("We wait for somebody"))]
CONTACT = ("channel", "emotion")


def text_field(
    label: Any, *, required: bool = True, rows: int = 3, length: int = REASON_LENGTH, **kwargs: Any
) -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=length, widget=forms.Textarea({"rows": rows}), **kwargs
    )


def yes_no(label: Any, *, required: bool = True) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=required, choices=YES_NO, widget=forms.RadioSelect)


class _Form(forms.Form):
    use_required_attribute = False  # what is missing is said by our own sentences, not by the browser


class ReasonForm(_Form):
    """One text with a label of the page's own."""

    text = text_field("")

    def __init__(self, *args: Any, label: Any, required: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label, self.fields["text"].required = label, required


class ProgressForm(HintedForm):
    """A note on what was done. Of an imported item it also asks for what the import did not know."""

    text = text_field(_("What was done, and what came of it?"), length=TEXT_LENGTH)
    stage = forms.ChoiceField(
        label=_("How does it go on?"), choices=STAGES, widget=forms.RadioSelect, initial=Stage.IN_PROGRESS
    )

    def __init__(self, *args: Any, item: PendingItem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.item = item
        self.unknown = [
            fact for fact in item.unknown_facts if fact in {UnknownFact.NEED, UnknownFact.PROMISE}
        ]
        self.fields["stage"].initial = Stage.WAITING if item.stage == Stage.WAITING else Stage.IN_PROGRESS
        names = ("waiting_for", "next_action", "key_note", *CONTACT)
        self.fields.update(item_fields(names))
        for name in names:
            self.fields[name].initial = getattr(item, name)
            self.fields[name].show_hidden_initial = name in {"next_action", "key_note"}
        self.add_instant("waiting_until", label=_("Waiting until"), initial=item.waiting_until)
        self.add_instant("key_at", label=_("Key time node"), required=True, initial=item.key_at)
        if UnknownFact.NEED in self.unknown:
            self._ask_need()
        if UnknownFact.PROMISE in self.unknown:
            self._ask_promise()

    def _ask_need(self) -> None:
        known = [choice for choice in Customer.Need.choices if choice[0] != Customer.Need.UNKNOWN]
        self.fields["need"] = forms.ChoiceField(
            label=_("Special communication need"), choices=[("", _("Please choose")), *known]
        )
        self.fields["need_note"] = forms.CharField(
            label=_("Note on the need"), required=False, max_length=200
        )

    def _ask_promise(self) -> None:
        self.fields["promised"] = yes_no(_("Was something promised to the customer?"))
        self.fields["promise_text"] = forms.CharField(
            label=_("What was promised to the customer"), required=False, max_length=REASON_LENGTH
        )
        self.add_instant("promise_at", label=_("Promised by"))

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("stage") == Stage.WAITING:
            self._require("waiting_for", _("Say whom we wait for."))
            self._require("waiting_until", _("Say until when we wait."))
        if data.get("promised") == "yes":
            self._require("promise_text", _("Say what was promised."))
            self._require("promise_at", _("Say by when it was promised."))
        if data.get("need") == Customer.Need.OTHER:
            self._require("need_note", _("Say in a few words what the need is."))
        return data

    def _require(self, name: str, sentence: Any) -> None:
        if not self.cleaned_data.get(name) and name not in self.errors:
            self.add_error(name, sentence)

    def answers(self) -> Answers:
        data = self.cleaned_data
        promised = data.get("promised") == "yes"
        return Answers(
            need=data.get("need", ""),
            need_note=data.get("need_note", ""),
            promise=(data["promise_text"], data["promise_at"]) if promised else None,
            promise_known="promised" in data,
        )

    def note(self) -> dict[str, Any]:
        """The arguments of `services.items.progress`. What the person left as it was shown is not theirs."""
        data = self.cleaned_data
        fresh = [name for name in ("next_action", "key_note") if name in self.changed_data]
        said: dict[str, Any] = {
            name: data[name] for name in ("text", "stage", "waiting_for", "waiting_until", *CONTACT, *fresh)
        }
        key_at = data["key_at"] if self.says("key_at") else self.item.key_at
        return {**said, "key_at": key_at, "answers": self.answers()}

    @property
    def text_hints(self) -> list[Hint]:
        return self._hints("text", "progress")


class CallForm(_Form):
    """The customer called again; the button alone is enough."""

    text = text_field(_("What did the customer say?"), required=False, length=TEXT_LENGTH)

    def __init__(self, *args: Any, item: PendingItem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.update(item_fields(CONTACT))
        self.fields["channel"].initial = Channel.PHONE
        self.fields["emotion"].initial = item.emotion


class TransferForm(_Form):
    """To whom, and why."""

    reason = text_field(_("Why does it go there, and what should they do?"))

    def __init__(self, *args: Any, destinations: list[Destination], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {place.key: place for place in destinations}
        groups: dict[str, list[tuple[str, str]]] = {}
        for place in destinations:
            groups.setdefault(place.group, []).append((place.key, place.name))
        self.fields["to"] = forms.ChoiceField(
            label=_("To"),
            choices=[("", _("Please choose")), *groups.items()],
            error_messages={"required": _("Choose who gets it.")},
        )
        self.order_fields(["to", "reason"])

    def clean_to(self) -> Any:
        return self.places[self.cleaned_data["to"]].target


class PromiseForm(InstantForm):
    """A promise, or only the new instant and the reason of one that is moved."""

    text = forms.CharField(label=_("What was promised to the customer"), max_length=REASON_LENGTH)
    reason = text_field(_("Why is it moved, and does the customer know?"))

    def __init__(self, *args: Any, promise: Promise | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["text" if promise else "reason"]
        self.add_instant("due_at", label=_("Promised by"), required=True)


class SnoozeForm(InstantForm):
    """Until when, at most `latest`, and why."""

    reason = text_field(_("Why can it wait until then?"))

    def __init__(self, *args: Any, latest: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_instant("until", label=_("Snooze until"), required=True)
        choices = [choice for choice in offered(self.now) if choice[0] == AT or self._fits(choice[0], latest)]
        self.fields["until_preset"].choices = choices  # type: ignore[attr-defined]
        self.order_fields(["until_preset", "until", "reason"])

    def _fits(self, key: str, latest: datetime) -> bool:
        return preset(key, self.now) <= latest


class SentenceForm(_Form):
    """One short text of a few words at least."""

    text = text_field("", rows=2, min_length=3)

    def __init__(self, *args: Any, label: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = label


class KindForm(_Form):
    """Another kind; why an item is urgent no more has to be said, and a reminder needs a time to come."""

    reason = text_field(_("Why does it change?"), required=False)

    def __init__(self, *args: Any, item: PendingItem, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.key_is_over = item.key_at is None or item.key_at <= now
        others = [choice for choice in KINDS if choice[0] != item.kind]
        self.fields["kind"] = forms.ChoiceField(label=_("Kind"), choices=others, widget=forms.RadioSelect)
        self.fields["reason"].required = item.kind == Kind.URGENT
        self.order_fields(["kind", "reason"])

    def clean_kind(self) -> str:
        kind: str = self.cleaned_data["kind"]
        if kind == Kind.REMINDER and self.key_is_over:
            raise forms.ValidationError(
                _("A reminder is due at its key time, which is over. Note progress with a new one first.")
            )
        return kind


class EndForm(_Form):
    """The end of an item. Where a promise is open, it must be said what became of it."""

    text = text_field(_("What came of it?"), length=2000)

    def __init__(self, *args: Any, promise: Promise | None, label: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.promise = promise
        if label:
            self.fields["text"].label = label
        if promise:
            label = _("Was this promise kept: %(promise)s") % {"promise": promise.text}
            self.fields["promise_kept"] = yes_no(label)

    def promise_kept(self) -> bool | None:
        answer = self.cleaned_data.get("promise_kept")
        return answer == "yes" if answer else None


class ResolveForm(EndForm):
    """Resolved is the end only once the customer knows; until then a promise stays open too."""

    customer_told = yes_no(_("Has the customer been told?"))

    def __init__(self, *args: Any, item: PendingItem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.update(item_fields(CONTACT))
        self.fields["emotion"].initial = item.emotion
        self.fields["text"].initial = item.result
        if self.promise:
            self.fields["promise_kept"].required = False

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.promise and data.get("customer_told") == "yes" and not data.get("promise_kept"):
            self.add_error("promise_kept", _("Say whether the promise was kept."))
        return data
