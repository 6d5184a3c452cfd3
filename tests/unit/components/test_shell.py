"""The frame around every page."""

from types import SimpleNamespace

import pytest
from flask import Flask

from components import shell
from cycling.terms import Role
from tests.unit.components.tree import find, nested_lists, of_type, text


@pytest.fixture
def seen_by(monkeypatch):
    """Draw the frame for somebody."""

    def draw(role: Role | None, name: str = "vera"):
        user = SimpleNamespace(is_authenticated=role is not None, name=name, role=role)
        monkeypatch.setattr(shell, "current_user", user)
        monkeypatch.setattr(shell.dash, "page_container", None)
        with Flask("test").test_request_context("/"):
            return shell.layout()

    return draw


def navigation(drawn) -> list[tuple[str, str]]:
    return [(text(link), link["props"]["href"]) for link in of_type(drawn, "NavLink")]


def test_a_viewer_is_offered_what_can_be_looked_at(seen_by):
    offered = dict(navigation(seen_by(Role.VIEWER)))
    assert offered["Experiments"] == "/experiments"
    assert offered["Batteries"] == "/batteries"
    assert not {"Add battery", "Import experiment"} & set(offered)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMIN])
def test_an_operator_and_an_admin_are_offered_the_import(seen_by, role):
    assert ("Import experiment", "/import-experiment") in navigation(seen_by(role))


def test_every_place_that_needs_a_role_is_hidden_from_those_without(seen_by):
    for role in Role:
        offered = {href for _words, href in navigation(seen_by(role))}
        allowed = {href for _, href, _, needed in shell.NAVIGATION if role.includes(needed)}
        assert offered == allowed


def test_sign_out_is_a_form_that_posts(seen_by):
    drawn = seen_by(Role.VIEWER)
    (form,) = of_type(drawn, "Form")
    assert (form["props"]["action"], form["props"]["method"]) == ("/logout", "POST")
    (button,) = of_type(form, "Button")
    assert button["props"]["type"] == "submit"
    assert text(button) == "Sign out"
    assert not [link for link in of_type(drawn, "A") if "logout" in link["props"]["href"]]


def test_the_menu_names_the_user_and_the_role(seen_by):
    name = "<b>" + "n" * 57
    words = text(seen_by(Role.OPERATOR, name))
    assert f"{name}, operator" in words


def test_the_frame_has_no_list_within_a_list(seen_by):
    assert nested_lists(seen_by(Role.ADMIN)) == []


def test_dash_sees_the_whole_frame_before_anybody_is_there(seen_by):
    assert len(navigation(seen_by(None))) == len(shell.NAVIGATION)


def test_keyboards_can_skip_the_navigation(seen_by):
    drawn = seen_by(Role.VIEWER)
    (skip,) = find(drawn, className="bem-skip")
    (content,) = of_type(drawn, "Main")
    assert skip["props"]["href"] == f"#{content['props']['id']}"


def test_the_theme_can_be_chosen(seen_by):
    buttons = of_type(seen_by(Role.VIEWER), "Button")
    chosen = {button["props"].get("data-bem-theme") for button in buttons} - {None}
    assert chosen == {"system", "light", "dark"}


def test_a_toast_carries_its_link():
    assert shell.toast("done", "Imported.", href="/experiments/5", link="Open it") == {
        "kind": "done",
        "text": "Imported.",
        "href": "/experiments/5",
        "link": "Open it",
    }
