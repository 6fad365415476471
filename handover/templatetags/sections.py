"""The fields of a section of the handover form. Made here and not in a template: the page on which a
handover is written has thirty of them, and each would be ten templates."""

from html import escape

from django import template
from django.forms import BoundField
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from handover import form_template
from handover.forms.handovers import HIGHEST_FIGURE, NOTE_LENGTH, TEXT_LENGTH, SectionForm
from handover.queries.words import phrase as _

register = template.Library()

VERSION = '<input type="hidden" name="version" value="{}">'
CHECK_ROW = '<div class="check-row">{}{}</div>'
FIGURES = '<div class="fields-row">{}</div>'
FIELD = '<div id="div_{}" class="mb-3">{}{}</div>'
CHOICES = '<fieldset{}><legend>{}</legend><div class="choices">{}</div></fieldset>'
CHOICE = """<div class="form-check">
<input type="radio" class="form-check-input{invalid}" id="{id}" name="{name}" value="{value}"{checked}>
<label class="form-check-label" for="{id}">{label}</label>
</div>"""
LABEL = '<label class="form-label" for="{}">{}</label>'
NOTE = '<input type="text" {} value="{}" placeholder="{}" maxlength="{}">'
FIGURE = '<input type="number" {} value="{}" min="0" max="{}">'
TEXT = '<textarea {} rows="2" aria-label="{}" maxlength="{}">\n{}</textarea>'
HELP = '<div id="{}_helptext" class="form-text">{}</div>'
ERRORS = "bootstrap5/layout/field_errors_block.html"


@register.simple_tag
def section_fields(form: SectionForm) -> SafeString:
    """Dense: one line of a checklist is one row, the figures stand side by side."""
    section = form.section
    if section.kind == form_template.CHECKLIST:
        rows = ((form[line.key], form[f"{line.key}_note"]) for line in section.lines)
        fields = "".join(CHECK_ROW.format(_choices(check), _note(note)) for check, note in rows)
    elif section.kind == form_template.FACTS:
        fields = FIGURES.format("".join(_figure(form[line.key]) for line in section.lines))
    else:
        # The title of the section stands above; it names the field by aria-label.
        fields = _text(form["text"], title=str(section.title))
    return SafeString(VERSION.format(_value(form["version"])) + fields)


def _choices(field: BoundField) -> str:
    chosen = field.value()
    choices = (
        CHOICE.format(
            id=f"{field.auto_id}_{number}",
            name=field.html_name,
            value=value,
            invalid=_invalid(field),
            checked=" checked" if value == chosen else "",
            label=escape(str(label)),
        )
        for number, (value, label) in enumerate(form_template.CHECK_CHOICES)
    )
    return _field(field, CHOICES.format(_described(field), escape(str(field.label)), "".join(choices)))


def _note(field: BoundField) -> str:
    control = NOTE.format(_names(field), _value(field), escape(_("Note")), NOTE_LENGTH)
    return _field(field, _label(field) + control)


def _figure(field: BoundField) -> str:
    return _field(field, _label(field) + FIGURE.format(_names(field), _value(field), HIGHEST_FIGURE))


def _text(field: BoundField, *, title: str) -> str:
    return _field(field, TEXT.format(_names(field), escape(title), TEXT_LENGTH, _value(field)))


def _field(field: BoundField, control: str) -> str:
    """A control with what is said below it: what is wrong with it, and its help."""
    errors = render_to_string(ERRORS, {"field": field, "form_show_errors": True}) if field.errors else ""
    told = HELP.format(field.auto_id, escape(str(field.help_text))) if field.help_text else ""
    return FIELD.format(field.auto_id, control, errors + told)


def _label(field: BoundField) -> str:
    return LABEL.format(field.auto_id, escape(str(field.label)))


def _names(field: BoundField) -> str:
    """What every control says of itself."""
    wrong = ' aria-invalid="true"' if field.errors else ""
    said = f'id="{field.auto_id}" name="{field.html_name}" class="form-control{_invalid(field)}"'
    return said + wrong + _described(field)


def _described(field: BoundField) -> str:
    """The elements that speak of the control."""
    return f' aria-describedby="{field.aria_describedby}"' if field.aria_describedby else ""


def _invalid(field: BoundField) -> str:
    return " is-invalid" if field.errors else ""


def _value(field: BoundField) -> str:
    value = field.value()
    return "" if value is None else escape(str(value))
