"""The points in time that a form offers."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from handover.forms import instants

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("hour", "offered"),
    [
        (2, ["half_hour", "hour", "morning", "today", "tomorrow", "at"]),
        (9, ["half_hour", "hour", "today", "tomorrow", "at"]),
        (17, ["half_hour", "hour", "tomorrow", "at"]),
    ],
    ids=["at night", "in the morning", "in the evening"],
)
def test_offered_are_the_times_still_to_come(hour, offered):
    with timezone.override(SHANGHAI):
        found = instants.offered(datetime(2026, 3, 10, hour, tzinfo=SHANGHAI))

    assert [key for key, _label in found] == offered


def test_preset_is_on_the_clocks_of_whoever_chooses():
    night = datetime(2026, 3, 9, 18, 30, 59, tzinfo=UTC)  # 02:30 on the 10th in Shanghai
    with timezone.override(SHANGHAI):
        found = {key: instants.preset(key, night) for key in ("half_hour", "morning", "today", "tomorrow")}

    assert found == {
        "half_hour": datetime(2026, 3, 9, 19, 0, tzinfo=UTC),
        "morning": datetime(2026, 3, 10, 1, 0, tzinfo=UTC),
        "today": datetime(2026, 3, 10, 9, 0, tzinfo=UTC),
        "tomorrow": datetime(2026, 3, 11, 1, 0, tzinfo=UTC),
    }
