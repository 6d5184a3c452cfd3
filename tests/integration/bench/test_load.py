"""The users of the load get from the real application what they ask for."""

import json
import os
import subprocess
import sys

import pytest

from bench import live, peers
from bench.load import plan
from bench.load.counting import failures, requests
from bench.load.running import Load, plan_for, start_users, until
from bench.load.watch import Database, sample_of
from bench.site import callbacks
from bench.site.callbacks import UPDATE
from bench.site.dependencies import DEPENDENCIES, Forms
from bench.site.fill import fill
from bench.site.web import Served, add_viewer, signed_in
from bench.site.work import add_battery, add_experiments
from db.engine import connect
from tests.machine import ROOT

EXPERIMENTS = 120


@pytest.fixture
def peer(tmp_path):
    with peers.sqlite(tmp_path) as peer:
        add_experiments(peer.database, EXPERIMENTS)
        yield peer


@pytest.fixture
def filled(peer):
    return fill(peer.database, 3000, add_battery(peer.database))


@pytest.fixture
def stations(peer):
    """Two stations that have given a measure."""
    running, written = live.fill(peer.database, 2), []
    with live.recording(peer.database, running, written):
        until("nothing was written", lambda: written)
    pairs = zip(running.stations, running.experiments, strict=True)
    return [plan.Station(*pair) for pair in pairs]


def test_every_body_is_one_that_the_application_takes(peer, filled, stations, tmp_path):
    client = signed_in(peer.database, tmp_path)
    forms = Forms(client.get(DEPENDENCIES).json)
    looks = plan.looks(forms, filled, EXPERIMENTS)
    assert set(looks) == set(plan.HOW_OFTEN)
    told = {}
    for kind, wanted in looks.items():
        for one in (wanted[0], wanted[-1]):
            answer = client.post(UPDATE, json=one) if isinstance(one, dict) else client.get(one)
            assert answer.status_code == 200, kind
            told[kind] = answer.get_data()
    assert len(json.loads(told["table, a page"])["response"]["experiments-grid"]["getRowsResponse"])
    assert told["preview"].startswith(b"<svg")
    drawn = client.post(UPDATE, json=plan.live_draw(forms, stations[0])).json["response"]
    assert len(drawn["live-graph"]["figure"]["data"]) >= 2
    update = client.post(UPDATE, json=plan.live_ask(forms, stations[0])).json["response"]
    assert len(update["live-update"]["data"]["x"]) == 1


def test_the_bodies_written_by_hand_have_the_form_that_the_application_wants(
    peer, filled, tmp_path
):
    forms = Forms(signed_in(peer.database, tmp_path).get(DEPENDENCIES).json)
    id_ = filled.experiment_id
    asked = {
        "e": 9,
        "after": -1,
        "shown": plan.LIVE_SHOWN,
        "read": ["power", "x2"],
        "d": "",
        "g": "",
    }
    pairs = [
        (callbacks.list_page(100, "-started"), plan.table(forms, 100, "-started", {})),
        (callbacks.graph(id_), plan.graph(forms, id_, None)),
        (callbacks.graph(id_, (10, 90)), plan.graph(forms, id_, (10, 90))),
        (callbacks.live_question(7, asked), plan.live_ask(forms, plan.Station(7, 9))),
    ]
    for written, derived in pairs:
        assert written == derived


SPELLS = 8  # of twelve seconds, in which a busy machine may not come to the refreshes


def test_tabs_and_people_go_about_without_a_failure(peer, filled, stations, tmp_path):
    add_viewer(peer.database)
    load = Load(minutes=0.2, rows=300, experiments=EXPERIMENTS, tabs=4, people=8)
    with Served(tmp_path, peer.url, workers=1) as served:
        file = plan_for(tmp_path, served, stations, filled, EXPERIMENTS)
        for _ in range(SPELLS):
            users = start_users(tmp_path, served, load, file)
            assert users.wait(240) == 0, (tmp_path / "users.log").read_text()
            counted = {one.kind: one for one in requests(tmp_path / "users_stats.csv")}
            files = tmp_path / "users_failures.csv", tmp_path / "users_exceptions.csv"
            assert failures(*files) == []
            if "live, refreshed" in counted:
                break
    assert {"live, drawn", "live, refreshed", "Aggregated"} < set(counted)
    assert set(counted) & set(plan.HOW_OFTEN)


@pytest.mark.mariadb
def test_connections_to_a_server_are_those_of_its_port(mariadb_server, mariadb_url):
    seen = Database(port=mariadb_server.port)
    before = sample_of(os.getpid(), seen)["connections"]
    database = connect(mariadb_url)
    with database.read() as session:
        session.connection().exec_driver_sql("SELECT 1")
        assert sample_of(os.getpid(), seen)["connections"] == before + 1
    database.dispose()


def test_locust_and_gevent_are_not_in_the_product():
    for name in ("run", "build"):
        pinned = (ROOT / "requirements" / f"{name}.txt").read_text().splitlines()
        assert not [one for one in pinned if one.startswith(("locust", "gevent"))]
    used = "import bem.cli.app, bench.load.running, sys; print('gevent' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", used], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
