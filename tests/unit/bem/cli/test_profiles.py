"""`bem profile check`, as people call it."""

import csv
import io
import sys

import pytest

from bem import __main__ as program


@pytest.fixture
def check(tmp_path, monkeypatch, capsys):
    """Check a text or bytes; return exit status, standard output and standard error."""

    def run(content, *options):
        file = tmp_path / "profile.txt"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return call(str(file), *options)

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["bem", "profile", "check", *arguments])
        with pytest.raises(SystemExit) as ended:
            program.main()
        said = capsys.readouterr()
        return ended.value.code or 0, said.out, said.err

    run.call = call
    return run


def test_rows_are_csv_and_nothing_else(check):
    status, out, err = check(
        "WAIT, 600\nREPEAT 2\nCC, 0.5C, VOLTAGE, 4.2\nCC, 0, TIME, 5\nEND\n", "--capacity-ah", "3"
    )
    assert (status, err) == (0, "")
    assert list(csv.reader(io.StringIO(out))) == [
        ["InstrID", "Mode", "SetPoint", "LimitType", "LimitPoint"],
        ["1", "WAIT", "600000", "TIME", "600000"],
        ["2", "CC_MODE", "1500", "VOLTAGE", "4200"],
        ["3", "CC_MODE", "0", "TIME", "5000"],
        ["4", "CC_MODE", "1500", "VOLTAGE", "4200"],
        ["5", "CC_MODE", "0", "TIME", "5000"],
    ]


def test_warnings_go_beside_the_rows(check):
    status, out, err = check("CC, 1, TIME, 60")
    assert status == 0
    assert out.count("\n") == 2
    assert err.startswith("line 1, column 1: warning: Only TIME ends this CC")


def test_errors_name_their_lines_and_nothing_is_printed(check):
    status, out, err = check("WAIT, 5\n  foo\nCC, 1, VOLTAGE, 4,2\n")
    assert (status, out) == (2, "")
    first, second, last = err.splitlines()
    assert first.startswith("line 2, column 3: ")
    assert second.startswith("line 3, column 19: ")
    assert last == "bem: profile.txt has 2 errors."


def test_what_rows_cannot_hold_is_an_error(check):
    status, out, err = check("SAFETY VOLTAGE 2 5\nCV, 4.2, CURRENT, 0.1, TIME, 60, MAX, 1")
    assert (status, out) == (2, "")
    assert err.count("line 2, ") == 2
    assert "line 1, column 1: SAFETY cannot travel" in err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "line 1, column 1: The profile is empty"),
        (b"WAIT, 5\n\xff\xfe\n", "not in UTF-8: line 2"),
        (b"\x7fELF\0\0\0", "is no text"),
        (b"C, 0.5C", "line 1, column 1"),
        (b"CC, 0.5C, VOLTAGE, 4", "needs the capacity of the battery"),
        (b"WAIT, 5\n" * 600_000, "larger than any profile"),
    ],
)
def test_bad_files_are_refused_with_a_sentence(check, content, words):
    status, out, err = check(content)
    assert (status, out) == (2, "")
    assert words in err
    assert "Traceback" not in err


@pytest.mark.parametrize("capacity", ["0", "-1", "nan", "1e999", "٣", "x", ""])
def test_a_capacity_is_a_number_above_zero(check, capacity):
    status, out, err = check("WAIT, 5", f"--capacity-ah={capacity}")
    assert (status, out) == (2, "")
    assert "--capacity-ah" in err


def test_a_file_that_is_not_there_or_no_file(check, tmp_path):
    assert "is not there" in check.call(str(tmp_path / "nothing.txt"))[2]
    assert check.call(str(tmp_path))[::2] == (
        2,
        f"bem: {tmp_path} is not a file. Name a text file with a profile.\n",
    )


def test_a_mark_at_the_start_is_no_character(check):
    assert check(b"\xef\xbb\xbfWAIT, 5\r\n")[0] == 0
