"""The draw of a spot check: which records of a population, given a seed. Anyone can repeat it.

1. The seed is 64 hexadecimal characters. Its SHA-256 is made known before the week ends.
2. The key of a record is the SHA-256, in hexadecimal, of the text `seed:id`.
3. A record has three marks: its post, the name of its outgoing shift, and who signed it as outgoing.
4. Records are drawn one by one. Before each draw every record that is left is given a sum: of the records
   drawn so far, how many have its post, plus how many have its shift, plus how many have its signer.
5. The record with the smallest sum is drawn; of several the one with the smallest key. The draw ends when the
   number of the plan is reached, or no record is left.

Raise the version with every change: a draw keeps the version by which it was made.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable
from typing import TypedDict

from django.utils.translation import gettext_lazy as _

NAME = "fewest-drawn-first"
VERSION = 1
STEPS = (
    _(
        "The seed is 64 hexadecimal characters that the program chose by chance. Its SHA-256, the "
        "commitment, was written into the trail before the week ended."
    ),
    _("The key of a record is the SHA-256, in hexadecimal, of the text “seed:id”."),
    _(
        "A record has three marks: its post, the name of its outgoing shift, and the person who signed it as "
        "outgoing."
    ),
    _(
        "Records are drawn one by one. Before each draw every record that is left is given a sum: of the "
        "records drawn so far, how many have its post, plus how many have its shift, plus how many have its "
        "signer."
    ),
    _(
        "The record with the smallest sum is drawn; of several the one with the smallest key. The draw ends "
        "when the number of the plan is reached, or no record is left."
    ),
)


class Candidate(TypedDict):
    """A record of the population with its marks."""

    id: int
    post: int
    shift: str
    signer: int


def commitment(seed: str) -> str:
    return hashlib.sha256(seed.encode()).hexdigest()


def key(seed: str, record_id: int) -> str:
    return hashlib.sha256(f"{seed}:{record_id}".encode()).hexdigest()


def draw(population: Iterable[Candidate], *, count: int, seed: str) -> list[int]:
    """The ids of the drawn records, in the order in which they are drawn."""
    left = sorted(population, key=lambda record: key(seed, record["id"]))
    seen: Counter[tuple[str, object]] = Counter()
    drawn: list[int] = []
    while left and len(drawn) < count:
        # Of equals `min` takes the first, which has the smallest key.
        chosen = min(left, key=lambda record: sum(seen[mark] for mark in _marks(record)))
        left.remove(chosen)
        seen.update(_marks(chosen))
        drawn.append(chosen["id"])
    return drawn


def _marks(record: Candidate) -> list[tuple[str, object]]:
    return [("post", record["post"]), ("shift", record["shift"]), ("signer", record["signer"])]
