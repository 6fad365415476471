"""The supervisor with real processes: everything runs, what dies comes back, and nothing is left behind."""

import os
import signal
import socket
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from handover.management.commands.serve import claim, make_folder, refuse_taken_port
from handover.management.watch import PulseWatch
from tests.commands.serving import PATIENCE_SECONDS, eventually, served

BROKERS = ["given"] if "REDIS_URL" in os.environ else ["own", "files"]


@pytest.mark.parametrize("broker", BROKERS)
def test_serve_restarts_a_killed_worker(broker: str) -> None:
    with served(broker) as run:
        eventually(lambda: run.answers() and run.pulse())
        assert ("redis" in str(run.processes().values())) == (broker == "own")
        killed, last = run.worker(), run.pulse()

        os.kill(killed, signal.SIGKILL)

        eventually(lambda: run.worker() not in (None, killed) and run.pulse() != last)
        assert run.answers()


def test_serve_restarts_a_worker_without_a_pulse() -> None:
    with served(BROKERS[-1], "--deaf-after", "8") as run:
        eventually(lambda: run.answers() and run.pulse())
        deaf = run.worker()

        os.kill(deaf, signal.SIGSTOP)

        eventually(lambda: run.worker() not in (None, deaf))
        last = run.pulse()
        eventually(lambda: run.pulse() != last)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_serve_ends_everything_on_a_signal(ending: signal.Signals) -> None:
    with served(BROKERS[0]) as run:
        eventually(lambda: run.answers() and run.worker())

        run.supervisor.send_signal(ending)

        assert run.supervisor.wait(PATIENCE_SECONDS) == 0
        assert run.processes() == {}
        assert "Traceback" not in run.log()
        assert all(is_private(path) for path in run.folder.iterdir() if path.name != "log")


def is_private(path: Path) -> bool:
    return stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_serve_leaves_no_orphans_when_it_is_killed() -> None:
    with served(BROKERS[0]) as run:
        eventually(lambda: run.answers() and run.worker())

        run.supervisor.kill()

        eventually(lambda: run.processes() == {})


def test_claim_refuses_a_folder_in_use(tmp_path: Path) -> None:
    with claim(tmp_path), pytest.raises(CommandError, match="Another `make run` uses"), claim(tmp_path):
        pass

    with claim(tmp_path):
        pass


def test_refuse_taken_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(CommandError, match=f"Port {port} is not free"):
            refuse_taken_port(port)

    refuse_taken_port(port)


@pytest.mark.parametrize("typed", ["abc", "", "0", "-1", "80.5", "65536"])
def test_port_that_is_none_is_one_sentence(typed: str) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("serve", port=typed)

    assert str(refused.value) == (
        f"“{typed}” is no port. Choose a number from 1 to 65535, as in: make run PORT=8001"
    )


def test_make_folder_says_where_it_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(CommandError, match="Choose another DATA_DIR"):
        make_folder(tmp_path / "file" / "broker")


def test_pulse_watch_judges_by_the_monotonic_clock_alone() -> None:
    noon = datetime(2026, 3, 10, 12, tzinfo=UTC)
    watch = PulseWatch(deaf_after=30, changed=100)

    verdicts = [
        watch.is_deaf(beat=None, clock=129),
        watch.is_deaf(beat=noon, clock=131),
        watch.is_deaf(beat=noon - timedelta(hours=1), clock=160),  # the wall clock stepped back: still alive
        watch.is_deaf(beat=noon - timedelta(hours=1), clock=190),
        watch.is_deaf(beat=noon - timedelta(hours=1), clock=191),
    ]

    assert verdicts == [False, False, False, False, True]


def test_pulse_watch_gives_a_slow_start_more_time_after_each_restart() -> None:
    noon = datetime(2026, 3, 10, 12, tzinfo=UTC)
    watch = PulseWatch(deaf_after=30, changed=0)

    watch.restarted(clock=31)
    slow = [watch.is_deaf(beat=None, clock=clock) for clock in (31 + 60, 31 + 61)]
    watch.restarted(clock=92)
    well_again = watch.is_deaf(beat=noon, clock=200)
    again = [watch.is_deaf(beat=noon, clock=clock) for clock in (230, 231)]

    assert (slow, well_again, again) == ([False, True], False, [False, True])


def test_pulse_watch_waits_no_longer_than_eight_times_as_long() -> None:
    watch = PulseWatch(deaf_after=30, changed=0, restarts=40)

    assert [watch.is_deaf(beat=None, clock=clock) for clock in (240, 241)] == [False, True]
