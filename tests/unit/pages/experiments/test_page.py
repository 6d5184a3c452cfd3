"""The page with the table of all experiments."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from components.experiment_table import OPTIONAL
from components.row_grid import BLOCK
from cycling.terms import ExperimentStatus, Technology
from db.models import CycleSummary
from db.queries.experiments import search
from db.queries.experiments.paging import scopes
from tests.unit.components.tree import find, nested_lists, of_type, text
from tests.unit.db.lab import statements
from tests.unit.pages.visitor import shown

NARROW = "experiments-view.data"
COUNT, NONE = "experiments-count.children", "experiments-none.children"
OFFER = "experiments-part-technology.options"
ROWS = "experiments-grid.getRowsResponse"
REQUEST = "experiments-grid.getRowsRequest"
VIEW = {"technology": [], "status": [], "battery": [], "station": [], "profile": []}
VIEW |= {"tag": [], "owner": []}
VIEW |= {"from": "", "to": "", "q": "", "cycles": "", "capacity": "", "retention": "", "ce": ""}
VIEW |= {"whole": ""}
MARKUP = "<img src=x onerror=alert(1)> & T"


def part(name: str) -> str:
    return f"experiments-part-{name}.value"


def controls(**values) -> dict:
    """The controls as the browser has them: cleared ones are None."""
    return {part(name): value for name, value in values.items()}


def remove(name: str, *others: str) -> dict:
    """A click on the cross of a chip, of which there are several."""
    chips = [({"type": "experiments-remove", "part": one}, None) for one in others]
    clicked = {"type": "experiments-remove", "part": name}
    return {
        "patterns": {"experiments-remove": [(clicked, 1), *chips]},
        "by": {"id": clicked, "property": "n_clicks"},
    }


def chips(answer) -> list[str]:
    return [text(one) for one in find(answer["experiments-chips.children"], className="bem-chip")]


def labels(answer, name: str) -> list[str]:
    return [one["label"] for one in answer[f"experiments-part-{name}.options"]]


def counted(visitor, **view):
    return visitor.call(COUNT, {NARROW: {**VIEW, **view}})


def offered(visitor, **view):
    return visitor.call(OFFER, {"experiments-panel.is_open": True, NARROW: {**VIEW, **view}})


def row_ids(answer) -> list[int]:
    return [row["id"] for row in answer[ROWS]["rowData"]]


@pytest.fixture
def ids(lab) -> dict[str, int]:
    """Three experiments on two batteries and two stations."""
    cell = lab.battery("Cell A")
    lead = lab.battery("Lead", technology=Technology.LEAD_ACID, chemistry="Gel")
    wall, fast = lab.station("Station 04"), lab.profile("Fast charge")
    early = datetime(2026, 8, 1, 12, tzinfo=UTC)
    return {
        "cell": cell,
        "lead": lead,
        "wall": wall,
        "fast": fast,
        "old": lab.experiment("Old one", cell, created_at=early),
        "running": lab.experiment(
            "Aging",
            cell,
            status=ExperimentStatus.RUNNING,
            station_id=wall,
            profile_id=fast,
            finished_at=None,
            created_at=early + timedelta(days=1),
        ),
        "newest": lab.experiment("Lead test", lead, description="Ölzelle, 20 cycles"),
    }


def test_nothing_chosen_shows_everything(vera, ids):
    answer = vera.call(NARROW, {"experiments-view.data": VIEW})
    assert answer["experiments-chips.children"] == []
    assert "experiments-view.data" not in answer  # the table need not be fetched again
    assert part("q") not in answer
    answer = counted(vera)
    assert answer[COUNT] == "3"
    assert answer["experiments-none.hidden"] is True
    assert answer["experiments-limits.children"] == ""
    assert answer["experiments-whole.hidden"] is True


def test_choices_say_how_many_experiments_they_leave(vera, ids):
    answer = offered(vera)
    assert labels(answer, "technology") == ["Lead-acid (1)", "Lithium (2)"]
    assert labels(answer, "status") == ["Finished (2)", "Running (1)"]
    assert labels(answer, "battery") == ["Cell A (2)", "Lead (1)"]
    assert labels(answer, "station") == ["Station 04 (1)", "Virtual (2)"]


def test_nothing_is_offered_while_the_filters_are_closed(vera, ids):
    assert vera.call(OFFER, {"experiments-panel.is_open": False, NARROW: VIEW}) == {}


def test_a_filter_counts_nothing_before_its_chip_is_there(vera, lab, ids):
    with statements(lab.database) as sent:
        vera.call(NARROW, controls(status=["running"], battery=[str(ids["cell"])]))
    assert [one for one in sent if 'FROM "Experiment"' in one] == []
    assert [one for one in sent if "count(" in one.lower()] == []


def test_a_choice_narrows_the_others_and_becomes_a_chip(vera, ids):
    answer = vera.call(NARROW, controls(status=["running"], q=None), by=part("status"))
    assert answer["experiments-view.data"] == {**VIEW, "status": ["running"]}
    assert chips(answer) == ["StatusRunning"]
    assert counted(vera, status=["running"])[COUNT] == "1 of 3"
    answer = offered(vera, status=["running"])
    assert labels(answer, "battery") == ["Cell A (1)"]
    assert labels(answer, "status") == ["Finished (2)", "Running (1)"]


def test_every_kind_of_filter_has_its_chip(vera, ids):
    chosen = controls(
        technology=["Lithium"],
        status=["running", "finished"],
        battery=[str(ids["cell"])],
        station=[str(ids["wall"])],
        profile=[str(ids["fast"])],
        q="aging",
        **{"from": "2026-08-01", "to": "2026-08-31"},
    )
    answer = vera.call(NARROW, chosen)
    assert chips(answer) == [
        "TechnologyLithium",
        "StatusFinished, Running",
        "BatteryCell A",
        "StationStation 04",
        "ProfileFast charge",
        "Created from2026-08-01",
        "Created to2026-08-31",
        "Textaging",
    ]
    assert counted(vera, **answer[NARROW])[COUNT] == "1 of 3"
    (clear,) = of_type(answer["experiments-chips.children"][-1:], "Button")
    assert text(clear) == "Clear all"
    assert nested_lists(answer["experiments-chips.children"]) == []


def test_what_is_chosen_stays_although_the_other_filters_leave_it_no_row(vera, ids):
    view = {"status": ["running"], "battery": [str(ids["lead"])], "profile": ["77"]}
    answer = vera.call(NARROW, controls(**view))
    assert chips(answer) == ["StatusRunning", "BatteryLead", "Profile77"]
    answer = counted(vera, **view)
    assert answer["experiments-none.hidden"] is False
    assert text(answer[NONE]) == "No experiment matches these filters."
    answer = offered(vera, **view)
    for name, label in (("status", "Running"), ("battery", "Lead"), ("profile", "77")):
        assert f"{label} (0)" in labels(answer, name)  # else Dash would unchoose it


def test_the_choices_of_a_lab_where_nothing_runs_keep_what_the_address_asks_for(vera):
    assert part("status") not in vera.call(NARROW, controls(status=["running"]))
    assert labels(offered(vera, status=["running"]), "status") == ["Running (0)"]
    page = vera.open("/experiments", "?status=running")
    (option,) = shown(page, "experiments-part-status")["options"]  # before they are opened
    assert option == {"label": "Running", "value": "running"}


def test_a_cross_removes_its_filter_alone(vera, ids):
    chosen = controls(status=["running"], q="aging")
    answer = vera.call(NARROW, chosen, **remove("status", "q", "everything"))
    assert answer["experiments-view.data"] == {**VIEW, "q": "aging"}
    assert answer[part("status")] == []
    assert answer[part("q")] == "aging"
    assert chips(answer) == ["Textaging"]


def test_clear_all_removes_everything(vera, ids):
    chosen = controls(status=["running"], q="aging", **{"from": "2026-08-01"})
    answer = vera.call(NARROW, chosen, **remove("everything", "status", "q", "from"))
    assert answer["experiments-view.data"] == VIEW
    assert answer["experiments-chips.children"] == []


def test_chips_that_have_just_been_drawn_remove_nothing(vera, ids):
    drawn = ({"type": "experiments-remove", "part": "status"}, None)
    answer = vera.call(
        NARROW,
        controls(status=["running"]),
        patterns={"experiments-remove": [drawn]},
        by={"id": drawn[0], "property": "n_clicks"},
    )
    assert answer["experiments-view.data"]["status"] == ["running"]


@pytest.mark.parametrize("name", ["bogus", "", ["status"], {"a": 1}, None])
def test_a_cross_of_no_filter_removes_nothing(vera, ids, name):
    answer = vera.call(NARROW, controls(status=["running"]), **remove(name))
    assert (answer.status, answer.error) == (200, None)
    assert answer[NARROW]["status"] == ["running"]


@pytest.mark.parametrize(
    "values",
    [
        controls(status="running", battery="7", q=5),
        controls(status=[["running"]], battery=[{"a": 1}], q=["a"]),
        controls(status={"a": 1}, q={"a": 1}, **{"from": 5, "to": ["x"]}),
        controls(battery=[True, None, 1e99, -1], q="\ud800\x00%_"),
        controls(**{"from": "0001-01-01", "to": "9999-12-31"}),
    ],
    ids=["texts", "lists", "objects", "numbers", "dates"],
)
def test_odd_values_in_the_controls_are_dropped(visitor, ids, values):
    answer = visitor("vera", "Pacific/Kiritimati").call(NARROW, values)
    assert (answer.status, answer.error) == (200, None)
    assert nested_lists(answer["experiments-chips.children"]) == []


@pytest.mark.parametrize("known", [None, [], "x", {"status": 5}])
def test_an_odd_store_is_replaced(vera, ids, known):
    answer = vera.call(NARROW, {"experiments-view.data": known})
    assert answer["experiments-view.data"] == VIEW
    assert vera.call(ROWS, {"experiments-view.data": known, REQUEST: {}}).error is None


def test_a_lab_without_experiments_is_offered_the_import(vera):
    answer = counted(vera)
    assert answer[COUNT] == "0"
    assert "There are no experiments yet." in text(answer[NONE])
    assert find(answer[NONE], href="/import-experiment")
    assert vera.call(ROWS, {REQUEST: {"startRow": 0, "endRow": 100}})[ROWS] == {
        "rowData": [],
        "rowCount": 0,
    }


def test_rows_come_running_first_and_then_the_newest(vera, ids):
    answer = vera.call(ROWS, {REQUEST: {"startRow": 0, "endRow": 100, "sortModel": []}})
    assert row_ids(answer) == [ids["running"], ids["newest"], ids["old"]]
    assert answer[ROWS]["rowCount"] == 3


def test_what_a_hidden_column_says_is_not_asked_of_the_database(vera, lab, ids):
    blocks = []
    for columns in (["started"], list(OPTIONAL)):
        given = {REQUEST: {"startRow": 0, "endRow": 100}, "experiments-columns.value": columns}
        with statements(lab.database) as sent:
            vera.call(ROWS, given)
        blocks.append(len(sent))
    assert blocks[0] < blocks[1]


def test_rows_come_as_filtered_and_sorted(vera, ids):
    request = {"startRow": 0, "endRow": 9, "sortModel": [{"colId": "name", "sort": "desc"}]}
    view = {**VIEW, "technology": ["Lithium"]}
    answer = vera.call(ROWS, {REQUEST: request, "experiments-view.data": view})
    assert row_ids(answer) == [ids["old"], ids["running"]]
    assert answer[ROWS]["rowCount"] == 2


def test_blocks_follow_each_other(vera, lab):
    cell = lab.battery()
    all_ids = [lab.experiment(f"E{number}", cell) for number in range(5)]
    sort = [{"colId": "id", "sort": "asc"}]
    blocks = [
        vera.call(ROWS, {REQUEST: {"startRow": start, "endRow": start + 2, "sortModel": sort}})
        for start in (0, 2, 4, 6)
    ]
    assert [row_ids(block) for block in blocks] == [all_ids[:2], all_ids[2:4], all_ids[4:], []]


@pytest.mark.parametrize(
    "request_",
    [
        {},
        [],
        "rows",
        7,
        {"startRow": -1, "endRow": 100},
        {"startRow": 10, "endRow": 0},
        {"startRow": 10**30, "endRow": 10**31},
        {"startRow": 0, "endRow": 10**30},
        {"startRow": None, "endRow": None},
        {"startRow": "0", "endRow": "x"},
        {"startRow": float("inf"), "endRow": float("nan")},
        {"startRow": [0], "endRow": {"a": 1}},
        {"startRow": 0, "endRow": 5, "sortModel": [{"colId": "bogus", "sort": "asc"}]},
        {"startRow": 0, "endRow": 5, "sortModel": [{"colId": 5, "sort": None}]},
        {"startRow": 0, "endRow": 5, "sortModel": [{}]},
        {"startRow": 0, "endRow": 5, "sortModel": "name"},
        {"startRow": 0, "endRow": 5, "sortModel": {"a": 1}},
        {"startRow": 0, "endRow": 5, "sortModel": [{"colId": "id; DROP TABLE", "sort": "desc"}]},
    ],
    ids=str,
)
def test_an_odd_request_for_rows_is_answered(vera, ids, request_):
    answer = vera.call(ROWS, {REQUEST: request_})
    assert (answer.status, answer.error) == (200, None)
    assert answer[ROWS]["rowCount"] == 3
    assert len(answer[ROWS]["rowData"]) <= BLOCK


def test_a_grid_that_asks_for_nothing_gets_nothing(vera, ids):
    assert vera.call(ROWS, {REQUEST: None}) == {}


def test_a_row_says_times_in_the_viewers_zone_and_utc_on_hover(visitor, ids):
    request = {"startRow": 0, "endRow": 1, "sortModel": [{"colId": "id", "sort": "asc"}]}
    (row,) = visitor("vera", "Europe/Madrid").call(ROWS, {REQUEST: request})[ROWS]["rowData"]
    assert row["created"] == "1 Aug, 14:00"
    assert row["created_title"] == "2026-08-01 12:00:00 UTC"
    assert row["started"] == "24 Aug, 08:10"
    assert row["duration"] == "2 h 0 min"


def test_an_unknown_zone_counts_as_utc(visitor, ids):
    request = {"startRow": 0, "endRow": 1, "sortModel": [{"colId": "id", "sort": "asc"}]}
    for zone in ("Mars/Olympus", "../../etc/passwd", "/etc/passwd", "Europe"):
        (row,) = visitor("vera", zone).call(ROWS, {REQUEST: request})[ROWS]["rowData"]
        assert row["created"] == "1 Aug, 12:00"


def test_what_has_not_happened_yet_is_a_dash(vera, lab):
    queued = {"status": ExperimentStatus.QUEUED, "begun_at": None, "finished_at": None}
    lab.experiment("Waiting", lab.battery(), **queued)
    (row,) = vera.call(ROWS, {REQUEST: {}})[ROWS]["rowData"]
    assert [row[name] for name in ("started", "finished", "duration")] == ["–"] * 3
    assert row["started_title"] == ""


def test_a_row_is_text_and_numbers_whatever_the_names_are(vera, lab):
    name = MARKUP[:30]
    lab.experiment(name, lab.battery(name), description="<b>" * 80)
    (row,) = vera.call(ROWS, {REQUEST: {}})[ROWS]["rowData"]
    assert (row["name"], row["battery"]) == (name, name)
    assert row["title"] == f"{name}: {'<b>' * 80}"
    assert row["key"] == str(row["id"])


def test_names_with_markup_stay_text_in_chips_and_choices(vera, lab):
    battery = lab.battery(MARKUP[:30])
    lab.experiment("E", battery)
    answer = vera.call(NARROW, controls(battery=[str(battery)], q=MARKUP))
    assert chips(answer) == [f"Battery{MARKUP[:30]}", f"Text{MARKUP}"]
    assert labels(offered(vera), "battery") == [f"{MARKUP[:30]} (1)"]


def test_the_page_opens_with_the_filter_of_its_address(vera, ids):
    page = vera.open("/experiments", f"?status=RUNNING&status=PAUSED&battery={ids['cell']}&q=a%26b")
    assert shown(page, "experiments-view")["data"] == {
        **VIEW,
        "status": ["running", "paused"],
        "battery": [str(ids["cell"])],
        "q": "a&b",
    }
    assert shown(page, "experiments-part-status")["value"] == ["running", "paused"]
    assert shown(page, "experiments-part-q")["value"] == "a&b"


@pytest.mark.parametrize(
    "search",
    [
        "?status=x&battery=&from=0001-01-01&to=9999-12-31&sort=bogus",
        "?sort=name&sort=-id&q=1&q=2&from=a&from=b",
        "?experiment_id=5&pathname=/x&view=1&children=a",
        "?%00=%00&q=%ff%fe&" + "battery=1&" * 100,
    ],
)
def test_an_odd_address_opens_the_page(vera, ids, search):
    page = vera.open("/experiments", search)
    assert text(of_type(page, "H1")).startswith("Experiments")
    assert nested_lists(page) == []


def test_the_order_of_the_address_is_that_of_the_table(vera):
    columns = shown(vera.open("/experiments", "?sort=-started"), "experiments-sets")["data"]
    (column,) = [one for one in columns["columns"] if "sort" in one]
    assert (column["field"], column["sort"]) == ("started", "desc")


def test_a_phone_gets_one_column_beside_the_ticks(visitor):
    sets = shown(visitor("vera", narrow=True).open("/experiments"), "experiments-sets")["data"]
    assert sets["narrow"] is True
    assert [one["field"] for one in sets["columns"]] == ["choice", "name"]


def test_the_filters_open_on_their_button(vera):
    answer = vera.call("experiments-panel.is_open", {"experiments-open.n_clicks": 1})
    assert answer == {"experiments-panel.is_open": True}


def test_every_control_has_a_label(vera):
    page = vera.open("/experiments")
    labelled = {node["props"].get("html_for") for node in of_type(page, "Label")}
    for name in ("technology", "status", "battery", "station", "profile", "from", "to"):
        assert f"experiments-part-{name}" in labelled
    assert [option["value"] for option in shown(page, "experiments-columns")["options"]] == list(
        OPTIONAL
    )


def summary(experiment_id: int, **changes) -> CycleSummary:
    values = {"revision": 1, "method": 1, "is_running": False, "cycles": 120, "last_cycle": 120}
    values |= {"last_capacity_ah": 4.2, "retention_pct": 78.5, "mean_ce_pct": 99.93}
    values |= {"capacities_ah": [5.0, 4.2]}
    return CycleSummary(experiment_id=experiment_id, **{**values, **changes})


def test_cycles_are_in_the_table_and_lead_to_them(store, vera, ids):
    none = {"last_capacity_ah": None, "retention_pct": None, "mean_ce_pct": None}
    with store.write() as session:
        session.add_all([summary(ids["old"]), summary(ids["newest"], cycles=0, **none)])
    shown_columns = ["cycles", "capacity", "retention", "ce"]

    def rows(sort: str, **view) -> list[dict]:
        model = [{"colId": sort.removeprefix("-"), "sort": "desc" if "-" in sort else "asc"}]
        request = {"startRow": 0, "endRow": 100, "sortModel": model}
        values = {REQUEST: request, "experiments-view.data": {**VIEW, **view}}
        values["experiments-columns.value"] = shown_columns
        return vera.call(ROWS, values, by=REQUEST)[ROWS]["rowData"]

    first, *others = rows("-cycles")
    assert [first[one] for one in shown_columns] == ["120", "4.2", "78.5", "99.93"]
    assert (first["id"], first["tab"]) == (ids["old"], "?tab=cycles")
    assert first["cycles_title"] == "Complete cycles"
    assert first["capacity_title"] == first["retention_title"] == "Of cycle 120"
    assert first["ce_title"] == "Of the last 10 cycles through cycle 120"
    assert [one["cycles"] for one in others] == ["0", "–"]  # not counted yet
    assert {one["tab"] for one in others} == {""}
    for key in shown_columns:
        assert rows(f"-{key}")[0]["id"] == ids["old"]
    assert [one["id"] for one in rows("id", retention="<80")] == [ids["old"]]
    assert rows("id", retention=">80", cycles="100-150") == []
    assert [one["id"] for one in rows("id", capacity="4-4.5", ce=">= 99.9")] == [ids["old"]]


def test_the_cycles_of_what_runs_say_of_which_they_are_and_when_they_are_counted(store, vera, ids):
    with store.write() as session:
        session.add(summary(ids["running"], is_running=True))
    row = vera.call(ROWS, {REQUEST: {"startRow": 0, "endRow": 1}})[ROWS]["rowData"][0]
    again = "What runs is counted every half minute, its tab Cycles at once"
    assert row["capacity_title"] == f"Of cycle 120. {again}"
    assert row["cycles_title"] == f"Complete cycles. {again}"


def test_a_filter_of_cycles_has_its_chip_and_what_is_no_range_is_said(store, vera, ids):
    with store.write() as session:
        session.add(summary(ids["old"]))
    answer = vera.call(NARROW, controls(retention="< 80 %", cycles="many"))
    assert chips(answer) == ["Retention / %< 80 %"]
    assert counted(vera, **answer[NARROW])[COUNT] == "1 of 3"
    page = vera.open("/experiments", "?retention=much")
    assert "Retention / % “much” is no range: that filter is left out." in text(page)


def test_a_search_shows_where_it_has_found_a_row(vera, lab, ids):
    (row,) = vera.call(ROWS, {REQUEST: {}, NARROW: {**VIEW, "q": "LEAD zelle"}})[ROWS]["rowData"]
    assert row["marks"] == [["Lead", True], [" test", False]]
    found = {one["field"]: one["pieces"] for one in row["found"]}
    assert found["Description"] == [["\u00d6l", False], ["zelle", True], [", 20 cycles", False]]
    assert found["Battery"] == [["Lead", True]]
    (row,) = vera.call(ROWS, {REQUEST: {}, NARROW: {**VIEW, "q": "station fast"}})[ROWS]["rowData"]
    assert [one["field"] for one in row["found"]] == ["Profile", "Station"]
    (row, *_) = vera.call(ROWS, {REQUEST: {}})[ROWS]["rowData"]
    assert "found" not in row


def test_a_search_looks_at_the_newest_at_first_and_at_all_on_demand(vera, ids, monkeypatch):
    monkeypatch.setattr(search, "REACH", 1)
    view = {"q": "aging"}
    answer = counted(vera, **view)
    assert answer[COUNT] == "0 of 3"
    assert answer["experiments-limits.children"] == "Searched: the newest 1 number."
    assert answer["experiments-whole.hidden"] is False
    assert "“Search all” above looks further" in text(answer[NONE])
    whole = "experiments-whole.n_clicks"
    answer = vera.call(NARROW, {**controls(**view), NARROW: {**VIEW, **view}}, by=whole)
    assert answer[NARROW] == {**VIEW, **view, "whole": "1"}
    answer = counted(vera, **answer[NARROW])
    assert (answer[COUNT], answer["experiments-whole.hidden"]) == ("1 of 3", True)
    known = {NARROW: {**VIEW, **view, "whole": "1"}}
    answer = vera.call(NARROW, {**controls(**view, status=["running"]), **known})
    assert answer[NARROW]["whole"] == "1"
    answer = vera.call(NARROW, {**controls(q="agin"), **known}, by=part("q"))
    assert answer[NARROW]["whole"] == ""  # another search


def test_more_than_are_counted_are_said_to_be_more(vera, lab, ids, monkeypatch):
    monkeypatch.setattr(scopes, "MAX_COUNT", 2)
    answer = counted(vera)
    assert answer[COUNT] == "more than 2"
    assert answer["experiments-limits.children"].startswith("The first 2 are listed")
    assert counted(vera, status=["running"])[COUNT] == "1 of more than 2"
    assert vera.call(ROWS, {REQUEST: {}})[ROWS]["rowCount"] == 2
    assert labels(offered(vera), "battery") == ["Cell A", "Lead"]


def test_ready_filters_are_ones_own_and_this_month(visitor, ids):
    page = visitor("vera", "Pacific/Kiritimati").open("/experiments")
    links = [
        one["props"]["href"]
        for one in find(page, className="bem-chip add")
        if "href" in one["props"]
    ]
    assert links[0] == "/experiments?owner=vera"
    assert re.fullmatch(r"/experiments\?from=\d{4}-\d\d-01", links[1])
