"""Files of several experiments: who asks for them gets all of what was named, or a sentence."""

import csv
import io
import zipfile

import polars as pl
import pytest
from sqlalchemy import select

from dashboard.app import create_app
from dashboard.settings import WebSettings
from db.commands import users
from db.commands.audit import By
from db.engine import Database
from db.measures.export import csv_pieces
from db.models import AuditEntry
from db.terms import Role
from tests.unit.dashboard.world import PASSWORD, START, Clock, FakeHasher
from tests.unit.db.lab import add_experiment
from tests.unit.pages.experiment.cycles.cycled import cycled

FORMULA = '=HYPERLINK("http://x")'


@pytest.fixture
def vera(sqlite_database: Database, tmp_path):
    hasher = FakeHasher()
    by = By("", "", START)
    users.add_user(sqlite_database, "vera", Role.VIEWER, PASSWORD, by=by, hasher=hasher)
    settings = WebSettings(secret_key="k" * 32, data_dir=tmp_path / "data")
    app = create_app(
        settings,
        sqlite_database,
        clock=Clock(),
        hasher=hasher,
        pages="tests.unit.dashboard.sample_pages",
    )
    client = app.test_client()
    client.post("/login", data={"username": "vera", "password": PASSWORD})
    return client


@pytest.fixture
def ids(sqlite_database: Database) -> list[int]:
    return [cycled(sqlite_database, 3, name=FORMULA), cycled(sqlite_database, 2, name="B")]


def named(path: str, ids) -> str:
    return f"{path}?experiments={','.join(map(str, ids))}"


def rows(answer) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))


def test_a_zip_has_the_measures_of_each(sqlite_database, vera, ids):
    answer = vera.get(named("/experiments/measures.zip", ids))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="measures-2.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as archive:
        assert archive.namelist() == [
            f"{ids[0]}-HYPERLINK-http-x.bdf.csv",
            f"{ids[1]}-B.bdf.csv",
        ]
        for name, one in zip(archive.namelist(), ids, strict=True):
            assert archive.read(name) == b"".join(csv_pieces(sqlite_database, one))
    with sqlite_database.read() as session:
        targets = session.scalars(select(AuditEntry.target).where(AuditEntry.action == "export"))
        assert list(targets) == [f"experiment {one}" for one in ids]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_cycles_of_all_stand_in_one_table(vera, ids, kind):
    answer = vera.get(named(f"/experiments/cycles.{kind}", ids))
    read = pl.read_csv if kind == "csv" else pl.read_parquet
    table = read(io.BytesIO(answer.get_data()))
    assert table["experiment"].to_list() == [ids[0]] * 3 + [ids[1]] * 2
    assert table["cycle"].to_list() == [1, 2, 3, 1, 2]
    assert table["name"][0] == f"'{FORMULA}"
    alone = pl.read_csv(io.BytesIO(vera.get(f"/experiments/{ids[1]}/cycles.csv").get_data()))
    column = "cycle_discharging_capacity_ah"
    assert table[column].to_list()[3:] == pytest.approx(alone[column].to_list())


def test_a_comparison_is_written_as_it_is_drawn(vera, ids):
    query = named("/compare/values.csv", ids) + "&y=discharge_ah&y=retention_pct&x=throughput"
    values = rows(vera.get(f"{query}&group=model"))
    assert [one["metric"] for one in values] == ["discharge_ah"] * 5 + ["retention_pct"] * 5
    assert {one["group"] for one in values} == {"LG M50"}
    assert values[0]["name"] == f"'{FORMULA}"
    assert float(values[5]["value"]) == 100
    assert float(values[0]["throughput_ah"]) == pytest.approx(1.995, abs=0.01)
    hidden = rows(vera.get(f"{query}&hidden={ids[0]}"))
    assert {one["experiment"] for one in hidden} == {str(ids[1])}


def test_means_are_those_of_the_values(vera, ids):
    values = rows(vera.get(named("/compare/values.csv", ids)))
    means = rows(vera.get(named("/compare/means.csv", ids)))
    assert [one["n"] for one in means] == ["2", "2", "1"]
    for one in means:
        of_it = [float(v["value"]) for v in values if v["cycle"] == one["cycle"]]
        assert float(one["mean"]) == pytest.approx(sum(of_it) / len(of_it))
    assert means[2]["std"] == means[2]["sem"] == ""


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/experiments/measures.zip", 400, "Choose experiments first"),
        ("/experiments/measures.zip?experiments=x", 400, "names no experiments"),
        ("/experiments/measures.zip?experiments=4000000", 404, "no experiment 4000000"),
        ("/experiments/cycles.xlsx?experiments=1", 404, "as csv or parquet"),
        ("/experiments/cycles.csv?experiments=1-500", 400, "At most 100"),
        ("/compare/other.csv?experiments=1", 404, "values or means"),
        ("/compare/values.csv", 400, "Choose experiments first"),
    ],
)
def test_what_cannot_be_written_is_said(vera, path, status, words):
    answer = vera.get(path)
    assert answer.status_code == status
    assert words in answer.get_data(as_text=True)


def test_an_experiment_without_measures_is_an_empty_file(sqlite_database, vera, ids):
    empty = add_experiment(sqlite_database)
    answer = vera.get(named("/experiments/measures.zip", [empty, ids[1]]))
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as archive:
        lines = [archive.read(one).count(b"\n") for one in archive.namelist()]
    assert lines[0] == 1
    assert lines[1] > 1
    table = rows(vera.get(named("/experiments/cycles.csv", [empty, ids[1]])))
    assert {one["experiment"] for one in table} == {str(ids[1])}
