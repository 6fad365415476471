"""The rules of the house that no linter knows."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FILE = 400
LONGEST_FUNCTION = 40
LONGEST_TEMPLATE = 150
TIME_OF_DATABASE = re.compile(
    r"\bauto_now(_add)?\b|\bdb_default\b|\bNow\b\(|CURRENT_(TIME|DATE)|LOCALTIME|(clock|statement|transaction)_timestamp"
)
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style\b|\sstyle=|\son[a-z]+=|=.javascript:", re.IGNORECASE)


def code(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts)


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def place(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def length(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_files_are_short() -> None:
    limits = dict.fromkeys(code("accounts", "handover", "tests"), LONGEST_FILE)
    limits |= dict.fromkeys(templates(), LONGEST_TEMPLATE)

    assert [place(path, length(path)) for path, limit in limits.items() if length(path) > limit] == []


def test_functions_are_short() -> None:
    long = [
        f"{place(path, node.lineno)} {node.name}"
        for path in code("accounts", "handover")
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ]

    assert long == []


def test_models_do_not_override_save() -> None:
    overrides = [
        place(path, node.lineno)
        for path in [ROOT / "accounts/models.py", *code("handover/models")]
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef) and node.name == "save"
    ]

    assert overrides == []


def test_services_save_named_fields() -> None:
    """A bare save() of a loaded row writes back every column and undoes what others wrote meanwhile."""
    bare = [
        place(path, node.lineno)
        for path in [ROOT / "accounts/services.py", *code("handover/services")]
        for node in nodes(path)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "save"
        if not {"update_fields", "force_insert"} & {keyword.arg for keyword in node.keywords}
    ]

    assert bare == []


def test_no_service_goes_on_when_its_time_is_up() -> None:
    """Who catches whatever fails, so that it holds up nothing else, lets the end of its time through."""
    deaf = [
        place(path, node.lineno)
        for path in code("handover/services")
        for node in nodes(path)
        if isinstance(node, ast.Try)
        for caught in [[ast.unparse(handler.type) for handler in node.handlers if handler.type]]
        if "Exception" in caught and "SoftTimeLimitExceeded" not in caught
    ]

    assert deaf == []


def test_only_services_write() -> None:
    """Models hold fields, queries read, forms validate, views ask: none of them changes a row."""
    writes = {"save", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
    found = [
        place(path, node.lineno)
        for path in code("handover/queries", "handover/forms", "handover/views", "handover/templatetags")
        for node in nodes(path)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in writes
    ]

    assert found == []


def test_the_database_is_never_asked_for_the_time() -> None:
    """Its clock may stand elsewhere than ours, and nothing would notice that somebody moved it."""
    asked = [
        place(path, number)
        for path in code("accounts", "handover")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if TIME_OF_DATABASE.search(line)
    ]
    in_statements = [
        place(path, node.lineno)
        for path in code("accounts", "handover")
        for node in nodes(path)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "now()" in node.value.lower()
    ]

    assert asked + in_statements == []


def test_the_web_does_not_load_what_only_the_worker_needs() -> None:
    """Each costs every process of the web as much memory as a tenth of Django."""
    loads = "import sys, handover.wsgi, handover.urls; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", loads], cwd=ROOT, capture_output=True, text=True, check=True)

    assert {"openpyxl", "PIL", "fpdf", "apprise", "kombu", "celery.app"}.isdisjoint(run.stdout.split())


def test_templates_have_nothing_inline() -> None:
    """The content security policy would block it."""
    found = [
        place(path, number)
        for path in templates()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if INLINE.search(line)
    ]

    assert found == []
