import json
from pathlib import Path

import pytest

from handover.imports import mapping

SIMPLE = {
    "about": "A file of a test",
    "history": False,
    "time_zone": "team",
    "date_formats": ["%d.%m.%Y"],
    "required": ["customer_code"],
    "columns": {"reference": "id", "customer_code": ["code", "客户"]},
    "when_unknown": {"post": "Desk", "issue_type": "Other", "kind": "follow_up", "stage": "registered"},
}


def written(folder: Path, name: str = "simple", **changes) -> Path:
    path = folder / f"{name}.json"
    path.write_text(json.dumps(SIMPLE | changes), encoding="utf-8")
    return path


def test_the_mappings_of_the_product_can_be_used():
    assert mapping.names() == ["items_sheet", "servicenow_incident_log"]
    assert [mapping.load(name).history for name in mapping.names()] == [False, True]


def test_a_mapping_in_a_file_of_its_own_is_named_after_it(tmp_path):
    found = mapping.read(written(tmp_path, "tickets"))

    assert (found.name, found.columns) == (
        "tickets",
        {"reference": ["id"], "customer_code": ["code", "客户"]},
    )


def test_an_unknown_name_says_which_there_are():
    with pytest.raises(mapping.BadMapping) as error:
        mapping.load("../settings")

    assert error.value.sentence == (
        "There is no mapping “../settings”. There are: items_sheet, servicenow_incident_log."
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"columns": SIMPLE["columns"] | {"colour": "c"}}, "unknown facts ['colour']"),
        ({"when_unknown": {}}, "neither a column nor a word for unknown is given for ['issue_type', 'kind'"),
        ({"history": True}, "a history needs the columns reference and at"),
        ({"required": ["phone"]}, "no column is given for ['phone']"),
        ({"columns": {"customer_code": "code"}}, "a column for reference, or reference_from, is needed"),
        ({"values": {"kind": {"P1": "burning"}}}, "['burning'] is no kind"),
        ({"values": {"stage": {"x": {"waiting_for": "y"}}}}, "'stage'"),
        ({"time_zone": "Mars/North"}, "No time zone found with key Mars/North"),
    ],
)
def test_a_wrong_mapping_says_what_is_wrong(tmp_path, changes, reason):
    path = written(tmp_path, **changes)

    with pytest.raises(mapping.BadMapping) as error:
        mapping.read(path)

    assert error.value.sentence.startswith(f"The mapping “{path}” cannot be used: ")
    assert reason in error.value.sentence


@pytest.mark.parametrize("content", ["", "[]", "{", '{"columns": []}'])
def test_a_file_that_is_no_mapping_is_refused(tmp_path, content):
    path = tmp_path / "broken.json"
    path.write_text(content)

    with pytest.raises(mapping.BadMapping, match="cannot be used"):
        mapping.read(path)


def test_a_name_that_could_not_name_a_source_is_refused(tmp_path):
    with pytest.raises(mapping.BadMapping, match="its name must be 1 to 40 of"):
        mapping.read(written(tmp_path, "My file"))
