"""GET /metrics."""

import re
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from cycling.errors import InputError
from dashboard.health import DatabaseProbe
from dashboard.settings import WebSettings
from db.commands.leases import WORKER, say_present
from db.commands.wattrex import units
from db.commands.wattrex.units import WattrexIdentity
from db.engine import database_now
from db.models import ComputationalUnit, Job, RefusedCount
from db.terms import REFUSED_KINDS, JobState
from tests.machine import ROOT
from tests.unit.dashboard.test_health import Broken, lead
from tests.unit.dashboard.world import START

TOKEN = "t0ken-" * 5


@pytest.fixture
def measured(make_web, tmp_path):
    return make_web(WebSettings(secret_key="k" * 32, data_dir=tmp_path, metrics_token=TOKEN))


def scrape(web) -> dict[str, float]:
    answer = web.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return {
        ",".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_metrics_are_off_without_a_token(stranger):
    answer = stranger.get("/metrics")
    assert answer.status_code == 404
    assert "bem_" not in answer.text


@pytest.mark.parametrize(
    "sent", [None, "", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN, "Bearer ключ"]
)
def test_metrics_need_the_token(measured, sent):
    headers = {} if sent is None else {"Authorization": sent}
    answer = measured.test_client().get("/metrics", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].lower().startswith("bearer")
    assert "bem_database" not in answer.text


def test_a_signed_in_admin_does_not_do_instead_of_the_token(measured, browser):
    assert browser("ada", measured).get("/metrics").status_code == 401


def test_a_short_token_is_refused(tmp_path):
    with pytest.raises(InputError, match="BEM_METRICS_TOKEN has 5 characters"):
        WebSettings(secret_key="k" * 32, data_dir=tmp_path, metrics_token="short")


def test_an_empty_laboratory_has_zeros(measured):
    found = scrape(measured)
    assert found["bem_database_up"] == 1
    assert 0 < found["bem_database_seconds"] < 2
    assert found["bem_data_folder_free_bytes"] > 0
    assert found["bem_master_node_up"] == 0
    assert {found[f"bem_jobs,{state}"] for state in JobState} == {0}
    assert found["bem_stations,running"] == found["bem_workers"] == 0


def test_what_happens_is_counted(measured, store, clock, standing):
    lead(store, standing, 3, queue=4)
    say_present(store, WORKER, "vm:7:abc")
    with store.write() as session:
        for state in (JobState.QUEUED, JobState.FAILED, JobState.FAILED):
            session.add(Job(kind="x", state=state, payload={}, user_name="u", created_at=clock.now))
        for sender, kind in (("a", "not JSON"), ("b", "not JSON"), ("a", "unknown")):
            session.add(RefusedCount(sender=sender, kind=kind, count=5, last_at=clock.now))
    found = scrape(measured)
    assert (found["bem_jobs,queued"], found["bem_jobs,failed"]) == (1, 2)
    assert found["bem_messages_refused_total,not JSON"] == 10
    assert found["bem_messages_refused_total,unknown"] == 5
    assert found["bem_workers"] == 1
    assert (found["bem_master_node_up"], found["bem_broker_connected"]) == (1, 1)
    assert (found["bem_samples_stored_total"], found["bem_master_node_queue"]) == (7, 4)
    assert 3 <= found["bem_master_node_beat_age_seconds"] < 10
    later = scrape(measured)
    assert later["bem_samples_stored_total"] == 7


def test_wattrex_units_are_counted_and_a_silent_one_is_not_online(measured, store):
    with store.write() as session:
        now = database_now(session)
        for mac in (77, 78):
            heard = units.register(
                session, WattrexIdentity(mac, "pi", "10.0.0.9", 22, "bench"), now
            )
        units.note_heartbeats(session, {heard: 0.0}, now)
        silent = session.get_one(ComputationalUnit, heard - 1)
        silent.last_connection = now - timedelta(minutes=1)
    found = scrape(measured)
    assert (found["bem_units"], found["bem_units_online"]) == (2, 1)


def test_a_counter_of_refused_messages_is_there_before_the_first_one(measured):
    found = scrape(measured)
    for kind in REFUSED_KINDS:
        assert found[f"bem_messages_refused_total,{kind}"] == 0


def test_every_kind_of_refusal_is_known():
    pattern = r'(?:RefusedError|Refusal)\((?:\w+(?:\[0\]\.\w+)?, )?\s*"([a-z ]+)"'
    sources = (ROOT / "master_node").rglob("*.py")
    used = {kind for one in sources for kind in re.findall(pattern, one.read_text())}
    assert used | {"database"} == set(REFUSED_KINDS)


def test_the_second_connection_to_the_broker_counts(measured, store, standing):
    lead(store, standing, 1, wattrex="not connected")
    assert scrape(measured)["bem_broker_connected"] == 0


def test_the_document_names_every_figure_and_no_other(measured, store, standing):
    lead(store, standing, 1)
    with store.write() as session:
        session.add(RefusedCount(sender="a", kind="x", count=1, last_at=START))
    text = (ROOT / "docs" / "operations.md").read_text()
    named = set(re.findall(r"`(bem_\w+)", text)) - {"bem_migrate", "bem_backup", "bem_test"}
    exposed = {name.partition(",")[0] for name in scrape(measured)}
    assert exposed - named == set()
    assert {name for name in named if name not in ("bem_audit", "bem_leases")} == exposed


def test_a_silent_master_node_is_down(measured, store, standing):
    lead(store, standing, timedelta(minutes=5).total_seconds())
    found = scrape(measured)
    assert found["bem_master_node_up"] == found["bem_broker_connected"] == 0
    assert found["bem_master_node_beat_age_seconds"] >= 300


def test_without_a_database_metrics_say_only_that(measured):
    measured.extensions["bem.probe"] = DatabaseProbe(Broken())
    found = scrape(measured)
    assert found["bem_database_up"] == 0
    assert set(found) == {"bem_database_up", "bem_data_folder_free_bytes"}
