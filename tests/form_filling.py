"""Fills in the forms of a page as somebody would who has something to say."""

from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser

from django.utils import timezone

from tests import factories

SENTENCE = "I ring the warehouse at 15:00 and call the customer back."
BY_TYPE = {"number": "1", "email": "somebody@example.com", "password": factories.PASSWORD, "text": SENTENCE}


@dataclass
class Form:
    action: str
    values: dict[str, str] = field(default_factory=dict)


class Filler(HTMLParser):
    """The forms that are sent, each with what stands in it or else with something that fits."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._select = self._textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(facts.get("action", "")) if facts.get("method") == "post" else None
            self.forms += [self._open] if self._open else []
        elif self._open and facts.get("name"):
            self._field(tag, facts)
        elif tag == "option" and self._open and self._select:
            chosen = "selected" in facts or not self._open.values.get(self._select)
            if chosen and facts.get("value"):
                self._open.values[self._select] = facts["value"]

    def _field(self, tag: str, facts: dict[str, str]) -> None:
        name, values = facts["name"], self._open.values
        if tag == "select":
            self._select = name
        elif tag == "textarea":
            self._textarea = name
            values[name] = ""
        elif tag == "input" and facts.get("type") in {"radio", "checkbox"}:
            if "checked" in facts or name not in values:
                values[name] = facts.get("value", "on")
        elif tag == "input":
            values[name] = facts.get("value") or self._something(facts.get("type", "text"))

    def _something(self, kind: str) -> str:
        soon = timezone.localtime() + timedelta(hours=2)
        moments = {"date": f"{soon:%Y-%m-%d}", "datetime-local": f"{soon:%Y-%m-%dT%H:%M}", "time": "15:00"}
        return moments.get(kind) or BY_TYPE.get(kind, "")

    def handle_data(self, data: str) -> None:
        if self._open and self._textarea:
            self._open.values[self._textarea] += data.strip()

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._open and self._textarea:
            self._open.values[self._textarea] = self._open.values[self._textarea] or SENTENCE
            self._textarea = ""
        elif tag == "select":
            self._select = ""
        elif tag == "form":
            self._open = None


def filled(html: str, path: str) -> list[dict[str, str]]:
    """What would be sent to `path` from this page, one for each of its forms."""
    filler = Filler()
    filler.feed(html)
    return [form.values for form in filler.forms if form.action in ("", path)]
