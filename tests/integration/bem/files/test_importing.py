"""`bem import` with many files, files that came before, files of one test, and dry runs."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from cycling.formats import Field, open_table, propose
from cycling.formats.columns.remembered import Corrections, layout_key
from cycling.terms import Polarity
from db.commands.audit import By
from db.commands.experiments.import_corrections import remember
from db.commands.profiles import save_profile
from db.engine import Database
from db.models import Experiment, ImportFile
from db.queries.experiments.detail import experiment_facts
from db.queries.experiments.planned import present_number
from db.queries.experiments.template import experiment_pattern
from db.queries.profiles.library import library_profile
from tests.integration.bem.cli.shell import Shell, cells, importing
from tests.unit.db.lab import BY, add_cell, add_stack, counts, stored_measures

DAY_S = 86_400
BEGAN_S = 1_700_000_000


def cycle_file(path: Path, begins_s: int = BEGAN_S, *, rows: int = 300, head: str = "") -> Path:
    """A charge and a discharge with a clock, so that nothing is to be asked."""
    lines = ["Test Time / s,Unix Time / s,Voltage / V,Current / A,Cycle Count / 1"]
    for n in range(rows):
        up = n < rows // 2
        within = n % (rows // 2)
        volts = 3.0 + within / 1000 if up else 3.5 - within / 1000
        lines.append(f"{n},{begins_s + n},{volts:.4f},{1 if up else -1},1")
    path.write_text(head + "\n".join(lines) + "\n")
    return path


def files_of(database: Database, experiment_id: int) -> list[tuple[str, dict, int]]:
    with database.read() as session:
        found = session.scalars(
            select(ImportFile)
            .where(ImportFile.experiment_id == experiment_id)
            .order_by(ImportFile.number)
        ).all()
        return [(one.file_name, one.facts, one.measures) for one in found]


def sample(database: Database, experiment_id: int) -> tuple[float, float]:
    """Return the first current and voltage, in mA and mV."""
    first = stored_measures(database, experiment_id)[0]
    return first.current_ma, first.voltage_mv


def ids(database: Database) -> set[int]:
    with database.read() as session:
        return set(session.scalars(select(Experiment.id)))


@pytest.fixture
def cells_of_lab(lab: Database) -> Database:
    """The lab with two more cells: one has the number of the other as its name."""
    add_cell(lab, "NMC-17", serial_number="S-900")
    add_cell(lab, "NMC-18", serial_number="S-901")
    return lab


class TestAgain:
    def test_a_file_that_came_before_is_named_with_the_options(self, bem, lab, tmp_path):
        file = cycle_file(tmp_path / "a.csv")
        first = bem.done(*importing(file)).strip()
        said = bem(*importing(file))
        assert f"warning: a.csv came before: experiment {first}" in said.err
        for answer in ("skip", "replace"):
            assert f"--again {answer}" in said.err
        assert ids(lab) == {int(first), int(said.out)}
        assert "came before" not in bem(*importing(file, "--again", "new")).err

    def test_the_same_measures_in_another_file_are_recognised(self, here, tmp_path):
        bem, _ = here
        file = cycle_file(tmp_path / "a.csv")
        first = bem.done(*importing(file)).strip()
        rewritten = tmp_path / "b.txt"
        rewritten.write_text(file.read_text().replace(",", ";").replace(".", ","))
        said = bem(*importing(rewritten)).err
        assert f"experiment {first}" in said
        assert "the same measures" in said

    def test_another_week_is_another_test(self, here, tmp_path):
        bem, _ = here
        bem.done(*importing(cycle_file(tmp_path / "a.csv")))
        bem.done(*importing(cycle_file(tmp_path / "b.csv", BEGAN_S + 7 * DAY_S)))

    def test_it_is_skipped(self, here, tmp_path):
        bem, database = here
        file = cycle_file(tmp_path / "a.csv")
        bem.done(*importing(file))
        said = bem(*importing(file, "--again", "skip"))
        assert (said.status, said.out) == (0, "")
        assert "a.csv is skipped" in said.err
        assert len(ids(database)) == 1

    def test_it_comes_once_more(self, here, tmp_path):
        bem, database = here
        file = cycle_file(tmp_path / "a.csv")
        bem.done(*importing(file))
        bem.done(*importing(file, "--again", "new"))
        assert len(ids(database)) == 2
        said = bem.refused(*importing(file, "--again", "replace"))
        assert "more than once" in said

    def test_it_takes_the_place_of_the_first(self, bem, lab, tmp_path):
        file = cycle_file(tmp_path / "a.csv")
        first = int(bem.done(*importing(file)))
        second = int(bem.done(*importing(file, "--again", "replace", "--name", "Second")))
        assert ids(lab) == {second}
        assert first != second
        assert f"bem: Experiment {first}" in bem.refused("export", str(first))

    def test_without_anything_before_the_answer_changes_nothing(self, here, tmp_path):
        bem, database = here
        bem.done(*importing(cycle_file(tmp_path / "a.csv"), "--again", "replace"))
        assert len(ids(database)) == 1


class TestManyFiles:
    def test_each_becomes_an_experiment_in_their_order(self, bem, lab, tmp_path):
        files = [cycle_file(tmp_path / f"cell {n}.csv", BEGAN_S + n * DAY_S) for n in (2, 1, 3)]
        said = bem.done("import", *files, "--battery", "Cell 1").split()
        names = [experiment_facts(lab, int(one)).name for one in said]
        assert names == ["cell 2", "cell 1", "cell 3"]

    def test_one_that_fails_does_not_lose_the_others(self, here, tmp_path):
        bem, database = here
        files = [cycle_file(tmp_path / f"{n}.csv", BEGAN_S + n * DAY_S) for n in range(3)]
        files[1].write_text("nothing")
        said = bem.partly("import", *files, "--battery", "Cell 1")
        assert {int(one) for one in said.out.split()} == ids(database)
        assert len(said.out.split()) == 2
        assert "error: 1.csv: " in said.err
        assert "1 of 3 files were not imported: 1.csv." in said.err

    def test_the_same_file_twice_is_one(self, here, tmp_path):
        bem, database = here
        file = cycle_file(tmp_path / "a.csv")
        said = bem.partly("import", file, file, "--battery", "Cell 1")
        assert {int(one) for one in said.out.split()} == ids(database)
        assert "a.csv is given twice" in said.err

    def test_one_start_for_many_is_refused(self, here, tmp_path):
        bem, _ = here
        files = [cycle_file(tmp_path / name) for name in ("a.csv", "b.csv")]
        assert "--start" in bem.refused(
            "import", *files, "--battery", "Cell 1", "--start", "2026-01-01"
        )


class TestBatteryFrom:
    @pytest.mark.parametrize(
        ("name", "battery"),
        [
            ("run_NMC-17_01.csv", "NMC-17"),
            ("run_nmc-18_01.csv", "NMC-18"),
            ("run_S-900_1.csv", "NMC-17"),
        ],
    )
    def test_its_group_names_the_battery(self, bem, cells_of_lab, tmp_path, name, battery):
        file = cycle_file(tmp_path / name)
        found = bem.done("import", file, "--battery-from", r"run_([^_]+)_").strip()
        assert experiment_facts(cells_of_lab, int(found)).battery.name == battery

    def test_its_group_is_an_id(self, here, tmp_path):
        bem, database = here
        battery = add_cell(database, "NMC-17")
        file = cycle_file(tmp_path / f"run {battery}.csv")
        found = bem.done("import", file, "--battery-from", r"run (\d+)").strip()
        assert experiment_facts(database, int(found)).battery_id == battery

    @pytest.mark.parametrize(
        ("pattern", "words"),
        [
            ("cell-(.*)", "finds no battery in the name run NMC-17.csv"),
            ("run (NMC)", "No battery has 'NMC' as its name, serial number or id"),
            ("run (NMC)", "There are: Cell 1, NMC-17, NMC-18"),
            ("run (NMC", "--battery-from run (NMC:"),
            ("run", "has 0 groups"),
        ],
    )
    def test_what_names_none_is_refused(self, here, tmp_path, pattern, words):
        bem, database = here
        add_cell(database, "NMC-17")
        add_cell(database, "NMC-18")
        file = cycle_file(tmp_path / "run NMC-17.csv")
        assert words in bem.refused("import", file, "--battery-from", pattern)
        assert ids(database) == set()

    def test_what_names_several_is_refused_with_their_names(self, here, tmp_path):
        bem, database = here
        one, other = add_cell(database, "NMC-17"), add_cell(database, "B", serial_number="NMC-17")
        said = bem.refused(
            "import", cycle_file(tmp_path / "NMC-17.csv"), "--battery-from", r"(.*)\.csv"
        )
        assert f"{one} (NMC-17, " in said
        assert f"{other} (B, SN NMC-17)" in said


class TestAppend:
    def test_files_in_order_are_one_experiment(self, bem: Shell, lab: Database, tmp_path):
        files = [cycle_file(tmp_path / f"{n}.csv", BEGAN_S + n * 3600, rows=20) for n in range(3)]
        found = bem.done("import", *files, "--append", "--battery", "Cell 1").split()
        assert len(found) == 1
        facts = experiment_facts(lab, int(found[0]))
        assert (facts.name, facts.measures) == ("0", 60)
        assert files_of(lab, int(found[0])) == [(f"{n}.csv", {}, 20) for n in range(3)]
        rows = cells(bem.done("export", found[0]))[1:]
        assert [float(row[0]) for row in rows] == [*range(20), *range(19, 39), *range(38, 58)]
        assert [row[5] for row in rows] == ["1"] * 20 + ["2"] * 20 + ["3"] * 20
        assert float(rows[20][1]) == BEGAN_S + 3600
        said = bem("import", files[2], "--battery", "Cell 1", "--dry-run").err
        assert f"experiment {found[0]}" in said
        said = bem.refused("import", files[2], "--battery", "Cell 1", "--again", "replace")
        assert "made of 3 files" in said

    def test_files_in_another_order_are_refused(self, here, tmp_path):
        bem, database = here
        files = [cycle_file(tmp_path / f"{n}.csv", BEGAN_S - n * 3600) for n in range(2)]
        said = bem.refused("import", *files, "--append", "--battery", "Cell 1")
        assert "1.csv begins on 2023-11-14 21:13:20 UTC" in said
        assert "out of order" in said
        assert ids(database) == set()

    def test_files_of_two_batteries_are_refused(self, here, tmp_path):
        bem, database = here
        add_cell(database, "B")
        files = [cycle_file(tmp_path / "Cell 1.csv"), cycle_file(tmp_path / "B.csv", BEGAN_S + 999)]
        said = bem.refused("import", *files, "--append", "--battery-from", r"(.*)\.")
        assert "several batteries: B, Cell 1" in said


def test_a_dry_run_says_what_each_becomes_and_keeps_nothing(bem, lab, tmp_path):
    files = [cycle_file(tmp_path / f"cell {n}.csv", BEGAN_S + n * DAY_S) for n in range(2)]
    before = counts(lab)
    said = bem.done("import", *files, "--battery", "Cell 1", "--dry-run")
    first, second = said.splitlines()
    assert first.startswith("cell 0.csv: 300 measures, 4 min 59 s from 2023-11-14 22:13:20 UTC")
    assert "as 'cell 0' of battery 1 (Cell 1); BDF CSV" in first
    assert second.startswith("cell 1.csv: ")
    assert counts(lab) == before


def test_a_dry_run_does_not_say_that_files_were_imported(here, tmp_path):
    bem, database = here
    files = [cycle_file(tmp_path / f"{n}.csv", BEGAN_S + n * DAY_S) for n in range(2)]
    files[1].write_text("nothing")
    said = bem.partly("import", *files, "--battery", "Cell 1", "--dry-run").err
    assert said.endswith("1 of 2 files cannot be imported: 1.csv.\n")
    assert ids(database) == set()


def test_a_file_that_has_grown_is_added_to_what_it_was(here, tmp_path):
    bem, database = here
    file = cycle_file(tmp_path / "cell.csv", BEGAN_S)
    whole = file.read_text()
    file.write_text("".join(whole.splitlines(keepends=True)[:200]))
    (first,) = bem.done("import", file, "--battery", "Cell 1", "--name", "Aging").split()
    file.write_text(whole)
    said = bem("import", file, "--battery", "Cell 1", "--dry-run").err
    assert "--again add to add what is new to that experiment" in said
    (added,) = bem.done("import", file, "--battery", "Cell 1", "--again", "add").split()
    assert ids(database) == {int(added)}
    facts = experiment_facts(database, int(added))
    assert (facts.name, facts.measures) == ("Aging", 300)
    assert present_number(database, int(first)) == int(added)
    said = bem.refused("import", file, "--battery", "Cell 1", "--again", "add")
    assert "only a file that has grown is added" in said


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_dry_run_says_that_one_file_is_the_beginning_of_another(here, tmp_path, order):
    bem, _ = here
    files = [tmp_path / "beginning.csv", cycle_file(tmp_path / "whole.csv", BEGAN_S)]
    lines = files[1].read_text().splitlines(keepends=True)
    files[0].write_text("".join(lines[:200]))
    said = bem("import", *(files[n] for n in order), "--battery", "Cell 1", "--dry-run").err
    words = "warning: whole.csv has the measures of beginning.csv. Import one of both."
    assert said.count(words) == 1
    bem.done("import", files[1], "--battery", "Cell 1")
    again = bem("import", files[0], "--battery", "Cell 1").err
    assert "which has its measures, and more" in again
    assert "--again replace" not in again


def test_where_all_files_fail_no_others_are_named(here, tmp_path):
    bem, _ = here
    files = [tmp_path / f"{n}.csv" for n in range(2)]
    for file in files:
        file.write_text("nothing")
    said = bem.partly("import", *files, "--battery", "Cell 1").err
    assert said.endswith("2 of 2 files were not imported: 0.csv, 1.csv.\n")


def test_what_the_head_says_is_kept_and_names_the_experiment(bem, lab, tmp_path):
    head = "Name of Test: Formation 3\nCell: NMC-17\nMass (g): 0.0123\n\n"
    found = bem.done("import", cycle_file(tmp_path / "a.csv", head=head), "--battery", "Cell 1")
    assert experiment_facts(lab, int(found)).name == "Formation 3"
    facts = {"name": "Formation 3", "cell": "NMC-17", "mass": "0.0123 g"}
    assert files_of(lab, int(found)) == [("a.csv", facts, 300)]


def test_the_file_is_kept_where_the_setting_says_so(here, tmp_path):
    bem, database = here
    bem.done(*importing(cycle_file(tmp_path / "a.csv")))
    assert not (tmp_path / "data" / "kept").exists()
    other = cycle_file(tmp_path / "b.csv", BEGAN_S + DAY_S)
    found = bem.done(*importing(other), BEM_KEEP_FILES="1").strip()
    (file,) = experiment_facts(database, int(found)).source.files
    assert file.kept
    assert (tmp_path / "data" / "kept" / file.sha256).read_bytes() == other.read_bytes()


class TestProfile:
    TEXT = "SAFETY VOLTAGE 2.4 4.3\nCC 1A, TIME 1h, VOLTAGE 4.2\nCC -1A, TIME 1h, VOLTAGE 2.5\n"

    def steps_file(self, path: Path, last: int) -> Path:
        lines = ["Test Time / s,Unix Time / s,Voltage / V,Current / A,Step ID / 1"]
        lines += [f"{n},{BEGAN_S + n},{3 + n / 100},1,{1 if n < 10 else last}" for n in range(20)]
        path.write_text("\n".join(lines) + "\n")
        return path

    def test_its_rows_are_named_by_the_step_ids(self, bem, lab, tmp_path):
        (tmp_path / "cycle.txt").write_text(self.TEXT)
        file = self.steps_file(tmp_path / "a.csv", 2)
        arguments = importing(file, "--profile", "cycle.txt")
        assert "300" not in bem.done(*arguments, "--dry-run")
        found = int(bem.done(*arguments))
        assert experiment_facts(lab, found).profile.startswith("cycle")

    @pytest.mark.parametrize(
        ("last", "text", "words"),
        [
            (9, TEXT, "The file has step id 9, the profile has"),
            (2, "CC 1A\n", "line 1"),
            (2, None, "cycle.txt is not there, and no profile of the library has it"),
        ],
    )
    def test_what_does_not_fit_is_refused(self, here, tmp_path, last, text, words):
        bem, database = here
        if text is not None:
            (tmp_path / "cycle.txt").write_text(text)
        file = self.steps_file(tmp_path / "a.csv", last)
        assert words.lower() in bem.refused(*importing(file, "--profile", "cycle.txt")).lower()
        assert ids(database) == set()

    def test_a_file_without_step_ids_has_no_profile(self, here, tmp_path):
        bem, database = here
        (tmp_path / "cycle.txt").write_text(self.TEXT)
        said = bem.refused(*importing(cycle_file(tmp_path / "a.csv"), "--profile", "cycle.txt"))
        assert "no step ids" in said
        assert ids(database) == set()

    @pytest.mark.parametrize("by_number", [True, False])
    def test_it_may_be_one_of_the_library(self, bem, lab, tmp_path, by_number):
        saved = save_profile(lab, name="Cycle life", description="", text=self.TEXT, by=BY)
        named = str(saved.profile_id) if by_number else "Cycle life"
        file = self.steps_file(tmp_path / "a.csv", 2)
        found = int(bem.done(*importing(file, "--profile", named)))
        assert experiment_facts(lab, found).profile == "Cycle life v1, 5 Ah"
        assert library_profile(lab, saved.profile_id).last.experiments == 1

    def test_a_dry_run_says_that_the_file_is_not_of_it(self, here, tmp_path):
        bem, database = here
        (tmp_path / "cycle.txt").write_text(self.TEXT)
        arguments = importing(self.steps_file(tmp_path / "a.csv", 9), "--profile", "cycle.txt")
        assert "has step id 9" in bem.refused(*arguments, "--dry-run")
        assert ids(database) == set()


class TestElectrolytes:
    SIDES = ("--electrolyte", "pos:1000,50,10,60", "--electrolyte", "neg:900,40,0,60")

    def arguments(self, folder: Path, *more: str) -> list[str]:
        file = cycle_file(folder / "a.csv")
        return ["import", str(file), "--battery", "Stack", *more]

    def test_a_stack_has_them(self, bem, lab, tmp_path):
        stack = add_stack(lab)
        found = int(bem.done(*self.arguments(tmp_path, *self.SIDES)))
        assert experiment_pattern(lab, found).electrolytes == {
            Polarity.POSITIVE: (1000, 50, 10, 60),
            Polarity.NEGATIVE: (900, 40, 0, 60),
        }
        assert experiment_pattern(lab, found).battery_id == stack

    def test_they_may_be_left_out(self, here, tmp_path):
        bem, database = here
        add_stack(database)
        found = int(bem.done(*self.arguments(tmp_path)))
        assert experiment_pattern(database, found).electrolytes == {}

    @pytest.mark.parametrize(
        ("sides", "words"),
        [
            (["pos:1000,50,10,60"], "give the other side, too"),
            (["pos:1000,50,10,60", "POS:1,1,1,1"], "this side is given twice"),
            (["left:1000,50,10,60"], "Write it like pos:1000,50,10,60"),
            (["pos:1000,50,10"], "Write it like pos:1000,50,10,60"),
            (["pos"], "Write it like pos:1000,50,10,60"),
            (["pos:0,50,10,60"], "volume: Give a volume above 0"),
            (["pos:1.5,50,10,60"], "volume: Give a whole number"),
            (["pos:1000,101,10,60"], "SOC: Give 0 to 100 %"),
            (["pos:1000,50,61,60"], "highest flow rate: At least the lowest"),
        ],
    )
    def test_what_cannot_be_is_refused(self, here, tmp_path, sides, words):
        bem, database = here
        add_stack(database)
        options = [part for side in sides for part in ("--electrolyte", side)]
        said = bem.refused(*self.arguments(tmp_path, *options))
        assert f"--electrolyte {sides[-1]}" in said
        assert words in said
        assert ids(database) == set()

    @pytest.mark.parametrize("dry", [True, False])
    def test_a_cell_has_none(self, here, tmp_path, dry):
        bem, database = here
        more = [*self.SIDES, *(["--dry-run"] if dry else [])]
        said = bem.refused(*importing(cycle_file(tmp_path / "a.csv"), *more))
        assert "Cell 1 is no redox-flow stack: it has no electrolytes." in said
        assert ids(database) == set()


class TestRemembered:
    """What was corrected of a file is there for the next one, as on the page."""

    AS_FOR = "Read as for cell-17.txt on 2026-10-01 by ada: Strom is Current in mA; "

    @pytest.fixture
    def file(self, lab, tmp_path) -> Path:
        """A file of a layout that was corrected, whose voltage says nothing about the sign."""
        rows = [f"{n};{n};3,1;{-1 if n > 15 else 1}" for n in range(30)]
        path = tmp_path / "next.csv"
        path.write_text("\n".join(["Zeit/s;Uhr;Spannung/V;Strom", *rows, ""]))
        table = open_table(path, path.name)
        answers = Corrections(((3, Field.CURRENT, "mA"),), None, positive_is_charge=False)
        by = By("ada", "", datetime(2026, 10, 1, tzinfo=UTC))
        remember(lab, layout_key(propose(table)), answers, file_name="cell-17.txt", by=by)
        return path

    def test_the_file_is_read_like_the_earlier_one_and_that_is_said(self, bem, lab, file):
        said = bem(*importing(file))
        assert (said.status, said.err.count(self.AS_FOR)) == (0, 1), said.err
        assert "current above zero discharges" in said.err
        assert "--no-remembered" in said.err
        first = sample(lab, int(said.out))
        assert first == (-1.0, 3100.0)

    def test_it_is_read_as_recognised_where_that_is_wanted(self, bem, file):
        said = bem(*importing(file, "--no-remembered"))
        assert said.status == 2
        assert "--charge-sign" in said.err
        assert "Read as for" not in said.err

    def test_options_count_more_and_are_not_said_to_be_remembered(self, bem, lab, file):
        said = bem(*importing(file, "--map", "Strom=current:A", "--charge-sign", "+"))
        assert said.status == 0, said.err
        assert "Read as for" not in said.err
        assert sample(lab, int(said.out)) == (1000.0, 3100.0)
