"""Charge, energy, times and means of an experiment: by hand, and against a plain integrator."""

import json
import math
from dataclasses import fields
from itertools import pairwise
from time import process_time

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import example, given

from cycling.analysis import integration
from cycling.analysis.edges import lead_in_s
from cycling.analysis.integration import COLUMNS, Samples
from cycling.analysis.statistics import ExperimentStatistics, deadband_a, statistics
from cycling.analysis.totals import Totals

NAN = float("nan")


def samples(
    seconds, volts=3.0, amps=1.0, *, instruction=1, step=1, cycle=1, degc=NAN, led=0
) -> Samples:
    seconds = np.asarray(seconds, float)
    columns = (volts, amps, instruction, step, cycle, degc, led)
    return Samples(
        seconds, *(np.broadcast_to(np.asarray(c, float), seconds.shape) for c in columns)
    )


def whole(*given_, deadband: float = 0.0, **more) -> Totals:
    return statistics([samples(*given_, **more)], deadband_a=deadband).whole


def cut(rows: Samples, sizes) -> list[Samples]:
    parts, first = [], 0
    for size in sizes:
        part = slice(first, first + size)
        columns = [getattr(rows, name)[part] for name in (*COLUMNS, "led_s")]
        parts.append(Samples(*columns, tuple(counter[part] for counter in rows.counters)))
        first += size
    return parts


class TestByHand:
    def test_an_hour_at_one_ampere_is_one_ampere_hour(self):
        found = whole([0, 1800, 3600], 4.0, 1.0)
        assert (found.charge_ah, found.charge_wh) == (1.0, 4.0)
        assert (found.discharge_ah, found.discharge_wh) == (0.0, 0.0)
        assert (found.duration_s, found.missing_s, found.samples) == (3600, 0, 3)
        assert found.executions == 1

    def test_discharge_is_given_as_a_positive_number(self):
        found = whole([0, 3600], [4.0, 3.0], -2.0)
        assert (found.charge_ah, found.discharge_ah) == (0.0, 2.0)
        assert found.discharge_wh == 7.0

    def test_within_a_step_the_current_goes_in_a_straight_line(self):
        assert whole([0, 3600], 3.0, [0.0, 2.0]).charge_ah == 1.0

    def test_a_line_through_zero_is_split_there(self):
        found = whole([0, 3600], 2.0, [3.0, -1.0])  # crosses after three quarters of the hour
        assert found.charge_ah == pytest.approx(3 * 0.75 / 2)
        assert found.discharge_ah == pytest.approx(1 * 0.25 / 2)
        assert found.charge_wh == pytest.approx(2 * 3 * 0.75 / 2)

    def test_energy_is_split_where_the_power_crosses_zero(self):
        found = whole([0, 3600], [1.0, -1.0], 2.0)  # a cell that is driven into reversal
        assert (found.charge_wh, found.discharge_wh) == pytest.approx((0.5, 0.5))
        assert (found.charge_ah, found.discharge_ah) == (2.0, 0.0)

    def test_at_the_edge_of_a_step_the_old_value_is_held(self):
        found = whole([0, 1800, 3600], 3.0, [1.0, -1.0, -1.0], step=[1, 2, 2])
        assert (found.charge_ah, found.discharge_ah) == (0.5, 0.5)
        assert found.executions == 2

    def test_or_it_leads_to_the_new_step_or_is_split(self):
        led = whole([0, 1800, 3600], 3.0, [1.0, -1.0, -1.0], step=[1, 2, 2], led=math.inf)
        assert (led.charge_ah, led.discharge_ah) == (0.0, 1.0)
        split = whole([0, 1800, 3600], 3.0, [1.0, -1.0, -1.0], step=[1, 2, 2], led=[0, 600, 2400])
        assert (split.charge_ah, split.discharge_ah) == pytest.approx((1 / 3, 2 / 3))
        assert split.duration_s == 3600

    def test_a_step_that_began_before_the_first_sample_counts_from_there(self):
        rows = samples([120, 240, 360], 4.0, 3.6)
        found = statistics([rows], deadband_a=0, lead_in_s=120).whole
        assert (found.charge_ah, found.charge_wh) == pytest.approx((0.36, 1.44))
        late = statistics([rows], deadband_a=0, lead_in_s=7200).whole  # not recorded: a gap
        assert late.charge_ah == pytest.approx(0.24)

    def test_a_file_that_begins_in_the_middle_of_a_test_has_nothing_of_before(self):
        assert lead_in_s(120.0, 120.0) == 120.0
        assert lead_in_s(769_267.0, 14.3) == lead_in_s(0.0, 14.3) == lead_in_s(5.0, NAN) == 0.0

    def test_a_slow_logger_is_no_gap_at_the_edge_of_a_step(self):
        seconds = [0, 1, 2, 122, 242, 362]  # the new step is recorded every 120 s
        assert whole(seconds, step=[1, 1, 1, 2, 2, 2]).missing_s == 0

    def test_a_trapezoid_over_the_edge_would_invent_charge(self):
        # 3 Ah at 1C, a record a minute, then rest: half a minute more would be 0.8 %.
        seconds = np.arange(0, 2 * 3600, 60.0) + 60
        amps = np.where(np.arange(len(seconds)) < 60, 3.0, 0.0)
        joined = whole(seconds, 3.7, amps)
        held = whole(seconds, 3.7, amps, step=np.where(amps > 0, 1, 2))
        assert held.charge_ah == pytest.approx(3.0)
        assert held.charge_ah / joined.charge_ah - 1 == pytest.approx(0.0084, abs=1e-3)

    def test_an_offset_over_a_days_rest_is_no_charge(self):
        seconds = np.arange(0, 86_400, 10.0)
        band = deadband_a(3.0, 3.0)
        assert whole(seconds, 3.7, 0.001).charge_ah == pytest.approx(0.008 * 3.0, rel=0.01)
        rested = whole(seconds, 3.7, 0.001, deadband=band)
        assert (rested.charge_ah, rested.charge_wh, rested.missing_s) == (0, 0, 0)
        assert rested.current_a.mean == pytest.approx(0.001)

    def test_a_clock_that_goes_back_or_stands_adds_nothing(self):
        found = whole([0, 10, 10, 4, 14], 3.0, 3.6)
        assert found.duration_s == 20
        assert found.charge_ah == pytest.approx(0.02)
        assert found.samples == 5

    def test_a_gap_is_missing_time(self):
        seconds = [*range(0, 100), *range(700, 800)]
        found = whole(seconds, 3.0, 3.6)
        assert (found.duration_s, found.missing_s) == (799, 601)
        assert found.charge_ah == pytest.approx(0.198)

    @pytest.mark.parametrize(
        ("seconds", "missing_s"),
        [
            ([0, 1, 2, 3, 63], 0),  # not over 60 s
            ([0, 1, 2, 3, 64], 61),
            ([0, 300, 600, 900, 3900], 0),  # not over 10 times the one before
            ([0, 300, 600, 900, 3901], 3001),
            ([0, 1, 2, 1502, 1702], 0),  # nor of the one after: recorded by change
            ([0, 1, 2, 1502, 1503], 1500),
            ([0, 3000, 3001], 3000),  # at the beginning there is only one beside it
            ([0, 0, 5000, 5000], 0),  # where the clock stands there is none
            ([0, 5000], 0),  # nothing to compare it with
        ],
    )
    def test_what_is_a_gap(self, seconds, missing_s):
        assert whole(seconds).missing_s == missing_s

    def test_a_step_of_two_records_is_whole_however_soon_the_next_one_begins(self):
        """As a station writes one of 5 min that records once an hour: first and last."""
        seconds = [0, 3600, 3600.01, 3900.01, 3900.02, 7500.02]
        found = whole(seconds, 3.6, [0, 0, -1, -1, 0, 0], step=[1, 1, 2, 2, 3, 3])
        assert found.missing_s == 0
        assert found.discharge_ah == pytest.approx(300 / 3600, rel=1e-4)

    def test_a_gap_before_the_next_step_is_one_too(self):
        step = [1, 1, 1, 1, 2]
        found = statistics(
            [samples([0, 1, 2, 3, 603], instruction=step, step=step)], deadband_a=0
        ).instructions
        assert [one.totals.missing_s for one in found] == [600, 0]

    def test_means_are_weighted_by_time(self):
        found = whole([0, 1, 2, 12], [4.0, 4.0, 4.0, 2.0], [1, 1, 1, 1], degc=[20, 20, 20, 30])
        assert found.voltage_v.mean == pytest.approx((2 * 4 + 10 * 3) / 12)
        assert found.temperature.mean == pytest.approx((2 * 20 + 10 * 25) / 12)
        assert (found.voltage_v.lowest, found.voltage_v.highest) == (2, 4)
        assert (found.temperature.lowest, found.temperature.highest) == (20, 30)

    def test_each_instruction_has_its_own_in_the_order_of_the_ids(self):
        instruction = [7, 7, 7, 2, 2, 7, 7, NAN, NAN]
        rows = samples(np.arange(9) * 10, 3.0, 3.6, instruction=instruction)
        found = statistics([rows], deadband_a=0).instructions
        assert [one.instruction for one in found] == [2, 7, None]
        assert [one.totals.executions for one in found] == [1, 2, 1]
        assert [one.totals.samples for one in found] == [2, 5, 2]
        assert [one.totals.duration_s for one in found] == [20, 50, 10]

    def test_what_went_on_after_a_pause_is_one_run_and_the_pause_stays_one(self):
        rows = samples(np.arange(6) * 10, instruction=[0, 0, NAN, NAN, 0, 0])  # 0 as in imports
        found = statistics([rows], deadband_a=0, has_pauses=True).with_resumed({0: 1})
        runs = [(one.instruction, one.totals.executions) for one in found.instructions]
        assert (runs, found.whole.executions) == ([(0, 1), (None, 1)], 1)

    def test_unknown_keys_are_one_step(self):
        nothing = [NAN] * 4
        rows = samples(range(4), instruction=nothing, step=nothing, cycle=nothing)
        assert statistics([rows], deadband_a=0).whole.executions == 1

    def test_nothing_measured_is_nothing_known(self):
        for chunks in ([], [samples([])]):
            found = statistics(chunks, deadband_a=0)
            assert found.instructions == ()
            assert (found.whole.samples, found.whole.charge_ah) == (0, 0)
            assert found.whole.voltage_v.mean is found.whole.voltage_v.lowest is None

    def test_one_sample_has_no_mean(self):
        found = whole([5], 3.7, 1.0)
        assert (found.voltage_v.lowest, found.voltage_v.mean, found.duration_s) == (3.7, None, 0)


class TestBlanks:
    def test_a_blank_value_is_bridged_within_its_step(self):
        found = whole([0, 10, 20], [3, NAN, 3], [3.6, NAN, 7.2])
        assert found.charge_ah == pytest.approx(0.03)
        assert found.charge_wh == pytest.approx(0.09)
        assert found.missing_s == 0

    def test_every_second_current_blank(self):
        amps = np.where(np.arange(100) % 2, NAN, 3.6)
        found = whole(np.arange(100), 3.0, amps)
        assert found.charge_ah == pytest.approx(0.098)  # how it goes on after 98 s is not known
        assert found.missing_s == 1

    def test_at_the_end_of_a_step_the_last_value_is_held(self):
        found = whole([0, 10, 20, 30, 40], 3.0, [3.6, 3.6, NAN, 0, 0], step=[1, 1, 1, 2, 2])
        assert found.charge_ah == pytest.approx(0.03)

    def test_before_the_first_value_of_a_step_the_time_is_missing(self):
        found = whole([0, 10, 20, 30], 3.0, [3.6, NAN, NAN, 3.6], step=[1, 2, 2, 2])
        assert found.charge_ah == pytest.approx(0.01)
        assert found.missing_s == 20

    def test_a_current_that_was_blank_for_long_is_missing(self):
        amps = [3.6, *[NAN] * 61, 3.6, 3.6]
        found = whole(np.arange(64), 3.0, amps)
        assert found.missing_s == 62
        assert found.charge_ah == pytest.approx(0.001)

    def test_a_rare_temperature_still_has_its_mean(self):
        degc = np.full(1001, NAN)
        degc[[0, 500, 1000]] = 20, 30, 20
        found = whole(np.arange(1001), degc=degc)
        assert found.temperature.mean == pytest.approx(25)
        assert found.missing_s == 0

    def test_without_voltages_there_is_charge_but_no_energy(self):
        found = whole([0, 10], NAN, 3.6)
        assert (found.charge_ah, found.charge_wh) == pytest.approx((0.01, 0))
        assert found.voltage_v.highest is None

    def test_without_any_current_only_gaps_are_missing(self):
        assert whole([0, 10, 20], 3.0, NAN).missing_s == 0
        assert whole([0, 10, 20, 720, 730], 3.0, NAN).missing_s == 700

    def test_what_is_not_finite_is_blank(self):
        found = whole([0, 10, 20], [3, math.inf, 3], [1, -math.inf, 1])
        assert (found.voltage_v.highest, found.current_a.lowest) == (3, 1)
        json.dumps(found.voltage_v.mean, allow_nan=False)


def test_the_deadband_is_the_capacity_over_2000_hours_or_less():
    assert deadband_a(3.0, 100.0) == 0.0015
    assert deadband_a(3.0, 20e-6) == pytest.approx(10e-9)  # a small cell, its capacity in mAh
    assert deadband_a(None, -20.0) == 0.01
    assert deadband_a(0.0, 20.0) == 0.01
    assert deadband_a(None, 0.0) == 0.0


def test_it_says_when_the_deadband_silences_much():
    amps = np.where(np.arange(3601) < 3500, 0.9, 100.0)
    found = statistics([samples(np.arange(3601), 3.0, amps)], deadband_a=1.0)
    assert found.silences_much
    assert found.silenced_ah == pytest.approx(0.9 * 3_499.5 / 3600)
    assert not statistics([samples([0, 10, 20])], deadband_a=0.1).silences_much


def test_it_comes_back_from_json_as_it_was():
    rows = samples(range(6), [3, 4, NAN, 4, 5, 4], instruction=[1, 1, 3, 3, NAN, NAN])
    found = statistics([rows], deadband_a=0.001, temperature_name="Cell", temperature_unit="degC")
    stored = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert ExperimentStatistics.from_json(stored) == found


# A plain integrator, row by row, to compare with.


def cut_naively(rows: Samples) -> list[list[int]]:
    """The rows of each step."""
    keys = list(
        zip(
            *(map(repr, c.tolist()) for c in (rows.instruction, rows.step, rows.cycle)), strict=True
        )
    )
    steps: list[list[int]] = [[0]]
    for before, row in pairwise(range(len(keys))):
        steps[-1].append(row) if keys[before] == keys[row] else steps.append([row])
    return steps


def shared_out(rows: Samples, steps: list[list[int]]):
    """The time after each row in its step, that before the first row of each, all, and in gaps."""
    step_of = {row: number for number, step in enumerate(steps) for row in step}
    moments = rows.time_s.tolist()
    times = [max(0.0, later - sooner) for sooner, later in pairwise(moments)]
    spans, lead, gaps = dict.fromkeys(range(len(moments)), 0.0), {}, 0.0
    for row, t in enumerate(times):
        beside = [times[row - 1]] if row and step_of[row - 1] == step_of[row] else []
        following = [step_of.get(row + more) for more in (0, 1, 2)]
        is_alone = following[0] == following[1] and max(beside, default=0.0) <= 0
        is_within = following[1] == following[2]
        if is_within or (
            following[0] == following[1] and following[2] is not None and not is_alone
        ):
            beside.append(times[row + 1])
        longest = max(beside, default=0.0)
        if t > 60 and longest and t > 10 * longest:
            gaps += t
            continue
        if following[1] != following[0]:
            lead[row + 1] = min(max(rows.led_s[row + 1], 0.0), t)
            t -= lead[row + 1]
        spans[row] = t
    return spans, lead, sum(times), gaps


def naive(rows: Samples, deadband: float) -> dict[str, float]:
    moments, steps = rows.time_s.tolist(), cut_naively(rows)
    ends = [following[0] for following in steps[1:]] + [len(moments) - 1]
    amps = [0.0 if abs(a) < deadband else a for a in rows.current_a.tolist()]
    watts = [v * a for v, a in zip(rows.voltage_v.tolist(), amps, strict=True)]
    spans, lead, total, gaps = shared_out(rows, steps)

    def integral(values, longest=math.inf):
        plus = minus = net = known = 0.0
        for step, end in zip(steps, ends, strict=True):
            rows_ = [row for row in step if math.isfinite(values[row])]
            if step[0] in lead and rows_[:1] == step[:1]:
                t, a = lead[step[0]], values[step[0]]
                known += t
                net += t * a
                plus += max(0.0, t * a)
                minus += max(0.0, -t * a)
            for place, row in enumerate(rows_):
                inside = place + 1 < len(rows_)
                to = rows_[place + 1] if inside else end
                t = sum(spans[one] for one in range(row, to))
                unfinished = not inside and step is steps[-1]
                if unfinished or (to - row > 1 and t > longest):
                    continue
                a, b = values[row], values[to] if inside else values[row]
                known += t
                net += t * (a + b) / 2
                if a * b < 0:
                    zero = t * abs(a) / (abs(a) + abs(b))
                    first, second = abs(a) * zero / 2, abs(b) * (t - zero) / 2
                    plus += first if a > 0 else second
                    minus += second if a > 0 else first
                else:
                    plus += max(0.0, t * (a + b) / 2)
                    minus += max(0.0, -t * (a + b) / 2)
        return plus, minus, net, known

    charge, discharge, _, _ = integral(amps, 60)
    charge_e, discharge_e, _, _ = integral(watts, 60)
    current_known = integral(rows.current_a.tolist(), 60)
    found = {
        "executions": len(steps),
        "samples": len(moments),
        "duration_s": total,
        "missing_s": gaps + sum(spans.values()) + sum(lead.values()) - current_known[3]
        if np.isfinite(rows.current_a).any()
        else gaps,
        "charge_ah": charge / 3600,
        "discharge_ah": discharge / 3600,
        "charge_wh": charge_e / 3600,
        "discharge_wh": discharge_e / 3600,
    }
    for name in ("voltage_v", "current_a", "temperature"):
        values = getattr(rows, name).tolist()
        *_, net, known = current_known if name == "current_a" else integral(values)
        finite = [v for v in values if math.isfinite(v)]
        found[f"{name} mean"] = net / known if known else None
        found[f"{name} lowest"] = min(finite, default=None)
        found[f"{name} highest"] = max(finite, default=None)
    return found


def as_dict(found: Totals) -> dict[str, float]:
    said = {f.name: getattr(found, f.name) for f in fields(Totals)}
    for name in ("voltage_v", "current_a", "temperature"):
        spread = said.pop(name)
        said |= {f"{name} {part}": getattr(spread, part) for part in ("mean", "lowest", "highest")}
    return said


def agree(one: dict[str, float], other: dict[str, float]) -> None:
    assert one.keys() == other.keys()
    for name, value in one.items():
        wanted = other[name]
        if wanted is not None:
            wanted = pytest.approx(wanted, rel=1e-9, abs=1e-6)
        assert value == wanted, name


blank_or = st.one_of(st.none(), st.integers(-40, 40))


def rows_of(listed) -> Samples:
    columns = np.array([[NAN if cell is None else cell for cell in row] for row in listed], float).T
    columns[0] = np.cumsum(columns[0])
    columns[1:3] /= 10
    return Samples(*columns)


def measured(seconds):
    key = st.sampled_from([None, 1, 1, 1, 2])
    led = st.sampled_from([0, 0, 3, math.inf])
    row = st.tuples(seconds, blank_or, blank_or, key, key, st.just(1), blank_or, led)
    return st.lists(row, min_size=1, max_size=30)


@given(listed=measured(st.sampled_from([-5, 0, 1, 1, 1, 7, 50, 61, 700, 9000])))
def test_it_agrees_with_a_plain_integrator(listed):
    rows = rows_of(listed)
    agree(as_dict(statistics([rows], deadband_a=0.5).whole), naive(rows, 0.5))


@given(
    listed=measured(st.sampled_from([-5, 0, 1, 2.5, 40, 60, 61, 700, 9000])),
    sizes=st.lists(st.integers(0, 7), max_size=20),
)
@example(
    listed=[(1, None, 10, 1, 1, 1, None, 0)] * 3 + [(1, 5, None, 1, 1, 1, 4, 0)] * 9,
    sizes=[1] * 12,
)
def test_it_does_not_matter_where_the_samples_are_cut(listed, sizes):
    rows = rows_of(listed)
    parts = cut(rows, [*sizes, len(listed)])
    once, pieces = (statistics(c, deadband_a=0.5) for c in ([rows], parts))
    agree(as_dict(pieces.whole), as_dict(once.whole))
    assert [one.instruction for one in pieces.instructions] == [
        one.instruction for one in once.instructions
    ]
    for one, other in zip(pieces.instructions, once.instructions, strict=True):
        agree(as_dict(one.totals), as_dict(other.totals))


@given(listed=measured(st.sampled_from([-5, 0, 1, 700])))
def test_the_instructions_add_up_to_the_whole(listed):
    found = statistics([rows_of(listed)], deadband_a=0.5)
    for name in ("executions", "samples", "duration_s", "missing_s", "charge_ah", "discharge_wh"):
        total = sum(getattr(one.totals, name) for one in found.instructions)
        assert total == pytest.approx(getattr(found.whole, name))


def test_blocks_are_joined(monkeypatch):
    rng = np.random.default_rng(5)
    count = 5000
    amps = rng.normal(size=count)
    amps[rng.random(count) < 0.2] = NAN
    rows = samples(np.arange(count), rng.normal(3, 0.1, count), amps, step=np.arange(count) // 37)
    once = statistics([rows], deadband_a=0.1)
    monkeypatch.setattr(integration, "BLOCK_ROWS", 64)
    blocks = statistics([rows], deadband_a=0.1)
    agree(as_dict(blocks.whole), as_dict(once.whole))


def test_many_steps_and_many_samples_take_no_time():
    count = 1_000_000
    at = np.arange(count, dtype=float)
    rows = samples(at, 3.7, np.where(at % 600 < 300, 3.0, -3.0), step=at // 300, cycle=at // 600)
    begin = process_time()
    found = statistics(cut(rows, [65_536] * 16), deadband_a=0.001)
    assert process_time() - begin < 1.0  # some 0.08 s
    assert found.whole.executions == math.ceil(count / 300)
