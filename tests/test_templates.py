"""What holds for every template, however it is used."""

import re
from pathlib import Path

TEMPLATES = Path(__file__).parent.parent / "templates"
ISOLATED = re.compile(r'{% include "([^"]+)"([^%]*) only %}')


def test_forms_in_isolated_parts_get_their_token() -> None:
    """Without it a browser is told that the page was out of date; the client of the tests does not mind."""
    missing = [
        f"{page.relative_to(TEMPLATES)}: {part}"
        for page in TEMPLATES.rglob("*.html")
        for part, given in ISOLATED.findall(page.read_text())
        if "{% csrf_token %}" in (TEMPLATES / part).read_text() and "csrf_token=csrf_token" not in given
    ]

    assert missing == []
