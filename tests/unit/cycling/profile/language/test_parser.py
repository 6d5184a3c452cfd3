"""What the parser takes, and how it says what is wrong."""

import time
from decimal import Decimal

import pytest

from cycling.profile import parse
from cycling.profile.language.tree import LimitKind, Repeat
from cycling.terms import Mode
from tests.unit.cycling.profile.texts import WHOLE, places, profile_of, said


def test_lines_of_the_old_application_mean_the_same():
    wait, cc, cv, cp = profile_of(
        "WAIT, 600\nCC, 1, VOLTAGE, 4.2\nCV, 4.2, CURRENT, 0.05\nCP, 10, VOLTAGE, 4.2\n\n"
    ).items
    assert (wait.mode, wait.set_point.amount()) == (Mode.WAIT, 600)
    assert (cc.mode, cc.set_point.amount()) == (Mode.CC, 1)
    assert cc.limit(LimitKind.VOLTAGE).amount() == Decimal("4.2")
    assert (cv.mode, cv.limit(LimitKind.CURRENT).amount()) == (Mode.CV, Decimal("0.05"))
    assert (cp.mode, cp.set_point.amount()) == (Mode.CP, 10)


def test_zero_amperes_with_a_time_is_a_rest():
    step = profile_of("CC, 0, TIME, 60").items[0]
    assert not step.set_point.value


def test_the_whole_language_is_read():
    profile = profile_of(WHOLE)
    assert [one.kind for one in profile.safety.ranges] == ["VOLTAGE", "CURRENT", "TEMPERATURE"]
    assert profile.record.interval.amount() == 5
    assert profile.end_test.retention_percent == 80
    loop = profile.items[1]
    assert isinstance(loop, Repeat)
    assert (loop.count, loop.counts_cycles, loop.place.line) == (100, True, 5)
    held = loop.items[1]
    assert held.max_current.text == "0.5C"
    assert [limit.kind for limit in held.limits] == ["CURRENT", "TIME"]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_any_line_ending_counts_lines(ending):
    assert places(parse(ending.join(["WAIT, 1", "", "oops"])).problems) == [(3, 1)]


def test_a_mark_at_the_start_of_the_text_is_nothing():
    assert profile_of("\ufeffWAIT, 1").items


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing", " ; \n\t# x", "\ufeff"])
def test_an_empty_profile_is_refused(text):
    parsed = parse(text)
    assert parsed.profile is None
    assert said(parsed) == ["error 1:1 The profile is empty: write an instruction, like WAIT, 600."]


def test_all_errors_are_told_at_once_with_their_places():
    parsed = parse(
        "CC, x, VOLTAGE, 4.2\nWAIT\n  FOO, 1\nCV, 4.2, VOLTAGE, 4\nEND\nREPEAT 0\nWAIT, 1\n"
    )
    assert parsed.profile is None
    assert places(parsed.problems) == [(1, 5), (2, 1), (3, 3), (4, 19), (5, 1), (6, 1), (6, 8)]


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        ("CC, 1", 1, "Nothing ends this step"),
        ("CC, 1, CURRENT, 0.5", 17, "CC cannot end by CURRENT"),
        ("CV, 4.2, VOLTAGE, 4.1", 19, "CV cannot end by VOLTAGE"),
        ("CP, 5, POWER, 4", 15, "CP cannot end by POWER"),
        ("CV, 0, CURRENT, 1", 5, "above 0"),
        ("CV, -3, CURRENT, 1", 5, "above 0"),
        ("CC, 1, VOLTAGE, -1", 17, "not negative"),
        ("CC, 1, TIME, -1", 14, "not negative"),
        ("WAIT, -1", 7, "not negative"),
        ("WAIT, 1, VOLTAGE, 4", 10, "WAIT takes a time only"),
        ("WAIT, 5V", 7, "The unit of a time"),
        ("CC, 1W, TIME, 5", 5, "The unit of a current"),
        ("CC, 1MA, TIME, 5", 5, "The unit of a current"),
        ("CC, 0, VOLTAGE, 4", 17, "ends by TIME only"),
        ("CC, 1, VOLTAGE, 4,2", 19, "The decimal mark is a point: 4.2."),
        ("CC, 0,5, VOLTAGE, 4.2", 7, "The decimal mark is a point: 0.5."),
        ("CC, 1, VOLTGE, 4.2", 8, "Did you mean VOLTAGE?"),
        ("CC, 1, VOLTAGE", 8, "The limit VOLTAGE is missing"),
        ("CC, 1, VOLTAGE, 4, VOLTAGE, 5", 20, "twice"),
        ("CC, 1, VOLTAGE, 4, MAX, 1", 25, "MAX is for CV and CP"),
        ("CV, 4, TIME, 5, MAX, -1", 22, "above 0"),
        ("CC, 1, CAPACITY, 0", 18, "above 0"),
        ("CC, , VOLTAGE, 4", 5, "Nothing stands before this comma"),
        ("WAIT, 1,", 8, "Nothing follows the last comma"),
        ("REST, 60", 1, "Did you mean WAIT?"),
        ("CC, ١, TIME, 5", 5, "in digits"),
        ("CC, 1e999, TIME, 5", 5, "out of any range"),
        ("CC, nan, TIME, 5", 5, "in digits"),
        ("CC, 1C/0, TIME, 5", 5, "divided by a number above 0"),
        ("CC, 0.12345678901234567, TIME, 5", 5, "15 digits are enough"),
        ("CC, " + "1" * 99 + ", TIME, 5", 5, "15 digits are enough"),
        ("REPEAT\nWAIT, 1\nEND", 1, "How often is missing"),
        ("REPEAT 2.5\nWAIT, 1\nEND", 8, "whole number"),
        ("REPEAT ٣\nWAIT, 1\nEND", 8, "whole number"),
        ("REPEAT 1000000000\nWAIT, 1\nEND", 8, "1,000,000 times at most"),
        ("REPEAT 2 CYCLE\nWAIT, 1\nEND", 10, "Did you mean CYCLES?"),
        ("WAIT, 1\nREPEAT 2", 1, "no END"),
        ("REPEAT 2\nEND\nWAIT, 1", 1, "The loop is empty"),
        ("END REPEAT\nWAIT, 1", 5, "END stands alone"),
        ("SAFETY\nWAIT, 1", 1, "Say what is limited"),
        ("SAFETY VOLTAGE 4 3\nWAIT, 1", 16, "below the highest"),
        ("SAFETY VOLTAGE 4\nWAIT, 1", 16, "The highest voltage is missing"),
        ("SAFETY POWER 4 5\nWAIT, 1", 8, "VOLTAGE, CURRENT or TEMPERATURE"),
        ("RECORD\nWAIT, 1", 1, "The interval of RECORD is missing"),
        ("RECORD 0s\nWAIT, 1", 8, "above 0"),
        ("RECORD 5s\nRECORD 6s\nWAIT, 1", 1, "twice"),
        ("WAIT, 1\nEND TEST IF RETENTION < 80%", 1, "no loop counts them"),
        ("WAIT, 1\nEND TEST IF RETENTION > 80%", 23, "< is expected here"),
        ("WAIT, 1\nEND TEST IF RETENTION < 180%", 25, "between 0 % and 100 %"),
        ("x" * 1001, 1, "longer than 1,000 characters"),
    ],
)
def test_an_error_says_what_to_write_instead(line, column, words):
    parsed = parse(line)
    assert parsed.profile is None
    assert any(one.column == column and words in one.message for one in parsed.problems), said(
        parsed
    )


def test_settings_stand_outside_loops():
    parsed = parse("REPEAT 2\nRECORD 5s\nWAIT, 1\nEND")
    assert "RECORD is for the whole profile" in said(parsed)[0]


def test_only_one_loop_counts_cycles():
    parsed = parse("REPEAT 2 CYCLES\nREPEAT 2 CYCLES\nWAIT, 1\nEND\nEND")
    assert places(parsed.problems) == [(2, 1)]


def test_the_sign_of_a_current_limit_is_dropped_with_a_warning():
    parsed = parse("CV, 3, CURRENT, -0.05")
    assert parsed.profile.items[0].limit(LimitKind.CURRENT).text == "0.05"
    assert places(parsed.problems, "warning") == [(1, 17)]


def test_loops_nest_four_deep_and_no_deeper():
    assert profile_of("REPEAT 2\n" * 4 + "WAIT, 1\n" + "END\n" * 4).items
    parsed = parse("REPEAT 2\n" * 5 + "WAIT, 1\n" + "END\n" * 5)
    assert places(parsed.problems) == [(5, 1)]


@pytest.mark.parametrize(
    "text",
    [
        "WAIT, 1\n" * 130_000,
        "x" * 2_000_000,
        "REPEAT 2\n" * 10_000 + "WAIT, 1\n" + "END\n" * 10_000,
        "x\n" * 400_000,
        "," * 900_000,
        "WAIT, 1\n" * 30_000,
        "(" * 500_000,
        "\0" * 100_000,
    ],
    ids=["1 MB", "one line", "10,000 loops", "lines", "commas", "steps", "brackets", "NUL"],
)
def test_texts_without_measure_get_a_clear_error_soon(text):
    started = time.process_time()
    parsed = parse(text)
    assert parsed.profile is None
    assert 1 <= len(parsed.problems) <= 1001
    assert time.process_time() - started < 10  # a loaded machine; a second elsewhere


@pytest.mark.parametrize(
    ("pasted", "plain"),
    [
        ("CC, −1C, VOLTAGE, 2.5", "CC, -1C, VOLTAGE, 2.5"),
        ("CC, –1C, VOLTAGE, 2.5", "CC, -1C, VOLTAGE, 2.5"),
        ("CC,\u00a0\u20111\u202fA,\u2009VOLTAGE, 2.5", "CC, -1 A, VOLTAGE, 2.5"),
        ("CC, 250\u00b5A, VOLTAGE, 4.2", "CC, 250uA, VOLTAGE, 4.2"),
        ("CC, 250 \u03bcA, VOLTAGE, 4.2", "CC, 250uA, VOLTAGE, 4.2"),
        ("ＣＣ，１．５，ＶＯＬＴＡＧＥ，４．２", "CC, 1.5, VOLTAGE, 4.2"),
        ("CV, 4.2, CURRENT, C∕20", "CV, 4.2, CURRENT, C/20"),
        ("\ufeffWAIT, 10\u200bmin", "WAIT, 10min"),
    ],
)
def test_what_a_word_processor_makes_of_characters_is_read(pasted, plain):
    assert parse(pasted).profile == parse(plain).profile is not None


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("CC, 0,5C, VOLTAGE, 4.2", "0.5C"),
        ("CC, 1, VOLTAGE, 4,2", "4.2"),
        ("WAIT, 0,5h", "0.5h"),
        ("RECORD 0,5s\nWAIT, 1", "0.5s"),
        ("SAFETY VOLTAGE 2,5 4,25\nWAIT, 1", "4.25"),
    ],
)
def test_a_decimal_comma_is_named(text, hint):
    problems = parse(text).problems
    assert f"The decimal mark is a point: {hint}." in problems[0].message


def test_of_a_text_with_errors_the_other_steps_are_readable():
    reading = parse("REPEAT 3\nCC, 1, VOLTAGE, 4.2\nGO\nWAIT, 5")
    assert reading.profile is None
    assert [one.place.line for one in reading.readable.items] == [2, 4]
    assert parse("GO").readable is None
