"""The frame around every page."""

import pytest
from dash import html

from components import shell
from tests.unit.components.tree import find, nested_lists, of_type, text

EVERYWHERE = {place.address for place in shell.NAVIGATION}


@pytest.fixture
def draw(monkeypatch):
    """Draw the frame for somebody."""
    monkeypatch.setattr(shell.dash, "page_container", None)

    def frame(addresses=EVERYWHERE, name: str = "vera", role: str = "viewer"):
        return shell.layout(name, role, addresses)

    return frame


def navigation(drawn) -> list[tuple[str, str]]:
    return [(text(link), link["props"]["href"]) for link in of_type(drawn, "NavLink")]


def test_the_navigation_offers_the_pages_that_somebody_may_open_and_no_other(draw):
    drawn = draw({"/experiments", "/stations", "/experiments/none"})
    assert navigation(drawn) == [("Experiments", "/experiments"), ("Stations", "/stations")]
    menu = [one for one in of_type(drawn, "DropdownMenuItem") if "icon" not in one]
    phone = [one["props"]["href"] for one in menu if one["props"].get("class_name") == "phone-only"]
    assert phone == ["/stations"]


def test_sign_out_is_a_form_that_posts(draw):
    drawn = draw()
    (form,) = of_type(drawn, "Form")
    assert (form["props"]["action"], form["props"]["method"]) == ("/logout", "POST")
    (button,) = of_type(form, "Button")
    assert button["props"]["type"] == "submit"
    assert text(button) == "Sign out"
    assert not [link for link in of_type(drawn, "A") if "logout" in link["props"]["href"]]


def test_the_menu_names_the_user_and_the_role(draw):
    name = "<b>" + "n" * 57
    words = text(draw(name=name, role="operator"))
    assert f"{name}, operator" in words


def test_the_frame_has_no_list_within_a_list(draw):
    assert nested_lists(draw()) == []


def test_keyboards_can_skip_the_navigation(draw):
    drawn = draw()
    (skip,) = find(drawn, className="bem-skip")
    (content,) = of_type(drawn, "Main")
    assert skip["props"]["href"] == f"#{content['props']['id']}"


def test_the_theme_can_be_chosen(draw):
    buttons = of_type(draw(), "Button")
    chosen = {button["props"].get("data-bem-theme") for button in buttons} - {None}
    assert chosen == {"system", "light", "dark"}


def test_a_toast_carries_its_link(monkeypatch):
    sent = {}
    monkeypatch.setattr(shell.dash, "set_props", sent.__setitem__)
    shell.show_toast("done", "Imported.", href="/experiments/5", link="Open it")
    told = {"kind": "done", "text": "Imported.", "href": "/experiments/5", "link": "Open it"}
    assert sent == {"shell-toasts-store": {"data": told}}


@pytest.mark.parametrize(
    ("silent_s", "trouble", "words", "is_well"),
    [
        (1.0, "", "Master node, in contact", True),
        (9.9, "", "Master node, in contact", True),  # another one takes over until then
        (10.1, "", "Master node silent, 10 s ago", False),
        (1.0, "Master node has no broker", "Master node has no broker", False),
    ],
)
def test_words_and_colour_of_the_master_node_are_those_of_its_state(
    silent_s: float, trouble: str, words: str, is_well: bool
):
    heard = html.Span("10 s ago", title="1 Dec, 14:27:55", **{"data-bem-ago": "0"})
    *_alarms, line, look = shell.lab_state(0, heard, silent_s, trouble)
    assert text(html.Div(line)) == words
    assert ("off" not in look.split()) is is_well
    counts = find(html.Div(line), **{"data-bem-ago": "0"})
    assert bool(counts) is (not is_well and not trouble)  # what is green counts on to no time


def test_no_master_node_is_said():
    *_alarms, line, look = shell.lab_state(0, None, None)
    assert (text(html.Div(line)), "off" in look.split()) == ("No master node yet", True)
