import pytest

from handover.forms.customers import CustomerForm, NewCustomerForm
from handover.models import Customer
from handover.services.customers import CustomerFacts
from tests import factories

pytestmark = pytest.mark.django_db
NEED_SENTENCE = "Say whether there is a special communication need. “No special need” is an answer too."


def new(data: dict[str, str], **fields) -> NewCustomerForm:
    fields.setdefault("team", factories.team())
    return NewCustomerForm({f"new-{name}": value for name, value in data.items()}, prefix="new", **fields)


def test_need_left_blank_is_refused() -> None:
    form = new({"name": "Li", "need": ""})

    assert form.errors == {"need": [NEED_SENTENCE]}


def test_no_special_need_is_an_answer() -> None:
    form = new({"name": "Li", "need": "none"})

    assert form.is_valid()
    assert form.facts() == CustomerFacts(name="Li", need="none")


def test_unknown_is_no_answer_for_a_new_customer() -> None:
    form = new({"name": "Li", "need": "unknown"})

    assert list(form.errors) == ["need"]


def test_unknown_may_stay_on_an_imported_customer() -> None:
    customer = factories.customer(need=Customer.Need.UNKNOWN)
    data = {"name": "Li", "need": "unknown", "customer_class": "registered", "version": "1"}

    form = CustomerForm(data, team=customer.team, customer=customer)

    assert form.errors == {}


def test_another_need_must_be_named() -> None:
    form = new({"name": "Li", "need": "other"})

    assert form.errors == {"need_note": ["Say in a few words what the need is."]}


def test_neither_name_nor_id_is_refused() -> None:
    form = new({"phone": "123", "need": "none"})

    assert form.errors == {"name": ["Give the name of the customer or the customer ID."]}


def test_id_alone_stands_for_the_name() -> None:
    form = new({"code": "C7", "need": "none"})

    assert form.is_valid()
    assert form.facts().name == "C7"


def test_id_of_another_customer_is_refused_with_the_name() -> None:
    team = factories.team()
    factories.customer(team, "Wang", code="C7")

    form = new({"name": "Li", "code": "c7", "need": "none"}, team=team)

    assert form.errors == {
        "code": ["The ID “c7” belongs to Wang already. Pick that customer, or correct the ID."]
    }


def test_id_of_another_team_is_free() -> None:
    factories.customer(code="C7")

    assert new({"name": "Li", "code": "C7", "need": "none"}).is_valid()


def test_untouched_new_customer_asks_for_nothing() -> None:
    form = new({})

    assert (form.is_valid(), form.has_changed()) == (True, False)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("138 0013-8000", "13800138000"),
        ("+86 (10) 1234 5678", "+861012345678"),
        ("12345 ext 7", "12345 ext 7"),
    ],
)
def test_phone_is_kept_without_what_stands_between_the_digits(typed: str, kept: str) -> None:
    form = new({"name": "Li", "need": "none", "phone": typed})

    assert form.is_valid()
    assert form.facts().phone == kept


def test_text_that_is_too_long_is_refused() -> None:
    form = new({"name": "x" * 81, "need": "none"})

    assert list(form.errors) == ["name"]
