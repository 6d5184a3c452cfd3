"""The page of users, without a browser."""

import pytest

from db.commands import users
from db.commands.audit import By
from db.commands.form_tokens import new_token
from db.queries.users import list_users
from db.terms import Role
from pages.users.ids import Ids
from tests.unit.components.tree import find, of_type, text
from tests.unit.dashboard.world import PASSWORD
from tests.unit.pages.visitor import Visitor

DIALOG, ERROR, LIST = "users-dialog.is_open", "users-error.children", "users-list.children"
TOAST = "shell-toasts-store.data"


@pytest.fixture
def ada(visitor) -> Visitor:
    return visitor("ada")


@pytest.fixture
def ids(store) -> dict[str, int]:
    return {one.name: one.id for one in list_users(store)}


def asked(visitor: Visitor, deed: str, of: int | None):
    """Click a button of the list, or Add user."""
    key = Ids.do(deed, of or 0)
    by = {"id": key, "property": "n_clicks"}
    return visitor.call(DIALOG, by=by, patterns={"users-do": [(key, 1)]})


def sure(visitor: Visitor, deed: str, of: int | None, *, token: str | None = None, **typed):
    """Fill the dialog in and click its button; `token` where it is not that of a new dialog."""
    fields = [(Ids.field(name), value) for name, value in typed.items()]
    return visitor.call(
        DIALOG,
        {
            "users-sure.n_clicks": 1,
            "users-chosen.data": {"do": deed, "of": of},
            "users-once.data": token or new_token(),
        },
        by="users-sure.n_clicks",
        patterns={"users-field": fields},
    )


def role_of(store, name: str) -> tuple[Role, bool]:
    row = next(one for one in list_users(store) if one.name == name)
    return row.role, row.disabled


def can_sign_in(web, name: str, password: str) -> bool:
    answer = web.test_client().post("/login", data={"username": name, "password": password})
    return answer.status_code == 303


def test_the_page_lists_everybody_with_their_sessions(ada, store):
    page = ada.open("/users")
    assert "Users4" in text(page)
    rows = [text(row) for row in of_type(page, "Tr")[1:]]
    assert len(rows) == 4
    assert rows[0].startswith("adayouAdminEnabled")
    assert rows[3].startswith("veraViewerEnabled")


@pytest.mark.parametrize("name", ["vera", "oscar"])
def test_only_admins_may_ask_or_do(visitor, store, ids, name):
    other = visitor(name)
    assert other.client.get("/users").status_code == 403
    assert asked(other, "disable", ids["dora"]).status == 403
    assert sure(other, "role", ids[name], role="admin").status == 403
    assert role_of(store, "dora") == (Role.ADMIN, False)


@pytest.mark.parametrize("deed", ["role", "password", "sessions", "disable", "enable"])
def test_every_question_names_the_user(ada, ids, deed):
    answer = asked(ada, deed, ids["vera"])
    assert answer[DIALOG] is True
    assert "vera" in answer["users-title.children"]
    assert "vera" in answer["users-sure.children"]
    assert answer["users-chosen.data"] == Ids.do(deed, ids["vera"])
    assert answer["users-keep.children"] == "Cancel"


def test_a_list_that_is_drawn_anew_asks_nothing(ada, ids):
    key = Ids.do("disable", ids["vera"])
    by = {"id": key, "property": "n_clicks"}
    assert ada.call(DIALOG, by=by, patterns={"users-do": [(key, None)]}).status == 204


def test_a_user_is_added_with_a_password_that_is_shown_once(web, ada, lab, store):
    answer = sure(ada, "add", None, name=" new.one ", role="operator", how="generate", password="")
    (shown,) = find(answer["users-question.children"], readonly=True)
    password = shown["props"]["value"]
    assert len(password) == 23
    assert can_sign_in(web, "new.one", password)
    assert role_of(store, "new.one") == (Role.OPERATOR, False)
    entry = next(one for one in lab.audits() if one.target == "user new.one")
    assert (entry.user_name, entry.action, entry.address) == ("ada", "add user", "127.0.0.1")
    assert password not in str([one.detail for one in lab.audits()])
    assert answer["users-keep.children"] == "Close"
    assert answer["users-sure.style"] == {"display": "none"}


@pytest.mark.parametrize("deed", ["add", "password"])
def test_who_clicks_twice_is_shown_the_password_that_counts(web, ada, ids, deed):
    of, name = (None, "new.one") if deed == "add" else (ids["vera"], "vera")
    typed = {"name": name, "role": "viewer", "how": "generate"}
    answers = [sure(ada, deed, of, token="0123456789abcdef", **typed) for _ in range(2)]
    passwords = [
        find(answer["users-question.children"], readonly=True)[0]["props"]["value"]
        for answer in answers
    ]
    assert passwords[0] == passwords[1]
    assert can_sign_in(web, name, passwords[1])


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": "", "role": "viewer"}, "A user name has 1 to 60 letters"),
        ({"name": "VERA", "role": "viewer"}, "There is a user VERA already"),
        ({"name": "new", "role": "owner"}, "Choose a role"),
        ({"name": "new"}, "Choose a role"),
        ({"name": "new", "role": "viewer", "how": "type", "password": "short"}, "at least 12"),
        ({"name": "new", "role": "viewer", "how": "type"}, "at least 12"),
    ],
)
def test_a_refusal_is_said_in_the_dialog_and_changes_nothing_in_it(ada, store, typed, words):
    answer = sure(ada, "add", None, **typed)
    assert words in answer[ERROR]
    assert set(answer) == {ERROR}
    assert len(list_users(store)) == 4


def test_a_typed_password_is_not_sent_back(web, ada, ids):
    answer = sure(ada, "password", ids["vera"], how="type", password="eight blue cells")
    assert "eight blue cells" not in str(answer)
    assert answer["users-question.children"] == []
    assert can_sign_in(web, "vera", "eight blue cells")
    assert not can_sign_in(web, "vera", PASSWORD)


def test_a_role_that_is_changed_holds_at_once_on_open_pages(visitor, ada, store, ids):
    oscar = visitor("oscar")
    assert oscar.client.get("/add-battery").status_code == 200
    answer = sure(ada, "role", ids["oscar"], role="viewer")
    assert answer[TOAST]["text"] == "oscar is now viewer."
    assert answer[DIALOG] is False
    assert oscar.client.get("/add-battery").status_code == 403
    sure(ada, "role", ids["oscar"], role="admin")
    assert oscar.client.get("/users").status_code == 200


def test_a_disabled_user_is_out_at_once_and_in_again_when_enabled(web, visitor, ada, ids):
    vera = visitor("vera")
    assert vera.client.get("/experiments").status_code == 200
    sure(ada, "disable", ids["vera"])
    assert vera.client.get("/experiments").location.startswith("/login?next=")
    assert not can_sign_in(web, "vera", PASSWORD)
    sure(ada, "enable", ids["vera"])
    assert vera.client.get("/experiments").status_code == 302
    assert can_sign_in(web, "vera", PASSWORD)


def test_all_sessions_end_at_once_but_ones_own(visitor, ada, ids):
    vera = visitor("vera")
    assert "1 session ended" in sure(ada, "sessions", ids["vera"])[TOAST]["text"]
    assert vera.client.get("/experiments").status_code == 302
    assert "0 sessions ended" in sure(ada, "sessions", ids["ada"])[TOAST]["text"]
    assert ada.client.get("/users").status_code == 200


class TestOnesOwnAccount:
    """Nobody locks themselves out unawares, and the last admin not at all."""

    @pytest.mark.parametrize(("deed", "typed"), [("disable", {}), ("role", {"role": "viewer"})])
    def test_nothing_happens_until_the_box_is_ticked(self, ada, store, ids, deed, typed):
        assert "your own account" in text(asked(ada, deed, ids["ada"])["users-question.children"])
        for ticked in (None, False):
            answer = sure(ada, deed, ids["ada"], sure=ticked, **typed)
            assert "It is your own account" in answer[ERROR]
        assert role_of(store, "ada") == (Role.ADMIN, False)
        answer = sure(ada, deed, ids["ada"], sure=True, **typed)
        assert answer["users-go.href"] == ("/login" if deed == "disable" else "/")
        assert role_of(store, "ada") != (Role.ADMIN, False)

    @pytest.mark.parametrize(("deed", "typed"), [("disable", {}), ("role", {"role": "viewer"})])
    def test_the_last_admin_is_told_so_and_refused(self, ada, store, ids, deed, typed):
        users.disable_user(store, "dora", by=By("x", "", list_users(store)[0].created_at))
        answer = asked(ada, deed, ids["ada"])
        assert "ada is the last admin" in text(answer["users-question.children"])
        assert answer["users-sure.style"] == {"display": "none"}
        assert answer["users-keep.children"] == "Close"
        assert "ada is the last admin" in sure(ada, deed, ids["ada"], sure=True, **typed)[ERROR]
        assert role_of(store, "ada") == (Role.ADMIN, False)

    def test_ones_own_password_is_changed_on_its_page(self, ada, ids):
        page = ada.open("/users")
        assert find(page, href="/account")
        assert not find(page, id=Ids.do("password", ids["ada"]))
        assert find(page, id=Ids.do("password", ids["vera"]))


def test_the_list_is_shown_again_after_a_deed(ada, store, ids):
    sure(ada, "disable", ids["vera"])
    answer = ada.call(
        LIST, {"users-done.data": Ids.do("disable", ids["vera"])}, by="users-done.data"
    )
    assert answer["users-count.children"] == "4, 1 disabled"
    assert "veraViewerDisabled" in text(answer[LIST])


@pytest.mark.parametrize(
    "chosen", [None, {}, {"do": "erase", "of": 1}, {"do": "disable", "of": "1"}]
)
def test_what_no_button_asks_for_does_nothing(ada, store, chosen):
    values = {"users-sure.n_clicks": 1, "users-chosen.data": chosen}
    answer = ada.call(DIALOG, values, by="users-sure.n_clicks")
    assert answer.status == 204
    assert not any(one.disabled for one in list_users(store))


def test_a_generated_password_is_new_each_time_and_is_allowed():
    made = {users.generated_password() for _ in range(200)}
    assert len(made) == 200
    for one in made:
        users.check_password(one, "ada")
