"""Every message has its translation, and the tools that say so see every kind of message."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from handover.env import BASE_DIR
from handover.management.translations import KEYWORDS, catalog_files, gather, problems, read_catalog

# Beside a Chinese letter, or beside what is put in.
HALF_WIDTH = re.compile(r"[一-鿿”）][,;:!?(]|[,;:!?)][一-鿿“（]|%\(\w+\)s[,;]|\(%\(|[,;] ?%\(")
RENAMED = re.compile(r"import [np]*gettext\w* as (\w+)")

PYTHON = """
from django.utils.translation import gettext as _, ngettext, npgettext, pgettext_lazy
TITLE = _("One line that is "
          "two")
KIND = pgettext_lazy("stage", "Open")
def items(number): return ngettext("%(number)d item", "%(number)d items", number)
def late(number): return npgettext("clock", "%(number)d minute", "%(number)d minutes", number)
"""
TEMPLATE = """{% load i18n %}
  <p title="{% translate "It's here" %}">{% translate "Open" context "post" %}</p>
    {% blocktranslate trimmed with name=item.name %}
      Taken by {{ name }}
      at 100%
    {% endblocktranslate %}
 {% blocktranslate count number=items|length %}one line{% plural %}{{ number }} lines{% endblocktranslate %}
{{ _("Close") }} {# {% translate "Not me" %} #} {% comment %}{% translate "Nor me" %}{% endcomment %}
"""


@pytest.mark.parametrize("po_file", catalog_files(), ids=lambda path: path.parent.parent.name)
def test_catalog_is_complete(po_file: Path) -> None:
    assert problems(read_catalog(po_file), gather()) == []


def test_chinese_says_the_polite_you_throughout() -> None:
    catalog = (BASE_DIR / "handover/locale/zh_Hans/LC_MESSAGES/django.po").read_text(encoding="utf-8")

    assert [line for line in catalog.splitlines() if "你" in line] == []


def test_chinese_has_marks_of_full_width() -> None:
    catalog = read_catalog(BASE_DIR / "handover/locale/zh_Hans/LC_MESSAGES/django.po")
    texts = [message.string for message in catalog]
    lines = [line for text in texts for line in ([text] if isinstance(text, str) else text)]

    assert [line for line in lines if HALF_WIDTH.search(line)] == []


def test_gather_finds_plurals_and_contexts_in_code_and_templates(tmp_path: Path) -> None:
    for name, text in {"handover/code.py": PYTHON, "templates/page.html": TEMPLATE}.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)

    found = {(message.id, message.context) for message in gather(tmp_path) if message.id}

    assert found == {
        ("One line that is two", None),
        ("Open", "stage"),
        (("%(number)d item", "%(number)d items"), None),
        (("%(number)d minute", "%(number)d minutes"), "clock"),
        ("It's here", None),
        ("Open", "post"),
        ("Taken by %(name)s at 100%%", None),
        (("one line", "%(number)s lines"), None),
        ("Close", None),
    }


def test_problems_names_each_kind_of_fault() -> None:
    source, catalog = Catalog(), Catalog(locale="zh_Hans")
    for message in ("new", "unsure", "%(name)s called", ("%(n)d item", "%(n)d items")):
        source.add(message)
    catalog.add("unsure", "不确定", flags=["fuzzy"])
    catalog.add("%(name)s called", "%(nome)s来电")
    catalog.add(("%(n)d item", "%(n)d items"), ("",))
    catalog.add("gone", "没有了")

    found = problems(catalog, source)

    assert found[0:3] == ["obsolete: gone", "missing: new", "fuzzy: unsure"]
    assert found[3].startswith("wrong: %(name)s called: ")
    assert found[4:] == ["missing: ('%(n)d item', '%(n)d items')"]


def test_code_calls_translation_by_names_that_are_gathered() -> None:
    """Under another name its messages would never reach the catalog, and nobody would miss them."""
    renamed = [
        f"{path.relative_to(BASE_DIR)}: {match}"
        for folder in ("accounts", "handover")
        for path in sorted((BASE_DIR / folder).rglob("*.py"))
        for match in RENAMED.findall(path.read_text())
        if match not in KEYWORDS
    ]
    assert renamed == []
