"""Gathers the messages of code and templates, and compiles their translations, without system gettext."""

import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

from handover.env import BASE_DIR

FOLDERS = ("accounts", "handover", "templates")
KEYWORDS: dict[str, Any] = {
    **dict.fromkeys(["_", "gettext", "gettext_lazy", "gettext_noop"]),
    **dict.fromkeys(["ngettext", "ngettext_lazy"], (1, 2)),
    **dict.fromkeys(["pgettext", "pgettext_lazy"], ((1, "c"), 2)),
    **dict.fromkeys(["npgettext", "npgettext_lazy"], ((1, "c"), 2, 3)),
}


def catalog_files() -> list[Path]:
    return sorted(
        path for folder in settings.LOCALE_PATHS for path in Path(folder).glob("*/LC_MESSAGES/django.po")
    )


def read_catalog(po_file: Path) -> Catalog:
    with po_file.open("rb") as source:
        return read_po(source, locale=po_file.parent.parent.name)


def compile_catalogs() -> None:
    """Writes the .mo beside each .po; whole or not at all, as several processes may do it at once."""
    for po_file in catalog_files():
        with tempfile.NamedTemporaryFile(dir=po_file.parent, delete=False) as target:
            write_mo(target, read_catalog(po_file))
        Path(target.name).replace(po_file.with_suffix(".mo"))


def update_catalogs() -> None:
    """Adds new messages untranslated and drops those that are gone. No guesses: fuzzy means wrong."""
    source = gather()
    for po_file in catalog_files():
        catalog = read_catalog(po_file)
        catalog.update(source, no_fuzzy_matching=True, update_creation_date=False)
        with po_file.open("wb") as target:
            write_po(target, catalog, width=110, no_location=True, sort_output=True, ignore_obsolete=True)


def gather(root: Path = BASE_DIR) -> Catalog:
    """Every message in the source, with its plural form and context."""
    catalog = Catalog()
    for path in source_files(root):
        found = extract("python", python_text(path), KEYWORDS, ["Translators:"])
        for _line, message, comments, context in found:
            catalog.add(message, auto_comments=comments, context=context)
    return catalog


def source_files(root: Path) -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in {".py", ".html", ".txt"}:
                yield path


def python_text(path: Path) -> BytesIO:
    """The file itself; or a template as Python calls, whose indentation means nothing."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        text = "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).splitlines())
    return BytesIO(text.encode())


def problems(catalog: Catalog, source: Catalog) -> list[str]:
    """What keeps a catalog from being complete, one sentence each."""
    found = [f"obsolete: {message.id}" for message in catalog.obsolete.values()]
    found += [f"obsolete: {message.id}" for message in catalog if message.id and not find(source, message)]
    for message in source:
        translation = find(catalog, message)
        if not message.id:
            continue
        if translation is None or not all(strings(translation)):
            found.append(f"missing: {message.id}")
        elif translation.fuzzy:
            found.append(f"fuzzy: {message.id}")
        else:
            found += [f"wrong: {message.id}: {error}" for error in translation.check(catalog)]
    return found


def find(catalog: Catalog, message: Message) -> Message | None:
    return catalog.get(message.id, message.context)


def strings(message: Message) -> list[str | None]:
    """The translation in each of its plural forms."""
    return [message.string] if isinstance(message.string, str) else list(message.string or [""])
