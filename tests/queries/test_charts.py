"""Bars lie where their numbers say."""

import pytest

from handover.queries import charts
from handover.queries.charts import BOTTOM, LEFT, LOWEST, RIGHT, TOP, Value


def values(*numbers):
    return [Value(str(place), "", "/", number) for place, number in enumerate(numbers)]


def test_bars_reach_from_zero_to_the_top():
    chart = charts.draw(values(100, 50, 0), highest=100)

    assert [bar.y for bar in chart.bars] == [TOP, (TOP + BOTTOM) // 2, BOTTOM - LOWEST]
    assert [bar.y + bar.height for bar in chart.bars] == [BOTTOM] * 3
    assert [line.text for line in chart.grid] == ["0", "50", "100"]


def test_week_without_a_number_leaves_its_place_empty():
    chart = charts.draw(values(1, None, 1, 1))

    width = (RIGHT - LEFT) // 4
    assert [bar.column_x for bar in chart.bars] == [LEFT, LEFT + 2 * width, LEFT + 3 * width]


@pytest.mark.parametrize(
    ("numbers", "goal", "top"),
    [((0,), None, 2), ((3,), None, 4), ((4.2,), None, 10), ((12, 31), 30, 40), ((1,), 30, 40), ((), None, 2)],
)
def test_axis_ends_at_a_round_number_above_all_bars_and_the_goal(numbers, goal, top):
    chart = charts.draw(values(*numbers), goal=goal)

    assert chart.grid[-1].text == str(top)
    assert chart.goal is None or TOP <= chart.goal.at <= BOTTOM


@pytest.mark.parametrize("count", [1, 8, 13, 24, 26])
def test_there_is_room_for_the_names_and_the_last_bar_has_its_own(count):
    chart = charts.draw(values(*[1] * count))

    assert len(chart.labels) <= charts.MOST_LABELS
    assert chart.labels[-1].text == str(count - 1)
    assert all(bar.width >= 9 for bar in chart.bars)
