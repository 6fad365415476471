"""Every Celery task: read the clock, fetch, make one service call. Each is safe to run twice and late."""

from accounts import services as accounts
from handover import clock
from handover.celery import app
from handover.queries.pulse import WORKER
from handover.queries.pulse import now as read_now
from handover.services import (
    checkpoints,
    delivery,
    escalation,
    figures,
    generation,
    holding,
    holes,
    ledger,
    opening,
    pulse,
    shift_messages,
    spot_checks,
    statistics,
    swaps,
    weekly,
)


@app.task
def beat_pulse(**_: object) -> None:
    pulse.beat(name=WORKER, now=read_now())


@app.task
def generate_shifts(**_: object) -> None:
    now = read_now()
    generation.generate(until=now + generation.AHEAD, now=now)


@app.task
def warn_of_holes(**_: object) -> None:
    holes.warn(now=read_now())


@app.task
def tell_shifts(**_: object) -> None:
    shift_messages.tell(now=read_now())


@app.task
def keep_spot_checks(**_: object) -> None:
    spot_checks.keep(now=read_now())


@app.task
def lapse_swaps(**_: object) -> None:
    swaps.lapse(now=read_now())


@app.task
def sweep(**_: object) -> None:
    escalation.run(reading=clock.read())


@app.task
def deliver(**_: object) -> None:
    delivery.deliver(now=read_now())


@app.task
def open_handovers(**_: object) -> None:
    opening.open_due(now=read_now())


@app.task
def return_left(**_: object) -> None:
    holding.return_left(now=read_now())


@app.task
def seal_ledger(**_: object) -> None:
    ledger.run(now=read_now())


@app.task
def mail_checkpoint(**_: object) -> None:
    checkpoints.mail(now=read_now())


@app.task
def forget_old(**_: object) -> None:
    now = read_now()
    accounts.forget_old(now=now)
    delivery.forget_old(now=now)


@app.task
def count_figures(**_: object) -> None:
    figures.run(now=read_now())


@app.task
def prepare_weekly(**_: object) -> None:
    weekly.prepare(now=read_now())


@app.task
def remind_weekly(**_: object) -> None:
    weekly.remind(now=read_now())


@app.task
def refresh_statistics(**_: object) -> None:
    statistics.refresh()
