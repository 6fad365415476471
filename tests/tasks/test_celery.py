"""The broker is a wake-up only: no task waits anywhere but in the database."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from handover import tasks
from handover.celery import app
from handover.env import BASE_DIR, broker_options

SOURCES = sorted(path for root in ("accounts", "handover") for path in (BASE_DIR / root).rglob("*.py"))
TASKS = {name for name in app.tasks if name.startswith("handover.")}
# What would leave the instant of a task to the broker, which forgets it when it restarts.
PUTS_OFF = {"eta", "countdown", "crontab", "solar"}


def test_nothing_but_json_is_sent_or_read_and_no_result_is_kept():
    conf = app.conf
    assert {conf.task_serializer, conf.result_serializer, conf.event_serializer} == {"json"}
    assert conf.accept_content == ["json"]
    assert (conf.result_backend, conf.task_ignore_result) == (None, True)


def test_a_task_is_given_back_by_a_worker_that_dies_and_none_is_kept_in_store():
    conf = app.conf
    assert (conf.task_acks_late, conf.task_reject_on_worker_lost) == (True, True)
    assert conf.worker_prefetch_multiplier == 1
    assert conf.worker_enable_prefetch_count_reduction is False
    assert conf.worker_cancel_long_running_tasks_on_connection_loss is False


def test_a_task_ends_long_before_the_broker_gives_it_to_another_worker(monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://localhost")
    limit = app.conf.task_time_limit
    assert (app.conf.task_soft_time_limit, limit) == (45, 60)
    assert limit < broker_options(web=False)["visibility_timeout"]


@pytest.mark.parametrize("name", sorted(app.conf.beat_schedule))
def test_beat_sends_at_intervals_what_expires_when_the_next_one_comes(name):
    entry = app.conf.beat_schedule[name]
    assert isinstance(entry["schedule"], float)
    assert entry["options"] == {"expires": entry["schedule"]}
    assert entry["task"] in TASKS


def test_beat_sends_every_task_there_is():
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} == TASKS


@pytest.mark.parametrize("name", sorted(TASKS))
def test_a_task_survives_an_argument_that_it_does_not_know(name):
    task = ast.parse(Path(tasks.__file__).read_text())
    found = next(
        node for node in task.body if isinstance(node, ast.FunctionDef) and name.endswith("." + node.name)
    )
    assert found.args.kwarg is not None
    assert found.args.args == []


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def put_off(path: Path) -> list[str]:
    """Lines of a file that leave an instant to the broker."""
    found = []
    for call in calls(ast.parse(path.read_text())):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        names = {keyword.arg for keyword in call.keywords} | {name}
        own_retry = name == "retry" and path.name == "tasks.py"
        if names & PUTS_OFF or own_retry or name in {"apply_async", "send_task"}:
            found.append(f"{path.relative_to(BASE_DIR)}:{call.lineno}")
    return found


def test_no_task_waits_in_the_broker():
    assert [line for path in SOURCES for line in put_off(path)] == []
