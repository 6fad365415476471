"""What the two shifts type into a handover."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from handover import form_template
from handover.hints import hints

REASON_LENGTH = 400
TEXT_LENGTH = 4000
NOTE_LENGTH = 200
HIGHEST_FIGURE = 99_999


class SentenceForm(forms.Form):
    """One text with a label of the page's own: a question, a reply, a reason."""

    text = forms.CharField(max_length=REASON_LENGTH, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, label: str, help_text: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label, self.fields["text"].help_text = label, help_text


class CheckForm(forms.Form):
    """The outgoing shift looks at an item; an urgent one that lacks a fact goes out with a reason only."""

    told_orally = forms.BooleanField(label=_("Also told orally"), required=False)
    missing_reason = forms.CharField(
        label=_("Why it goes out like this"),
        help_text=_("Shown in red to the next shift and to the supervisor."),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, needs_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not needs_reason:
            del self.fields["missing_reason"]


class AcceptForm(forms.Form):
    """The receiver says "mine"; an urgent item is read back in at least a sentence."""

    read_back = forms.CharField(
        label=_("Read back"),
        help_text=_("In your own words: what will you do, and by when?"),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    heard_orally = forms.BooleanField(label=_("Also heard orally"), required=False)

    def __init__(self, *args: Any, urgent: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not urgent:
            del self.fields["read_back"]

    def clean_read_back(self) -> str:
        text: str = self.cleaned_data["read_back"]
        if wrong := [hint.sentence for hint in hints(text, field="read_back") if hint.is_must]:
            raise forms.ValidationError(wrong)
        return text


class DecideForm(forms.Form):
    """A supervisor says who holds the item, and why."""

    holder = forms.ModelChoiceField(
        User.objects.none(), label=_("Who holds it"), required=False, empty_label=_("The queue of the post")
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=REASON_LENGTH, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["holder"].queryset = User.objects.filter(pk__in=[person.pk for person in people])  # type: ignore[attr-defined]


class SignForm(forms.Form):
    """The password again, and the hash of what the signer sees."""

    password = forms.CharField(
        label=_("Your password"),
        help_text=_("You sign with your name. Signed content never changes."),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    seen = forms.CharField(min_length=64, max_length=64, widget=forms.HiddenInput)


class AddendumForm(SignForm):
    """What is added to a signed record; `seen` is the hash of what stands there before it."""

    text = forms.CharField(
        label=_("Addendum"),
        help_text=_("The signed record stays as it is; this stands below it with your name and the time."),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    field_order = ("text", "password", "seen")


class SectionForm(forms.Form):
    """The answers of one section of the handover form; the version is the one its author began from."""

    version = forms.IntegerField(min_value=0, max_value=10**9, widget=forms.HiddenInput)

    def __init__(self, *args: Any, section: form_template.FormSection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.section = section
        self.fields.update(_fields(section))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.section.kind == form_template.CHECKLIST:
            for line in self.section.lines:
                if data.get(line.key) == form_template.FAULT and not data.get(f"{line.key}_note"):
                    self.add_error(f"{line.key}_note", _("Say what the fault is."))
        return data

    def body(self) -> dict[str, str]:
        """What is saved and signed: texts alone, only what was answered."""
        values = {name: self.cleaned_data.get(name) for name in self.section.field_names()}
        return {name: str(value) for name, value in values.items() if value not in (None, "")}

    def typed(self) -> dict[str, str]:
        """What was typed, valid or not: for what is kept while its author is still writing."""
        return {
            name: value
            for name in self.section.field_names()
            if (value := self.data.get(self.add_prefix(name)))
        }


def _fields(section: form_template.FormSection) -> dict[str, forms.Field]:
    """How they look is up to the tag `section_fields`."""
    if section.kind == form_template.TEXT:
        return {"text": forms.CharField(required=False, max_length=TEXT_LENGTH, help_text=section.help_text)}
    if section.kind == form_template.FACTS:
        return {
            line.key: forms.IntegerField(
                label=line.label, required=False, min_value=0, max_value=HIGHEST_FIGURE
            )
            for line in section.lines
        }
    fields: dict[str, forms.Field] = {}
    for line in section.lines:
        fields[line.key] = forms.ChoiceField(
            label=line.label, required=False, choices=form_template.CHECK_CHOICES
        )
        fields[f"{line.key}_note"] = forms.CharField(
            label=line.note_label, required=False, max_length=NOTE_LENGTH
        )
    return fields
