"""`make bench` still finds its way through every page that it measures."""

import subprocess
import sys

from bench import budgets
from handover.env import BASE_DIR

SMALL = "--items 200 --handovers 20 --turns 2".split()


def test_bench_measures_every_page():
    run = subprocess.run(
        [sys.executable, "-m", "bench.run", *SMALL], cwd=BASE_DIR, capture_output=True, text=True, check=False
    )

    assert run.returncode == 0, run.stderr
    subjects = [*budgets.FLOOR, *budgets.PAGES, *budgets.WRITES]
    assert [subject.title for subject in subjects if subject.title not in run.stdout] == []


def test_bench_measures_the_lists_among_copies():
    few = "--growth --items 100 --handovers 10 --turns 2 --among 20000".split()
    run = subprocess.run(
        [sys.executable, "-m", "bench.run", *few], cwd=BASE_DIR, capture_output=True, text=True, check=False
    )

    assert run.returncode == 0, run.stderr
    assert [page.title for page in budgets.GROWTH if page.title not in run.stdout] == []


def test_bench_measures_the_engine():
    run = subprocess.run(
        [sys.executable, "-m", "bench.run", "--engine", "--burst", "20", "--open", "10", "20"],
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    assert [
        title for title in ("Open items, nothing due", "Steps due at once") if title not in run.stdout
    ] == []


def test_bench_measures_the_evidence():
    run = subprocess.run(
        [sys.executable, "-m", "bench.run", "--evidence", "--entries", "20", "50"],
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    assert [entries for entries in ("| 20 ", "| 50 ") if entries not in run.stdout] == []
