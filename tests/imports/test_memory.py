import random
import subprocess
import sys
from pathlib import Path

from handover.env import BASE_DIR
from tests.imports.files import SAMPLE

MORE_ROWS = 15_000  # about 45 MB, were they held in memory


def write_log(path: Path, rows: int) -> None:
    """The sample again and again under new references, in no order at all."""
    header, *lines = SAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)
    copies = [f"{number // len(lines)}{lines[number % len(lines)]}" for number in range(rows)]
    random.Random(1).shuffle(copies)  # noqa: S311  nothing secret
    path.write_text("".join([header, *copies]), encoding="utf-8")


def peak_megabytes(path: Path) -> tuple[int, float]:
    command = [sys.executable, "-m", "tests.imports.read_all", str(path)]
    done = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True, check=True)
    rows, kilobytes = done.stdout.split()
    return int(rows), int(kilobytes) / 1024


def test_memory_does_not_grow_with_the_rows(tmp_path):
    few, many = tmp_path / "few.csv", tmp_path / "many.csv"
    write_log(few, 500)
    write_log(many, 500 + MORE_ROWS)

    rows, base = peak_megabytes(few)
    more_rows, peak = peak_megabytes(many)

    assert (rows, more_rows) == (500, 500 + MORE_ROWS)
    assert peak - base < 25
