"""Creates and changes teams, and what their items can be about."""

from datetime import datetime, time
from typing import TypedDict

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from accounts.models import Team, User
from handover.models import IssueType
from handover.services import generation, setting_changes

# What a new team starts with, in its language; the second value says whether it is a complaint.
DEFAULT_ISSUE_TYPES = [
    (gettext_noop("Enquiry"), False),
    (gettext_noop("Order"), False),
    (gettext_noop("Delivery"), False),
    (gettext_noop("Return or refund"), False),
    (gettext_noop("Technical fault"), False),
    (gettext_noop("Invoice or payment"), False),
    (gettext_noop("Complaint"), True),
    (gettext_noop("Something else"), False),
]


class TeamFacts(TypedDict):
    name: str
    time_zone: str
    day_ends_at: time
    is_active: bool


class IssueTypeFacts(TypedDict):
    name: str
    is_complaint: bool
    is_active: bool


@transaction.atomic
def create(*, facts: TeamFacts, language: str, actor: User, now: datetime) -> Team:
    """A team with the usual issue types, named in its language. Raises Conflict where the name is taken."""
    team = Team(**facts)
    setting_changes.insert(team)
    with translation.override(language):
        types = [
            IssueType(team=team, name=gettext(name), is_complaint=is_complaint)
            for name, is_complaint in DEFAULT_ISSUE_TYPES
        ]
    IssueType.objects.bulk_create(types)
    setting_changes.record(
        what="team", thing=team, team=team, actor=actor, now=now, changes={"created": True}
    )
    return team


@transaction.atomic
def edit(*, team: Team, facts: TeamFacts, actor: User, now: datetime) -> None:
    """Coming shifts without people follow another zone; those with people stay at their instants."""
    changes = setting_changes.write(team, facts)
    setting_changes.record(what="team", thing=team, team=team, actor=actor, now=now, changes=changes)
    if changes.keys() & {"time_zone", "is_active"}:
        for post in team.posts.order_by("pk"):
            generation.generate(post=post, until=now + generation.AHEAD, now=now, actor=actor)


@transaction.atomic
def add_issue_type(*, team: Team, facts: IssueTypeFacts, actor: User, now: datetime) -> IssueType:
    issue_type = IssueType(team=team, **facts)
    setting_changes.insert(issue_type)
    setting_changes.record(
        what="issue_type", thing=issue_type, team=team, actor=actor, now=now, changes={"created": True}
    )
    return issue_type


@transaction.atomic
def edit_issue_type(*, issue_type: IssueType, facts: IssueTypeFacts, actor: User, now: datetime) -> None:
    changes = setting_changes.write(issue_type, facts)
    setting_changes.record(
        what="issue_type", thing=issue_type, team=issue_type.team, actor=actor, now=now, changes=changes
    )
