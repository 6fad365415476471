"""What a good note says: rules as data (hints.json), explainable, in two languages, without a model.

A rule looks for facts: an action done, a time, who answers. A fact in `present` is looked for in the
whole text; a fact in `absent` only in what is left once the phrases that say nothing are taken out, so
that "registered, to follow up" is never mistaken for an action. Patterns of both languages read every
text, because notes mix them; the language only chooses the sentence for the user.
"""

import json
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

from django.utils.translation import get_language

Field = Literal["progress", "next_action", "promise", "read_back"]
Severity = Literal["must", "hint"]

RULES_FILE = Path(__file__).with_name("hints.json")
QUOTED_LENGTH = 40
KEPT = 512  # texts that were judged last
# Latin words end where no Latin letter or digit follows: in mixed text a Chinese character may touch them.
LATIN_WORD = r"(?<![a-z0-9])(?:{})(?![a-z0-9])"


@dataclass(frozen=True)
class Hint:
    """One sentence for the author; a "must" is worth a typed reason where the item is urgent."""

    code: str
    severity: Severity
    sentence: str

    @property
    def is_must(self) -> bool:
        return self.severity == "must"


@dataclass(frozen=True)
class Rule:
    """Fires when every fact of `present` is there, none of `absent`, and no rule of `unless` fired."""

    code: str
    severity: Severity
    fields: tuple[Field, ...]
    present: tuple[str, ...]
    absent: tuple[str, ...]
    unless: tuple[str, ...]
    sentences: dict[str, str]


@dataclass(frozen=True)
class Rulebook:
    facts: dict[str, re.Pattern[str]]
    not_counted: re.Pattern[str]
    rules: tuple[Rule, ...]


def hints(text: str, *, field: Field, language: str | None = None) -> list[Hint]:
    """Hints for one text, in the order of the rules; a blank text has none (forms ask for the text)."""
    chosen = "zh" if (language or get_language() or "en").startswith("zh") else "en"
    return list(_hints(text, field, chosen))


@lru_cache(maxsize=KEPT)
def _hints(text: str, field: Field, language: str) -> tuple[Hint, ...]:
    """Kept, because a page judges the same text for the score and again for the line it stands in."""
    written = _normalised(text)
    if not written:
        return ()
    book = _rulebook()
    whole, counted = _Reading(book, written), _Reading(book, book.not_counted.sub("\n", written))
    found: dict[str, Hint] = {}
    for rule in book.rules:
        if field not in rule.fields or any(code in found for code in rule.unless):
            continue
        if any(counted[fact] for fact in rule.absent) or not all(whole[fact] for fact in rule.present):
            continue
        quoted = whole[rule.present[0]] if rule.present else None
        found[rule.code] = Hint(rule.code, rule.severity, _sentence(rule.sentences[language], quoted))
    return tuple(found.values())


def must_fail(text: str, *, field: Field) -> bool:
    """Whether an urgent item with this text goes out only with a typed reason."""
    return any(hint.is_must for hint in hints(text, field=field))


def _normalised(text: str) -> str:
    return re.sub(r"[^\S\n]+", " ", unicodedata.normalize("NFKC", text.strip())).strip()


class _Reading(dict[str, re.Match[str] | None]):
    """Where each fact stands in one text; every pattern is searched once, as rules share facts."""

    def __init__(self, book: Rulebook, text: str) -> None:
        super().__init__()
        self.book, self.text = book, text

    def __missing__(self, fact: str) -> re.Match[str] | None:
        self[fact] = self.book.facts[fact].search(self.text)
        return self[fact]


def _sentence(template: str, match: re.Match[str] | None) -> str:
    quoted = match.group().strip() if match else ""
    if len(quoted) > QUOTED_LENGTH:
        quoted = quoted[: QUOTED_LENGTH - 1] + "…"
    return template.replace("{found}", quoted)


@cache
def _rulebook() -> Rulebook:
    data = json.loads(RULES_FILE.read_text(encoding="utf-8"))
    words = {name: "|".join(parts) for name, parts in data["words"].items()}
    facts = {name: _pattern(by_language, words) for name, by_language in data["facts"].items()}
    not_counted = "|".join(f"(?:{facts[name].pattern})" for name in data["not_counted"])
    return Rulebook(facts, re.compile(not_counted, re.IGNORECASE), tuple(map(_rule, data["rules"])))


def _pattern(by_language: dict[str, list[str]], words: dict[str, str]) -> re.Pattern[str]:
    latin, chinese = ("|".join(_expanded(part, words) for part in by_language[name]) for name in ("en", "zh"))
    return re.compile(f"{LATIN_WORD.format(latin)}|{chinese}", re.IGNORECASE)


def _expanded(pattern: str, words: dict[str, str]) -> str:
    """Put word lists in the place of their names (<verb>); twice, as a list may name another one."""
    for _ in range(2):
        pattern = re.sub(r"<([a-z]+)>", lambda name: f"(?:{words[name.group(1)]})", pattern)
    return pattern


def _rule(data: dict[str, Any]) -> Rule:
    return Rule(
        code=data["code"],
        severity=data["severity"],
        fields=tuple(data["fields"]),
        present=tuple(data["present"]),
        absent=tuple(data["absent"]),
        unless=tuple(data["unless"]),
        sentences={"en": data["en"], "zh": data["zh"]},
    )
