"""The draw, beside a second program that was written from the published steps alone."""

from hashlib import sha256

from hypothesis import given, settings
from hypothesis import strategies as st

from handover import sampling

MARKS = ("post", "shift", "signer")
POPULATIONS = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.integers(1, 10**9),
            "post": st.integers(1, 4),
            "shift": st.sampled_from(["Day", "Night", "早班", ""]) | st.text(max_size=4),
            "signer": st.integers(1, 6),
        }
    ),
    max_size=30,
    unique_by=lambda record: record["id"],
)
SEEDS = st.binary(min_size=32, max_size=32).map(bytes.hex)


def repeat(seed: str, count: int, population: list[dict]) -> list[int]:
    """As somebody would who has the page “Repeat this draw” and no other program."""
    drawn = []
    while len(drawn) < min(count, len(population)):
        best = None
        for record in population:
            if record in drawn:
                continue
            total = 0
            for earlier in drawn:
                for mark in MARKS:
                    if earlier[mark] == record[mark]:
                        total += 1
            key = sha256((seed + ":" + str(record["id"])).encode("utf-8")).hexdigest()
            if best is None or (total, key) < best[0]:
                best = ((total, key), record)
        drawn.append(best[1])
    return [record["id"] for record in drawn]


@settings(deadline=None)
@given(seed=SEEDS, count=st.integers(0, 12), population=POPULATIONS)
def test_a_second_program_draws_the_same(seed, count, population):
    assert sampling.draw(population, count=count, seed=seed) == repeat(seed, count, population)


@settings(deadline=None)
@given(seed=SEEDS, population=POPULATIONS, data=st.data())
def test_the_order_of_the_population_changes_nothing(seed, population, data):
    shuffled = data.draw(st.permutations(population))

    assert sampling.draw(shuffled, count=5, seed=seed) == sampling.draw(population, count=5, seed=seed)


@settings(deadline=None)
@given(seed=SEEDS, count=st.integers(0, 40), population=POPULATIONS)
def test_each_record_is_drawn_at_most_once_and_enough_of_them(seed, count, population):
    drawn = sampling.draw(population, count=count, seed=seed)

    assert len(drawn) == len(set(drawn)) == min(count, len(population))
    assert set(drawn) <= {record["id"] for record in population}


def test_posts_shifts_and_people_take_turns():
    """One post hands over far more often; the draw goes round all the same."""
    busy = [{"id": n, "post": 1, "shift": "Day", "signer": 1} for n in range(1, 41)]
    quiet = [
        {"id": 50, "post": 2, "shift": "Night", "signer": 2},
        {"id": 60, "post": 3, "shift": "Evening", "signer": 3},
    ]
    for number in range(50):
        drawn = sampling.draw([*busy, *quiet], count=3, seed=f"{number:064x}")
        assert {50, 60} < set(drawn)


def test_the_first_record_comes_by_chance_alone():
    population = [{"id": n, "post": 1, "shift": "Day", "signer": 1} for n in range(1, 5)]
    firsts = {sampling.draw(population, count=1, seed=f"{n:064x}")[0] for n in range(60)}

    assert firsts == {1, 2, 3, 4}


def test_a_known_draw_stays_as_it_is():
    """Whoever changes the algorithm raises its version: earlier draws are repeated by the earlier one."""
    population = [
        {"id": n, "post": n % 2, "shift": "Day" if n % 3 else "Night", "signer": n % 4} for n in range(1, 13)
    ]
    seed = "00" * 32

    assert sampling.VERSION == 1
    assert sampling.draw(population, count=4, seed=seed) == [1, 6, 8, 3]
    assert sampling.commitment(seed) == "60e05bd1b195af2f94112fa7197a5c88289058840ce7c6df9693756bc6250f55"
