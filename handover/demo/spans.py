"""Instants told relative to one: "-1d2h" is a day and two hours before it; texts carry "{-40m}"."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

SPAN = re.compile(r"([+-])(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?")
STEP = timedelta(minutes=5)
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def span(words: str) -> timedelta:
    """Raises ValueError for words that are no span."""
    match = SPAN.fullmatch(words)
    if match is None:
        raise ValueError(words)
    sign, *parts = match.groups()
    days, hours, minutes = (int(part or 0) for part in parts)
    length = timedelta(days=days, hours=hours, minutes=minutes)
    return length if sign == "+" else -length


def rounded(at: datetime) -> datetime:
    """To full five minutes, as people name times."""
    past = timedelta(minutes=at.minute % 5, seconds=at.second, microseconds=at.microsecond)
    return at - past + (STEP if past * 2 >= STEP else timedelta())


def named(words: str, now: datetime) -> datetime:
    """An instant that somebody named, such as a key time."""
    return rounded(now + span(words))


def told(text: str, *, now: datetime, written_at: datetime, zone: ZoneInfo) -> str:
    """The text as typed at `written_at`: clock times of the zone, with the day where it is another one."""

    is_chinese = bool(CHINESE.search(text))

    def clock(match: re.Match[str]) -> str:
        at, today = named(match.group()[1:-1], now).astimezone(zone), written_at.astimezone(zone)
        if at.date() == today.date():
            return f"{at:%H:%M}"
        return f"{at.month}月{at.day}日{at:%H:%M}" if is_chinese else f"{at.day} {at:%b %H:%M}"

    return re.sub(r"\{[+-]\w+\}", clock, text)
