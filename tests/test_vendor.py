"""The files of others are exactly those that VENDORED.md names."""

import hashlib
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = [ROOT / "static" / "vendor", ROOT / "handover" / "vendor", ROOT / "tests" / "data" / "vendor"]
INDEX = ROOT / "static" / "vendor" / "VENDORED.md"


def test_vendored_files_are_those_of_the_index():
    written = dict(re.findall(r"^\| `([^`]+)` \| `([0-9a-f]{64})` \|$", INDEX.read_text(), re.MULTILINE))

    files = [path for folder in FOLDERS for path in folder.rglob("*") if path.is_file() and path != INDEX]
    found = {
        path.relative_to(ROOT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }

    assert found == written


def test_vendored_packages_come_with_their_licence():
    packages = [path for folder in FOLDERS for path in folder.iterdir() if path.is_dir()]

    assert [path.name for path in packages if not (path / "LICENSE").is_file()] == []
