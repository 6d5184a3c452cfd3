"""The route of an experiment's small picture."""

import pytest

from components.figures.template import template
from db import series
from db.queries.experiments.detail import LARGEST_ID


@pytest.fixture
def cycled(lab) -> int:
    experiment = lab.experiment("Test", lab.battery())
    lab.measures(experiment, 100)
    return experiment


@pytest.fixture
def fetch(vera):
    def get(experiment_id: int, query: str = "", **headers: str):
        return vera.client.get(f"/experiments/{experiment_id}/preview.svg{query}", headers=headers)

    return get


def ground(answer) -> str:
    for dark in (False, True):
        if f'fill="{template(dark=dark)["layout"]["paper_bgcolor"]}"' in answer.text:
            return "dark" if dark else "light"
    raise AssertionError("no ground")


def test_the_whole_experiment_is_drawn(fetch, cycled):
    answer = fetch(cycled)
    assert answer.status_code == 200
    assert answer.content_type == "image/svg+xml; charset=utf-8"
    assert ">4 V<" in answer.text
    assert ">3 V<" in answer.text
    assert ">1.5 A<" in answer.text
    assert ">1 min 39 s<" in answer.text


def test_pictures_are_from_our_own_site_as_the_policy_asks(fetch, cycled):
    policy = fetch(cycled).headers["Content-Security-Policy"]
    assert "img-src 'self'" in policy


@pytest.mark.parametrize("name", ["vera", "oscar", "ada"])
def test_everybody_who_is_signed_in_may_see_it(visitor, cycled, name):
    assert visitor(name).client.get(f"/experiments/{cycled}/preview.svg").status_code == 200


def test_strangers_may_not(web, cycled):
    assert web.test_client().get(f"/experiments/{cycled}/preview.svg").status_code == 401


@pytest.mark.parametrize("unknown", [0, 999, LARGEST_ID + 1, 10**30])
def test_an_unknown_experiment_is_not_found(fetch, unknown):
    answer = fetch(unknown)
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.get_json() == {"error": f"There is no experiment {unknown}."}


def test_an_experiment_without_measures_says_so(fetch, lab):
    answer = fetch(lab.experiment("Empty", lab.battery()))
    assert answer.status_code == 200
    assert "No measures" in answer.text


def test_the_theme_is_that_of_the_cookie_or_of_the_address(fetch, vera, cycled):
    assert ground(fetch(cycled)) == "light"
    assert ground(fetch(cycled, "?theme=dark")) == "dark"
    vera.client.set_cookie("bem_theme", "dark")
    assert ground(fetch(cycled)) == "dark"
    assert ground(fetch(cycled, "?theme=light")) == "light"


def test_the_browser_keeps_it_for_a_minute_and_then_asks_whether_it_holds(fetch, cycled):
    first = fetch(cycled)
    assert first.headers["Cache-Control"] == "private, max-age=60"
    assert "Cookie" in first.headers["Vary"]
    again = fetch(cycled, **{"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Cache-Control"] == "private, max-age=60"
    dark = fetch(cycled, "?theme=dark", **{"If-None-Match": first.headers["ETag"]})
    assert dark.status_code == 200


def test_nothing_is_drawn_for_a_picture_that_still_holds(fetch, cycled, monkeypatch):
    tag = fetch(cycled).headers["ETag"]
    monkeypatch.setattr(series.ExperimentSeries, "read", None)
    assert fetch(cycled, **{"If-None-Match": tag}).status_code == 304


def test_measures_that_came_since_are_in_the_next_one(fetch, lab):
    experiment = lab.experiment("Running", lab.battery())
    empty = fetch(experiment)
    lab.measures(experiment, 50)
    later = fetch(experiment, **{"If-None-Match": empty.headers["ETag"]})
    assert later.status_code == 200
    assert ">49 s<" in later.text


def test_an_experiment_that_is_being_prepared_makes_nobody_wait(fetch, cycled, monkeypatch):
    monkeypatch.setattr("db.series.store.AT_ONCE", 10)
    answer = fetch(cycled)
    assert answer.status_code == 200
    assert "Being prepared" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers
    monkeypatch.undo()
    assert ">4 V<" in fetch(cycled).text
