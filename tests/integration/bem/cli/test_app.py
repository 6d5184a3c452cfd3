"""The command line as people call it: processes, their exit statuses and what they say."""

import csv
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import text

from bem.cli import app
from db.engine import Database, connect
from db.queries.experiments.detail import experiment_facts
from tests.databases import SERVER_ENGINES, sqlite_url
from tests.machine import ROOT
from tests.served import BEM
from tests.unit.db.lab import add_cell, counts, write_csv

REAL_FILES = ROOT.parent / "shared" / "data" / "cycler-files"
HEADER = "Test Time / s,Voltage / V,Current / A"
GOOD = [f"{n},{3 + n / 1000},1" for n in range(40)]


@dataclass
class Said:
    """How a command ended and what it said."""

    status: int
    out: str
    err: str


@dataclass
class Shell:
    """Runs `bem` in a folder of its own, without settings but those that are given."""

    folder: Path
    database_url: str | None
    settings: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str | Path, say: str = "", **settings: str) -> Said:
        said = self._run([str(one) for one in arguments], say, settings)
        assert "Traceback" not in said.err + said.out
        assert said.status in (0, 1, 2), said
        if said.status:
            assert said.out == ""
            assert said.err.strip()
        return said

    def _run(self, arguments: list[str], say: str, settings: dict[str, str]) -> Said:
        plain = {name: v for name, v in os.environ.items() if not name.startswith("BEM_")}
        url = {"BEM_DATABASE_URL": self.database_url} if self.database_url else {}
        data = {"BEM_DATA_DIR": str(self.folder / "data")}
        ended = subprocess.run(
            [BEM, *arguments],
            input=say.encode(),
            capture_output=True,
            check=False,
            cwd=self.folder,
            env={**plain, **url, **data, **self.settings, **settings},
            timeout=120,
        )
        return Said(ended.returncode, ended.stdout.decode(), ended.stderr.decode())

    def refused(self, *arguments: str | Path, **how: str) -> str:
        """Run what must be refused; return what it says."""
        said = self(*arguments, **how)
        assert said.status == 2, said
        return said.err

    def done(self, *arguments: str | Path, **how: str) -> str:
        """Run what must work; return its result."""
        said = self(*arguments, **how)
        assert said.status == 0, said
        return said.out


class QuickShell(Shell):
    """The same within this process: a second less each, for the many things that are refused."""

    def __init__(self, shell: Shell, monkeypatch, capsys) -> None:
        super().__init__(shell.folder, shell.database_url)
        self._patch, self._said = monkeypatch, capsys

    def _run(self, arguments: list[str], say: str, settings: dict[str, str]) -> Said:
        data = {"BEM_DATA_DIR": str(self.folder / "data")}
        url = {"BEM_DATABASE_URL": self.database_url} if self.database_url else {}
        with self._patch.context() as patch:
            for name, value in {**url, **data, **settings}.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["bem", *arguments])
            patch.setattr(sys, "stdin", io.StringIO(say))
            patch.chdir(self.folder)
            with pytest.raises(SystemExit) as ended:
                app.main()
        said = self._said.readouterr()
        return Said(ended.value.code or 0, said.out, said.err)


@pytest.fixture
def bem(database_url: str, tmp_path: Path) -> Shell:
    return Shell(tmp_path, database_url)


@pytest.fixture
def lab(database: Database) -> Database:
    """A database with one cell."""
    add_cell(database, "Cell 1")
    return database


@pytest.fixture
def quick(sqlite_database: Database, tmp_path: Path) -> tuple[Shell, Database]:
    """The same on SQLite alone, for what is not about the engine."""
    add_cell(sqlite_database, "Cell 1")
    url = sqlite_database.engine.url.render_as_string(hide_password=False)
    return Shell(tmp_path, url), sqlite_database


@pytest.fixture
def here(quick, monkeypatch, capsys) -> tuple[QuickShell, Database]:
    """The same without processes."""
    return QuickShell(quick[0], monkeypatch, capsys), quick[1]


def importing(file: Path | str, *more: str) -> list[str]:
    return ["import", str(file), "--name", "Ageing", "--battery", "Cell 1", *more]


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


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
        second = int(bem.done(*importing(again)))
        assert bem.done("export", str(second)) == first

    def test_a_coin_cells_microamperes_survive_the_round_trip(self, quick, tmp_path: Path):
        bem, _ = quick
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
        again = bem.done(*importing(tmp_path / "out.csv", "--charge-sign", "+")).strip()
        assert bem.done("export", again) == out

    def test_formulas_come_out_harmless_and_return_as_they_were(self, quick, tmp_path: Path):
        bem, database = quick
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
        again = bem.done(*importing(tmp_path / "again.csv"))
        assert bem.done("export", again.strip()) == exported
        with database.read() as session:
            names = set(session.scalars(text("SELECT name FROM bem_channels")))
        assert names == {"=cmd()|' /C calc'!A0", "@SUM(1)"}

    def test_any_locale_gives_utf_8(self, quick, tmp_path: Path):
        bem, _ = quick
        file = tmp_path / "m.csv"
        file.write_text("\n".join([f"{HEADER},Ω größe / °C", *[f"{row},1" for row in GOOD]]))
        experiment_id = bem.done(*importing(file, "--start", "2026-11-01")).strip()
        bem.settings = {"PYTHONIOENCODING": "latin-1"}
        assert "Ω größe" in bem.done("export", experiment_id)

    def test_a_file_without_a_clock_ends_when_it_was_last_changed(self, quick, tmp_path: Path):
        bem, database = quick
        file = write_csv(tmp_path / "cell.csv", 100)
        os.utime(file, (1_700_000_000, 1_700_000_000))
        said = bem(*importing(file))
        assert "no clock" in said.err
        assert "--start" in said.err
        facts = experiment_facts(database, int(said.out))
        assert facts.finished_at.timestamp() == 1_700_000_000

    def test_both_are_in_the_audit_trail(self, quick, tmp_path: Path):
        bem, database = quick
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

    def test_the_reader_of_an_export_may_leave(self, quick, tmp_path: Path):
        bem, _ = quick
        experiment_id = bem.done(*importing(write_csv(tmp_path / "c.csv", 3000))).strip()
        environment = {**os.environ, "BEM_DATABASE_URL": bem.database_url}
        process = subprocess.Popen(
            [BEM, "export", experiment_id],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
        )
        assert process.stdout.readline().startswith(b"Test Time")
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()
        process.stderr.close()
        process.wait(60)

    def test_a_failed_export_leaves_no_file(self, quick, tmp_path: Path):
        bem, _ = quick
        experiment_id = bem.done(*importing(write_csv(tmp_path / "c.csv", 60))).strip()
        said = bem.refused("export", experiment_id, "-o", tmp_path / "no" / "such.csv")
        assert "cannot be written" in said
        said = bem.refused("export", "4711", "-o", tmp_path / "out.csv")
        assert "There is no experiment 4711." in said
        assert list(tmp_path.glob("out*")) == []

    def test_a_choice_of_columns_and_time(self, here, tmp_path: Path):
        bem, _ = here
        arguments = importing(write_csv(tmp_path / "c.csv", 60), "--start", "2026-03-01T12:00")
        experiment_id = bem.done(*arguments).strip()
        chosen = tmp_path / "chosen.csv"
        bem.done(
            *("export", experiment_id, "-o", chosen, "--columns", "current"),
            *("--from", "2026-03-01T12:00:10", "--to", "2026-03-01T13:00:20+01:00"),
        )
        header, *rows = cells(chosen.read_text())
        assert header[:5] == [
            "Test Time / s",
            "Unix Time / s",
            "Current / A",
            "Cycle Count / 1",
            "Step Count / 1",
        ]
        assert [float(row[0]) for row in rows] == list(range(10, 21))
        for wrong, words in (
            (["--columns", "volts"], "There is no column 'volts'. Choose from: voltage, current"),
            (["--from", "noon"], "--from noon is not a date and time"),
        ):
            assert words in bem.refused("export", experiment_id, *wrong)

    def test_the_copy_for_graphs_is_compared_and_made_anew(self, here, tmp_path: Path):
        bem, database = here
        experiment_id = bem.done(*importing(write_csv(tmp_path / "c.csv", 60))).strip()
        assert bem.done("series", "check") == ""
        with database.write() as session:
            session.execute(text("DELETE FROM GenericMeasures WHERE MeasID BETWEEN 5 AND 9"))
        assert (
            bem.done("series", "check", experiment_id).split(":")[1] == " 1 part was copied anew.\n"
        )
        with database.write() as session:  # what no comparison of keys can find
            session.execute(text("UPDATE GenericMeasures SET Voltage = 1234.5"))
        bem.done("series", "rebuild")
        assert {row[2] for row in cells(bem.done("export", experiment_id))[1:]} == {"1.2345"}
        assert "There is no experiment 4711." in bem.refused("series", "check", "4711")

    @pytest.mark.parametrize("experiment_id", ["0", "99999999999999999999999", "abc", "1e3"])
    def test_ids_that_are_none(self, here, experiment_id: str):
        here[0].refused("export", experiment_id)


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

    def test_a_doubtful_sign_is_asked_and_taken(self, quick, falling: Path):
        bem, database = quick
        said = bem.refused(*importing(falling, "--start", "2026-11-01"))
        assert "--charge-sign +" in said
        assert "--charge-sign -" in said
        assert counts(database)["bem_imports"] == 0
        for sign, first in (("-", "-1"), ("+", "1")):
            arguments = importing(falling, "--start", "2026-11-01", "--charge-sign", sign)
            experiment_id = bem.done(*arguments).strip()
            assert cells(bem.done("export", experiment_id))[1][3] == first

    def test_columns_are_named_with_map(self, quick, tmp_path: Path):
        bem, _ = quick
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
            (("--name", " "), "needs a name"),
            (("--description", "x" * 251), "shorten it to 250"),
            (("--battery", "nobody"), "There is no battery 'nobody'"),
            (("--battery", "9" * 30), "There is no battery"),
            (("second.csv",), "one file at a time"),
            (("--nonsense",), "No such option"),
        ],
    )
    def test_wrong_options_are_named(self, here, tmp_path: Path, option, sentence: str):
        bem, database = here
        file = write_csv(tmp_path / "cell.csv", 60)
        said = bem.refused(*importing(file, *option))
        assert sentence in " ".join(said.split())
        assert counts(database)["bem_imports"] == counts(database)["GenericMeasures"] == 0


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
            made("missing.csv", "Test Time / s,Voltage / V\n0,1\n1,2\n"),
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
        "cut off": (made("cut.csv", rows("20,3.1").rstrip("\n")), ["Row 22", "2 fields"]),
        "zip bomb": (made("bomb.csv", archive.getvalue()), ["a zip archive"]),
        "no such file": (folder / "none.csv", ["none.csv cannot be read"]),
        "a folder": (folder, ["cannot be read"]),
        "etc/passwd": (folder / "../../../../../../../../etc/passwd", ["passwd"]),
    }


@pytest.mark.parametrize("kind", list(bad_files(Path("/tmp"))) if Path("/tmp").exists() else [])
def test_bad_files_are_refused_with_their_place_and_leave_nothing(quick, tmp_path: Path, kind: str):
    bem, database = quick
    file, words = bad_files(tmp_path)[kind]
    before = counts(database)
    said = " ".join(bem.refused(*importing(file, "--start", "2026-11-01")).split())
    for word in words:
        assert word in said
    assert counts(database) == before
    with database.read() as session:
        assert session.scalar(text("SELECT COUNT(*) FROM UsedMeasures")) == 0


@pytest.mark.parametrize(
    "name", ["<img src=x onerror=alert(1)>.csv", "a\nb.csv", "-x.csv", "é 🔋.csv"]
)
def test_any_file_name_is_taken_as_a_name(here, tmp_path: Path, name: str):
    bem, database = here
    write_csv(tmp_path / name, 60)
    options = ["--name", "x", "--battery", "1", "--start", "2026-11-01"]
    experiment_id = bem.done("import", *options, "--", name)
    assert experiment_facts(database, int(experiment_id)).source.file_name == name


@pytest.mark.skipif(not REAL_FILES.exists(), reason=f"{REAL_FILES} is not on this machine")
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
        said = bem(*importing(REAL_FILES / name, "--start", "2026-11-01", *options))
        assert said.status == 0, said
        assert said.out.strip().isdigit()
        experiment_id = int(said.out)
        assert experiment_facts(database, experiment_id).measures == rows
        assert counts(database)["GenericMeasures"] == rows
        exported = bem.done("export", str(experiment_id))
        assert len(exported.splitlines()) == rows + 1
        if rows > 10_000:
            return  # the smaller ones show it
        (tmp_path / "again.csv").write_text(exported)
        again = bem.done(*importing(tmp_path / "again.csv", "--charge-sign", "+"))
        assert bem.done("export", again.strip()) == exported

    @pytest.mark.parametrize(
        "name", ["neware_46_1_5_60_bts16_tiny.ndax", "neware_nw4-120-1-6-53.ndax"]
    )
    def test_binary_ones_say_what_they_are(self, here, name):
        said = here[0].refused(*importing(REAL_FILES / name))
        assert "Neware binary file (.ndax)" in said
        assert "Export it as CSV" in said

    def test_the_one_with_the_other_sign_is_asked_about(self, here):
        said = here[0].refused(*importing(REAL_FILES / "batmo_bdf_nonstandard.csv"))
        assert "--charge-sign" in said


class TestDatabaseCommands:
    def test_upgrade_and_check(self, empty_database_url: str, tmp_path: Path, monkeypatch, capsys):
        bem = QuickShell(Shell(tmp_path, empty_database_url), monkeypatch, capsys)
        assert "Run: bem db upgrade" in bem.refused("db", "check")
        made = bem.done("db", "upgrade")
        assert re.fullmatch(r"The database is at revision \w+\.\n", made)
        assert bem.done("db", "upgrade") == made
        assert bem.done("db", "check").startswith("The database is at revision")
        connected = connect(empty_database_url)
        with connected.write() as session:
            session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connected.dispose()
        for arguments in (("db", "check"), ("db", "upgrade"), ("user", "list"), ("worker",)):
            assert "revision 9999" in bem.refused(*arguments)

    def test_the_default_is_sqlite_in_the_data_folder(self, tmp_path: Path):
        bem = Shell(tmp_path, None)
        bem.done("db", "upgrade")
        assert (tmp_path / "data" / "bem.sqlite").exists()
        assert bem.done("user", "list") == ""

    @pytest.mark.parametrize(
        "arguments", [("user", "list"), ("export", "1"), ("worker",), ("web",)]
    )
    def test_nothing_works_on_an_empty_database(self, here, arguments):
        bem, _ = here
        bem.database_url = None
        key = "for the tests only, and long enough for that"
        said = bem.refused(*arguments, BEM_SECRET_KEY=key)
        assert "Run: bem db upgrade" in said

    @pytest.mark.parametrize(
        ("settings", "sentence"),
        [
            ({"BEM_DATABASE_URL": "nonsense"}, "The database URL cannot be read"),
            ({"BEM_DATABASE_URL": "mysql://a:b@host:port/x"}, "The database URL cannot be read"),
            ({"BEM_DATABASE_URL": "postgresql://host/bem"}, "use sqlite"),
            ({"BEM_DATABASE_URL_FILE": "/none"}, "BEM_DATABASE_URL_FILE"),
            ({"BEM_DATABASE_URL": "sqlite:////proc/none/x.sqlite"}, "cannot be made"),
            ({"BEM_DATABASE_URL": "sqlite:////proc/x.sqlite"}, "unable to open database file"),
            ({"BEM_DATABASE_URL": "sqlite:////etc/passwd"}, "file is not a database"),
            ({"BEM_BASE_URL": "bem.lab"}, "BEM_BASE_URL"),
            ({"BEM_TRUSTED_PROXIES": "two"}, "BEM_TRUSTED_PROXIES"),
        ],
    )
    def test_wrong_settings_are_named(self, here, settings, sentence: str):
        bem, _ = here
        bem.database_url = None
        assert sentence in bem.refused("db", "check", **settings)

    def test_a_web_server_without_a_key_does_not_start(self, here):
        assert "BEM_SECRET_KEY" in here[0].refused("web", BEM_SECRET_KEY="")
        assert "characters" in here[0].refused("web", BEM_SECRET_KEY="short")

    def test_a_server_that_is_away_is_a_failure_of_ours(self, tmp_path: Path):
        url = "mysql://root:secret%40word@127.0.0.1:1/bem"
        said = Shell(tmp_path, url)("db", "check")
        assert (said.status, said.err.count("\n")) == (1, 1)
        assert "The database cannot be reached" in said.err
        assert "secret" not in said.err

    @pytest.mark.parametrize("database_url", SERVER_ENGINES, indirect=True)
    def test_a_server_that_refuses_is_a_wrong_setting(self, bem: Shell, database: Database):
        port = database.engine.url.port
        for user, name in (("nobody:secret", "mysql"), ("root", "no_such_database")):
            bem.database_url = f"mysql://{user}@127.0.0.1:{port}/{name}"
            said = bem.refused("db", "check")
            assert "BEM_DATABASE_URL" in said
            assert "secret" not in said


class TestUserCommands:
    PASSWORD = "seven green cells"

    def test_the_life_of_a_user(self, bem: Shell, database: Database, monkeypatch, capsys):
        bem = QuickShell(bem, monkeypatch, capsys)
        add = ("user", "add", "ada", "--role", "admin", "--password-stdin")
        assert bem.done(*add, say=f"{self.PASSWORD}\n") == "ada may now sign in as admin.\n"
        assert "already" in bem.refused(*add, say=f"{self.PASSWORD}\n")
        viewer = ("user", "add", "vera", "--role", "viewer", "--password-stdin")
        bem.done(*viewer, say=self.PASSWORD)
        assert bem.done("user", "list").splitlines() == [
            "ada\tadmin\tenabled\tnever",
            "vera\tviewer\tenabled\tnever",
        ]
        bem.done("user", "role", "vera", "operator")
        bem.done("user", "disable", "vera")
        assert bem.done("user", "list").splitlines()[1] == "vera\toperator\tdisabled\tnever"
        bem.done("user", "enable", "vera")
        with database.read() as session:
            query = text("SELECT password_hash FROM bem_users WHERE name = 'vera'")
            before = session.scalar(query)
        bem.done("user", "password", "vera", "--password-stdin", say="another long one\n")
        with database.read() as session:
            assert session.scalar(query) != before
            assert self.PASSWORD not in before
        said = bem.done("user", "sign-out", "vera")
        assert said == "vera is signed out: 0 sessions ended.\n"
        for command in (("disable", "ada"), ("role", "ada", "viewer")):
            assert "ada is the last admin" in bem.refused("user", *command)
        with database.read() as session:
            came_from = session.execute(text("SELECT DISTINCT user_name, address FROM bem_audit"))
            assert came_from.all() == [("command line", "command line")]

    def test_what_is_refused(self, here):
        bem, _ = here
        add = ("user", "add", "ada", "--password-stdin")
        assert "12" in bem.refused(*add, "--role", "admin", say="short\n")
        bem.refused(*add, "--role", "king", say=f"{self.PASSWORD}\n")
        bem.refused(*add, say=f"{self.PASSWORD}\n")
        assert "--password-stdin" in bem.refused("user", "add", "ada", "--role", "admin")
        for command in (("disable", "nobody"), ("role", "nobody", "viewer")):
            assert "nobody" in bem.refused("user", *command)
        assert bem.done("user", "list") == ""


def test_help_is_a_result(here):
    for arguments in (("--help",), ("import", "--help"), ("user", "add", "--help")):
        assert "Usage" in here[0].done(*arguments)


@pytest.mark.parametrize("arguments", [("nonsense",), ("db", "nonsense"), ("import",), ("export",)])
def test_wrong_usage_is_refused(here, arguments):
    here[0].refused(*arguments)


def test_starting_loads_no_web_server(tmp_path: Path):
    code = (
        "import sys, json; sys.argv = ['bem', 'user', '--help']\n"
        "from bem import cli\n"
        "print(json.dumps([name for name in ('dash', 'flask', 'alembic') if name in sys.modules]))"
    )
    ended = subprocess.run(
        [BEM.with_name("python"), "-c", code], capture_output=True, check=True, cwd=tmp_path
    )
    assert json.loads(ended.stdout) == []


def test_two_sqlite_urls_for_one_file_are_one_database(tmp_path: Path):
    bem = Shell(tmp_path, sqlite_url(tmp_path / "x.sqlite"))
    bem.done("db", "upgrade")
    assert Shell(tmp_path, "sqlite:///x.sqlite")("db", "check").status == 0
