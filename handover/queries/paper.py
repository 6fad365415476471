"""The numbered paper forms of a post: their list, the sheets of one print, the one with a number."""

import re
import unicodedata
from dataclasses import dataclass

from django.db.models import BigIntegerField, Exists, OuterRef, QuerySet

from handover.models import Handover, PaperForm, Post

from .prepared import prepared

PAGE_SIZE = 30
PRINTED_AT_MOST = 20  # sheets at a time
# Of a handover: whether it was typed from a sheet.
IS_FROM_PAPER = Exists(PaperForm.objects.filter(handover=OuterRef("pk")))
SERIAL = re.compile(r"([0-9]{1,9})[\s\-\u2010-\u2015\u2212]+([0-9]{1,9})")


@dataclass(frozen=True)
class Page:
    """One page of the list, and before which number the next one begins."""

    rows: list[PaperForm]
    older: int | None


def listing(post: Post, *, before: int | None = None) -> Page:
    """The forms of a post, the latest first."""
    found = PaperForm.objects.filter(post=post).select_related("printed_by", "typed_by", "destroyed_by")
    if before is not None:
        found = found.filter(number__lt=before)
    rows = list(found.order_by("-number")[: PAGE_SIZE + 1])
    return Page(rows[:PAGE_SIZE], rows[PAGE_SIZE - 1].number if len(rows) > PAGE_SIZE else None)


def typed_into(handover: Handover) -> list[PaperForm]:
    """The sheets from which a handover was typed."""
    return _typed_into(handover=handover.pk)


@prepared(handover=BigIntegerField())
def _typed_into(*, handover: int) -> QuerySet[PaperForm]:
    return PaperForm.objects.filter(handover=handover).select_related("typed_by").order_by("number")


def next_number(post: Post) -> int:
    """The number that the next sheet of the post gets."""
    numbers = PaperForm.objects.filter(post=post).order_by("-number").values_list("number", flat=True)
    return (numbers.first() or 0) + 1


def sheets(post: Post, first: int, last: int) -> list[PaperForm]:
    """The blank ones among these numbers, as many as are printed at a time."""
    found = PaperForm.objects.unused().filter(post=post, number__gte=first, number__lte=last)
    return list(found.select_related("printed_by").order_by("number")[:PRINTED_AT_MOST])


def find(post: Post, serial: str) -> PaperForm | None:
    """The form of this post with the serial number, however its dash and digits were typed."""
    typed = SERIAL.fullmatch(unicodedata.normalize("NFKC", serial).strip())
    if typed is None or int(typed[1]) != post.pk:
        return None
    return PaperForm.objects.filter(post=post, number=int(typed[2])).first()
