"""Every Celery task: read the clock, fetch, make one service call. Each is safe to run twice and late."""

from django.utils import timezone

from accounts import services as accounts
from handover.celery import app
from handover.services import escalation, generation, holding, opening, pulse, statistics


@app.task
def beat_pulse(**_: object) -> None:
    pulse.beat(name="worker", now=timezone.now())


@app.task
def generate_shifts(**_: object) -> None:
    now = timezone.now()
    generation.generate(until=now + generation.AHEAD, now=now)


@app.task
def sweep(**_: object) -> None:
    escalation.sweep(now=timezone.now())


@app.task
def open_handovers(**_: object) -> None:
    opening.open_due(now=timezone.now())


@app.task
def return_left(**_: object) -> None:
    holding.return_left(now=timezone.now())


@app.task
def forget_old(**_: object) -> None:
    accounts.forget_old(now=timezone.now())


@app.task
def refresh_statistics(**_: object) -> None:
    statistics.refresh()
