"""The page of the audit trail and its file, without a browser."""

import csv
import io
from datetime import timedelta

import pytest

from db.commands import audit
from db.commands.audit import By
from db.queries.audit import AuditFilter, audit_page
from pages.audit.filters import ANY, Edge, address, edge_of, view_of
from tests.unit.components.tree import find, of_type, text
from tests.unit.dashboard.world import START
from tests.unit.pages.visitor import Visitor, shown

LIST, VIEW = "audit-list.children", "audit-view.data"
CONTROLS = ("user", "action", "from", "to", "search")


@pytest.fixture
def ada(visitor) -> Visitor:
    return visitor("ada", zone="Europe/Madrid")


@pytest.fixture
def done(store):
    """Write a row, `minutes` after the people have signed in."""

    def write(action, target="station 4", *, minutes=1.0, **more) -> None:
        detail = more.pop("detail", {})
        by = {"user_name": "oscar", "address": "10.0.0.7", **more}
        with store.write() as session:
            at = START + timedelta(minutes=minutes)
            audit.record(session, By(**by, now=at), action, target, detail)

    return write


def show(visitor: Visitor, stored=None, **typed):
    values = {f"audit-{name}.value": typed.get(name) for name in CONTROLS}
    stored = {"path": "/audit", "query": stored or {}}
    return visitor.call(LIST, {**values, "audit-view.data": stored})


def rows(answer) -> list[str]:
    return [text(row) for row in of_type(answer[LIST], "Tr")[1:]]


def test_a_row_is_a_sentence_with_the_raw_action_the_time_and_the_address(ada, lab, done):
    experiment = lab.experiment("Ageing", lab.battery())
    done("rename experiment", f"experiment {experiment}", detail={"before": "Agein"})
    answer = show(ada)
    first = rows(answer)[0]
    assert first.startswith("20 Nov 2026, 15:01:00oscarRenamed experiment")
    assert f"experiment {experiment}, Ageing, before “Agein”" in first
    assert first.endswith("rename experiment10.0.0.7")
    assert find(answer[LIST], href=f"/experiments/{experiment}")
    assert find(answer[LIST], title="2026-11-20 14:01:00 UTC")


def test_what_is_gone_is_named_by_its_number_without_a_link(ada, done):
    done("delete experiment", "experiment 4711")
    answer = show(ada)
    assert "Deleted experiment 4711" in rows(answer)[0]
    assert not find(answer[LIST], href="/experiments/4711")


def test_the_filters_narrow_and_stand_in_the_address(ada, done):
    done("pause", minutes=1)
    done("stop", minutes=2, user_name="vera")
    answer = show(ada, user="oscar", action="pause", to="2026-11-20", search="station 4")
    assert len(rows(answer)) == 1
    assert answer["audit-count.children"] == "1"
    query = {"user": "oscar", "action": "pause", "to": "2026-11-20", "q": "station 4"}
    assert answer[VIEW] == {"path": "/audit", "query": query}
    assert answer["audit-csv.href"] == address("/audit.csv", view_of(query))
    page = ada.open("/audit", "?user=oscar&action=pause&to=2026-11-20&q=station+4")
    assert shown(page, "audit-user")["value"] == "oscar"
    assert shown(page, "audit-to")["value"] == "2026-11-20"
    assert shown(page, "audit-view")["data"] == answer[VIEW]


def test_days_are_those_of_the_viewer(ada, done):
    done("pause", minutes=9 * 60 + 30)  # 23:30 UTC, the next day in Madrid
    assert len(rows(show(ada, **{"from": "2026-11-21"}))) == 1
    assert not any("pause" in row for row in rows(show(ada, to="2026-11-20")))


def test_pages_are_turned_by_links_and_another_filter_begins_with_the_newest(ada, done, store):
    for number in range(230):
        done("pause", f"station {number}", minutes=number)
    newest = show(ada)
    assert len(rows(newest)) == 50
    (older,) = [one for one in of_type(newest[LIST], "Link") if text(one) == "Older"]
    query = dict(pair.split("=") for pair in older["props"]["href"].partition("?")[2].split("&"))
    second = show(ada, stored=query)
    assert "station 179" in rows(second)[0]
    assert second[VIEW]["query"] == query
    assert {text(one) for one in of_type(second[LIST], "Link")} >= {"Newest", "Newer", "Older"}
    narrowed = show(ada, stored=query, action="pause")
    assert "station 229" in rows(narrowed)[0]
    assert narrowed[VIEW]["query"] == {"action": "pause"}


def test_nothing_found_is_said_with_the_way_back(ada):
    answer = show(ada, user="nobody")
    assert "Nothing in the audit trail matches this filter." in text(answer[LIST])
    assert find(answer[LIST], href="/audit")
    assert shown(ada.open("/audit", "?user=nobody"), "audit-user")["value"] == "nobody"


def test_a_details_value_is_never_drawn_as_html(ada, done):
    done("add note", detail={"text": "<b>x</b>", "plans": [1, {"a": True}], "none": None})
    answer = show(ada)
    assert "Added a note to station 4: <b>x</b>" in rows(answer)[0]
    assert "plans: 1, a: yes" in rows(answer)[0]
    assert "none" not in rows(answer)[0]


def test_an_action_that_has_no_sentence_is_said_with_its_own_name(ada, done):
    done("teleport battery", "battery 3")
    assert "Teleport battery: battery 3" in rows(show(ada))[0]


@pytest.mark.parametrize("name", ["vera", "oscar"])
def test_page_callback_and_file_are_for_admins(visitor, name, lab):
    other = visitor(name)
    before = len(lab.audits())
    assert other.client.get("/audit").status_code == 403
    assert other.client.get("/audit.csv").status_code == 403
    assert show(other).status == 403
    assert {one.action for one in lab.audits()[before:]} == {"refused call"}


def read(answer) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_the_file_has_what_the_filter_finds_and_is_recorded(ada, done, lab):
    done("pause", detail={"reason": "Türe, offen\nzwei"})
    done("stop", user_name="vera")
    answer = ada.client.get("/audit.csv?action=pause&to=2026-11-20")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit-2026-11-20.csv"'
    assert read(answer) == [
        {
            "Time / UTC": "2026-11-20T14:01:00.000000Z",
            "User": "oscar",
            "From": "10.0.0.7",
            "Action": "pause",
            "Target": "station 4",
            "Target key": "station 4",
            "Details": '{"reason": "Türe, offen\\nzwei"}',
        }
    ]
    last = lab.audits()[-1]
    assert (last.user_name, last.action, last.target) == (
        "ada",
        "export audit trail",
        "audit trail",
    )
    assert last.detail == {"action": "pause", "to": "2026-11-20"}


def test_the_file_names_its_targets_as_the_page_does(ada, done, lab):
    experiment = lab.experiment("Ageing", lab.battery())
    done("add note", f"experiment {experiment}")
    done("delete battery", "battery 900", detail={"name": "Cell Z"}, minutes=0)
    named = {row["Target key"]: row["Target"] for row in read(ada.client.get("/audit.csv"))}
    assert named[f"experiment {experiment}"] == f"experiment {experiment}, Ageing"
    assert named["battery 900"] == "battery 900, Cell Z"


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_no_cell_is_a_formula(ada, done, sign):
    done(f"{sign}cmd", f"{sign}1+1", user_name=f"{sign}x", address=f"{sign}y")
    row = next(one for one in read(ada.client.get("/audit.csv")) if one["Action"] == f"'{sign}cmd")
    assert (row["Target"], row["User"], row["From"]) == (f"'{sign}1+1", f"'{sign}x", f"'{sign}y")


def test_a_long_trail_goes_into_the_file_whole(ada, done, store):
    with store.write() as session:
        for number in range(4500):
            audit.record(
                session,
                By("x", "", START),
                "pause",
                f"station {number}",
            )
    found = read(ada.client.get("/audit.csv?user=x"))
    assert [row["Target key"] for row in found] == [f"station {n}" for n in reversed(range(4500))]
    assert audit_page(store, AuditFilter(user_name="x")).count == 4500


@pytest.mark.parametrize(
    "given",
    [None, [], {"user": ["a"], "from": "x", "before": "-1"}, {"q": "\ud800", "after": "1e9"}],
)
def test_nothing_in_an_address_can_fail(given):
    assert view_of(given).to_query() == {}
    assert edge_of(given) == Edge()


def test_the_choice_of_everything_narrows_nothing():
    assert view_of({"user": ANY, "action": ANY}).to_query() == {}
    assert edge_of({"before": "5", "after": "7"}) == Edge(before=5)


def test_a_user_and_an_action_that_no_row_has_are_named(ada, done):
    done("pause")
    said = text(ada.open("/audit", "?user=nobody&action=fly"))
    assert "No row has the user “nobody”." in said
    assert "No row has the action “fly”." in said
    assert "No row has" not in text(ada.open("/audit", "?user=oscar&action=pause"))
