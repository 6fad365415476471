"""Weeks: of days, and the business weeks of a team, from the beginning of its Monday to that of the next."""

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from accounts.models import Team
from accounts.zones import local_instant

NOON = time(12)
WEEK = timedelta(days=7)


class Week(NamedTuple):
    """A week by its Monday, and the instants at which it begins and ends."""

    monday: date
    starts_at: datetime
    ends_at: datetime


def monday_of(day: date) -> date:
    """Of the week in which the day lies."""
    return day - timedelta(days=day.weekday())


def week_of(team: Team, instant: datetime) -> Week:
    """The week in which the instant lies, on the clocks of the team."""
    return week_from(team, team.business_week(instant))


def week_from(team: Team, monday: date) -> Week:
    return Week(monday, _begins_at(team, monday), _begins_at(team, monday + WEEK))


def _begins_at(team: Team, day: date) -> datetime:
    """The days of a night team end after midnight; one that ends in the evening ends its own date."""
    ends_before_noon = team.day_ends_at < NOON
    return local_instant(day if ends_before_noon else day - timedelta(days=1), team.day_ends_at, team.zone)
