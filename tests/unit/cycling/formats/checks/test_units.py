"""Units that no label names: asked for a time, told for the others."""

from dataclasses import replace

import pytest

from cycling.formats import apply_options, verify

ROWS = range(0, 600, 60)


def checked(proposed, head, row, options=(), **changes):
    table, mapping = proposed("\n".join([head, *(row(s) for s in ROWS)]) + "\n")
    mapping = apply_options(mapping, options)
    return verify(table, replace(mapping, positive_is_charge=True, **changes))


def asked(result):
    return [(p.severity, p.code, p.option) for p in result.problems if p.code == "time-unit"]


def told(result):
    return [one.text for one in result.mapping.inferred if one.kind == "unnamed"]


def plain(seconds):
    return f"{seconds},3.5,1"


def test_a_time_without_unit_clock_and_counter_is_asked_about(proposed):
    result = checked(proposed, "Time,U (V),I (A)", plain)
    assert asked(result) == [("question", "time-unit", "")]
    assert "9 min" in result.problems[0].text
    assert "9 h" in result.problems[0].text


def test_the_answer_is_a_unit_or_that_it_is_right(proposed):
    in_minutes = checked(proposed, "Time,U (V),I (A)", plain, ["Time=test_time:min"])
    in_seconds = checked(proposed, "Time,U (V),I (A)", plain, ["Time=test_time:s"])
    accepted = checked(proposed, "Time,U (V),I (A)", plain, accepted=("time-unit",))
    assert (in_minutes.duration_s, asked(in_minutes)) == (32_400, [])
    assert (in_seconds.ok, accepted.ok) == (True, True)
    assert in_seconds.duration_s == accepted.duration_s == 540


@pytest.mark.parametrize(
    ("head", "more"),
    [
        ("Time,U (V),I (A),Capacity (Ah)", lambda s: f"{s / 3600}"),
        ("Time,U (V),I (A),Step Time (s)", str),
        ("Time,U (V),I (A),Date", lambda s: f"2026-03-05 10:{s // 60:02}:00"),
        ("Time (s),U (V),I (A),R", str),
        ("time_s,U (V),I (A),R", str),
        ("test_time_second,voltage_volt,current_ampere,R", str),
    ],
)
def test_what_else_says_it_is_not_asked(proposed, head, more):
    assert asked(checked(proposed, head, lambda s: f"{plain(s)},{more(s)}")) == []


def test_a_time_that_begins_again_is_asked_about_too(proposed):
    lines = [f"{s},3.5,1" for _ in range(3) for s in ROWS]
    for options, codes in (([], ["time-unit"]), (["Time=step_time:min"], [])):
        table, mapping = proposed("\n".join(["Time,U (V),I (A)", *lines]) + "\n")
        mapping = replace(apply_options(mapping, options), positive_is_charge=True)
        result = verify(table, mapping)
        assert [p.code for p in result.problems if p.severity == "question"] == codes
    assert result.duration_s == 3 * 540 * 60


def test_a_step_time_of_another_pace_names_the_unit(proposed):
    head = "Time,U (V),I (A),Step Time (s)"
    result = checked(proposed, head, lambda s: f"{s / 60},3.5,1,{s}")
    assert asked(result) == [("question", "time-unit", "Time=test_time:min")]


def test_units_are_told_with_what_speaks_for_them(proposed):
    (alone,) = told(checked(proposed, "Time (s),U,I", plain))
    assert alone == "Columns 'U' (V), 'I' (A) name no units and are read so by their names alone."
    head = "Time (s),U (V),I,Capacity (Ah)"
    (counted,) = told(checked(proposed, head, lambda s: f"{plain(s)},{s / 3600}"))
    assert counted == (
        "Column 'I' (A) names no unit and is read so by its name; the current adds up to the "
        "instrument's counter."
    )
    assert told(checked(proposed, "Time (s),U (V),I (A)", plain)) == []


def test_they_are_told_once_however_often_a_file_is_checked(proposed):
    table, mapping = proposed("Time (s),U,I\n0,3.5,1\n60,3.6,1\n")
    once = verify(table, mapping)
    assert len(told(verify(table, once.mapping))) == 1
