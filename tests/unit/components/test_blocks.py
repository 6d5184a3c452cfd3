"""The small building blocks."""

import pytest
from dash import dcc, html

from components import blocks
from components.measure_view import Toggle, graph_card, trace_toggles
from tests.unit.components.tree import as_json, classes, find, nested_lists, of_type, text, walk

LISTS = ["one", html.B("two")]


@pytest.mark.parametrize(
    "drawn",
    [
        blocks.page_header(LISTS, count=LISTS, actions=LISTS),
        blocks.card("Graph", LISTS, note=LISTS, end=LISTS),
        blocks.facts([[("Name", LISTS), ("Other", "x")], [("More", LISTS)]]),
        blocks.empty("inbox", LISTS, html.A("go")),
        blocks.note("error", LISTS),
        blocks.loading(LISTS, "Reading"),
        blocks.labelled("Name", dcc.Input(id="name"), help_text=LISTS, unit="V", error_id="e"),
        trace_toggles("toggles", [Toggle("voltage", "Voltage", ("red", "red"))], ("voltage",)),
        graph_card(
            graph_id="g",
            overview_id="o",
            range_id="r",
            toggles=html.Div("t"),
            tools=LISTS,
            below=LISTS,
        ),
    ],
    ids=lambda drawn: type(drawn).__name__,
)
def test_a_block_takes_a_list_without_nesting_it(drawn):
    assert nested_lists(drawn) == []


def test_the_walk_sees_a_nested_list():
    assert nested_lists(html.Div([html.P(["a", ["b"]], id="bad")])) == ["P bad"]
    assert nested_lists(html.Div(dcc.Dropdown(options=[]), title="x")) == []


def test_a_header_does_not_change_the_title_that_it_was_given():
    title = ["Experiments"]
    blocks.page_header(title, count="5")
    assert title == ["Experiments"]


def test_a_header_says_how_many_beside_the_title():
    drawn = blocks.page_header("Experiments", count="128 of 10,412")
    (heading,) = of_type(drawn, "H1")
    assert text(heading) == "Experiments128 of 10,412"
    (count,) = find(drawn, className="count")
    assert count["props"]["aria-live"] == "polite"


def test_an_icon_is_silent_for_screen_readers():
    assert as_json(blocks.icon("x", "small"))["props"] == {
        "children": None,
        "aria-hidden": "true",
        "className": "bi bi-x small",
    }


def test_facts_leave_out_what_is_not_known():
    groups = [
        [("Profile", ""), ("Station", None)],
        [("Cells", 0), ("Name", "A"), ("Made by", html.B("B"))],
        [("Nothing", "")],
        [("Description", "D")],
    ]
    drawn = blocks.facts(groups)
    names = [text(node) for node in of_type(drawn, "Dt")]
    values = [text(node) for node in of_type(drawn, "Dd")]
    assert (names, values) == (
        ["Cells", "Name", "Made by", "Description"],
        ["0", "A", "B", "D"],
    )
    assert len(find(drawn, className="sep")) == 1  # none at the top, none for an empty group


@pytest.mark.parametrize("kind", ["error", "paused", "running", "anything"])
def test_a_note_has_a_colour_and_an_icon(kind):
    drawn = blocks.note(kind, "It was.")
    assert kind in classes(drawn)
    assert of_type(drawn, "I")
    assert text(drawn) == "It was."


def test_only_an_alert_interrupts_a_screen_reader():
    assert find(blocks.note("error", "x", alert=True), role="alert")
    assert not find(blocks.note("error", "x"), role="alert")


def test_a_label_belongs_to_its_control():
    drawn = blocks.labelled(
        "Capacity", dcc.Input(id="size"), unit="Ah", optional=True, error_id="size-error"
    )
    (label,) = of_type(drawn, "Label")
    assert label["props"]["html_for"] == "size"
    assert text(label) == "Capacity (optional)"
    assert find(drawn, className="bem-unit")
    (error,) = find(drawn, id="size-error")
    assert error["props"]["role"] == "alert"


def test_a_label_of_a_required_field_says_nothing_more():
    drawn = blocks.labelled("Name", dcc.Input(id="name"))
    assert text(drawn) == "Name"


def test_names_with_markup_stay_text():
    name = "<img src=x onerror=alert(1)>"
    drawn = blocks.card("Facts", blocks.facts([[("Name", name)]]))
    assert text(of_type(drawn, "Dd")[0]) == name
    assert {node["type"] for node in walk(drawn)} == {"Section", "Div", "H2", "Dl", "Dt", "Dd"}
    assert not [node for node in walk(drawn) if "dangerously_allow_html" in node["props"]]


def test_a_toggle_is_the_legend_of_its_channel():
    toggles = [
        Toggle("voltage", "Voltage", ("#111111", "#aaaaaa")),
        Toggle("x7", "T<b>", ("#222222", "#bbbbbb")),
    ]
    drawn = as_json(trace_toggles("toggles", toggles, ("voltage",)))
    assert drawn["props"]["value"] == ["voltage"]
    options = drawn["props"]["options"]
    assert [option["value"] for option in options] == ["voltage", "x7"]
    assert [text(option["label"]) for option in options] == ["Voltage", "T<b>"]
    keys = [find(option["label"], className="bem-key")[0] for option in options]
    styles = [key["props"]["style"] for key in keys]
    assert styles == [
        {"--light": "#111111", "--dark": "#aaaaaa"},
        {"--light": "#222222", "--dark": "#bbbbbb"},
    ]
