"""Reads a file as an import does, without a database; prints its rows and the peak of memory in KB."""

import os
import resource
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from handover.imports.mapping import load  # noqa: E402  models need the settings first
from handover.imports.rows import RowReader, SourceRow  # noqa: E402
from handover.imports.spool import Spool  # noqa: E402
from handover.imports.tables import open_table  # noqa: E402


def main(path: Path) -> int:
    rows = 0
    with Spool() as spool, path.open("rb") as file:
        table = open_table(file)
        reader = RowReader(load("servicenow_incident_log"), table.header, ZoneInfo("UTC"))
        for number, cells in table.rows:
            row = reader.read(number, cells)
            assert isinstance(row, SourceRow)
            spool.add(row, cells)
        for group in spool.references():
            rows += len(group)
    return rows


sys.stdout.write(f"{main(Path(sys.argv[1]))} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}\n")
