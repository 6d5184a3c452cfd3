"""How many statements the tab of cycles costs, on each engine, and how many points it sends."""

import pytest

from db.engine import Database
from tests.integration.pages.experiment.test_page import TWO_READS, Cost, cost, vera
from tests.unit.pages.experiment.cycles.cycled import cycled
from tests.unit.pages.visitor import Visitor, shown

__all__ = ["vera"]  # the fixture

LOOK = {"shell-theme.data": "light"}
GRAPH, CURVES, ROWS = "cycles-graph.figure", "cycles-curves.figure", "cycles-grid.getRowsResponse"


@pytest.fixture
def experiment(database: Database) -> int:
    return cycled(database, 60)


def spent_on(visitor: Visitor, database: Database, callback: str, values: dict, **how) -> Cost:
    with cost(database) as spent:
        assert visitor.call(callback, values, **how).status == 200
    return spent


def test_the_layout_takes_at_most_45_statements_and_one_transaction(vera, database, experiment):
    with cost(database) as spent:
        vera.open(f"/experiments/{experiment}", "?tab=cycles")
    assert spent.transactions == TWO_READS
    assert len(spent.statements) <= 45, "\n".join(spent.statements)


def test_what_is_drawn_takes_at_most_35_each(vera, database, experiment):
    page = vera.open(f"/experiments/{experiment}", "?tab=cycles&cycles=1-5")
    view = {"cycles-view.data": shown(page, "cycles-view")["data"]}
    vera.call(GRAPH, {**view, **LOOK})  # the numbers for the table of experiments are kept once
    request = {"cycles-grid.getRowsRequest": {"startRow": 0, "endRow": 100, "sortModel": []}}
    for callback, values, most in (
        (GRAPH, {**view, **LOOK}, 35),
        (CURVES, {**view, **LOOK, "cycles-drawn.data": {}}, 50),
        (ROWS, {**view, **request, "cycles-columns.value": ["ce_pct"]}, 35),
    ):
        by = "cycles-grid.getRowsRequest" if callback == ROWS else None
        spent = spent_on(vera, database, callback, values, by=by)
        assert spent.transactions == TWO_READS
        assert len(spent.statements) <= most, "\n".join(spent.statements)
