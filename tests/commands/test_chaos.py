"""A short run of `make chaos`: nothing is lost or told twice, whatever dies and however the clocks jump."""

import subprocess
import sys

import pytest

from handover.env import BASE_DIR

SHORT = "--script short --items 200 --seed 1".split()


@pytest.mark.postgresql
def test_engine_survives():
    run = subprocess.run(
        [sys.executable, "-m", "bench.chaos", *SHORT],
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    assert "Everything held." in run.stdout
