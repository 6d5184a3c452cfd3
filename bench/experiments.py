"""Measuring the table of experiments: its queries, and one callback of its page."""

from dataclasses import replace
from functools import partial

from flask.testing import FlaskClient

from bench.lines import Action, Goal, Limit, Line, Stopwatch
from bench.peers import Peer, plain_query
from bench.site.callbacks import PAGE, UPDATE, list_page
from bench.site.work import SEARCHED, add_experiments, add_summaries
from cycling.terms import Technology
from db.engine import Database
from db.queries.experiments.facets import filter_choices
from db.queries.experiments.filters import Filter
from db.queries.experiments.search import search_since
from db.queries.experiments.table import SortKey, list_experiments
from db.queries.lists import MAX_COUNT, Sort

SERVER = Goal("50 ms; worst 200 ms", most=0.05, worst=0.2)
NEWEST = "ORDER BY DateCreation DESC, ExpID DESC"
FILTER_SQL = (
    "SELECT e.ExpID FROM Experiment e JOIN Battery b ON b.BatID = e.BatID "
    f"WHERE b.Tech = 'LeadAcid' ORDER BY e.DateCreation DESC, e.ExpID DESC LIMIT {PAGE}"
)
SEARCH_SQL = (
    "SELECT ExpID FROM Experiment "
    f"WHERE Name LIKE '%{SEARCHED}%' OR Description LIKE '%{SEARCHED}%' {NEWEST} LIMIT {PAGE}"
)
CHOICES_SQL = (
    "SELECT b.Tech, COUNT(*) FROM Experiment e JOIN Battery b ON b.BatID = e.BatID GROUP BY b.Tech",
    "SELECT BatID, COUNT(*) FROM Experiment GROUP BY BatID",
    "SELECT CSID, COUNT(*) FROM Experiment GROUP BY CSID",
    "SELECT ProfID, COUNT(*) FROM Experiment GROUP BY ProfID",
    "SELECT Status, COUNT(*) FROM Experiment GROUP BY Status",
)
BATTERY = "JOIN Battery b ON b.BatID = e.BatID"
STATION = "JOIN CyclerStation s ON s.CSID = e.CSID"
PROFILE = "JOIN Profile p ON p.ProfID = e.ProfID"
SUMMARY = "JOIN bem_cycle_summaries c ON c.experiment_id = e.ExpID"
NOWHERE = "nowhere at all"
SORTED_BY = {  # what to join and the column, by hand
    SortKey.ID: ("", "e.ExpID"),
    SortKey.NAME: ("", "e.Name"),
    SortKey.STATUS: ("", "e.Status"),
    SortKey.BATTERY: (BATTERY, "b.Name"),
    SortKey.TECHNOLOGY: (BATTERY, "b.Tech"),
    SortKey.STATION: (STATION, "s.Name"),
    SortKey.PROFILE: (PROFILE, "p.Name"),
    SortKey.CREATED: ("", "e.DateCreation"),
    SortKey.STARTED: ("", "e.DateBegin"),
    SortKey.FINISHED: ("", "e.DateFinish"),
    SortKey.DURATION: ("", "e.DateFinish - e.DateBegin"),
    SortKey.CYCLES: (SUMMARY, "c.cycles"),
    SortKey.RETENTION: (SUMMARY, "c.retention_pct"),
}


def experiment_lines(peer: Peer, client: FlaskClient, experiments: int, runs: int) -> list[Line]:
    """Measure the table over many experiments, on one engine."""
    add_experiments(peer.database, experiments)
    add_summaries(peer.database)
    database = peer.database
    works = {
        **_pages(database, experiments),
        **_sorts(database),
        **_narrowed(database),
        "list, page: callback": (lambda: _ask(client), _sql(database, _page_sql(0))),
    }
    watch = Stopwatch(peer.engine)
    return [
        watch.line(work, action, limit, runs=runs, size=experiments, goal=SERVER, warm_up=True)
        for work, (action, limit) in works.items()
    ]


def _pages(database: Database, count: int) -> dict[str, tuple[Action, Limit]]:
    listed = min(count, MAX_COUNT)  # what the table can be scrolled to
    starts = {
        "list, first page": 0,
        "list, page in the middle": listed // 2,
        "list, last page": max(0, listed - PAGE),
    }
    return {
        work: (
            partial(list_experiments, database, Filter(), offset=first, limit=PAGE),
            _sql(database, _page_sql(first)),
        )
        for work, first in starts.items()
    }


def _sorts(database: Database) -> dict[str, tuple[Action, Limit]]:
    return {
        f"list, by {key}": (
            partial(list_experiments, database, Filter(), Sort(key), offset=0, limit=PAGE),
            _sql(
                database,
                f"SELECT e.ExpID FROM Experiment e {join} ORDER BY {column} LIMIT {PAGE}",
            ),
        )
        for key, (join, column) in SORTED_BY.items()
    }


def _narrowed(database: Database) -> dict[str, tuple[Action, Limit]]:
    by_technology = Filter(technologies=(Technology.LEAD_ACID,))
    return {
        "list, filter": (
            partial(list_experiments, database, by_technology, offset=0, limit=PAGE),
            _sql(database, FILTER_SQL),
        ),
        "list, filter and order": (
            partial(
                list_experiments,
                database,
                by_technology,
                Sort(SortKey.STATION, descending=True),
                offset=0,
                limit=PAGE,
            ),
            _sql(database, FILTER_SQL),
        ),
        **_searches(database),
        "list, choices": (
            partial(filter_choices, database, Filter()),
            Limit("SQL of the counts", lambda: plain_query(database, *CHOICES_SQL)),
        ),
        "list, choices of a filter": (
            partial(filter_choices, database, by_technology),
            Limit("SQL of the counts", lambda: plain_query(database, *CHOICES_SQL)),
        ),
    }


def _searches(database: Database) -> dict[str, tuple[Action, Limit]]:
    """Search as the page does, at first in the newest numbers; without a hit; in all of them."""

    def search(words: str, *, whole: bool = False) -> object:
        filters = Filter(text=words)
        if not whole:
            filters = replace(filters, since=search_since(database))
        return list_experiments(database, filters, offset=0, limit=PAGE)

    limit = _sql(database, SEARCH_SQL)
    return {
        "list, search": (partial(search, SEARCHED), limit),
        "list, search without a hit": (partial(search, NOWHERE), limit),
        "list, search of all": (partial(search, SEARCHED, whole=True), limit),
        "list, search of all without a hit": (partial(search, NOWHERE, whole=True), limit),
    }


def _page_sql(first: int) -> str:
    return f"SELECT ExpID FROM Experiment {NEWEST} LIMIT {PAGE} OFFSET {first}"


def _sql(database: Database, sql: str) -> Limit:
    return Limit("SQL of the ids", lambda: plain_query(database, sql))


def _ask(client: FlaskClient) -> None:
    """Fetch a block of the table through the whole web application, without a network."""
    answer = client.post(UPDATE, json=list_page())
    if answer.status_code != 200:
        raise RuntimeError(f"The callback answers {answer.status_code}: {answer.text}")
