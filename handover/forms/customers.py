"""What may be said about a customer. Nobody leaves the special communication need open."""

from typing import Any

from django import forms
from django.forms.models import fields_for_model
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from handover.models import Channel, Customer
from handover.queries.customers import plain_phone
from handover.services.customers import CustomerFacts

Need = Customer.Need
NEW_FACTS = ("name", "code", "phone", "need", "need_note")


class _FactsForm(forms.Form):
    """The facts named in `names`, with labels and limits of the model."""

    names: tuple[str, ...] = ()
    use_required_attribute = False  # the sentences below say what is missing, not the browser

    def __init__(self, *args: Any, team: Team, customer: Customer | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team, self.customer = team, customer
        self.fields.update(fields_for_model(Customer, fields=self.names))
        self.fields["name"].required = self.fields["code"].required = False
        self.fields["code"].help_text = _("Leave it empty while it is not known.")
        self._ask_for_need()

    def _ask_for_need(self) -> None:
        """Only an imported customer of whom it is not known may stay so, and nobody is given it."""
        unknown = self.customer is not None and self.customer.need == Need.UNKNOWN
        self.fields["need"] = forms.ChoiceField(
            label=_("Special communication need"),
            choices=[
                ("", _("Please choose")),
                *(choice for choice in Need.choices if unknown or choice[0] != Need.UNKNOWN),
            ],
            error_messages={
                "required": _(
                    "Say whether there is a special communication need. “No special need” is an answer too."
                )
            },
        )

    def clean_phone(self) -> str:
        return plain_phone(self.cleaned_data["phone"])

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"] or (self.customer.code if self.customer else "")
        others = Customer.objects.filter(team=self.team, code__iexact=code)
        if self.customer:
            others = others.exclude(pk=self.customer.pk)
        if code and (other := others.order_by("pk").first()):
            raise forms.ValidationError(
                _("The ID “%(code)s” belongs to %(name)s already. Pick that customer, or correct the ID."),
                params={"code": code, "name": other.name},
            )
        return code

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("name") and not data.get("code") and "code" not in self.errors:
            self.add_error("name", _("Give the name of the customer or the customer ID."))
        if data.get("need") == Need.OTHER and not data.get("need_note"):
            self.add_error("need_note", _("Say in a few words what the need is."))
        return data

    def facts(self) -> CustomerFacts:
        values = {name: self.cleaned_data[name] for name in self.names}
        return CustomerFacts(**values | {"name": values["name"] or values["code"]})


class CustomerForm(_FactsForm):
    """Everything that may be said; of a customer that exists, also the version that the person saw."""

    names = Customer.FACTS

    def __init__(self, *args: Any, customer: Customer | None = None, **kwargs: Any) -> None:
        if customer:
            facts = {name: getattr(customer, name) for name in self.names}
            kwargs["initial"] = facts | {"version": customer.version} | kwargs.get("initial", {})
        super().__init__(*args, customer=customer, **kwargs)
        channels = [("", _("No preference")), *Channel.choices]
        self.fields["channel"] = forms.ChoiceField(
            label=_("Preferred channel"), choices=channels, required=False
        )
        for name in ("preferences", "advice"):
            self.fields[name].widget.attrs["rows"] = 3
        if customer:
            self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput)


class NewCustomerForm(_FactsForm):
    """The few facts that are asked for in the middle of a call; untouched, it asks for nothing."""

    names = NEW_FACTS
    # What came from the search beside it; alone it says nothing yet of a new customer.
    carried = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, empty_permitted=True, **kwargs)

    def has_changed(self) -> bool:
        said = {name: self[name].value() for name in self.changed_data if name != "carried"}
        return any(value != self["carried"].value() for value in said.values())

    def carry(self, text: str) -> None:
        """Begin with what was searched for and is not known: a number is a phone, the rest a name."""
        is_phone = plain_phone(text).removeprefix("+").isdigit()
        typed = {"name": "" if is_phone else text, "phone": text if is_phone else "", "carried": text}
        # Read one by one: unpacked, the data of a request gives a list of what was sent for each name.
        sent = {name: self.data.get(name) for name in self.data}
        self.data = sent | {self.add_prefix(name): value for name, value in typed.items()}
        self.__dict__.pop("changed_data", None)  # kept from before
