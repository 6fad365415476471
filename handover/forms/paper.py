"""What is asked about paper forms: how many to print, and from which sheet a handover is typed."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from handover.models import Handover, PaperForm
from handover.queries import paper
from handover.queries.words import moment_words

from .instants import FORMAT, minute


class PrintForm(forms.Form):
    """How many sheets, and the number of the first one: so a second click prints nothing more."""

    count = forms.IntegerField(
        label=_("How many sheets"),
        min_value=1,
        max_value=paper.PRINTED_AT_MOST,
        help_text=_("Each sheet has eight lines for items and gets a serial number of its own."),
    )
    first = forms.IntegerField(min_value=1, max_value=10**9, widget=forms.HiddenInput)


class FromPaperForm(forms.Form):
    """The sheet by its serial number, and when it was written."""

    serial = forms.CharField(
        label=_("Serial number of the sheet"),
        max_length=30,
        help_text=_("It stands large at the top of the sheet."),
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )
    written_at = forms.DateTimeField(
        label=_("Written at"),
        help_text=_("When the outgoing side signed on the paper."),
        widget=forms.DateTimeInput({"type": "datetime-local"}, FORMAT),
    )

    def __init__(self, *args: Any, handover: Handover, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.handover, self.now = handover, now
        self.fields["serial"].widget.attrs["placeholder"] = f"{handover.post_id}-0001"

    def clean_serial(self) -> PaperForm:
        """The sheet itself."""
        form = paper.find(self.handover.post, self.cleaned_data["serial"])
        if form is None:
            raise forms.ValidationError(
                _("No form with this serial number was printed for %(post)s. Look at the sheet once more."),
                params={"post": self.handover.post.name},
            )
        if form.handover_id:
            raise forms.ValidationError(
                _("Form %(serial)s is typed into handover %(number)d already."),
                params={"serial": form.serial, "number": form.handover_id},
            )
        if form.destroyed_at:
            raise forms.ValidationError(
                _("Form %(serial)s was marked as destroyed: %(reason)s"),
                params={"serial": form.serial, "reason": form.reason},
            )
        return form

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "serial" in data and "written_at" in data:
            self._check(data["serial"], data["written_at"])
        return data

    def _check(self, form: PaperForm, written_at: datetime) -> None:
        """A sheet is written after it came out of the printer and the shift began, and before it is typed."""
        printed_at, starts_at = form.printed_at, self.handover.outgoing_shift.starts_at
        if written_at > self.now:
            self.add_error("written_at", _("This time is still to come."))
        elif written_at < minute(printed_at):
            self._say(_("This sheet was printed only at %(at)s."), printed_at)
        elif written_at < starts_at:
            self._say(_("The shift began only at %(at)s."), starts_at)

    def _say(self, sentence: Any, at: datetime) -> None:
        params = {"at": moment_words(at)}
        self.add_error("written_at", forms.ValidationError(sentence, params=params))
