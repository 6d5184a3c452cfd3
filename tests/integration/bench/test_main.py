"""The benchmark runs and its table is whole. How long things take is nobody's business here."""

import json
import shutil
from datetime import UTC, datetime

import pytest

from bench import __main__ as command
from bench import peers
from bench.crowd import Crowd, crowd_lines
from bench.lines import Goal, Line, with_growth
from bench.parts import WORKS, Sizes, measure_server
from bench.peers import MariaDbPeer
from bench.site.work import CHANNELS, write_measures
from bench.table import as_markdown, as_text, save
from db import series

FILE = ["check a file", "read a file"]
GRAPHS = [
    "graph, whole: points",
    "graph, 1/10: points",
    "graph, 1/100: points",
    "graph, last 1,000: points",
    "graph, whole: callback",
    "graph, 1/100: callback",
]
STATISTICS = [
    "statistics, from samples",
    "statistics, from kept totals",
    "statistics, 1,000 new measures",
]
WEB = [
    "bem web: start to /health",
    "bem web: an idle worker",
    "CSV through the web",
    "CSV, beside scans",
    "parquet through the web",
    "CSV: first byte",
    "CSV: memory over idle",
]
SORTS = ["id", "name", "status", "battery", "technology", "station", "profile", "created"]
SORTS += ["started", "finished", "duration", "cycles", "retention"]
LIST = [
    "list, first page",
    "list, page in the middle",
    "list, last page",
    *(f"list, by {key}" for key in SORTS),
    "list, filter",
    "list, filter and order",
    "list, search",
    "list, search without a hit",
    "list, search of all",
    "list, search of all without a hit",
    "list, choices",
    "list, choices of a filter",
    "list, page: callback",
]
CROWD = [
    "check by the worker",
    "import by the worker",
    *(
        f"{work}: {name}"
        for work in ("list, a page", "graph, whole", "graph, zoom", "CSV, its head")
        for name in ("p50", "p95")
    ),
    "bem worker: most memory",
    "bem web: most memory",
]


def sizes(*works: str) -> Sizes:
    return Sizes(rows=300, experiments=120, series=(150, 300), tabs=2, works=works, short=True)


def works_of(lines: list[Line]) -> list[str]:
    return [line.work for line in lines]


def test_every_work_of_the_server_is_measured(tmp_path):
    with peers.sqlite(tmp_path) as peer:
        lines = measure_server(sizes(*WORKS), tmp_path, [peer])
    assert works_of(lines) == [
        *FILE,
        "import, checked",
        "import from memory",
        *GRAPHS * 2,
        *STATISTICS * 2,
        *["space of columns"] * 2,
        *WEB,
        "delete",
        *LIST,
    ]
    assert {line.engine for line in lines if line.work not in FILE} == {"SQLite"}
    assert all(line.limit for line in lines if line.work.endswith(("points", "web")))
    assert all(line.median > 0 and line.median <= (line.worst or line.median) for line in lines)


@pytest.mark.mariadb
def test_an_import_into_mariadb_is_measured_beside_its_client(tmp_path, mariadb_server):
    client = shutil.which("mariadb")
    if client is None:
        pytest.skip("the client mariadb is not installed")
    peer = MariaDbPeer(mariadb_server, client, tmp_path)
    try:
        lines = measure_server(sizes("import"), tmp_path, [peer])
        with series.opened(peer.database, 1) as experiment:
            found = experiment.channels
        ids = [one.used_measure_id for one in found if one.used_measure_id is not None]
        peer.export(1, ids, tmp_path / "pivot.tsv")
    finally:
        peer.close()
    assert works_of(lines) == ["import, checked"]
    assert lines[0].limit == "LOAD DATA by the client"
    assert lines[0].goal is not None
    pivot = (tmp_path / "pivot.tsv").read_text().splitlines()
    assert [len(pivot), len(pivot[0].split("\t"))] == [300, 7 + len(CHANNELS)]


def test_tabs_and_an_import_go_on_at_once(tmp_path):
    file = write_measures(tmp_path / "measures.csv", 300)
    with peers.sqlite(tmp_path) as peer:
        crowd = Crowd(tabs=2, quiet_s=0.1, pause_s=0.02, web_workers=1)
        lines = crowd_lines(peer, tmp_path, file, 300, 120, crowd)
    assert works_of(lines) == CROWD
    assert all(line.median > 0 for line in lines)


def line(size: int, median: float, goal: Goal | None = None) -> Line:
    return Line("graph", "SQLite", median, size=size, per="measures", goal=goal)


def test_growth_is_that_against_the_smallest_size():
    goal = Goal("twice", growth=2.0)
    lines = with_growth([line(1000, 0.3, goal), line(10, 0.1, goal), line(100, 0.2, goal)])
    assert [one.growth for one in lines] == [pytest.approx(3.0), None, pytest.approx(2.0)]
    assert [one.is_met for one in lines] == [False, True, True]


def test_a_goal_has_bounds_for_median_worst_run_and_ratio():
    goal = Goal("all", most=1.0, worst=2.0, ratio=0.5)
    good = Line("work", "SQLite", 1.0, worst=2.0, limit="it", limit_median=0.5, goal=goal)
    assert good.is_met
    assert not Line("work", "SQLite", 1.1, goal=goal).is_met
    assert not Line("work", "SQLite", 1.0, worst=2.1, goal=goal).is_met
    assert not Line("work", "SQLite", 1.0, limit="it", limit_median=0.4, goal=goal).is_met


def test_the_table_has_a_row_for_every_line_and_is_saved_twice(tmp_path):
    lines = [line(100, 0.02, Goal("50 ms", most=0.05)), line(200, 0.2, Goal("50 ms", most=0.05))]
    file = save(lines, tmp_path, datetime(2026, 1, 5, tzinfo=UTC), {"rows": 7})
    saved = json.loads(file.read_text())
    assert [one["met"] for one in saved["lines"]] == [True, False]
    assert saved["rows"] == 7
    table = file.with_suffix(".md").read_text()
    assert "| graph | SQLite | 200 | 200.0 ms |  | 1,000 measures |" in table
    assert table == as_markdown(lines, {"rows": 7})
    assert [row.split()[-1] for row in as_text(lines).splitlines()[2:]] == ["yes", "NO"]


@pytest.mark.parametrize(
    "wrong", [["--rows", "0"], ["--rows", "many"], ["--only", "nothing"], ["part"]]
)
def test_what_cannot_be_measured_is_refused(wrong, capsys):
    with pytest.raises(SystemExit) as refused:
        command.parsed(wrong)
    assert refused.value.code == 2
    assert wrong[0].lstrip("-") in capsys.readouterr().err
