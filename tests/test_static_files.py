"""The files that browsers keep for ever name each other by their hash."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command

COLLECTED = {"staticfiles": {"BACKEND": "handover.static_files.HashedFiles"}}
IMPORT = re.compile(r"""(?:from|import)\s*["']\./([^"']+)["']""")
HASHED = re.compile(r"\.[0-9a-f]{12}\.js$")


@pytest.fixture
def collected(settings, tmp_path: Path) -> Path:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | COLLECTED
    call_command("collectstatic", interactive=False, verbosity=0)
    return tmp_path


def test_modules_import_hashed_modules(collected):
    modules = [path for path in (collected / "js").glob("*.js") if HASHED.search(path.name)]
    imported = {name for path in modules for name in IMPORT.findall(path.read_text())}

    assert len(modules) == len(list(Path("static/js").glob("*.js")))
    assert [
        name for name in imported if not HASHED.search(name) or not (collected / "js" / name).is_file()
    ] == []
