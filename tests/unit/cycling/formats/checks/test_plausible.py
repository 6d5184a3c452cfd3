from dataclasses import replace

import pytest

from cycling.formats import Field, apply_options, propose, verify

QUIET = ("no-value", "gap")


def table_of(rows, header):
    return header + "\n" + "\n".join(",".join(map(str, row)) for row in rows) + "\n"


def cycle(time_factor=1.0, current=1.0, clock=None, counter=None, count=40):
    """A charge and a discharge of 60 s a record, as rows of time, V, I, and what is asked for."""
    counted = 0.0
    for n in range(2 * count):
        sign = 1 if n < count else -1
        voltage = 3.3 + 0.01 * (n if n < count else 2 * count - n)
        row = [n * 60 * time_factor, f"{voltage:.4f}", sign * current]
        if clock:
            row.append(clock(n))
        if counter:
            counted += counter
            row.append(f"{counted:.6f}")
        yield row


def questions(proposed, content, *options):
    table, mapping = proposed(content)
    result = verify(table, apply_options(mapping, options))
    return {p.code: p for p in result.problems if p.severity == "question"}


@pytest.mark.parametrize(
    ("factor", "unit"), [(1000, "ms"), (1 / 60, "min"), (1 / 3600, "h"), (1e6, "us")]
)
def test_a_test_time_that_the_clock_contradicts_is_a_question(proposed, factor, unit):
    rows = cycle(factor, clock=lambda n: 1790000000 + 60 * n)
    content = table_of(rows, "Test Time / s,Voltage / V,Current / A,Unix Time / s")
    asked = questions(proposed, content)
    assert list(asked) == ["time-clock"]
    assert f"look like {unit}" in asked["time-clock"].text
    assert asked["time-clock"].option == f"Test Time / s=test_time:{unit}"
    assert questions(proposed, content, asked["time-clock"].option) == {}


@pytest.mark.parametrize(("value", "how"), [(2.3e34, "up to"), (-2.3e34, "down to -")])
def test_a_voltage_that_no_test_has_is_a_question_whatever_its_sign(proposed, value, how):
    rows = list(cycle())
    rows[7][1] = value
    asked = questions(proposed, table_of(rows, "Test Time / s,Voltage / V,Current / A"))
    assert list(asked) == ["voltage-range"]
    assert f"goes {how}" in asked["voltage-range"].text


def test_a_question_that_the_user_has_answered_is_a_warning(proposed):
    rows = cycle(1000, clock=lambda n: 1790000000 + 60 * n)
    content = table_of(rows, "Test Time / s,Voltage / V,Current / A,Unix Time / s")
    table, mapping = proposed(content)
    result = verify(table, replace(mapping, accepted=("time-clock",)))
    assert result.ok
    assert [p.code for p in result.problems] == ["time-clock"]


OWN = "Test Time / s,Unix Time / s,Voltage / V,Current / A,Power / W,Cycle Count / 1,Step Count / 1"


@pytest.mark.parametrize(
    ("header", "more"),
    [(OWN, [3.3, 1, 1]), ("Test Time / s,Unix Time / s,Voltage / V,Current / A,Paused / 1", [0])],
)
def test_our_own_export_of_a_simulated_station_is_asked_about_nothing(proposed, header, more):
    rows = [
        [time_s, 1790000000 + time_s / 25, voltage, current, *more]
        for time_s, voltage, current in cycle()
    ]
    table, mapping = proposed(table_of(rows, header))
    result = verify(table, mapping)
    without_pauses = [] if "Paused" in header else ["sparse-edges"]
    assert [p.code for p in result.problems] == without_pauses
    (said,) = [one.text for one in result.mapping.inferred if one.kind == "speed"]
    assert said.startswith("The test time goes 25 times as fast as the clock")
    slow = [[row[0], 1790000000 + row[0] * 25, *row[2:]] for row in rows]
    assert list(questions(proposed, table_of(slow, header))) == ["time-clock"]


@pytest.mark.parametrize(("factor", "unit"), [(1 / 60, "min"), (1000, "ms"), (1, "s")])
def test_a_test_time_without_a_unit_has_that_of_the_clock(proposed, factor, unit):
    rows = cycle(factor, clock=lambda n: f"2026-01-20 {8 + n // 60:02}:{n % 60:02}:00")
    table, mapping = proposed(table_of(rows, "TestTime,Voltage,Current,Clock"))
    assert mapping.column(Field.TEST_TIME).unit == unit
    assert [one.kind for one in mapping.inferred] == ["units"] * (unit != "s")
    assert verify(table, mapping).duration_s == pytest.approx(79 * 60)


@pytest.mark.parametrize("every_s", [1, 7, 45])
def test_a_clock_of_whole_minutes_agrees_with_any_interval(proposed, every_s):
    def clock(n):
        minutes = int(n * every_s / 60)
        return f"2026-01-20 {8 + minutes // 60:02}:{minutes % 60:02}"

    rows = [[n * every_s, 3.3 + 0.001 * n, 1, clock(n)] for n in range(600)]
    assert questions(proposed, table_of(rows, "Test_Time(s),V,I,Date_Time")) == {}


def test_pauses_are_said_and_the_test_time_counts(proposed):
    def clock(n):
        return 1790000000 + 60 * n + 600 * (n > 20) + 600 * (n > 30)

    rows = cycle(clock=clock)
    table, mapping = proposed(table_of(rows, "Test Time / s,Voltage / V,Current / A,Unix Time / s"))
    result = verify(table, mapping)
    pauses = [one.text for one in result.mapping.inferred if one.kind == "pauses"]
    assert pauses == ["The clock goes on 2 times without the test time, 20 min 0 s in all."]
    assert (result.ok, result.duration_s) == (True, 79 * 60)


def test_a_clock_that_stands_still_is_not_trusted(proposed):
    rows = cycle(clock=lambda _: "2026-01-20")
    table, mapping = proposed(table_of(rows, "Test_Time(s),V,I,Date"))
    result = verify(table, mapping)
    assert "clock-still" in {p.code for p in result.problems}
    assert not result.trust_clock


def test_dates_in_the_wrong_order_jump_and_are_a_question(proposed):
    def clock(n):
        return f"11/0{2 + n // 40}/2019 {(23 * 60 + 20 + n) % 1440 // 60:02}:{(20 + n) % 60:02}:00"

    content = table_of(cycle(clock=clock), "Test (Sec),Volts,Amps,DPt Time")
    table, mapping = proposed(content)
    assert mapping.column(Field.CLOCK).unit == "month first"
    asked = questions(proposed, content, "DPt Time=clock:day first")
    assert asked["date-order"].option == "DPt Time=clock:month first"
    assert verify(table, mapping).ok


@pytest.mark.parametrize(
    ("current", "unit"), [(1000, "mA"), (10, None), (1, "none"), (0.001, None), (3, None)]
)
def test_a_current_that_does_not_add_up_to_the_counter_is_a_question(proposed, current, unit):
    content = table_of(cycle(current=current, counter=1 / 60), "Time (s),U (V),I (A),Capacity(Ah)")
    asked = questions(proposed, content)
    if unit == "none":
        assert asked == {}
        return
    assert list(asked) == ["counter"]
    assert asked["counter"].option == ""  # the unit of the time may be as wrong
    assert (f"of column 'I (A)' {unit}" in asked["counter"].text) == (unit is not None)


@pytest.mark.parametrize(
    ("label", "counter", "said"),
    [
        (
            "Capacity(Ah)",
            1000 / 60,
            "They would agree with the unit of column 'Capacity(Ah)' mAh instead of Ah.",
        ),
        (
            "Capacity(mAh)",
            1 / 60,
            "with the unit of column 'I (A)' mA instead of A, or with the unit of column "
            "'Time (s)' ms instead of s, or with the unit of column 'Capacity(mAh)' Ah instead of",
        ),
    ],
)
def test_a_counter_in_another_unit_is_named(proposed, label, counter, said):
    content = table_of(cycle(counter=counter), f"Time (s),U (V),I (A),{label}")
    assert said in questions(proposed, content)["counter"].text


def test_a_time_that_the_clock_confirms_is_not_to_be_chosen_anew(proposed):
    rows = cycle(current=1000, clock=lambda n: 1790000000 + 60 * n, counter=1 / 60)
    content = table_of(rows, "Time (s),U (V),I (A),Unix Time / s,Capacity(Ah)")
    said = questions(proposed, content)["counter"].text
    assert "'Time (s)'" not in said
    assert said.endswith("Choose the units of current and counter so that they agree.")


@pytest.mark.parametrize("reset", [0, 10, 40])
def test_counters_that_start_again_and_gaps_are_no_contradiction(proposed, reset):
    rows = []
    for n, row in enumerate(cycle()):
        counted = (n % reset if reset else n) / 60
        time = row[0] + (5000 if n > 50 else 0)
        rows.append([time, *row[1:], f"{counted:.6f}"])
    assert questions(proposed, table_of(rows, "Time (s),U (V),I (A),Capacity(Ah)")) == {}


def test_a_counter_that_nearly_agrees_is_a_warning(proposed):
    content = table_of(cycle(current=1.1, counter=1 / 60), "Time (s),U (V),I (A),Capacity(Ah)")
    table, mapping = proposed(content)
    result = verify(table, mapping)
    assert (result.ok, [p.code for p in result.problems]) == (True, ["counter-differs"])


def test_millivolts_and_ages_are_questions(proposed):
    rows = [[n * 60, 3300 + n, 1.0] for n in range(50)]
    assert list(questions(proposed, table_of(rows, "Time (s),Volts,Amps"))) == ["voltage-range"]
    rows = [[n * 6e7, 3.3 + 0.01 * n, 1.0] for n in range(50)]
    asked = questions(proposed, table_of(rows, "Time (s),Volts,Amps"))
    assert "93 years" in asked["duration"].text
    assert asked["duration"].option == "Time (s)=test_time:ms"


def test_a_spike_is_no_wrong_unit(proposed):
    rows = [[n * 60, 3802.0 if n == 30 else 3.3 + 0.01 * n, 1.0] for n in range(50)]
    asked = questions(proposed, table_of(rows, "Time (s),Volts,Amps"))["voltage-range"]
    assert "goes up to 3,802 V." in asked.text
    assert "unit" not in asked.text
    assert asked.option == ""


def test_a_file_of_a_rest_has_its_voltage_alone(proposed):
    rows = [[3, 0, n * 30, 3.6 - 0.0001 * n] for n in range(20)]
    table, mapping = proposed(table_of(rows, "mode,error,time/s,Ewe/V"))
    result = verify(table, mapping)
    assert (result.ok, [p.code for p in result.problems]) == (True, ["no-current"])
    table, mapping = proposed(table_of(rows, "mode,unheard of,time/s,Ewe/V"))
    assert "missing-current" in {p.code for p in verify(table, mapping).problems}
    assert propose(table).column(Field.CURRENT) is None


@pytest.mark.parametrize(
    ("current", "said"), [(1000, ": 1,000 times as much."), (1 / 60, ": 1/60 of it.")]
)
def test_a_factor_is_written_without_exponent(proposed, current, said):
    content = table_of(cycle(current=current, counter=1 / 60), "Time (s),U (V),I (A),Capacity(Ah)")
    assert said in questions(proposed, content)["counter"].text
