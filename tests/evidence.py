"""A signed record with a row in every table that is protected, and hands that reach past the triggers."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import CommandError, call_command
from django.db import connection, models, transaction

from handover import append_only, check_template
from handover.ladders import SUPERVISORS, Step
from handover.models import Handover, Waits
from handover.models.evidence import Protected
from handover.queries import record, score
from handover.queries.ladders import Place
from handover.services import (
    confirmation,
    disputes,
    findings,
    ladders,
    ledger,
    notices,
    readings,
    score_rules,
    spot_checks,
)
from tests import factories
from tests.boundary import SOON, Boundary
from tests.records import END, drawn_week

ADDRESS = "192.0.2.1"


def signed_record() -> Handover:
    """Handed over, scored by rules of the team's own, confirmed, added to, disputed and checked."""
    boundary = Boundary()
    set_up(boundary)
    factories.item(boundary.post, now=factories.NOW, holder=boundary.ada)
    handover = boundary.open()
    boundary.submit(handover)
    handover.lines.update(answer="accepted", answered_by=boundary.bo, answered_at=SOON)
    boundary.confirm(handover)
    add(handover, by=boundary.bo)
    readings.note(actor=boundary.bo, page="handover_detail", shown={"handovers": [handover.pk]}, now=SOON)
    settle(handover, boundary)
    check(boundary)
    return handover


def set_up(boundary: Boundary) -> None:
    """Weights of the team's own; elsewhere weights, a ladder and a notice, each taken back again."""
    acts = {"actor": boundary.dai, "now": factories.NOW}
    fewer = score.BUILT_IN | {next(iter(score.BUILT_IN)): score.Weight(1)}
    score_rules.change(team=boundary.post.team, weights=fewer, seen_version=0, **acts)
    elsewhere = factories.team()
    score_rules.change(team=elsewhere, weights=fewer, seen_version=0, **acts)
    score_rules.go_back(team=elsewhere, seen_version=1, **acts)
    place = Place(elsewhere, Waits.TAKEN)
    ladders.change(place=place, steps=[Step(5, (SUPERVISORS,))], seen_version=0, **acts)
    ladders.go_back(place=place, seen_version=1, **acts)
    facts = {"title": "Parking", "text": "The gate is closed."}
    facts |= {"valid_from": factories.NOW, "valid_until": END}
    notice = notices.write(team=elsewhere, post=None, facts=facts, **acts)
    notices.mark_read(notice=notice, actor=boundary.bo, now=factories.NOW)
    notices.withdraw(notice=notice, **acts)


def settle(handover: Handover, boundary: Boundary) -> None:
    """Disputed, decided, and the rule that came of it done."""
    acts = {"actor": boundary.dai, "now": SOON}
    raised = disputes.raise_(
        handover=handover, line=None, cause="told", text="Nobody said so.", actor=boundary.bo, now=SOON
    )
    rule = disputes.Rule("Say it.", SOON.date(), boundary.dai)
    decision = disputes.Decision("both", "Both are right.", rule=rule)
    disputes.decide(dispute=raised, decision=decision, **acts)
    disputes.finish_rule(dispute=raised, **acts)


def check(boundary: Boundary) -> None:
    """Drawn, scored, scored again in correction, and a finding of it put right."""
    scoring = {
        "drawn": drawn_week(boundary.post.team).records.get(),
        "scores": dict.fromkeys(check_template.KEYS, 3),
        "remarks": "Clear.",
        "actor": boundary.dai,
        "now": END,
    }
    corrected = spot_checks.score(corrects=spot_checks.score(**scoring), reason="Wrong round.", **scoring)
    facts = {"text": "No order number.", "correction": "Add it.", "due_at": END + timedelta(days=1)}
    found = findings.file(
        check=corrected, facts={"responsible": boundary.ada, **facts}, actor=boundary.dai, now=END
    )
    findings.answer(finding=found, text="Added.", actor=boundary.ada, now=END)
    findings.accept(finding=found, text="", actor=boundary.dai, now=END)


def add(handover: Handover, *, by, text: str = "The customer has called back.", now=SOON) -> None:
    signature = record.addendum_signature(by)
    confirmation.add_addendum(
        handover=handover,
        text=text,
        signature=signature,
        password=factories.PASSWORD,
        seen_sha256=record.addendum_ground(handover, signature),
        address=ADDRESS,
        now=now,
    )


def seal(now=SOON) -> int:
    return ledger.run(now=now)


def verified(pack: Path, *options: str, python: str = "", path: str | None = None) -> tuple[int, str]:
    """What the verifier of the export answers, run as its reader would."""
    flags = [python] if python else []
    environment = {"PATH": os.environ["PATH"] if path is None else path}
    command = [sys.executable, *flags, str(pack / "verify.py"), *options]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return answer.returncode, answer.stdout + answer.stderr


def finding(**options) -> str:
    """What `verify` names, or nothing."""
    try:
        call_command("verify", stdout=StringIO(), **options)
    except CommandError as error:
        return str(error)
    return ""


@contextmanager
def undone() -> Iterator[None]:
    """What happens within is not in the database afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def behind_its_back() -> Iterator[None]:
    """Without the triggers, as whoever owns the database can work."""
    with connection.cursor() as cursor:
        for statement in append_only.removal(connection):
            cursor.execute(statement)
    yield
    append_only.install(connection)


@contextmanager
def without_checks(table: Protected) -> Iterator[None]:
    """Nor do the constraints of one table hold, which would refuse most forgeries. To be undone."""
    constraints = table.model._meta.constraints
    names = [each.name for each in constraints if isinstance(each, models.CheckConstraint)]
    statements = ["PRAGMA ignore_check_constraints = ON"]
    if connection.vendor == "postgresql":
        dropped = [f"ALTER TABLE {table.table} DROP CONSTRAINT {name}" for name in names]
        # A table cannot be altered while its foreign keys wait to be checked.
        statements = ["SET CONSTRAINTS ALL IMMEDIATE", *dropped, "SET CONSTRAINTS ALL DEFERRED"]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    yield
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA ignore_check_constraints = OFF")


def forgeries(table: Protected, row: models.Model) -> dict[str, Any]:
    """Another value for each protected column."""
    fields = [field for field in row._meta.concrete_fields if field.attname in table.columns]
    return {field.attname: forged(field, getattr(row, field.attname)) for field in fields}


def forged(field: models.Field, value):
    """Another value that the column takes."""
    field = getattr(field, "target_field", field)
    match field:
        case models.BooleanField():
            return not value
        case models.DateTimeField():
            return (value or SOON) + timedelta(microseconds=1)
        case models.DateField():
            return (value or SOON.date()) + timedelta(days=1)
        case models.JSONField():
            return {"forged": True}
        case models.GenericIPAddressField():
            return "203.0.113.9"
        case models.IntegerField():
            return (value or 0) + 1000
        case _:
            # Not the end of it: the key of an entry would become that of another one.
            return f"{'1' if value.startswith('0') else '0'}{value[1:]}" if value else "x"
