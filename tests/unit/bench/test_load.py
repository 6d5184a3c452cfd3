"""The load: what locust counted is read, what grows is seen, and the tables are whole."""

import os
import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace

import pytest

from bench.load.counting import failures, requests
from bench.load.report import Measures, Report, Requests, as_markdown, save_report
from bench.load.watch import KINDS, Database, Watched, sample_of, trend_of, watching
from bench.site.dependencies import Forms

STATS = (
    "Type,Name,Request Count,Failure Count,Max Response Time,50%,95%,99%\n"
    'POST,"table, a page",20,1,40.5,10,30,40\n'
    "GET,never,0,0,0,N/A,N/A,N/A\n"
)
CALLBACKS = [
    {
        "output": "..a.data...b.children..",
        "inputs": [{"id": "ask", "property": "data"}],
        "state": [{"id": "station", "property": "data"}],
        "clientside_function": None,
    },
    {
        "output": "ask.data",
        "inputs": [{"id": "tick", "property": "n"}],
        "state": [],
        "clientside_function": {"namespace": "live", "function_name": "ask"},
    },
]


def line(per_hour: float, level: float = 100.0) -> list[tuple[float, float]]:
    """A trend with a bump in it, sampled every 10 s for half an hour."""
    return [
        (float(at), level + per_hour * at / 3600 + (500.0 if 900 < at < 950 else 0.0))
        for at in range(0, 1801, 10)
    ]


@pytest.fixture
def report() -> Report:
    return Report(
        engine="SQLite",
        minutes=30,
        requests=(Requests("table, a page", 20, 0, 10, 30, 40, 40.5),),
        measures=Measures(sent=900, stored=900, extended=900.0, p50_s=0.2, p95_s=0.4),
        imports=(61.2,),
        imported_rows=5_000_000,
        early_s=300,
        trends=(trend_of("bem web", "memory MB", line(0.0), 300, 1800),),
        samples={"bem web": [(0.0, {"memory MB": 100.0})]},
    )


def test_a_body_has_what_the_callback_reads_and_none_for_what_is_not_said():
    body = Forms(CALLBACKS).body("b.children", "ask.data", {"ask.data": 7})
    assert body == {
        "output": "..a.data...b.children..",
        "outputs": [{"id": "a", "property": "data"}, {"id": "b", "property": "children"}],
        "inputs": [{"id": "ask", "property": "data", "value": 7}],
        "state": [{"id": "station", "property": "data", "value": None}],
        "changedPropIds": ["ask.data"],
    }


@pytest.mark.parametrize(
    ("writes", "changed", "values"),
    [
        ("ask.data", "tick.n", {}),  # the browser answers this one
        ("a.data", "tick.n", {}),
        ("a.data", "ask.data", {"gone.data": 1}),
    ],
)
def test_a_body_that_no_callback_takes_is_refused(writes, changed, values):
    with pytest.raises(ValueError, match="callback"):
        Forms(CALLBACKS).body(writes, changed, values)


@pytest.mark.parametrize(
    ("per_hour", "is_flat"), [(0.0, True), (-200.0, True), (20.0, True), (60.0, False)]
)
def test_steady_growth_is_not_flat_and_a_bump_is(per_hour, is_flat):
    trend = trend_of("bem web", "memory MB", line(per_hour), 300, 1800)
    assert trend.is_flat is is_flat
    assert trend.per_hour == pytest.approx(per_hour, abs=1.0)
    assert [trend.early, trend.late] == pytest.approx(
        [100 + per_hour / 12, 100 + per_hour / 2], abs=abs(per_hour) * 0.05 + 1e-9
    )


def test_a_few_files_more_are_flat_and_many_are_not():
    for more, is_flat in ((4.0, True), (12.0, False)):
        trend = trend_of("bem web", "files", line(more * 3600 / 1500, 20.0), 300, 1800)
        assert trend.is_flat is is_flat


def test_connections_of_this_process_are_seen(tmp_path):
    seen = Database(file=tmp_path / "a.sqlite")
    assert seen.file is not None
    connections = [sqlite3.connect(seen.file) for _ in range(3)]
    for one in connections:
        one.execute("CREATE TABLE IF NOT EXISTS t (x)")
    sample = sample_of(os.getpid(), seen)
    assert sample["connections"] == 3
    assert sample["files"] >= 3
    assert sample["threads"] >= threading.active_count()
    for one in connections:
        one.close()
    assert sample_of(os.getpid(), seen)["connections"] == 0


def test_a_process_that_ends_meanwhile_does_not_end_the_watching(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    processes = {"gone": ended.pid, "here": os.getpid()}
    with watching(lambda: processes, Database(file=tmp_path / "none"), 60.0) as watched:
        pass
    assert list(watched.samples) == ["here"]
    assert len(watched.errors) == 1
    trends = watched.trends(0, 10)
    assert [one.kind for one in trends] == list(KINDS)


def test_no_samples_are_no_trends():
    assert Watched().trends(0, 10) == []


def test_what_locust_counted_is_read(tmp_path):
    file = tmp_path / "stats.csv"
    file.write_text(STATS)
    assert requests(file) == (Requests("table, a page", 20, 1, 10, 30, 40, 40.5),)
    failed, raised = tmp_path / "failed.csv", tmp_path / "raised.csv"
    failed.write_text("Method,Name,Error,Occurrences\nPOST,preview,answers 500,3\n")
    raised.write_text("Count,Message,Traceback,Nodes\n2,KeyError,,local\n")
    assert failures(failed, raised) == [
        "3 times preview: answers 500",
        "2 times a user: KeyError",
    ]


def test_a_good_run_has_no_failure_and_loses_and_doubles_nothing(report):
    measures = report.measures
    assert report.is_good
    assert not replace(report, problems=("The import: full",)).is_good
    assert not replace(report, requests=(replace(report.requests[0], failures=1),)).is_good
    for stored, extended, lost, doubled in ((899, 900, 1, 0), (900, 900.25, 0, 0.25)):
        spoilt = replace(measures, stored=stored, extended=extended)
        assert (spoilt.lost, spoilt.doubled) == (lost, doubled)
        assert not replace(report, measures=spoilt).is_good


def test_the_tables_say_all_and_are_saved(report, tmp_path):
    said = as_markdown(replace(report, problems=("The import: full",)))
    for row in (
        "| table, a page | 20 | 0 | 10 ms | 30 ms | 40 ms | 40 ms |",
        "| rows imported | 5,000,000 |",
        "| lost | 0 |",
        "| process, SQLite | figure | 5 min | 17.5 min | 30 min | slope an hour | flat |",
        "| bem web | memory MB | 100 | 100 | 100 | +0.0 | yes |",
        "- The import: full",
    ):
        assert row in said
    save_report(report, tmp_path / "load.json")
    assert (tmp_path / "load.md").read_text() == as_markdown(report)
    assert '"is_good": true' in (tmp_path / "load.json").read_text()
