"""How many statements and transactions the experiment page costs, on each engine."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy import delete, event, update

from dashboard.app import create_app
from dashboard.settings import WebSettings
from db import series
from db.commands import users
from db.commands.experiments.deletion import delete_experiment
from db.commands.experiments.notes import rename_experiment
from db.engine import Database
from db.measures.packing import unpack
from db.models import ImportSource, SeriesHead
from db.queries.experiments.detail import check_experiment, experiment_facts
from db.terms import Role
from tests.unit.dashboard.world import PASSWORD, Clock, FakeHasher
from tests.unit.db.lab import BY, block, import_blocks, statements
from tests.unit.pages.visitor import Visitor

DEGREES = {("Temperature", "degC"): [20.0 + n / 1000 for n in range(3_000)]}


@dataclass
class Cost:
    """What a request took: its statements, and how many transactions began."""

    statements: list[str]
    transactions: list[str]


@contextmanager
def cost(database: Database) -> Iterator[Cost]:
    """Collect what is sent within the block."""
    begun: list[str] = []

    def note(connection) -> None:
        writes = connection.get_execution_options().get("bem_write")
        begun.append("write" if writes else "read")

    event.listen(database.engine, "begin", note)
    try:
        with statements(database) as sent:
            yield Cost(sent, begun)
    finally:
        event.remove(database.engine, "begin", note)


@pytest.fixture
def experiment(database: Database) -> int:
    """Three thousand measures with a temperature, imported."""
    return import_blocks(database, [block(3_000, extended=DEGREES)])


@pytest.fixture
def vera(database: Database, tmp_path) -> Visitor:
    hasher, clock = FakeHasher(), Clock()
    how = {"address": "", "now": clock(), "hasher": hasher}
    users.add_user(database, "vera", Role.VIEWER, PASSWORD, hasher=hasher, by=BY)
    token = users.sign_in(database, "vera", PASSWORD, **how)
    settings = WebSettings(secret_key="k" * 32, data_dir=tmp_path)
    return Visitor(create_app(settings, database, clock=clock, hasher=hasher), token)


EXPERIMENT = "experiment-id.data"
GRAPH, OVERVIEW = "experiment-graph.figure", "experiment-overview.figure"
STATISTICS, STATES = "experiment-statistics.children", "experiment-states.children"
LOOK = {"shell-theme.data": "light", "experiment-time.value": "clock"}
FIRST_LOAD = {
    GRAPH: {
        **LOOK,
        "experiment-channels.value": ["voltage", "current", "x1"],
        "experiment-noted.data": 0,
    },
    OVERVIEW: LOOK,
    STATISTICS: {},
    STATES: {},
    "experiment-profile.children": {},
}
# The first transaction of every request asks who is signed in, the second is the page's.
TWO_READS = ["read", "read"]


def cost_of(visitor: Visitor, database: Database, callback: str, values: dict) -> Cost:
    with cost(database) as spent:
        assert visitor.call(callback, values).status == 200
    return spent


def cost_of_layout(visitor: Visitor, database: Database, experiment: int) -> Cost:
    with cost(database) as spent:
        assert "experiment-graph" in str(visitor.open(f"/experiments/{experiment}"))
    return spent


def test_the_layout_takes_at_most_20_statements(vera, database, experiment):
    spent = cost_of_layout(vera, database, experiment)
    assert spent.transactions == TWO_READS
    assert len(spent.statements) <= 20, "\n".join(spent.statements)


def test_a_graph_takes_at_most_15(vera, database, experiment):
    spent = cost_of(vera, database, GRAPH, FIRST_LOAD[GRAPH] | {EXPERIMENT: experiment})
    assert spent.transactions == TWO_READS
    assert len(spent.statements) <= 15, "\n".join(spent.statements)


def test_so_do_layout_and_graph_while_measures_come_in(vera, database, experiment):
    with database.write() as session:
        session.execute(update(SeriesHead).values(final=False))
        session.execute(delete(ImportSource))
    layout = cost_of_layout(vera, database, experiment)
    graph = cost_of(vera, database, GRAPH, FIRST_LOAD[GRAPH] | {EXPERIMENT: experiment})
    assert layout.transactions == graph.transactions == TWO_READS
    assert len(layout.statements) <= 20, "\n".join(layout.statements)
    assert len(graph.statements) <= 15, "\n".join(graph.statements)


def test_the_first_graph_after_new_measures_copies_them_once(vera, database, experiment):
    unpack(database, experiment, lambda _done, _total: None)
    series.forget(database, experiment)
    values = FIRST_LOAD[GRAPH] | {EXPERIMENT: experiment}
    assert "write" in cost_of(vera, database, GRAPH, values).transactions
    assert cost_of(vera, database, GRAPH, values).transactions == TWO_READS


def test_opening_the_page_takes_at_most_60_with_all_that_comes_after_the_layout(
    vera, database, experiment
):
    vera.call(STATISTICS, {EXPERIMENT: experiment})  # are computed once
    spent = [
        cost_of_layout(vera, database, experiment),
        *(
            cost_of(vera, database, callback, values | {EXPERIMENT: experiment})
            for callback, values in FIRST_LOAD.items()
        ),
    ]
    assert {kind for one in spent for kind in one.transactions} == {"read"}
    assert sum(len(one.statements) for one in spent) <= 60


def test_what_is_read_within_a_snapshot_is_of_one_moment(database, experiment):
    with series.opened(database, experiment) as opened:
        before = experiment_facts(opened.database, experiment).name
        rename_experiment(database, experiment, "Another", "", by=BY)
        assert experiment_facts(opened.database, experiment).name == before
    assert experiment_facts(database, experiment).name == "Another"


def test_an_experiment_that_is_deleted_meanwhile_is_drawn_as_it_was(database, experiment):
    with series.opened(database, experiment) as opened:
        check_experiment(opened.database, experiment)
        delete_experiment(database, experiment, confirmed_name="Ageing", by=BY)
        series.forget(database, experiment)
        assert opened.read([series.VOLTAGE]).samples == 3_000


def test_nothing_is_written_within_a_snapshot(database):
    with database.snapshot() as snapshot, pytest.raises(RuntimeError, match="within a snapshot"):
        snapshot.write()
