"""Makes the demo and removes it, and keeps it away from an installation in which people work."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from accounts.models import Team, User
from handover import append_only
from handover.demo import checks, notices, past, scenes, stories, weekly
from handover.demo.centre import build
from handover.demo.data_files import read
from handover.demo.script import Script


def is_migrated() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def is_empty() -> bool:
    return not (Team.objects.exists() or User.objects.exists())


def is_there() -> bool:
    return User.objects.filter(username__in=_usernames()).exists()


def foreign() -> list[str]:
    """Names of teams and people that are not of the demo: somebody may be working here."""
    names = [row["name"] for row in read("centre")["teams"].values()]
    teams = Team.objects.exclude(name__in=names).order_by("pk").values_list("name", flat=True)
    people = User.objects.exclude(username__in=_usernames()).order_by("pk").values_list("username", flat=True)
    return [*teams, *people]


@transaction.atomic
def make(now: datetime) -> None:
    """All of it or nothing, into an empty installation."""
    centre = build(now)
    script = Script(now)
    past.plan(script, centre)
    scenes.plan(script, centre)
    stories.plan(script, centre)
    notices.plan(script, centre)
    checks.plan(script, centre)
    weekly.plan(script, centre)
    script.play()


def remove() -> None:
    """Empties the whole database: there is nothing in it but the demo. `flush` then runs what `migrate` does
    at its end, which puts the triggers back.
    """
    Path(settings.EVIDENCE_CHECKPOINT_FILE).unlink(missing_ok=True)
    with connection.cursor() as cursor:
        for statement in append_only.removal(connection):
            cursor.execute(statement)
    call_command("flush", interactive=False, verbosity=0)


def _usernames() -> list[str]:
    data = read("people")
    single = [data["administrator"], data["auditor"], *data["supervisors"], *data["leaders"], data["spare"]]
    crews = [username for post in data["crews"].values() for crew in post for username, _name in crew]
    return [row["username"] for row in single] + crews
