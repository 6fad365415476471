"""The sections of the handover form, to be filled in and as answered. Made here and not in a template: the
page on which a handover is written has thirty fields, and each would be ten templates."""

from collections.abc import Collection, Iterable, Mapping
from html import escape
from typing import NamedTuple

from django import template
from django.forms import BoundField
from django.template import RequestContext
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from handover import form_template
from handover.form_template import FormSection
from handover.forms.handovers import HIGHEST_FIGURE, NOTE_LENGTH, TEXT_LENGTH, SectionForm
from handover.queries import record_words
from handover.queries.drafts import SavedSection
from handover.queries.record_words import ShownSection
from handover.queries.words import Reader
from handover.queries.words import phrase as _

from .ui import csrf_field, icon, time_element

register = template.Library()

SECTION = """<section class="panel" id="section-{key}" aria-labelledby="title-{key}">
<h2 class="panel-title" id="title-{key}">{title}{saved}</h2>
{help_text}
{inside}
</section>"""
SAVED = '<span class="muted small">{} {}</span>'
SAID = '<p class="muted small">{}</p>'
FORM = """<form class="section-form" data-kind="{kind}" method="post" action="{address}"
 data-module="autosave" data-autosave-url="{address}draft/">
{token}{fields}
<div class="form-actions"><button class="btn btn-outline-secondary">{icon}{save}</button>
<p class="mb-0" data-autosave-status></p></div>
</form>"""

SHOWN = '<section aria-labelledby="shown-{0}"><h3 class="panel-title" id="shown-{0}">{1}</h3>{2}</section>'
SPLIT = '<div class="split">{}</div>'
FACTS = '<dl class="facts">{}</dl>'
FACT = '<dt>{}</dt><dd class="prose">{}{}</dd>'
TOLD = '<p class="prose">{}</p>'
UNANSWERED = '<span class="muted">{}</span>'

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


class Control(NamedTuple):
    """A field that nobody has sent yet, with what a BoundField says of one: no form has to be made."""

    auto_id: str
    html_name: str
    given: str | int
    label: str = ""
    help_text: str = ""
    errors: tuple[()] = ()

    @property
    def aria_describedby(self) -> str:
        return f"{self.auto_id}_helptext" if self.help_text else ""

    def value(self) -> str | int:
        return self.given


Field = BoundField | Control


@register.simple_tag(takes_context=True)
def section_forms(
    context: RequestContext,
    sections: Iterable[tuple[FormSection, Mapping[str, str | int], SavedSection | None]],
) -> SafeString:
    """Each section with the text its form begins with, and as it was saved: what who reads along sees."""
    base, reader = f"/handovers/{context['handover'].pk}/sections/", Reader(timezone.now())
    token = csrf_field(context) if context["may_edit"] else ""
    return SafeString(
        "".join(
            SECTION.format(
                key=section.key,
                title=escape(str(section.title)),
                saved=_saved(saved, reader) if saved else "",
                help_text=_help(section),
                inside=_form(section, begun, f"{base}{section.key}/", token)
                if token
                else section_rows(record_words.section_rows(section, saved.body if saved else {})),
            )
            for section, begun, saved in sections
        )
    )


def _saved(saved: SavedSection, reader: Reader) -> str:
    who = _("saved by %(name)s") % {"name": saved.saved_by}
    return SAVED.format(escape(who), time_element(saved.saved_at, reader))


def _help(section: FormSection) -> str:
    """A text says it below its field."""
    return "" if section.kind == form_template.TEXT else SAID.format(escape(str(section.help_text)))


def _form(section: FormSection, begun: Mapping[str, str | int], address: str, token: str) -> str:
    return FORM.format(
        kind=section.kind,
        address=address,
        token=token,
        fields=_fields(section, _controls(section, begun)),
        icon=icon("check"),
        save=escape(_("Save")),
    )


def _controls(section: FormSection, begun: Mapping[str, str | int]) -> Mapping[str, Control]:
    labels = {line.key: str(line.label) for line in section.lines}
    if section.kind == form_template.CHECKLIST:
        labels |= {f"{line.key}_note": line.note_label for line in section.lines}
    help_text = str(section.help_text) if section.kind == form_template.TEXT else ""
    return {
        name: Control(f"id_{section.key}_{name}", name, begun.get(name, ""), labels.get(name, ""), help_text)
        for name in ("version", *section.field_names())
    }


@register.simple_tag
def shown_sections(sections: Iterable[ShownSection]) -> SafeString:
    """The form as answered."""
    shown = (SHOWN.format(each.key, escape(each.title), section_rows(each.rows)) for each in sections)
    return SafeString(SPLIT.format("".join(shown)))


@register.simple_tag
def section_rows(rows: Collection[tuple[str, str, str]]) -> SafeString:
    """A section as answered: label, answer, note; a free text has no label."""
    shown = "".join(_row(*row) for row in rows)
    return SafeString(FACTS.format(shown) if any(label for label, *_ in rows) else shown)


def _row(label: str, answer: str, note: str) -> str:
    said = escape(answer) or UNANSWERED.format(escape(_("not answered")))
    if not label:
        return TOLD.format(said)
    return FACT.format(escape(label), said, f" · {escape(note)}" if note else "")


@register.simple_tag
def section_fields(form: SectionForm) -> SafeString:
    """Of a form that stands alone, and may have been sent with errors."""
    names = ("version", *form.section.field_names())
    return SafeString(_fields(form.section, {name: form[name] for name in names}))


def _fields(section: FormSection, fields: Mapping[str, Field]) -> str:
    """Dense: one line of a checklist is one row, the figures stand side by side."""
    if section.kind == form_template.CHECKLIST:
        answers = [(value, escape(str(label))) for value, label in form_template.CHECK_CHOICES]
        rows = ((fields[line.key], fields[f"{line.key}_note"]) for line in section.lines)
        shown = "".join(CHECK_ROW.format(_choices(check, answers), _note(note)) for check, note in rows)
    elif section.kind == form_template.FACTS:
        shown = FIGURES.format("".join(_figure(fields[line.key]) for line in section.lines))
    else:
        # The title of the section stands above; it names the field by aria-label.
        shown = _text(fields["text"], title=str(section.title))
    return VERSION.format(_value(fields["version"])) + shown


def _choices(field: Field, answers: Iterable[tuple[str, str]]) -> str:
    chosen = field.value()
    choices = (
        CHOICE.format(
            id=f"{field.auto_id}_{number}",
            name=field.html_name,
            value=value,
            invalid=_invalid(field),
            checked=" checked" if value == chosen else "",
            label=label,
        )
        for number, (value, label) in enumerate(answers)
    )
    return _field(field, CHOICES.format(_described(field), escape(str(field.label)), "".join(choices)))


def _note(field: Field) -> str:
    control = NOTE.format(_names(field), _value(field), escape(_("Note")), NOTE_LENGTH)
    return _field(field, _label(field) + control)


def _figure(field: Field) -> str:
    return _field(field, _label(field) + FIGURE.format(_names(field), _value(field), HIGHEST_FIGURE))


def _text(field: Field, *, title: str) -> str:
    return _field(field, TEXT.format(_names(field), escape(title), TEXT_LENGTH, _value(field)))


def _field(field: Field, control: str) -> str:
    """A control with what is said below it: what is wrong with it, and its help."""
    errors = render_to_string(ERRORS, {"field": field, "form_show_errors": True}) if field.errors else ""
    told = HELP.format(field.auto_id, escape(str(field.help_text))) if field.help_text else ""
    return FIELD.format(field.auto_id, control, errors + told)


def _label(field: Field) -> str:
    return LABEL.format(field.auto_id, escape(str(field.label)))


def _names(field: Field) -> str:
    """What every control says of itself."""
    wrong = ' aria-invalid="true"' if field.errors else ""
    said = f'id="{field.auto_id}" name="{field.html_name}" class="form-control{_invalid(field)}"'
    return said + wrong + _described(field)


def _described(field: Field) -> str:
    """The elements that speak of the control."""
    described = field.aria_describedby
    return f' aria-describedby="{described}"' if described else ""


def _invalid(field: Field) -> str:
    return " is-invalid" if field.errors else ""


def _value(field: Field) -> str:
    value = field.value()
    return "" if value is None else escape(str(value))
