"""The assembly."""

import subprocess
import sys
from importlib import import_module

import dash
import pytest

from cycling.errors import InputError
from dashboard.app import create_app, warm_up
from dashboard.page_registry import load_pages
from dashboard.settings import WebSettings
from db.commands import users
from tests.unit.dashboard.world import callback_body

UPDATE = "/_dash-update-component"


@pytest.mark.parametrize("key", ["", "short", "k" * 31])
def test_a_missing_or_short_secret_key_is_refused(tmp_path, key):
    with pytest.raises(InputError, match="secret key"):
        WebSettings(secret_key=key, data_dir=tmp_path)


def test_settings_do_not_show_their_secret(tmp_path):
    assert "kkkk" not in repr(WebSettings(secret_key="k" * 32, data_dir=tmp_path))


def test_two_applications_in_one_process_have_the_same_callbacks(make_web, settings, browser):
    first, second = make_web(settings), make_web(settings)
    maps = [app.extensions["bem.dash"].callback_map for app in (first, second)]
    assert list(maps[0]) == list(maps[1])
    for app in (first, second, first):
        body = callback_body(app.extensions["bem.dash"], "experiments-out.children")
        answer = browser("vera", app).post(UPDATE, json=body)
        assert "vera is viewer" in answer.text
        dependencies = browser("vera", app).get("/_dash-dependencies").json
        outputs = [one["output"] for one in dependencies]
        assert len(outputs) == len(set(outputs)) == len(maps[0])


def test_many_applications_in_one_process_do_not_make_the_page_longer(make_web, settings, browser):
    pages = [browser("vera", make_web(settings)).get("/experiments").text for _ in range(3)]
    assert [page.count("<script") for page in pages] == [pages[0].count("<script")] * 3


def test_it_carries_what_pages_reach_for(web, store, clock, settings):
    assert web.extensions["bem.database"] is store
    assert web.extensions["bem.clock"] is clock
    assert web.extensions["bem.data_dir"] == settings.data_dir
    assert isinstance(web.extensions["bem.dash"], dash.Dash)


def test_warming_up_again_changes_nothing(web):
    before = web.extensions["bem.script_hashes"]
    warm_up(web)
    assert web.extensions["bem.script_hashes"] == before


def test_routes_can_be_added_to_a_warm_application(web):
    web.add_url_rule("/more", "more", lambda: "more")


def test_a_set_up_that_fails_fails_the_start(store, settings, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("components.shell.layout", broken)
    with pytest.raises(ZeroDivisionError):
        create_app(settings, store, pages="tests.unit.dashboard.sample_pages")


def test_a_page_can_be_imported_by_its_name_without_running_twice(web):
    from tests.unit.dashboard.sample_pages import experiments

    assert dash.page_registry[experiments.__name__]["module"] == experiments.__name__
    assert not dash._callback.GLOBAL_CALLBACK_LIST


def test_pages_of_an_application_before_are_forgotten(web):
    load_pages("tests.unit.dashboard.sample_pages")
    assert len(dash.page_registry) == 6
    dash._callback.GLOBAL_CALLBACK_LIST.clear()
    dash._callback.GLOBAL_CALLBACK_MAP.clear()
    dash._callback.GLOBAL_INLINE_SCRIPTS.clear()


def test_callbacks_in_the_file_of_a_card_are_there_once_for_each_application(make_web, settings):
    import_module("tests.unit.dashboard.sample_pages.card")  # too early: it registers a callback
    for app in (make_web(settings), make_web(settings)):
        callbacks = list(app.extensions["bem.dash"].callback_map)
        assert [name for name in callbacks if "-card" in name] == ["experiments-card.children"]
        assert len(callbacks) == len(set(callbacks))


def test_without_a_home_page_the_first_page_is_home(browser):
    assert browser("vera").get("/").location == "/experiments"


def test_importing_the_package_opens_nothing(tmp_path):
    code = (
        "import sys, dashboard.app, dashboard.server, bem.settings\n"
        "import threading; assert threading.active_count() == 1\n"
        "import dash; assert not dash.page_registry"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=240)


def test_the_real_hasher_takes_19_mib_and_tells_right_from_wrong():
    stored = users.ARGON2.hash("seven green cells")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert users.ARGON2.verify(stored, "seven green cells")
    assert not users.ARGON2.verify(stored, "seven green cell")
    assert not users.ARGON2.verify("no hash", "seven green cells")
    composed, decomposed = "caf\u00e9 caf\u00e9 caf\u00e9", "cafe\u0301 cafe\u0301 cafe\u0301"
    assert users.ARGON2.verify(users.ARGON2.hash(composed), decomposed)
