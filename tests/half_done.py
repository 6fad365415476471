"""A step whose first, second, third … statement fails: what it leaves, and whether it can be repeated."""

from collections.abc import Callable
from itertools import count

from django.apps import apps
from django.db import OperationalError, connection, transaction

Step = Callable[[], object]


def everything() -> dict[str, list[dict[str, object]]]:
    """All rows but the tries at passwords, which count although nothing came of them."""
    models = [*apps.get_app_config("handover").get_models(), *apps.get_app_config("accounts").get_models()]
    names = {model.__name__: model for model in models if model.__name__ != "LoginAttempt"}
    return {name: list(model._default_manager.order_by("pk").values()) for name, model in names.items()}


def fails(step: Step, number: int) -> bool:
    """Whether the step has so many statements, the last of which has failed now."""
    counted = count(1)

    def execute(run, sql, params, many, context):
        if next(counted) == number:
            raise OperationalError("the database is gone")
        return run(sql, params, many, context)

    with connection.execute_wrapper(execute):
        try:
            step()
        except OperationalError:
            return True
    assert next(counted) <= number, "somebody swallowed the failure"
    return False


def written_at_once(step: Step) -> set[str]:
    """Fail the step at each of its statements in turn, and answer of which tables it has written rows.

    Nothing may be left by any failure, so the entry of the trail stands or falls with what it tells; and the
    step may simply be done again. The step loads its rows anew, as a request does.
    """
    before = everything()
    for number in count(1):
        with transaction.atomic():
            failed = fails(step, number)
            after = everything()
            assert failed == (after == before), f"statement {number}"
            if failed:
                step()
            transaction.set_rollback(True)
        if not failed:
            return {name for name, rows in after.items() if rows != before[name]}
    raise AssertionError
