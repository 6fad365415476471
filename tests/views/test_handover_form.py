"""The fields of the sections of a handover: what they hold, and what they say of themselves."""

import pytest

from handover import form_template
from handover.forms.handovers import SectionForm
from handover.models import Handover
from handover.templatetags.sections import section_fields, section_forms
from tests.boundary import Desk

FAULT = "Say what the fault is."


def form(key, **answers):
    return SectionForm(section=form_template.BY_KEY[key], initial={"version": 2, **answers}, auto_id="id_%s")


def test_text_is_shown_as_typed_and_named_by_its_section():
    notes = section_fields(form("notes", text="</textarea> & more"))

    assert notes == (
        '<input type="hidden" name="version" value="2"><div id="div_id_text" class="mb-3">'
        '<textarea id="id_text" name="text" class="form-control" aria-describedby="id_text_helptext" '
        'rows="2" aria-label="Notes" maxlength="4000">\n&lt;/textarea&gt; &amp; more</textarea>'
        '<div id="id_text_helptext" class="form-text">'
        "Anything else the next shift should know. Never write a password here.</div></div>"
    )


def test_figures_stand_in_a_row_with_their_limits():
    figures = section_fields(form("facts", answered="12"))

    assert figures.count('<input type="number"') == 5
    assert (
        '<label class="form-label" for="id_answered">Contacts answered</label>'
        '<input type="number" id="id_answered" name="answered" class="form-control" value="12" '
        'min="0" max="99999">'
    ) in figures


def test_checklist_shows_what_was_chosen_and_nothing_else():
    checks = section_fields(form("supplies", paper="fault", paper_note='A 4" tray'))

    assert [line for line in checks.splitlines() if " checked>" in line] == [
        '<input type="radio" class="form-check-input" id="id_paper_1" name="paper" value="fault" checked>'
    ]
    assert 'name="paper_note" class="form-control" value="A 4&quot; tray" placeholder="Note"' in checks


@pytest.mark.parametrize(
    ("key", "answers"),
    [("notes", {"text": "Quiet & <calm>"}), ("facts", {"answered": "12"}), ("supplies", {"paper": "ok"})],
)
def test_fields_of_the_whole_page_are_those_of_the_form_that_stands_alone(key, answers):
    section, begun = form_template.BY_KEY[key], {"version": 2, **answers}
    alone = SectionForm(section=section, initial=begun, auto_id=f"id_{key}_%s")
    context = {"handover": Handover(pk=7), "may_edit": True, "csrf_token": "kept"}

    page = section_forms(context, [(section, begun, None)])

    assert section_fields(alone) in page
    assert f'action="/handovers/7/sections/{key}/"' in page


@pytest.mark.django_db
def test_error_stands_at_its_field_which_names_it(client):
    desk = Desk()
    client.force_login(desk.ada)

    answer = client.post(f"{desk.address}sections/equipment/", {"version": 0, "phone": "fault"})

    page = answer.content.decode()
    assert page.count(FAULT) == 1
    assert '<div id="id_phone_note_error">' in page
    assert (
        '<input type="text" id="id_phone_note" name="phone_note" class="form-control is-invalid" '
        'aria-invalid="true" aria-describedby="id_phone_note_error" value=""'
    ) in page
    assert 'id="id_phone_1" name="phone" value="fault" checked>' in page


@pytest.mark.django_db
def test_section_of_a_signed_handover_keeps_what_was_typed_and_says_why(client):
    desk = Desk()
    Handover.objects.update(state=Handover.State.SUBMITTED, submitted_at=desk.now)
    client.force_login(desk.ada)

    answer = client.post(f"{desk.address}sections/notes/", {"version": 0, "text": "Too late."})

    page = answer.content.decode()
    assert "This is not possible any more: it is now “Submitted”." in page
    assert ">\nToo late.</textarea>" in page
