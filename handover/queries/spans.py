"""Stretches of time, and what is left of some when others are taken out."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple


class Span(NamedTuple):
    """From an instant until before another."""

    starts_at: datetime
    ends_at: datetime


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time in as few stretches as can be, in order; empty ones fall out."""
    found: list[Span] = []
    for span in sorted(span for span in spans if span.starts_at < span.ends_at):
        if found and span.starts_at <= found[-1].ends_at:
            found[-1] = Span(found[-1].starts_at, max(found[-1].ends_at, span.ends_at))
        else:
            found.append(span)
    return found


def within(spans: Iterable[Span], start: datetime, end: datetime) -> list[Span]:
    """What of the spans lies between two instants, merged."""
    return merged(Span(max(span.starts_at, start), min(span.ends_at, end)) for span in spans)


def without(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """What the others leave of the spans, merged."""
    gone = merged(taken)
    found: list[Span] = []
    for span in merged(spans):
        start = span.starts_at
        for other in gone:
            if start < other.ends_at and other.starts_at < span.ends_at:
                found.append(Span(start, other.starts_at))
                start = other.ends_at
        found.append(Span(start, span.ends_at))
    return merged(found)
