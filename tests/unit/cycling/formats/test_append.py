"""Files in order as one: times, cycles and steps run on; what does not follow is refused."""

import numpy as np
import pytest

from cycling.errors import InputError
from cycling.formats.append import Part, appended, check_order, joined_mapping
from cycling.formats.checks.digest import Digest, DigestBuilder
from cycling.formats.columns.mapping import MAX_LABEL, Inference, Mapping
from cycling.formats.measures import Block
from cycling.formats.problems import LOST

START_S = 1_700_000_000.0


def block(times, *, clock=None, cycle=None, step=None) -> Block:
    times = np.asarray(times, float)
    return Block(
        test_time_s=times,
        unix_time_s=None if clock is None else clock + times,
        voltage_v=3.0 + times / 1000,
        current_a=np.ones(len(times)),
        power_w=None,
        step=None if step is None else np.asarray(step, float),
        cycle=None if cycle is None else np.asarray(cycle, float),
        step_id=None,
        extended={},
    )


def digest(block: Block) -> Digest:
    builder = DigestBuilder()
    builder.add(block.test_time_s, block.unix_time_s, block.voltage_v, block.current_a)
    return builder.digest()


def joined(*blocks: Block) -> Block:
    """All blocks, each of a file of its own, as one."""
    parts = [Part(f"{n}.csv", [one]) for n, one in enumerate(blocks)]
    check_order([(part.name, digest(one)) for part, one in zip(parts, blocks, strict=True)])
    found = list(appended(parts))

    def whole(name: str):
        values = [getattr(one, name) for one in found]
        return None if values[0] is None else np.concatenate(values)

    names = ("test_time_s", "unix_time_s", "voltage_v", "current_a", "cycle", "step")
    return Block(**{name: whole(name) for name in names}, power_w=None, step_id=None, extended={})


def test_a_gap_is_a_pause_the_clock_goes_on():
    first = block([0, 60, 120], clock=START_S)
    later = block([0, 60], clock=START_S + 3600)
    whole = joined(first, later)
    assert whole.test_time_s.tolist() == [0, 60, 120, 120, 180]
    assert (whole.unix_time_s - START_S).tolist() == [0, 60, 120, 3600, 3660]


def test_a_test_time_that_runs_on_stays():
    whole = joined(block([0, 60], clock=START_S), block([120, 180], clock=START_S))
    assert whole.test_time_s.tolist() == [0, 60, 120, 180]
    no_clock = joined(block([0, 60]), block([120, 180]))
    assert no_clock.test_time_s.tolist() == [0, 60, 120, 180]


def test_a_test_time_that_outruns_the_clock_is_another_tests():
    whole = joined(block([0, 60], clock=START_S), block([5000, 5060], clock=START_S - 4900))
    assert whole.test_time_s.tolist() == [0, 60, 5060, 5120]


def test_without_clocks_the_given_order_counts():
    assert joined(block([0, 60]), block([0, 30])).test_time_s.tolist() == [0, 60, 60, 90]


@pytest.mark.parametrize(
    ("times", "cycles", "expected"),
    [
        ([0, 60], [1, 2], [1, 1, 2, 3]),
        ([0, 60], [0, 1], [1, 1, 2, 3]),
        ([0, 60], [2, 3], [1, 1, 2, 3]),
        ([120, 180], [1, 2], [1, 1, 1, 2]),
        ([0, 60], [np.nan, np.nan], [1, 1, np.nan, np.nan]),
    ],
    ids=["begins with 1", "begins with 0", "counts on", "goes on in the cycle", "blank"],
)
def test_cycles_run_on(times, cycles, expected):
    whole = joined(block([0, 60], cycle=[1, 1]), block(times, cycle=cycles))
    np.testing.assert_array_equal(whole.cycle, expected)


def test_steps_run_on_over_three_files():
    one = block([0, 60], step=[1, 2])
    assert joined(one, one, one).step.tolist() == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("blocks", "words"),
    [
        ([block([0, 60], clock=START_S), block([0, 60], clock=START_S + 30)], "they overlap"),
        ([block([0, 60], clock=START_S), block([0, 9], clock=START_S - 99)], "out of order"),
        ([block([0, 60], clock=START_S), block([0, 60])], "1.csv has no clock"),
        ([block([0, 9000]), block([4000, 12_000])], "overlap"),
        ([block([0, 60], cycle=[1, 1]), block([0, 60])], "1.csv has no column for the cycle"),
        ([block([0, 60]), block([0, 60], step=[1, 1])], "1.csv has a column for the step"),
    ],
)
def test_what_does_not_follow_is_refused(blocks, words: str):
    with pytest.raises(InputError, match=words):
        joined(*blocks)


def inferring(*inferred: tuple[str, str]) -> Mapping:
    return Mapping("Text table", (), inferred=tuple(Inference(*one) for one in inferred))


def test_what_was_inferred_of_later_files_is_said_like_that_of_the_first():
    zone, lost = ("zone", "It is read as UTC."), (LOST, "3 of 9 records are lost: 4 to 6.")
    joined_ = joined_mapping(
        [
            ("a.ndax", inferring(zone)),
            ("b.ndax", inferring(zone, lost)),
            ("c.ndax", inferring(zone)),
        ]
    )
    assert [(one.kind, one.text) for one in joined_.inferred] == [
        zone,
        (LOST, "b.ndax: 3 of 9 records are lost: 4 to 6."),
    ]
    first = inferring(lost)
    assert joined_mapping([("a.ndax", first)]) is first


def test_of_very_many_files_all_lost_records_are_named_and_some_of_what_else_differs():
    files = [
        (f"{n}.csv", inferring((LOST, f"{n} are lost."), ("sign", f"Voltage rises in {n} steps.")))
        for n in range(50)
    ]
    found = joined_mapping(files).inferred
    assert [one.text for one in found if one.kind == LOST] == [
        f"{n}.csv: {n} are lost." for n in range(50)
    ]
    of_sign = [one.text for one in found if one.kind == "sign"]
    assert of_sign[0] == "0.csv: Voltage rises in 0 steps."
    assert of_sign[-1] == "Others in 45 further ways, by the values of each file."
    assert len(of_sign) == 6
    same = joined_mapping([(f"{n}.csv", inferring(*[("sign", "x")] * (n < 8))) for n in range(9)])
    assert same.inferred[0].text == "0.csv, 1.csv, 2.csv, 3.csv, 4.csv and 3 more: x"
    long = joined_mapping([("a" * 200, inferring(("sign", "x" * 990))), ("b", inferring())])
    assert len(long.inferred[0].text) == MAX_LABEL
