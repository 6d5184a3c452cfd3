"""Measuring graphs and statistics of short and long experiments."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import delete, insert, select

from bench.lines import Goal, Limit, Line, Stopwatch, with_growth
from bench.peers import Peer, plain_query
from bench.site.callbacks import UPDATE, graph
from bench.site.fill import Filled
from bench.site.work import BEGIN
from db import series
from db.engine import Database
from db.measures.statistics import experiment_statistics
from db.models import GenericMeasure, SeriesTotals, Statistics
from db.series import chunks, codec
from db.series.window import FINE_CHUNKS, RAW_CHUNKS

SHOWN_FIRST = (series.VOLTAGE, series.CURRENT)
ADDED_UP = ("time", "voltage", "current")
MOST_POINTS = 2000
SERVER = Goal("50 ms; growth 1.5", most=0.05, growth=1.5)
ADDED = Goal("2 s", most=2.0)
KEPT = Goal("50 ms", most=0.05)
LIVE = Goal("20 ms", most=0.02)
NEW = 1_000  # measures that come to what runs

Window = tuple[int, int]  # the first measure and the last


def graph_lines(
    peer: Peer, client: FlaskClient, made: Sequence[Filled], runs: int, quick_runs: int
) -> list[Line]:
    """Measure every experiment; the smallest one first."""
    lines, added = [], []
    for filled in made:
        for name, window in _windows(filled.measures).items():
            lines.append(_read_line(peer, filled, name, window, quick_runs))
        for name in ("whole", "1/100"):
            window = _windows(filled.measures)[name]
            asked = None if name == "whole" else window
            lines.append(_callback_line(peer, client, filled, name, asked, quick_runs))
        added += _statistics_lines(peer, filled, runs, quick_runs)
    return [*with_growth(lines), *added]


def _windows(count: int) -> dict[str, Window]:
    middle = count // 2
    return {
        "whole": (0, count - 1),
        "1/10": (middle - count // 20, middle + count // 20),
        "1/100": (middle - count // 200, middle + count // 200),
        "last 1,000": (max(0, count - 1000), count - 1),
    }


def _read_line(peer: Peer, filled: Filled, name: str, window: Window, runs: int) -> Line:
    first, last = window
    whole = name == "whole"
    between = None if whole else (BEGIN.timestamp() + first, BEGIN.timestamp() + last)
    read = partial(_read, peer.database, filled.experiment_id, between)
    points = max(len(trace.unix_s) for trace in read().traces.values())
    if points > MOST_POINTS:
        raise RuntimeError(f"{points} points a trace are more than {MOST_POINTS}.")
    return Stopwatch(peer.engine).line(
        f"graph, {name}: points",
        read,
        Limit("their blobs, plain driver", _blobs(peer.database, filled.experiment_id, window)),
        runs=runs,
        size=filled.measures,
        goal=SERVER,
        note="; ".join(filter(None, [f"{points:,} points a trace", filled.note])),
        warm_up=True,
    )


def _read(
    database: Database, experiment_id: int, between: tuple[float, float] | None
) -> series.Series:
    with series.opened(database, experiment_id) as experiment:
        return experiment.read(SHOWN_FIRST, between=between)


def _blobs(database: Database, experiment_id: int, window: Window) -> Callable[[], object]:
    """Fetch what the store keeps for a window, by hand-written SQL."""
    first, last = (end // chunks.CHUNK for end in window)
    numbers = range(first, last + 1)
    inner = numbers[1:-1] if len(numbers) > RAW_CHUNKS else range(0)
    whole = ", ".join(str(number) for number in numbers if number not in inner)
    of_it = f"FROM bem_series_chunks WHERE experiment_id = {experiment_id} AND"
    statements = [
        f"SELECT samples {of_it} channel IN ('time', 'voltage', 'current') AND number IN ({whole})"
    ]
    if inner:
        points = "fine" if len(inner) <= FINE_CHUNKS else "coarse"
        statements.append(
            f"SELECT {points} {of_it} channel IN ('voltage', 'current') "
            f"AND number BETWEEN {inner[0]} AND {inner[-1]}"
        )
    return lambda: plain_query(database, *statements)


def _callback_line(
    peer: Peer, client: FlaskClient, filled: Filled, name: str, window: Window | None, runs: int
) -> Line:
    """Measure the page's own callback through the whole web application, without a network."""
    body = graph(filled.experiment_id, window)
    said: list[int] = []

    def ask() -> None:
        answer = client.post(UPDATE, json=body)
        if answer.status_code != 200:
            raise RuntimeError(f"The callback answers {answer.status_code}: {answer.text}")
        said.append(len(answer.data))

    ask()
    return Stopwatch(peer.engine).line(
        f"graph, {name}: callback",
        ask,
        runs=runs,
        size=filled.measures,
        goal=SERVER,
        note=f"{said[-1] / 1000:.0f} kB",
        warm_up=True,
    )


def _statistics_lines(peer: Peer, filled: Filled, runs: int, quick_runs: int) -> list[Line]:
    """Measure statistics from samples, from totals beside chunks, and when measures have come."""
    database, experiment_id = peer.database, filled.experiment_id
    add_up = partial(experiment_statistics, database, experiment_id)
    forget = partial(_forget, database, experiment_id)
    line, size = Stopwatch(peer.engine).line, filled.measures
    lines = [
        line(
            "statistics, from samples",
            add_up,
            Limit("three channels read", partial(_read_channels, database, experiment_id)),
            runs=runs,
            size=size,
            per="measures",
            goal=ADDED,
            note=filled.note,
            before=partial(forget, Statistics, SeriesTotals),
        ),
        line(
            "statistics, from kept totals",
            add_up,
            runs=quick_runs,
            size=size,
            goal=KEPT,
            note=filled.note,
            before=partial(forget, Statistics),
        ),
    ]
    if filled.has_rows:
        lines.append(
            line(
                f"statistics, {NEW:,} new measures",
                add_up,
                runs=quick_runs,
                size=size,
                goal=LIVE,
                before=partial(_add_measures, database, experiment_id),
            )
        )
    return lines


def _forget(database: Database, experiment_id: int, *tables: Any) -> None:  # noqa: ANN401 - models
    with database.write() as session:
        for one in tables:
            session.execute(delete(one).where(one.experiment_id == experiment_id))


def _add_measures(database: Database, experiment_id: int) -> None:
    """Let measures come, a second after each other, and be copied."""
    of_it = GenericMeasure.experiment_id == experiment_id
    with database.write() as session:
        last = session.scalars(
            select(GenericMeasure).where(of_it).order_by(GenericMeasure.id.desc()).limit(1)
        ).one()
        usual = {
            "experiment_id": experiment_id,
            "instruction_id": last.instruction_id,
            "voltage_mv": last.voltage_mv,
            "current_ma": last.current_ma,
            "test_time_s": last.test_time_s,
            "step": last.step,
            "cycle": last.cycle,
        }
        rows = [
            {**usual, "id": last.id + n, "at": last.at + timedelta(seconds=n)}
            for n in range(1, NEW + 1)
        ]
        session.execute(insert(GenericMeasure), rows)
    series.catch_up(database, experiment_id)


def _read_channels(database: Database, experiment_id: int) -> None:
    """Unpack time, voltage and current, chunk by chunk, by the plain driver."""
    marks = ", ".join(f"'{name}'" for name in ADDED_UP)
    sql = (
        "SELECT channel, samples FROM bem_series_chunks "
        f"WHERE experiment_id = {experiment_id} AND channel IN ({marks})"
    )
    connection = database.engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(sql)
        while some := cursor.fetchmany(10):
            for channel, data in some:
                (codec.unpack_ints if channel == "time" else codec.unpack_floats)(data)
    finally:
        connection.close()
