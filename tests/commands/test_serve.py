"""The supervisor with real processes: everything runs, what dies comes back, and nothing is left behind."""

import os
import signal
import stat

import pytest

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


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_serve_ends_everything_on_a_signal(ending: signal.Signals) -> None:
    with served(BROKERS[0]) as run:
        eventually(lambda: run.answers() and run.worker())

        run.supervisor.send_signal(ending)

        assert run.supervisor.wait(PATIENCE_SECONDS) == 0
        assert run.processes() == {}
        assert "Traceback" not in run.log()


def test_serve_leaves_no_orphans_when_it_is_killed() -> None:
    with served(BROKERS[0]) as run:
        eventually(lambda: run.answers() and run.worker())

        run.supervisor.kill()

        eventually(lambda: run.processes() == {})


def test_serve_makes_a_secret_key_for_its_owner_alone() -> None:
    with served(BROKERS[-1]) as run:
        eventually(run.answers)

        key_file = run.folder / "secret_key"

        assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
        assert len(key_file.read_text()) >= 50
