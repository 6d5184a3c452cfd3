"""`bem import`: what comes in, what comes out of it again, and what is refused."""

import io
import os
import re
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import text

from db.engine import Database
from db.queries.experiments.detail import experiment_facts, import_inferences
from tests.integration.bem.cli.shell import GOOD, HEADER, Shell, cells, importing
from tests.real_files import DATA, real_file
from tests.unit.db.lab import counts, write_csv
from tests.workbooks import workbook


class TestImportAndExport:
    def test_what_is_imported_comes_out_again(self, bem: Shell, lab: Database, tmp_path: Path):
        file = write_csv(tmp_path / "cell.csv", 1200, extended=2)
        said = bem(*importing(file, "--start", "2026-11-01T08:00", "--description", "d"))
        assert said.status == 0, said
        assert re.fullmatch(r"\d+\n", said.out)
        experiment_id = int(said.out)
        facts = experiment_facts(lab, experiment_id)
        assert (facts.name, facts.description, facts.measures) == ("Ageing", "d", 1200)
        assert facts.begun_at.isoformat() == "2026-11-01T08:00:00+00:00"
        first = bem.done("export", str(experiment_id))
        rows = cells(first)
        assert rows[0] == [
            "Test Time / s",
            "Unix Time / s",
            "Voltage / V",
            "Current / A",
            "Power / W",
            "Cycle Count / 1",
            "Step Count / 1",
            "Channel 0 / degC",
            "Channel 1 / degC",
        ]
        given = cells(file.read_text())[1:]
        assert len(rows) == 1201
        for row, cell in zip(rows[1:], given, strict=True):
            numbers = [float(row[place]) for place in (0, 2, 3, 6, 7, 8)]
            assert numbers == [float(one) for one in cell]
            assert (row[4], row[5]) == ("", "")
        again = tmp_path / "again.csv"
        bem.done("export", str(experiment_id), "-o", again)
        assert again.read_bytes() == first.encode()
        second = int(bem.done(*importing(again, "--again", "new")))
        assert bem.done("export", str(second)) == first

    def test_a_coin_cells_microamperes_survive_the_round_trip(self, here, tmp_path: Path):
        bem, _ = here
        values = ["1.23456789012345e-07", "-4.5e-06", "0.000321", "0", "-9.99999999999999e-05"]
        rows = [f"{n}.25,{3.70123456789012 + n},{value}" for n, value in enumerate(values)]
        file = tmp_path / "coin.csv"
        file.write_text("\n".join([HEADER, *rows]) + "\n")
        arguments = importing(file, "--charge-sign", "+", "--start", "2026-11-01T08:00")
        experiment_id = bem.done(*arguments).strip()
        out = bem.done("export", experiment_id)
        assert [float(row[3]) for row in cells(out)[1:]] == [float(one) for one in values]
        assert [row[2] for row in cells(out)[1:]] == [row.split(",")[1] for row in rows]
        (tmp_path / "out.csv").write_text(out)
        again = bem.done(
            *importing(tmp_path / "out.csv", "--charge-sign", "+", "--again", "new")
        ).strip()
        assert bem.done("export", again) == out

    def test_formulas_come_out_harmless_and_return_as_they_were(self, here, tmp_path: Path):
        bem, database = here
        file = tmp_path / "=cmd()|'calc'.csv"
        rows = [f"{row},{n},{-n}" for n, row in enumerate(GOOD)]
        header = f"{HEADER},=cmd()|' /C calc'!A0 / degC,@SUM(1) / 1"
        file.write_text("\n".join([header, *rows]) + "\n")
        out = bem.done(
            "import", file, "--name", "=cmd()", "--battery", "Cell 1", "--start", "2026-11-01"
        )
        exported = bem.done("export", out.strip())
        for row in cells(exported):
            for cell in row:
                assert not cell.startswith(("=", "+", "@"))
        labels = cells(exported)[0][7:]
        assert labels == ["'=cmd()|' /C calc'!A0 / degC", "'@SUM(1) / 1"]
        assert float(cells(exported)[2][-1]) == -1  # numbers stay numbers
        (tmp_path / "again.csv").write_text(exported)
        again = bem.done(*importing(tmp_path / "again.csv", "--again", "new"))
        assert bem.done("export", again.strip()) == exported
        with database.read() as session:
            names = set(session.scalars(text("SELECT name FROM bem_channels")))
        assert names == {"=cmd()|' /C calc'!A0", "@SUM(1)"}

    def test_a_file_without_a_clock_ends_when_it_was_last_changed(self, here, tmp_path: Path):
        bem, database = here
        file = write_csv(tmp_path / "cell.csv", 100)
        os.utime(file, (1_700_000_000, 1_700_000_000))
        said = bem(*importing(file))
        assert "no clock" in said.err
        assert "--start" in said.err
        facts = experiment_facts(database, int(said.out))
        assert facts.finished_at.timestamp() == 1_700_000_000

    def test_both_are_in_the_audit_trail(self, here, tmp_path: Path):
        bem, database = here
        experiment_id = bem.done(*importing(write_csv(tmp_path / "c.csv", 60))).strip()
        bem.done("export", experiment_id)
        with database.read() as session:
            done = session.execute(
                text("SELECT action, target, address FROM bem_audit ORDER BY id")
            ).all()
        assert [tuple(row) for row in done[1:]] == [
            ("import", f"experiment {experiment_id}", "command line"),
            ("export", f"experiment {experiment_id}", "command line"),
        ]


class TestChoices:
    @pytest.fixture
    def falling(self, tmp_path: Path) -> Path:
        """A file whose voltage falls while its current is positive: + is discharge."""
        file = tmp_path / "falling.csv"
        lines = ["Test Time / s,Voltage / V,Current / A,Step Count / 1"]
        for n in range(800):
            part, within = divmod(n, 100)
            down = part % 2 == 0
            volts = 4 - within / 200 if down else 3.5 + within / 200
            lines.append(f"{n},{volts},{1 if down else -1},{part}")
        file.write_text("\n".join(lines) + "\n")
        return file

    def test_a_doubtful_sign_is_asked_and_taken(self, here, falling: Path):
        bem, database = here
        said = bem.refused(*importing(falling, "--start", "2026-11-01"))
        assert "--charge-sign +" in said
        assert "--charge-sign -" in said
        assert counts(database)["bem_imports"] == 0
        for sign, first in (("-", "-1"), ("+", "1")):
            arguments = importing(falling, "--start", "2026-11-01", "--charge-sign", sign)
            experiment_id = bem.done(*arguments, "--again", "new").strip()
            assert cells(bem.done("export", experiment_id))[1][3] == first

    def test_columns_are_named_with_map(self, here, tmp_path: Path):
        bem, _ = here
        file = tmp_path / "own.csv"
        lines = ["Zeit;Spannung;Strom;Fühler"]
        lines += [f"{n};{3000 + n},5;{250},0;{20 + n},5" for n in range(50)]
        file.write_bytes(("\r\n".join(lines)).encode("latin-1"))
        maps = ["Zeit=test_time:min", "Spannung=voltage:mV", "Strom=current:mA"]
        chosen = [one for name in maps for one in ("--map", name)]
        arguments = importing(file, "--start", "2026-11-01", "--charge-sign", "+", *chosen)
        experiment_id = bem.done(*arguments).strip()
        row = cells(bem.done("export", experiment_id))[3]
        assert [float(row[place]) for place in (0, 2, 3, 7)] == [120, 3.0025, 0.25, 22.5]

    @pytest.mark.parametrize(
        ("option", "sentence"),
        [
            (("--map", "Strom=current"), "the file has no column 'Strom'"),
            (("--map", "nonsense"), "has no '='"),
            (("--map", "Current / A=amps"), "no field 'amps'"),
            (("--map", "Current / A=current:parsec"), "has no unit 'parsec'"),
            (("--start", "yesterday"), "is not a date and time"),
            (("--start", "1850-01-01"), "outside the years 1970 to 2200"),
            (("--timezone", "Mars/Base"), "Mars/Base"),
            (("--charge-sign", "?"), "--charge-sign"),
            (("--name", "x" * 31), "shorten it to 30"),
            (("--name", " "), "name is missing"),
            (("--description", "x" * 251), "shorten it to 250"),
            (("--battery", "nobody"), "There is no battery 'nobody'"),
            (("--battery", "9" * 30), "There is no battery"),
            (("--battery-from", "(.*)"), "Keep one of them"),
            (("--again", "perhaps"), "--again"),
            (("--nonsense",), "No such option"),
        ],
    )
    def test_wrong_options_are_named(self, here, tmp_path: Path, option, sentence: str):
        bem, database = here
        file = write_csv(tmp_path / "cell.csv", 60)
        said = bem.refused(*importing(file, *option))
        assert sentence in " ".join(said.split())
        assert counts(database)["bem_imports"] == counts(database)["measures"] == 0


def bad_files(folder: Path) -> dict[str, tuple[Path, list[str]]]:
    """Files that must be refused, and what must be said about each."""

    def made(name: str, content: str | bytes) -> Path:
        path = folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def rows(*changed: str) -> str:
        return "\n".join([HEADER, *GOOD[:20], *changed]) + "\n"

    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("measures.csv", b"0" * 20_000_000)
    names = ",".join(f"c{n}" for n in range(10_000))
    numbers = "1," * 9_999 + "1"
    return {
        "empty": (made("empty.csv", ""), ["is empty"]),
        "header only": (made("header.csv", HEADER + "\n"), ["no data rows"]),
        "no current": (
            made("missing.csv", "Test Time / s,Voltage / V,x\n0,1,3\n1,2,3\n"),
            ["No column is Current"],
        ),
        "two voltages": (
            made(
                "twice.csv", "Test Time / s,Voltage / V,Voltage / V,Current / A\n0,1,1,1\n1,2,2,1\n"
            ),
            ["Voltage", "#2", "#3"],
        ),
        "not a number": (made("nan.csv", rows("20,x,1")), ["Row 22", "'Voltage / V'", "'x'"]),
        "inf": (made("inf.csv", rows("20,3,inf")), ["Row 22", "Current / A"]),
        "1e999": (made("huge.csv", rows("20,1e999,1")), ["Row 22", "Voltage / V"]),
        "unicode digits": (made("digits.csv", rows("20,٣,1")), ["Row 22", "Voltage / V"]),
        "time goes back": (made("back.csv", rows("7,3,1", "21,3,1")), ["Row 22", "back"]),
        "10,000 columns": (
            made("wide.csv", f"{names}\n{numbers}\n{numbers}\n"),
            ["10,000 columns"],
        ),
        "binary": (made("renamed.csv", bytes(range(256)) * 64), ["NUL bytes"]),
        "a picture": (made("p.csv", b"\x89PNG\r\n\x1a\n" + bytes(99)), ["a PNG picture"]),
        "NUL later on": (made("nul.csv", rows("20,3\0,1")), ["NUL bytes"]),
        "too few cells": (made("few.csv", rows("20,3.1", "21,3.1,1")), ["Row 22", "2 fields"]),
        "zip bomb": (
            made("bomb.csv", archive.getvalue()),
            ["a line of more than"],
        ),
        "no such file": (folder / "none.csv", ["none.csv cannot be read"]),
        "a folder": (folder, ["cannot be read"]),
        "etc/passwd": (folder / "../../../../../../../../etc/passwd", ["passwd"]),
    }


@pytest.mark.parametrize("kind", list(bad_files(Path("/tmp"))) if Path("/tmp").exists() else [])
def test_bad_files_are_refused_with_their_place_and_leave_nothing(here, tmp_path: Path, kind: str):
    bem, database = here
    file, words = bad_files(tmp_path)[kind]
    before = counts(database)
    said = " ".join(bem.refused(*importing(file, "--start", "2026-11-01")).split())
    for word in words:
        assert word in said
    assert counts(database) == before
    with database.read() as session:
        assert session.scalar(text("SELECT COUNT(*) FROM UsedMeasures")) == 0


def test_a_file_that_is_cut_off_says_so(here, tmp_path: Path):
    bem, _ = here
    file = tmp_path / "cut.csv"
    content = "".join(f"{second},3,1\n" for second in range(20))
    file.write_text(f"Test Time / s,Voltage / V,Current / A\n{content}20,3.1")
    said = bem(*importing(file, "--start", "2026-11-01"))
    assert said.status == 0
    assert "Row 22: The file is cut off in its last row, which is left out" in said.err


@pytest.mark.parametrize(
    "name", ["<img src=x onerror=alert(1)>.csv", "a\nb.csv", "-x.csv", "é 🔋.csv"]
)
def test_any_file_name_is_taken_as_a_name(here, tmp_path: Path, name: str):
    bem, database = here
    write_csv(tmp_path / name, 60)
    options = ["--name", "x", "--battery", "1", "--start", "2026-11-01"]
    experiment_id = bem.done("import", *options, "--", name)
    assert experiment_facts(database, int(experiment_id)).source.file_name == name


class TestRealFiles:
    @pytest.mark.parametrize(
        ("name", "rows", "options"),
        [
            ("neware_uio_export.csv", 9065, ()),
            ("arbin_2017-05-09_test-TC-contact_CH33.csv", 287, ()),
            ("arbin_example.bdf.csv", 2150, ()),
            ("batmo_bdf_nonstandard.csv", 21_206, ("--charge-sign", "-")),
            ("biologic_sample_CA1.txt", 1397, ("--charge-sign", "+")),
            ("maccor_xTESLADIAG_000019_CH70.070", 11_669, ("--charge-sign", "-")),
        ],
    )
    def test_are_imported_and_exported_the_same(self, here, tmp_path, name, rows, options):
        bem, database = here
        said = bem(*importing(real_file(name), "--start", "2026-11-01", *options))
        assert said.status == 0, said
        assert said.out.strip().isdigit()
        experiment_id = int(said.out)
        assert experiment_facts(database, experiment_id).measures == rows
        assert counts(database)["measures"] == rows
        exported = bem.done("export", str(experiment_id))
        assert len(exported.splitlines()) == rows + 1
        if rows > 10_000:
            return  # the smaller ones show it
        (tmp_path / "again.csv").write_text(exported)
        again = bem.done(*importing(tmp_path / "again.csv", "--charge-sign", "+", "--again", "new"))
        assert bem.done("export", again.strip()) == exported

    def test_binary_ones_are_imported(self, here):
        bem, database = here
        bem.done(*importing(real_file("neware_46_1_5_60_bts16_tiny.ndax")))
        assert counts(database)["measures"] == 84

    def test_of_several_tests_in_a_file_one_is_named(self, here, tmp_path):
        bem, database = here
        names = ["Test_Time(s)", "Voltage(V)", "Current(A)"]
        sheets = {
            f"Channel_{n}_1": [names, *([i, 3 + i / 50, 1.0] for i in range(10 * n))]
            for n in (1, 2)
        }
        path = tmp_path / "two.xlsx"
        path.write_bytes(workbook(sheets))
        said = bem.refused(*importing(path))
        assert "The file has 2 tests: Channel_1_1, Channel_2_1." in said
        assert "--part NAME" in said
        assert "there is no test 'x'" in bem.refused(*importing(path, "--part", "x"))
        bem.done(*importing(path, "--part", "Channel_2_1"))
        assert counts(database)["measures"] == 20

    def test_the_one_with_the_other_sign_is_asked_about(self, here):
        said = here[0].refused(*importing(real_file("batmo_bdf_nonstandard.csv")))
        assert "--charge-sign" in said


class TestWrongNumbers:
    """Each is a question that names its option; what was inferred stays with the experiment."""

    CASES = DATA / "import-cases"

    def test_a_question_is_answered_by_its_option(self, here):
        bem, database = here
        file = self.CASES / "S18_ms_labelled_s.csv"
        said = bem.refused(*importing(file))
        assert "question: The clock goes on by" in said
        assert "--map 'Test Time / s=test_time:ms'" in said
        assert "--accept time-clock" in said
        bem.done(*importing(file, "--map", "Test Time / s=test_time:ms"))
        accepted = ("--accept", "time-clock", "--again", "new")
        assert "--accept battery-charge" in bem.refused(*importing(file, *accepted))
        bem.done(*importing(file, *accepted, "--accept", "battery-charge"))
        assert counts(database)["Experiment"] == 2

    def test_the_counter_is_compared_with_the_current(self, here):
        said = here[0].refused(*importing(self.CASES / "S30_current_tenfold_vs_counter.csv"))
        assert "10 times as much" in said
        assert "--accept counter" in said

    def test_what_the_battery_cannot_have_is_asked(self, here, tmp_path):
        bem, _ = here
        rows = [f"{60 * n},{3300 + n},0.1" for n in range(40)]
        file = tmp_path / "mv.csv"
        file.write_text("\n".join(["Time (s),Volts,Amps", *rows]) + "\n")
        said = bem.refused(*importing(file, "--accept", "voltage-range"))
        assert "--map Volts=voltage:mV" in said
        bem.done(*importing(file, "--map", "Volts=voltage:mV"))

    def test_a_voltage_that_no_battery_has_is_asked_about_once(self, here, tmp_path):
        bem, _ = here
        rows = [f"{60 * n},{3300 + n},0.1" for n in range(40)]
        file = tmp_path / "mv.csv"
        file.write_text("\n".join(["Time (s),Volts,Amps", *rows]) + "\n")
        said = bem.refused(*importing(file))
        assert (said.count("question: "), said.count("--accept")) == (1, 1), said
        assert "--accept battery-voltage" in said
        bem.done(*importing(file, "--accept", "battery-voltage"))

    def test_of_a_wrong_battery_another_one_is_offered(self, here, tmp_path):
        bem, _ = here
        rows = [f"{60 * n},{40 + n / 10},0.1" for n in range(40)]
        file = tmp_path / "pack.csv"
        file.write_text("\n".join(["Time (s),Volts,Amps", *rows]) + "\n")
        said = " ".join(bem.refused(*importing(file)).split())
        assert "choose another battery with --battery ID_OR_NAME, or say that it is right" in said

    @pytest.mark.parametrize("dry_run", [(), ("--dry-run",)])
    def test_what_was_inferred_is_said(self, here, dry_run):
        file = self.CASES / "S12_eclab_start_in_header.mpt"
        said = here[0](*importing(file, "--timezone", "Europe/Madrid", *dry_run))
        assert said.status == 0
        assert "inferred: Sign of the current: Voltage rises in" in said.err
        assert "inferred: Start: The start is 2024-06-19 11:38:41 (Europe/Madrid)" in said.err

    def test_the_start_is_that_of_the_head_and_said_to_be(self, here):
        bem, database = here
        file = self.CASES / "S12_eclab_start_in_header.mpt"
        number = int(bem.done(*importing(file, "--timezone", "Europe/Madrid")))
        begun = experiment_facts(database, number).begun_at
        assert begun.isoformat() == "2024-06-19T09:38:41.707000+00:00"
        inferred = dict(import_inferences(database, number))
        assert "2024-06-19 11:38:41 (Europe/Madrid)" in inferred["Start"]
        assert "Voltage rises in" in inferred["Sign of the current"]
        options = ("--start", "2024-06-20T10:00", "--again", "new")
        other = experiment_facts(database, int(bem.done(*importing(file, *options))))
        assert other.begun_at.isoformat() == "2024-06-20T10:00:00+00:00"

    def test_a_rest_without_a_current_is_an_experiment(self, here):
        bem, _ = here
        said = bem(*importing(self.CASES / "S17_ocv_no_current.mpt", "--start", "2026-11-01"))
        assert said.status == 0
        assert "No column is Current" in said.err
        rows = cells(bem.done("export", said.out.strip()))
        assert (rows[1][3], rows[1][2]) == ("", "3.6")
