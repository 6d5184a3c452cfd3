"""The experiments table: its order, pages, filters, choices and search, on each engine."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import insert, select, text

from cycling.errors import InputError, NotFoundError
from cycling.terms import ExperimentState, ExperimentStatus, Technology
from db.engine import Database
from db.models import CycleSummary, Experiment, Plan, Run
from db.queries.experiments import facets, table
from db.queries.experiments.detail import experiment_facts
from db.queries.experiments.facets import Choice, filter_choices
from db.queries.experiments.filters import Filter
from db.queries.experiments.paging import groups, scopes
from db.queries.experiments.rows import ExperimentRow
from db.queries.experiments.table import SortKey, list_experiments
from db.queries.lists import Page, Sort
from db.terms import PlanState
from tests.databases import SERVER_ENGINES
from tests.running_lab import RunningLab
from tests.unit.db.lab import (
    NOW,
    add_cell,
    add_experiment,
    add_experiments,
    add_profile,
    add_station,
    import_blocks,
    statements,
)

RUNNING, FINISHED, ERROR = (
    ExperimentStatus.RUNNING,
    ExperimentStatus.FINISHED,
    ExperimentStatus.ERROR,
)
PAUSED, QUEUED = ExperimentStatus.PAUSED, ExperimentStatus.QUEUED


def states(*statuses: ExperimentStatus) -> tuple[ExperimentState, ...]:
    return tuple(ExperimentState(one.value.lower()) for one in statuses)


def hours(count: float) -> datetime:
    return NOW + timedelta(hours=count)


def page(database: Database, wanted: Filter = Filter(), sort=None, offset=0, limit=1000) -> Page:  # noqa: B008 - frozen
    return list_experiments(database, wanted, sort, offset=offset, limit=limit)


def names(database: Database, wanted: Filter = Filter(), sort=None) -> list[str]:  # noqa: B008 - frozen
    return [row.name for row in page(database, wanted, sort).rows]


@pytest.fixture
def lab(database: Database) -> Database:
    """Experiments of every status over three batteries, two stations and two profiles."""
    batteries = [
        add_cell(database, "Beta"),
        add_cell(
            database,
            "alpha",
            technology=Technology.REDOX_STACK,
            electrode_size_cm2=100.0,
            capacity_ah=None,
        ),
        add_cell(database, "Gamma", technology=Technology.LEAD_ACID, capacity_ah=44.0),
    ]
    stations = [1, add_station(database, "Channel 2")]
    profiles = [None, add_profile(database, "Ageing 1C")]
    statuses = [FINISHED, ERROR, RUNNING, FINISHED, PAUSED, FINISHED, QUEUED]
    begun = [None if number % 5 == 4 else hours(number % 11) for number in range(42)]
    add_experiments(
        database,
        (
            {
                "name": f"Test {number * 17 % 42:02}",
                "created_at": hours(number // 3),  # three share a moment
                "begun_at": begun[number],
                "finished_at": hours(20 + number % 13) if begun[number] and number % 2 else None,
                "status": statuses[number % 7],
                "battery_id": batteries[number % 3],
                "station_id": stations[number % 2],
                "profile_id": profiles[number // 2 % 2],
            }
            for number in range(42)
        ),
    )
    with database.write() as session:
        ids = session.scalars(select(Experiment.id).order_by(Experiment.id)).all()
        session.add_all(summary(id_) for id_ in ids if id_ % 3)
    return database


def summary(experiment_id: int) -> CycleSummary:
    return CycleSummary(
        experiment_id=experiment_id,
        revision=1,
        method=1,
        is_running=False,
        cycles=experiment_id * 7 % 5,
        last_cycle=None,
        last_capacity_ah=5.0 - experiment_id * 11 % 7 if experiment_id % 4 else None,
        last_ce_pct=None,
        retention_pct=100.0 - experiment_id * 13 % 9,
        mean_ce_pct=99.0 + experiment_id * 3 % 8 / 10,
        capacities_ah=[],
    )


class TestOrder:
    @pytest.mark.parametrize("with_plans", [False, True])
    def test_what_runs_comes_first_then_what_waits_then_the_rest(
        self, lab: Database, with_plans: bool
    ):
        if with_plans:
            live = RunningLab(lab)
            for state in (PlanState.HELD, PlanState.CANCELLED, PlanState.DRAFT) * 2:
                live.plan(f"A {state} one", 1, 1, state)
            moved = page(lab, sort=Sort(SortKey.ID)).rows[20].id  # in its queue
            live.change(Experiment, moved, created_at=hours(99))
        rows = page(lab).rows
        waits = (*states(QUEUED), ExperimentState.HELD, ExperimentState.DRAFT)
        part = dict.fromkeys(states(RUNNING, PAUSED), 0) | dict.fromkeys(waits, 1)
        order = [(part.get(row.state, 2), -row.id) for row in rows]
        assert order == sorted(order)
        counts = [sum(one == which for one, _id in order) for which in range(3)]
        assert counts == ([12, 10, 26] if with_plans else [12, 6, 24])
        limits = [(0, 7), (7, 7), (14, 7), (21, 30)]
        paged = [
            row.id for offset, limit in limits for row in page(lab, offset=offset, limit=limit).rows
        ]
        assert paged == [row.id for row in rows][: len(paged)]

    @pytest.mark.parametrize("descending", [False, True])
    @pytest.mark.parametrize("key", list(SortKey))
    def test_each_column_sorts_both_ways(self, lab: Database, key: SortKey, descending: bool):
        rows = page(lab, sort=Sort(key, descending)).rows
        assert len({row.id for row in rows}) == 42

        def place(word):
            """Servers sort an ENUM by its definition, SQLite by its letters."""
            return str(word) if lab.is_sqlite else list(type(word)).index(word)

        def value(row: ExperimentRow):
            # the database's own clock is the end of what has not ended
            end = row.finished_at or datetime(2100, 1, 1, tzinfo=UTC)
            duration = None if row.begun_at is None else end - row.begun_at
            found = {
                SortKey.ID: row.id,
                SortKey.NAME: row.name,
                SortKey.STATUS: str(row.state),
                SortKey.BATTERY: row.battery.lower(),
                SortKey.TECHNOLOGY: place(row.technology),
                SortKey.STATION: row.station.lower(),
                SortKey.PROFILE: row.profile.lower(),
                SortKey.CREATED: row.created_at,
                SortKey.STARTED: row.begun_at,
                SortKey.FINISHED: row.finished_at,
                SortKey.DURATION: duration,
                SortKey.CYCLES: row.cycles,
                SortKey.CAPACITY: row.capacity_ah,
                SortKey.RETENTION: row.retention_pct,
                SortKey.EFFICIENCY: row.ce_pct,
            }[key]
            if key in table.FIGURES and descending is False:
                return (found is None, found)  # whichever way, those without a number are last
            return (found is not None, found)

        for one, other in pairwise(reversed(rows) if descending else rows):
            if key is SortKey.DURATION and None in (one.finished_at, other.finished_at):
                continue  # depends on when it is asked; below
            assert value(one) <= value(other), (one, other)
            if value(one) == value(other):
                assert one.id < other.id

    def test_what_goes_on_is_sorted_by_how_long_it_has_run(self, database: Database):
        now = datetime.now(UTC)
        ago = {
            name: now - timedelta(hours=since)
            for name, since in (("short", 1), ("long", 9), ("ended", 5))
        }
        for name, begun in ago.items():
            ended = begun + timedelta(hours=4) if name == "ended" else None
            add_experiment(database, name=name, begun_at=begun, finished_at=ended, status=RUNNING)
        add_experiment(database, name="not begun", status=QUEUED)
        sort = Sort(SortKey.DURATION)
        assert names(database, sort=sort) == ["not begun", "short", "ended", "long"]

    @pytest.mark.parametrize("key", [SortKey.NAME, SortKey.BATTERY])
    def test_names_are_sorted_without_regard_to_case(self, database: Database, key: SortKey):
        for name in ("beta", "Alpha", "alpha 2", "Beta 2", "Zeta"):
            add_experiment(database, name=name, battery_id=add_cell(database, name))
        found = names(database, sort=Sort(key))
        assert found == ["Alpha", "alpha 2", "beta", "Beta 2", "Zeta"]


class TestPages:
    @pytest.mark.parametrize("sort", [None, Sort(SortKey.STATUS), Sort(SortKey.STARTED, True)])
    @pytest.mark.parametrize("size", [1, 7, 18, 19, 41, 42, 50])
    def test_pages_join_without_gaps_or_repetitions(self, lab: Database, size: int, sort):
        whole = [row.id for row in page(lab, sort=sort).rows]
        joined = [
            row.id
            for offset in range(0, 60, size)
            for row in page(lab, sort=sort, offset=offset, limit=size).rows
        ]
        assert joined == whole
        assert len(set(joined)) == 42

    def test_pages_of_a_filter_join_too(self, lab: Database):
        wanted = Filter(technologies=(Technology.LITHIUM,), states=states(RUNNING, FINISHED))
        whole = [row.id for row in page(lab, wanted).rows]
        joined = [
            row.id
            for offset in range(0, 42, 5)
            for row in page(lab, wanted, offset=offset, limit=5).rows
        ]
        assert joined == whole

    def test_counts_are_of_the_filter_and_of_all(self, lab: Database):
        found = page(lab, Filter(states=states(ERROR)), offset=1, limit=2)
        assert (len(found.rows), found.count, found.total) == (2, 6, 42)
        assert page(lab, offset=10_000).rows == ()
        assert page(lab, limit=0) == Page((), 42, 42)

    @pytest.mark.parametrize(("offset", "limit"), [(-1, 5), (0, -1), (2**70, 5)])
    def test_pages_that_are_none_are_refused(self, lab: Database, offset: int, limit: int):
        if offset > 0 and not lab.is_sqlite:
            assert list_experiments(lab, Filter(), offset=2**62, limit=limit).rows == ()
            return
        with pytest.raises(InputError):
            list_experiments(lab, Filter(), offset=offset, limit=limit)

    def test_a_row_says_why_it_ended_and_the_filter_still_finds_it(self, lab: Database):
        finished = page(lab, Filter(states=states(FINISHED)))
        stopped = finished.rows[0]
        with lab.write() as session:
            run = Run(
                experiment_id=stopped.id,
                station_id=stopped.station_id,
                end_reason="Stopped by ada: leak",
                through=-1,
                events_through=-1,
            )
            session.add(run)
        both = (ExperimentState.FINISHED, ExperimentState.STOPPED)
        again = page(lab, Filter(states=both))
        assert again.count == finished.count
        reasons = {row.id: row.why for row in again.rows}
        assert reasons.pop(stopped.id) == "Stopped by ada: leak"
        assert set(reasons.values()) == {""}
        assert experiment_facts(lab, stopped.id).end_reason == "Stopped by ada: leak"

    @pytest.mark.parametrize("sort", [None, Sort(SortKey.BATTERY), Sort(SortKey.DURATION, True)])
    def test_a_page_takes_the_same_few_statements_whatever_its_size(self, lab: Database, sort):
        wanted = Filter(technologies=(Technology.LITHIUM,), text="test")
        sent = []
        for limit in (5, 40):
            with statements(lab) as said:
                list_experiments(lab, wanted, sort, offset=0, limit=limit)
            sent.append(len([one for one in said if one.startswith("SELECT")]))
        assert max(sent) <= 8

    def test_the_choices_take_the_same_few_statements(self, lab: Database):
        with statements(lab) as sent:
            filter_choices(lab, Filter())
        assert len([one for one in sent if one.startswith("SELECT")]) <= 11

    @pytest.mark.parametrize("database_url", SERVER_ENGINES, indirect=True)
    def test_the_default_order_comes_from_an_index(self, lab: Database):
        few = page(lab).rows[-1]
        with lab.write() as session:
            session.execute(
                insert(Experiment),
                [
                    {
                        "name": f"Old {number}",
                        "description": "",
                        "created_at": hours(-number),
                        "status": FINISHED,
                        "station_id": few.station_id,
                        "battery_id": few.battery_id,
                        "profile_id": 1,
                    }
                    for number in range(25_000)  # a small table is sorted faster
                ],
            )
        with lab.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE TABLE Experiment")
        values: list = []
        with statements(lab, values) as sent:
            list_experiments(lab, Filter(), offset=0, limit=50)
        ordered = [one for one in zip(sent, values, strict=True) if "ORDER BY" in one[0]]
        assert len(ordered) == 2  # those that are active, and the others
        # MySQL 9 tells a tree unless it is asked for the table; MariaDB knows no other form
        explain = "EXPLAIN" if lab.engine.dialect.is_mariadb else "EXPLAIN FORMAT=TRADITIONAL"
        for query, given in ordered:
            with lab.engine.connect() as connection:
                plan = connection.exec_driver_sql(f"{explain} {query}", given)
                (step,) = plan.mappings().all()
            assert step["key"] == "PRIMARY" or "_Status_" in step["key"], step
            assert int(step["rows"]) < 500, step


class TestMany:
    """Where more match than are counted, all is as where they are few."""

    FILTERS = (
        Filter(),
        Filter(
            technologies=(Technology.LITHIUM, Technology.LEAD_ACID),
            states=states(FINISHED, RUNNING, QUEUED),
            text="test",
        ),
        Filter(stations=(1,), created_from=hours(1)),
    )

    @pytest.fixture
    def many(self, lab: Database) -> Database:
        live = RunningLab(lab)
        for number, state in enumerate((PlanState.HELD, PlanState.CANCELLED, PlanState.DRAFT)):
            live.plan(f"Test {number} {state}", 1, 1 + number % 2, state)
        for number in range(1, 43, 4):
            live.plan(f"Test {number:02}", 1, 1, PlanState.QUEUED)
        return lab

    def few(self, monkeypatch, most: int = 5) -> int:
        monkeypatch.setattr(scopes, "MAX_COUNT", most)
        monkeypatch.setattr(groups, "MANY", most)
        return most

    def test_every_order_has_the_same_rows(self, many: Database, monkeypatch):
        orders = [None, *(Sort(key, turned) for key in SortKey for turned in (False, True))]
        asked = [(wanted, sort) for wanted in self.FILTERS for sort in orders]
        before = [page(many, *one).rows for one in asked]
        most = self.few(monkeypatch)
        for one, whole in zip(asked, before, strict=True):
            found = page(many, *one, limit=29)
            assert (found.count, found.count_is_more) == (most, True)
            rest = page(many, *one, offset=29)
            joined = [row.id for row in (*found.rows, *rest.rows)]
            assert joined == [row.id for row in whole], one
            inside = page(many, *one, offset=3, limit=4).rows
            assert [row.id for row in inside] == joined[3:7], one

    def test_counts_end_and_say_so(self, many: Database, monkeypatch):
        most = self.few(monkeypatch)
        everything = page(many, limit=0)
        assert (everything.total, everything.total_is_more) == (most, True)
        nothing = page(many, Filter(text="nowhere"))
        assert (nothing.count, nothing.count_is_more) == (0, False)
        assert nothing.total_is_more

    def test_choices_are_all_that_there_are_and_are_not_counted(self, many: Database, monkeypatch):
        counted = filter_choices(many, Filter())
        self.few(monkeypatch)
        choices = filter_choices(many, Filter())
        for name in ("batteries", "stations", "technologies"):
            before, after = getattr(counted, name), getattr(choices, name)
            assert {one.value for one in before} <= {one.value for one in after}
            assert {one.count for one in after} == {None}
        assert {one.value for one in choices.statuses} == {str(one) for one in ExperimentState}
        few = filter_choices(many, Filter(text="07"))
        assert [one.count for one in few.batteries] == [1]


class TestFilters:
    @pytest.mark.parametrize(
        "wanted",
        [
            Filter(technologies=(Technology.LITHIUM, Technology.LEAD_ACID)),
            Filter(states=states(ERROR, QUEUED)),
            Filter(stations=(1,)),
            Filter(created_from=hours(3), created_to=hours(6)),
            Filter(text="7 test"),
            Filter(
                technologies=(Technology.LITHIUM,),
                stations=(1,),
                states=states(FINISHED, RUNNING),
                created_from=hours(2),
                text="TEST",
            ),
        ],
    )
    def test_alone_and_together(self, lab: Database, wanted: Filter):
        def fits(row: table.ExperimentRow) -> bool:
            return (
                (not wanted.technologies or row.technology in wanted.technologies)
                and (not wanted.states or row.state in wanted.states)
                and (not wanted.stations or row.station_id in wanted.stations)
                and (not wanted.created_from or row.created_at >= wanted.created_from)
                and (not wanted.created_to or row.created_at < wanted.created_to)
                and all(word in row.name.lower() for word in wanted.text.lower().split())
            )

        expected = [row for row in page(lab).rows if fits(row)]
        assert 0 < len(expected) < 42
        found = page(lab, wanted)
        assert list(found.rows) == expected
        assert (found.count, found.total) == (len(expected), 42)

    def test_by_battery_and_profile(self, lab: Database):
        some = page(lab).rows[0]
        found = page(lab, Filter(batteries=(some.battery_id,))).rows
        assert {row.battery for row in found} == {some.battery}
        assert len(found) == 14
        profile = next(c for c in filter_choices(lab, Filter()).profiles if c.label == "Ageing 1C")
        found = page(lab, Filter(profiles=(int(profile.value),))).rows
        assert {row.profile for row in found} == {"Ageing 1C"}

    def test_the_last_moment_is_not_included_and_the_first_is(self, database: Database):
        for number in range(3):
            add_experiment(database, name=str(number), created_at=hours(number))
        found = names(database, Filter(created_from=hours(0), created_to=hours(2)))
        assert found == ["1", "0"]

    def test_a_day_and_an_order_are_of_what_is_shown_as_created(self, database: Database):
        """What is held is given its place in the queue later than it was made."""
        held, other = (
            add_experiment(database, name=name, created_at=hours(at))
            for name, at in (("held for a day", 25), ("at once", 2))
        )
        with database.write() as session:
            for id_, at in ((held, 0), (other, 2)):
                session.add(
                    Plan(
                        token=str(id_),
                        state=PlanState.QUEUED,
                        experiment_id=id_,
                        name="",
                        station_id=1,
                        detail={},
                        user_name="anna",
                        created_at=hours(at),
                        state_since=hours(at),
                    )
                )
        assert names(database, Filter(created_from=hours(0), created_to=hours(1))) == [
            "held for a day"
        ]
        assert names(database, Filter(created_from=hours(1))) == ["at once"]
        assert names(database, Filter(created_from=hours(24))) == []
        oldest = ["held for a day", "at once"]
        assert names(database, sort=Sort(SortKey.CREATED, descending=False)) == oldest
        assert names(database, sort=Sort(SortKey.CREATED, descending=True)) == oldest[::-1]

    def test_stale_ids_find_nothing(self, lab: Database):
        for wanted in (
            Filter(batteries=(4711,)),
            Filter(stations=(-1,)),
            Filter(profiles=(0, 2**40)),
        ):
            found = page(lab, wanted)
            assert (found.rows, found.count, found.total) == ((), 0, 42)
            filter_choices(lab, wanted)


class TestChoices:
    def test_what_there_is_with_its_counts(self, lab: Database):
        choices = filter_choices(lab, Filter())
        assert [(c.label, c.count) for c in choices.batteries] == [
            ("alpha", 14),
            ("Beta", 14),
            ("Gamma", 14),
        ]
        assert [(c.label, c.count) for c in choices.stations] == [
            ("Channel 2", 21),
            ("Virtual", 21),
        ]
        assert {c.value: c.count for c in choices.statuses} == {
            "running": 6,
            "finished": 18,
            "error": 6,
            "paused": 6,
            "queued": 6,
        }
        assert {c.value: c.count for c in choices.technologies} == {
            "Lithium": 14,
            "LeadAcid": 14,
            "RedoxStack": 14,
        }

    def test_a_filter_narrows_the_others_and_not_itself(self, lab: Database):
        everything = filter_choices(lab, Filter())
        lithium = filter_choices(lab, Filter(technologies=(Technology.LITHIUM,)))
        assert lithium.technologies == everything.technologies
        assert [(c.label, c.count) for c in lithium.batteries] == [("Beta", 14)]
        both = filter_choices(lab, Filter(technologies=(Technology.LITHIUM,), states=states(ERROR)))
        assert {c.value: c.count for c in both.technologies} == {
            "Lithium": 2,
            "LeadAcid": 2,
            "RedoxStack": 2,
        }
        assert both.statuses == lithium.statuses
        assert sum(c.count for c in both.stations) == 2

    def test_every_choice_leaves_as_many_rows_as_it_says(self, lab: Database):
        wanted = Filter(states=states(FINISHED, RUNNING), text="test")
        choices = filter_choices(lab, wanted)
        assert choices.stations
        for choice in choices.stations:
            narrowed = Filter(states=wanted.states, text=wanted.text, stations=(int(choice.value),))
            assert page(lab, narrowed).count == choice.count

    def test_an_empty_database_offers_nothing(self, database: Database):
        assert filter_choices(database, Filter()) == facets.Choices()
        assert page(database) == Page((), 0, 0)

    def test_labels_are_what_people_call_them(self, database: Database):
        add_experiment(database, battery_id=add_cell(database, "<b>=1+1"))
        (choice,) = filter_choices(database, Filter()).batteries
        assert isinstance(choice, Choice)
        assert choice.label == "<b>=1+1"


class TestSearch:
    @pytest.fixture
    def texts(self, database: Database) -> Database:
        for name, description in (
            ("Ölzelle ÄÖÜ", "größer als Ω"),
            ("Cell 100%", "under_score"),
            ("Cell 1000", "C:\\data /50"),
            ("ΔΣ ПРИВЕТ", 'it\'s "quoted"'),
            ("🔋 pouch", ""),
        ):
            add_experiment(database, name=name, description=description)
        return database

    @pytest.mark.parametrize(
        ("searched", "found"),
        [
            ("ölzelle", ["Ölzelle ÄÖÜ"]),
            ("ZELLE", ["Ölzelle ÄÖÜ"]),
            ("äöü", ["Ölzelle ÄÖÜ"]),
            ("GRÖß", ["Ölzelle ÄÖÜ"]),
            ("привет", ["ΔΣ ПРИВЕТ"]),
            ("δσ", ["ΔΣ ПРИВЕТ"]),
            ("🔋", ["🔋 pouch"]),
            ("100%", ["Cell 100%"]),
            ("%", ["Cell 100%"]),
            ("_", ["Cell 100%"]),
            ("r_s", ["Cell 100%"]),
            ("C:\\D", ["Cell 1000"]),
            ("/", ["Cell 1000"]),
            ("'", ["ΔΣ ПРИВЕТ"]),
            ('"QUOTED"', ["ΔΣ ПРИВЕТ"]),
            ("  cell 1000  ", ["Cell 1000"]),
            ("' OR 1=1 --", []),
            ("x" * 10_000, []),
            ("x" * 100_000, []),
            ("a\x00b", []),
        ],
    )
    def test_any_part_in_any_case(self, texts: Database, searched: str, found: list[str]):
        assert names(texts, Filter(text=searched)) == found
        assert page(texts, Filter(text=searched)).count == len(found)

    @pytest.mark.parametrize("blank", ["", "   ", "\t\n"])
    def test_blanks_search_for_nothing(self, texts: Database, blank: str):
        assert page(texts, Filter(text=blank)).count == 5

    def test_what_cannot_be_stored_is_refused_in_words(self, texts: Database):
        with pytest.raises(InputError, match="cannot be stored"):
            page(texts, Filter(text="\ud800"))

    def test_a_search_narrows_the_choices(self, texts: Database):
        (choice,) = filter_choices(texts, Filter(text="zelle")).statuses
        assert choice.count == 1


class TestFacts:
    @pytest.mark.parametrize("experiment_id", [0, -1, 4711, 2**31, 2**40, 2**70])
    def test_one_that_is_not_there(self, database: Database, experiment_id: int):
        with pytest.raises(NotFoundError, match=f"There is no experiment {experiment_id}."):
            experiment_facts(database, experiment_id)

    def test_the_measures_of_a_cyclers_experiment_are_counted(self, database: Database):
        experiment_id = add_experiment(database, status=RUNNING)
        with database.write() as session:
            session.execute(
                text(
                    "INSERT INTO GenericMeasures (ExpID, MeasID, Timestamp, InstrID) VALUES "
                    "(:id, 1, '2026-03-01 12:00:00', 1), (:id, 5, '2026-03-01 12:00:01', 1)"
                ),
                {"id": experiment_id},
            )
        facts = experiment_facts(database, experiment_id)
        assert (facts.measures, facts.source, facts.begun_at) == (2, None, None)
        assert facts.duration_s(NOW) is None

    def test_the_duration_goes_on_until_the_end(self, database: Database):
        begun = experiment_facts(
            database, add_experiment(database, begun_at=hours(0), status=RUNNING)
        )
        assert begun.duration_s(hours(2)) == 7200
        ended = experiment_facts(
            database, add_experiment(database, begun_at=hours(0), finished_at=hours(1))
        )
        assert ended.duration_s(hours(2)) == 3600

    def test_the_devices_are_named(self, database: Database):
        facts = experiment_facts(database, import_blocks(database))
        with database.read() as session:
            assert session.scalar(select(Experiment.station_id)) == 1
        assert len(facts.devices) == 1
        assert "Virtual" in facts.devices[0]
