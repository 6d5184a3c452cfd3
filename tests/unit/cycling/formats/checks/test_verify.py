import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from cycling.errors import InputError
from cycling.formats import Field, read_measures, verify
from cycling.formats.checks.preview import PreviewBuilder
from cycling.formats.checks.times import IntervalCheck
from cycling.formats.problems import KeptFindings, Problem

HEADER = "t (s),U,I\n"


def charging(mapping):
    return replace(mapping, positive_is_charge=True)


def test_a_time_that_goes_back_is_an_error_with_its_row(proposed):
    table, mapping = proposed(HEADER + "0,3,1\n3600,3,1\n7200,3,1\n3600,3,1\n3600,3,1\n")
    problems = verify(table, charging(mapping)).problems
    assert [(p.severity, p.row, p.code) for p in problems] == [("error", 5, "time-back")]
    sentence = "Row 5: The test time goes back by 3,600 s."
    assert problems[0].sentence.startswith(sentence)
    with pytest.raises(InputError, match=sentence):
        list(read_measures(table, charging(mapping)))


def test_a_time_that_goes_back_between_blocks_is_found(proposed):
    rows = "".join(f"{i},3,1\n" for i in range(150_000))
    table, mapping = proposed(HEADER + rows + "5,3,1\n")
    problems = verify(table, charging(mapping)).problems
    assert [(p.row, p.code) for p in problems] == [(150_002, "time-back")]


def test_a_blank_time_is_an_error(proposed):
    table, mapping = proposed(HEADER + "0,3,1\n,3,1\n2,3,1\n")
    problems = verify(table, charging(mapping)).problems
    assert [(p.severity, p.row, p.code) for p in problems] == [("error", 3, "no-time")]


def test_a_file_may_have_as_many_rows_as_are_allowed_and_no_more(proposed):
    table, mapping = proposed(HEADER + "0,3,1\n1,3,1\n\n2,3,1\n")
    allowed = replace(table, max_rows=3)
    assert verify(allowed, charging(mapping)).problems == ()
    assert sum(len(block.voltage_v) for block in read_measures(allowed, charging(mapping))) == 3
    fewer = replace(table, max_rows=2)
    problems = verify(fewer, charging(mapping)).problems
    assert [(p.severity, p.row, p.code) for p in problems] == [("error", 5, "too-many-rows")]
    with pytest.raises(InputError, match="Row 5: A file may have 2 rows of measures"):
        list(read_measures(fewer, charging(mapping)))


def test_blank_voltage_and_current_are_one_warning_each(proposed):
    table, mapping = proposed(HEADER + "0,3,1\n1,,1\n2,,1\n3,3,1\n4,,1\n5,3, \n6,3,1\n")
    result = verify(table, charging(mapping))
    assert [(p.severity, p.place, p.text) for p in result.problems] == [
        ("warning", "Rows 3 to 6", "Voltage is blank in 3 rows; they stay blank."),
        ("warning", "Row 7", "Current is blank in 1 row; it stays blank."),
    ]
    (block,) = read_measures(table, result.mapping)
    assert np.isnan(block.voltage_v).tolist() == [False, True, True, False, True, False, False]


def test_gaps_are_warned_of_and_summed_up_when_they_are_many(proposed):
    times = [t + 500 * (t // 10) for t in range(100)]
    rows = "".join(f"{t},3,1\n" for t in times)
    table, mapping = proposed(HEADER + rows)
    result = verify(table, charging(mapping))
    gaps = [p for p in result.problems if p.code == "gap"]
    assert [p.row for p in gaps] == [12, 22, 32, 42, 52]
    assert gaps[0].text == "Gap of 8 min 21 s before this row."
    (others,) = [p for p in result.problems if p.code == "gaps"]
    assert (others.row, others.last_row) == (62, 92)
    assert others.text == "4 further gaps, 33 min 24 s together."
    assert result.median_interval_s == 1


def timed(times, block):
    check, rows = IntervalCheck(), np.arange(len(times)) + 2
    for start in range(0, len(times), block):
        check.add(rows[start : start + block], times[start : start + block])
    return check


@pytest.mark.parametrize("block", [1, 2, 3, 5, 1000])
def test_gaps_do_not_depend_on_the_blocks(block):
    steps = np.ones(40)
    steps[[7, 20]] = 100
    check = timed(np.concatenate([[0.0], np.cumsum(steps)]), block)
    assert check.gaps == [(10, 100.0), (23, 100.0)]
    assert check.median_s == 1


@pytest.mark.parametrize(
    ("times", "late_s"),
    [
        ([0, 60, 120], 0),
        ([60, 120, 180], 0),  # one interval after the start, as the next one
        ([600, 660, 720], 600),
        ([600, 1200, 1800], 0),
        ([0.5, 1, 1.5], 0),
        ([600], 0),
    ],
)
@pytest.mark.parametrize("block", [1, 1000])
def test_what_there_was_before_the_first_record(times, late_s, block):
    assert timed(np.array(times, float), block).late_s == late_s


def test_a_late_first_record_is_said_with_its_row(proposed):
    for begins_s, in_step_s, said in ((3600, 30, True), (300, 300, False)):
        rows = [(begins_s + 60 * n, in_step_s + 60 * n) for n in range(3)]
        lines = "".join(f"{at},3.{n},1,{step}\n" for n, (at, step) in enumerate(rows))
        table, mapping = proposed(f"t,U,I,Step Time (s)\n{lines}")
        result = verify(table, charging(mapping))
        problems = [one.sentence for one in result.problems if one.code == "late-start"]
        expected = (
            "Row 2: The first record comes 1 h 0 min after the start of the test; what flowed "
            "before it is not in the file and is not counted."
        )
        assert problems == [expected] * said


def test_a_rest_that_is_logged_slowly_is_no_gap():
    times = np.cumsum(np.concatenate([np.ones(50), np.full(5, 300.0), np.ones(50)]))
    assert timed(times, 1000).gaps == []


def test_problems_are_capped_and_counted(proposed):
    rows = "".join(f"{i},x,y\n" for i in range(500)) + "".join(
        f"{i},3.5,1\n" for i in range(500, 1500)
    )
    _, mapping = proposed(HEADER + "0,3.5,1\n")
    table, _ = proposed(HEADER + rows)
    result = verify(table, charging(mapping))
    assert result.problem_count == 1000
    assert len(result.problems) == 20
    assert result.rows == 1500


def test_many_kinds_of_problems_leave_room_for_the_last_one():
    findings = KeptFindings()
    for column in range(300):
        findings.add_each(5, lambda n, c=column: Problem("warning", "x", row=n, column=str(c)))
    findings.add(Problem("question", "sign?", code="sign"))
    findings.add(Problem("error", "x", code="twice"))
    assert findings.total == 1502
    assert len(findings.kept) == 100
    assert [p.code for p in findings.kept[-2:]] == ["sign", "twice"]


def test_the_preview_keeps_the_extremes_of_a_long_file(proposed):
    count = 120_000
    voltage = 3.5 + 0.1 * np.sin(np.arange(count) / 500)
    voltage[77_777] = 9.875
    current = np.where(np.arange(count) == 33_333, -7.25, 1.0)
    rows = "".join(
        f"{i},{v:.4f},{a}\n" for i, (v, a) in enumerate(zip(voltage, current, strict=True))
    )
    table, mapping = proposed(HEADER + rows)
    preview = verify(table, charging(mapping)).preview
    assert 500 < len(preview.time_s) <= 2_000
    assert (preview.voltage_v.max(), preview.current_a.min()) == (9.875, -7.25)
    assert (preview.time_s[0], preview.time_s[-1]) == (0, count - 1)
    assert (np.diff(preview.time_s) >= 0).all()
    assert preview.time_s[preview.voltage_v.argmax()] == 77_777


def test_the_preview_of_constant_time_is_small():
    builder = PreviewBuilder()
    for _ in range(20):
        builder.add(np.zeros(9_000), np.full(9_000, np.nan), np.full(9_000, np.nan))
    assert len(builder.preview(1.0).time_s) <= 2_000


def test_a_verification_is_plain_json(proposed):
    table, mapping = proposed(HEADER + "0,3,1\n1,,1\n2,3,\n")
    result = verify(table, mapping)
    plain = json.loads(json.dumps(result.to_json(), allow_nan=False))
    assert plain["preview"]["voltage_v"] == [3, None, 3]
    assert (plain["rows"], plain["ok"]) == (3, False)
    assert [p["severity"] for p in plain["problems"]] == ["question", "warning", "warning"]
    assert plain["mapping"]["columns"][1]["field"] == "voltage"


@pytest.mark.parametrize(
    ("rows", "highest"),
    [("0,3,1,2\n1,3,1,7\n2,3,1,1\n", 7), ("0,3,1,2\n1,3,1,\n", 2), ("0,3,1,\n", None)],
)
def test_the_highest_step_id_is_noted(proposed, rows, highest):
    table, mapping = proposed(HEADER.replace("I", "I,Step ID / 1") + rows)
    mapping = mapping.with_column(3, Field.STEP_ID)
    assert verify(table, charging(mapping)).to_json()["most_step_id"] == highest


def test_without_a_column_there_is_no_highest_step_id(proposed):
    table, mapping = proposed(HEADER + "0,3,1\n1,3,1\n")
    assert verify(table, charging(mapping)).to_json()["most_step_id"] is None


def test_one_row_has_no_interval(proposed):
    table, mapping = proposed(HEADER + "5,3,1\n")
    result = verify(table, charging(mapping))
    assert (result.rows, result.duration_s, result.ok) == (1, 0, True)
    assert result.to_json()["median_interval_s"] is None


def test_progress_ends_at_the_whole_file(proposed):
    table, mapping = proposed(HEADER + "0,3.5,1\n" * 300_000)
    seen = []
    verify(table, mapping, lambda done, total: seen.append((done, total)))
    assert len(seen) > 2
    assert seen[-1] == (table.size_bytes, table.size_bytes)


def test_reading_can_be_left_half_way(proposed):
    table, mapping = proposed(HEADER + "0,3.5,1\n" * 500_000)
    blocks = read_measures(table, charging(mapping))
    assert len(next(blocks).voltage_v) > 1000
    blocks.close()


def test_reading_gives_what_verifying_counted(proposed):
    table, mapping = proposed(HEADER + "0,3.5,1\n" * 200_000 + "\n\n")
    blocks = list(read_measures(table, charging(mapping)))
    assert sum(len(b.voltage_v) for b in blocks) == verify(table, mapping).rows == 200_000


def test_an_undecided_sign_is_not_read(proposed):
    table, mapping = proposed(HEADER + "0,3.5,1\n")
    with pytest.raises(InputError, match="not decided"):
        list(read_measures(table, mapping))


def test_opening_and_proposing_load_neither_arrow_nor_pandas(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(HEADER + "0,3.5,1\n")
    code = (
        "import sys; from pathlib import Path; import cycling.formats as f\n"
        f"t = f.open_table(Path({str(path)!r})); m = f.propose(t)\n"
        "assert 'pyarrow' not in sys.modules, 'pyarrow'\n"
        "f.verify(t, m)\n"
        "assert 'pandas' not in sys.modules, 'pandas'\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=_root())


def _root():
    import cycling

    return next(iter(cycling.__path__)) + "/.."


def test_every_field_says_what_the_page_shows():
    for field in Field:
        assert field.label
        assert field.single == (field not in (Field.EXTENDED, Field.IGNORED))
        assert (field.becomes != "") == (field.single and field is not Field.STATE)
    assert Field("test_time").units[0] == "s"
