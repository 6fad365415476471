"""Text for the search index: Chinese as overlapping pairs of characters, words and numbers as they are.

No dictionary is needed and a word of two characters is found at once. Every token is made of letters and
digits alone, so that it is safe in the query language of either database.
"""

import re
import unicodedata

TAIL = 4  # people say the last four digits of a phone or order number
LONGEST_TOKEN = 64
HAN = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
KANA_AND_HANGUL = "\u3040-\u30ff\u31f0-\u31ff\uac00-\ud7af"
CJK = HAN + KANA_AND_HANGUL
RUNS = re.compile(rf"(?P<cjk>(?:(?=[^\W_])[{CJK}])+)|(?P<word>(?:(?![{CJK}])[^\W_])+)")
NUMBER_AT_END = re.compile(rf"[0-9]{{{TAIL}}}$")


def grams(text: str) -> str:
    """The tokens of a text for the index, each once, parted by spaces."""
    tokens: dict[str, None] = {}
    for run in RUNS.finditer(_folded(text)):
        tokens |= dict.fromkeys(_tokens(run))
        if NUMBER_AT_END.search(run.group()):
            tokens[run.group()[-TAIL:]] = None
    return " ".join(tokens)


def query_grams(text: str) -> list[str]:
    """The tokens that a found text must hold, all of them."""
    tokens = [token for run in RUNS.finditer(_folded(text)) for token in _tokens(run)]
    return list(dict.fromkeys(tokens))


def is_cjk(token: str) -> bool:
    return re.match(f"[{CJK}]", token) is not None


def _folded(text: str) -> str:
    """Full-width forms become ordinary ones before and after lower case, which may take them apart again."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).lower())


def _tokens(run: re.Match[str]) -> list[str]:
    found = run.group()
    if run.lastgroup == "word":
        return [found[:LONGEST_TOKEN]]
    return [found[at : at + 2] for at in range(len(found) - 1)] or [found]
