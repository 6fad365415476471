from datetime import UTC, datetime, timedelta, timezone

import pytest

from handover import canonical

TEXT = '{"a":[1,"é",null],"b":{"at":"2026-03-10T06:00:00.000007Z","名":"王"}}'


def test_dumps_sorts_and_keeps_letters_as_they_are():
    at = datetime(2026, 3, 10, 6, 0, 0, 7, tzinfo=UTC)
    content = {"b": {"名": "王", "at": canonical.instant(at)}, "a": [1, "é", None]}

    assert canonical.dumps(content) == TEXT
    assert canonical.content_hash(content) == canonical.sha256(TEXT)


def test_sha256_is_that_of_the_utf8_bytes():
    # printf 王 | sha256sum
    assert canonical.sha256("王") == "3399a0e651ad104cd1f53cd0c44d08b70c6c2e8e1eba56f2d244368264322118"


@pytest.mark.parametrize("content", [{"a": 0.5}, {"a": [1, {"b": 2.0}]}])
def test_dumps_refuses_floats(content):
    with pytest.raises(TypeError, match="float"):
        canonical.dumps(content)


def test_instants_are_the_same_text_in_every_zone_and_come_back():
    at = datetime(2026, 3, 10, 14, 0, tzinfo=timezone(timedelta(hours=8)))

    assert canonical.instant(at) == "2026-03-10T06:00:00.000000Z"
    assert canonical.parse_instant(canonical.instant(at)) == at
    assert canonical.instant(None) is None
    assert canonical.parse_instant(None) is None
