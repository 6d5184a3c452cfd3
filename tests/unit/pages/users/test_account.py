"""Changing one's own password."""

import pytest

from tests.unit.components.tree import find, nested_lists, text
from tests.unit.dashboard.world import PASSWORD
from tests.unit.pages.visitor import Visitor, shown

ERROR, TOAST = "account-error.children", "shell-toasts-store.data"
NEW = "eight blue cells"


def save(visitor: Visitor, old=PASSWORD, new=NEW, again=NEW, by="account-save.n_clicks", times=1):
    values = {
        by: times,
        "account-old.value": old,
        "account-new.value": new,
        "account-again.value": again,
    }
    return visitor.call(ERROR, values, by=by)


def can_sign_in(web, name: str, password: str) -> bool:
    answer = web.test_client().post("/login", data={"username": name, "password": password})
    return answer.status_code == 303


def changes(lab) -> int:
    return sum(entry.action == "change password" for entry in lab.audits())


def test_the_new_password_counts_from_now_on(web, vera, lab):
    answer = save(vera)
    assert answer[ERROR] == ""
    assert answer[TOAST]["kind"] == "done"
    assert [answer[f"account-{name}.value"] for name in ("old", "new", "again")] == [""] * 3
    assert can_sign_in(web, "vera", NEW)
    assert not can_sign_in(web, "vera", PASSWORD)
    assert changes(lab) == 1


@pytest.mark.parametrize("field", ["old", "new", "again"])
def test_enter_saves_too(web, vera, field):
    save(vera, by=f"account-{field}.n_submit")
    assert can_sign_in(web, "vera", NEW)


def test_other_browsers_are_signed_out_and_this_one_is_not(web, vera):
    elsewhere = web.test_client()
    elsewhere.post("/login", data={"username": "vera", "password": PASSWORD})
    assert elsewhere.get("/account").status_code == 200
    save(vera)
    assert vera.client.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"old": "wrong password!"}, "The old password is not right. Nothing was changed."),
        ({"old": None}, "The old password is not right. Nothing was changed."),
        ({"again": "eight green cells"}, "The two new passwords differ."),
        ({"again": None}, "The two new passwords differ."),
        ({"new": "short", "again": "short"}, "12 characters"),
        ({"new": None, "again": None}, "12 characters"),
        ({"new": "", "again": None}, "12 characters"),
    ],
)
def test_a_refusal_is_a_sentence_and_keeps_what_was_typed(web, vera, lab, typed, words):
    answer = save(vera, **typed)
    assert words in answer[ERROR]
    assert answer.error is None
    assert TOAST not in answer
    for name, value in typed.items():
        assert answer[f"account-{name}.value"] == value
    assert can_sign_in(web, "vera", PASSWORD)
    assert changes(lab) == 0


@pytest.mark.parametrize("times", [None, 0])
def test_opening_the_page_changes_nothing(vera, lab, times):
    assert save(vera, times=times).status == 204
    assert changes(lab) == 0


def test_the_page_names_the_user_and_its_fields(vera):
    page = vera.open("/account")
    assert "vera" in text(page)
    assert nested_lists(page) == []
    for field in ("old", "new", "again"):
        assert shown(page, f"account-{field}")["type"] == "password"
        assert find(page, html_for=f"account-{field}")
