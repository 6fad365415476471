import csv
import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from handover.models import Event, PendingItem, Post
from tests import factories
from tests.imports.files import SAMPLE, SHEET_HEADER, SHEET_ROW, sheet

pytestmark = pytest.mark.django_db

AT = "2016-03-02 15:33"


def import_log(**options) -> str:
    return run(SAMPLE, mapping="servicenow_incident_log", as_of=AT, **options)


def run(path: Path, **options) -> str:
    output = io.StringIO()
    call_command("import_items", str(path), stdout=output, **options)
    return output.getvalue()


def refusal(path: Path, **options) -> str:
    with pytest.raises(CommandError) as error:
        run(path, **options)
    return str(error.value)


def written(folder: Path, file: io.BytesIO) -> Path:
    path = folder / "sheet.csv"
    path.write_bytes(file.getvalue())
    return path


def test_the_preview_tells_what_would_come_and_writes_nothing():
    factories.team("Service desk")

    assert import_log(dry_run=True).splitlines() == [
        "Nothing is written.",
        "63 rows: 33 after the instant, 0 repeated, 0 bad.",
        "9 items: 9 new, 0 changed, 0 unchanged, 0 worked on here (timeline alone).",
        "32 entries for timelines, 4 of them transfers.",
        "By stage (7 not finished):",
        "       3 In progress (Active)",
        "       2 Registered (New)",
        "       1 Resolved (Resolved)",
        "       1 Closed (Closed)",
        "       1 Waiting (Awaiting User Info)",
        "       1 Waiting (Awaiting Problem)",
        "By post (* new):",
        "       2 Group not known *",
        "       1 Group 70 *",
        "       1 Group 69 *",
        "       1 Group 53 *",
        "       1 Group 5 *",
        "       1 Group 25 *",
        "       1 Group 10 *",
        "       1 Group 22 *",
    ]
    assert (PendingItem.objects.count(), Post.objects.count(), Event.objects.count()) == (0, 0, 0)


def test_the_import_goes_to_the_team_that_is_named_and_names_who_did_it():
    factories.team("Sales")
    desk = factories.team("Service desk")
    person = factories.administrator(username="root")

    import_log(team="Service desk", by="root")

    assert set(PendingItem.objects.values_list("team", flat=True)) == {desk.pk}
    assert set(Event.objects.exclude(actor=None).values_list("actor", flat=True)) == {person.pk}


def test_bad_rows_are_told_and_written_with_the_reasons(tmp_path):
    factories.team()
    rejected = tmp_path / "rejected.csv"
    path = written(tmp_path, sheet({}, {"客户编号": ""}))

    output = run(path, mapping="items_sheet", rejected=rejected)

    assert output.splitlines()[-1] == "Row 3, column “客户编号”: This must be filled in."
    header, row = csv.reader(io.StringIO(rejected.read_text(encoding="utf-8-sig")))
    assert header == [*SHEET_HEADER, "Row", "What is wrong"]
    assert row[1:2] + row[-2:] == [
        SHEET_ROW["姓名"],
        "3",
        "Row 3, column “客户编号”: This must be filled in.",
    ]


def test_all_or_nothing_ends_with_an_error(tmp_path):
    factories.team()
    path = written(tmp_path, sheet({}, {"客户编号": ""}))

    assert refusal(path, mapping="items_sheet", strict=True) == (
        "Nothing was imported: some rows are bad, and all or nothing was asked for."
    )
    assert PendingItem.objects.count() == 0


def test_a_post_can_be_named_for_a_sheet_without_one(tmp_path):
    factories.team()
    content = sheet({}).getvalue().decode().replace(",岗位", "").replace(",售后", "")
    path = written(tmp_path, io.BytesIO(content.encode()))

    assert refusal(path, mapping="items_sheet").startswith("The file has no column “Post / 岗位”.")
    run(path, mapping="items_sheet", post="After-sales")

    assert PendingItem.objects.get().post.name == "After-sales"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"team": "Nobody"}, "Say with --team which team it is for. Teams: Sales, Service desk."),
        ({}, "Say with --team which team it is for. Teams: Sales, Service desk."),
        ({"team": "Sales", "as_of": "yesterday"}, "“yesterday” is not an instant such as"),
        ({"team": "Sales", "as_of": "2016-02-31 10:00"}, "“2016-02-31 10:00” is not an instant such as"),
        ({"team": "Sales", "by": "ghost"}, "There is no active person with the user name ghost."),
        ({"team": "Sales", "mapping": "other"}, "There is no mapping “other”."),
        (
            {"team": "Sales", "mapping": "/nowhere/other.json"},
            "The mapping “/nowhere/other.json” cannot be used",
        ),
        ({"team": "Sales", "mapping": "items_sheet"}, "The file has no column “Customer ID / "),
    ],
)
def test_a_wrong_option_says_what_is_possible(options, sentence):
    factories.team("Sales")
    factories.team("Service desk")

    assert refusal(SAMPLE, **({"mapping": "servicenow_incident_log"} | options)).startswith(sentence)


def test_a_file_that_is_not_there_is_named(tmp_path):
    factories.team()

    assert "nothing.csv" in refusal(tmp_path / "nothing.csv", mapping="items_sheet")
