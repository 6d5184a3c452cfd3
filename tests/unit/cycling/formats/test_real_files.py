import csv
from dataclasses import replace

import numpy as np
import pytest

from cycling.errors import InputError
from cycling.formats import Field, open_table, propose, read_measures, verify
from tests.real_files import real_file


def joined(blocks, name):
    parts = [getattr(block, name) for block in blocks]
    return None if parts[0] is None else np.concatenate(parts)


def channel(blocks, *key):
    return np.concatenate([block.extended[key] for block in blocks])


def imported(name, **changes):
    """The file as propose and verify leave it, without any correction by a user."""
    table = open_table(real_file(name))
    result = verify(table, propose(table))
    mapping = replace(result.mapping, **changes)
    return result, list(read_measures(table, mapping))


def charges_mah(time_s, current_a, groups):
    """Charge and discharge (mAh) of each group; across a group's edge the old value holds."""
    sums = {}
    for group in np.unique(groups):
        rows = np.flatnonzero(groups == group)
        before = rows[rows > 0] - 1
        after = before + 1
        same = groups[before] == groups[after]
        mean = np.where(same, (current_a[before] + current_a[after]) / 2, current_a[before])
        amount = mean * (time_s[after] - time_s[before]) / 3.6
        sums[group] = (amount[amount > 0].sum(), -amount[amount < 0].sum())
    return sums


def test_arbin_bdf_is_read_by_itself_with_its_tiny_currents():
    result, blocks = imported("arbin_example.bdf.csv")
    assert (result.mapping.format, result.rows, result.ok) == ("BDF CSV", 2150, True)
    becomes = {c.label: c.becomes for c in result.mapping.columns}
    assert becomes["Current / A"] == "Current / A"
    assert becomes["Current"] == "Current / 1"
    assert becomes["state"] == becomes["cycle change"] == ""
    assert result.mapping.column(Field.CLOCK).label == "DateTime"
    current = joined(blocks, "current_a")
    with real_file("arbin_example.bdf.csv").open(newline="") as file:
        expected = [float(row["Current / A"]) for row in csv.DictReader(file)]
    assert current.tolist() == expected
    assert 8e-8 < current.max() < 9e-8


def test_arbin_bdf_gives_the_expected_cycles():
    _, blocks = imported("arbin_example.bdf.csv")
    cycle = joined(blocks, "cycle")
    with real_file("expected_arbin_example_bdf.csv").open(newline="") as file:
        expected = list(csv.DictReader(file))
    charged, discharged = (
        channel(blocks, f"{kind} Capacity / Ah".split(" / ")[0], "Ah")
        for kind in ("Charging", "Discharging")
    )
    time_s, current = joined(blocks, "test_time_s"), joined(blocks, "current_a")
    integrated = charges_mah(time_s, current, cycle)
    for row in expected:
        number = float(row["Cycle Count / 1"])
        rows = cycle == number
        assert charged[rows].max() == pytest.approx(float(row["chg_Ah"]), rel=1e-6, abs=1e-15)
        assert discharged[rows].max() == pytest.approx(float(row["dchg_Ah"]), rel=1e-6, abs=1e-15)
        assert integrated[number][0] == pytest.approx(1000 * float(row["chg_Ah"]), rel=0.01)
        assert integrated[number][1] == pytest.approx(1000 * float(row["dchg_Ah"]), rel=0.01)


def test_batmo_hours_become_seconds_and_its_sign_is_asked_for():
    table = open_table(real_file("batmo_bdf_nonstandard.csv"))
    result = verify(table, propose(table))
    assert result.rows == 21_206
    assert [(p.severity, p.code) for p in result.problems] == [("question", "sign")]
    assert (result.sign.agree, result.sign.verdict) == (0, "discharge")
    assert result.sign.contradict > 200
    assert result.mapping.positive_is_charge is None
    with pytest.raises(InputError, match="--charge-sign"):
        list(read_measures(table, result.mapping))


def test_batmo_with_the_answer_is_discharge_below_zero():
    _, blocks = imported("batmo_bdf_nonstandard.csv", positive_is_charge=False)
    time_s, current = joined(blocks, "test_time_s"), joined(blocks, "current_a")
    assert time_s[-1] == pytest.approx(1_411_480, abs=1e-6)
    assert current[0] == -0.00605515800906498
    counter = channel(blocks, "Discharging Capacity", "Ah")
    cycle, step = joined(blocks, "cycle"), joined(blocks, "step_id")
    first = (cycle == 1) & (step == 5)
    discharged = charges_mah(time_s[first], current[first], np.zeros(first.sum()))[0][1]
    assert discharged == pytest.approx(1000 * counter[first].max(), rel=0.01)


def test_neware_text_needs_no_correction():
    result, blocks = imported("neware_uio_export.csv")
    assert (result.rows, result.ok, result.sign.verdict) == (9065, True, "charge")
    columns = {c.label: (c.field, c.unit) for c in result.mapping.columns}
    assert columns["Cumulative Time"] == (Field.TEST_TIME, "h:min:s")
    assert columns["Time"] == (Field.STEP_TIME, "h:min:s")
    assert columns["Date"] == (Field.CLOCK, "year first")
    assert columns["Step Type"][0] is Field.STATE
    found = charges_mah(
        joined(blocks, "test_time_s"), joined(blocks, "current_a"), joined(blocks, "cycle")
    )
    expected = {1: (4.249, 5.086), 2: (4.247, 4.368), 3: (7.835, 7.974), 4: (1.438, 3.315)}
    for cycle, amounts in expected.items():
        assert found[cycle] == pytest.approx(amounts, rel=0.01)


def test_arbin_csv_with_empty_step_and_cycle_needs_no_correction():
    result, blocks = imported("arbin_2017-05-09_test-TC-contact_CH33.csv")
    assert (result.rows, result.ok, result.sign.verdict) == (287, True, "charge")
    assert result.starts_at == 1494377253.17
    columns = {c.label: c.field for c in result.mapping.columns}
    assert columns["Step_Index"] is columns["Cycle_Index"] is Field.IGNORED
    assert blocks[0].cycle is blocks[0].step is blocks[0].step_id is None
    time_s, voltage = joined(blocks, "test_time_s"), joined(blocks, "voltage_v")
    assert time_s[-1] == 1022.8913
    assert (voltage.min().round(3), voltage.max().round(3)) == (3.299, 3.600)
    counter = channel(blocks, "Charging Capacity", "Ah")
    assert (counter.min().round(5), counter.max().round(5)) == (0.00518, 0.60827)
    charged = charges_mah(time_s, joined(blocks, "current_a"), np.zeros(len(time_s)))[0]
    assert charged[0] == pytest.approx(603, rel=0.01)
    assert charged[1] == 0
    temperature = channel(blocks, "Temperature", "1")
    assert (temperature.min().round(1), temperature.max().round(1)) == (25.1, 27.6)


def test_biologic_text_needs_no_correction():
    result, blocks = imported("biologic_sample_CA1.txt")
    assert (result.rows, result.ok, result.sign.verdict) == (1397, True, "charge")
    assert open_table(real_file("biologic_sample_CA1.txt")).header_row == 103
    time_s, current = joined(blocks, "test_time_s"), joined(blocks, "current_a")
    assert time_s[-1] == pytest.approx(139.524, abs=1e-3)
    assert (current.min(), current.max()) == (pytest.approx(-0.90006, abs=1e-5), 0)
    step = joined(blocks, "step_id")
    discharged = sum(d for _, d in charges_mah(time_s, current, step).values())
    assert discharged == pytest.approx(32.3714, rel=1e-3)
    assert channel(blocks, "Discharging Energy", "Wh").max() == pytest.approx(0.113107, abs=1e-6)
    temperature = channel(blocks, "Temperature", "degC")
    assert (temperature.min().round(2), temperature.max().round(2)) == (21.97, 23.23)


def test_maccor_text_needs_no_correction():
    result, blocks = imported("maccor_xTESLADIAG_000019_CH70.070")
    assert (result.rows, result.ok, result.sign.verdict) == (11_669, True, "charge")
    assert result.mapping.column(Field.CLOCK).unit == "month first"
    assert result.starts_at == 1562853753.0
    time_s, current = joined(blocks, "test_time_s"), joined(blocks, "current_a")
    step = joined(blocks, "step_id")
    runs = np.cumsum(np.concatenate([[0], np.diff(step) != 0]))
    found = charges_mah(time_s, current, runs)
    charged = [c for c, d in found.values() if c > 1000]
    with real_file("expected_maccor_xTESLADIAG_000019_halfcycles.csv").open(newline="") as file:
        expected = [1000 * float(row["q"]) for row in csv.DictReader(file) if row["st"] == "C"]
    assert charged == pytest.approx(expected, rel=0.01)
