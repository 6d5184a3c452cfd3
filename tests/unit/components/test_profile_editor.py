"""The editor of profile texts as the server draws it."""

from components.profile_editor import (
    MAX_DRAWN,
    MAX_SHOWN,
    EditorIds,
    problems_list,
    profile_editor,
    profile_text,
)
from cycling.profile import Problem
from tests.unit.components.tree import as_json as drawn
from tests.unit.components.tree import find, nested_lists, of_type, text, walk


def test_the_editor_has_a_labelled_field_its_stores_and_a_place_for_problems():
    editor = drawn(profile_editor(EditorIds("page"), "WAIT, 1\n", 200, label="Profile text"))
    ids = {node["props"].get("id") for node in walk(editor)}
    assert {"page-text", "page-typed", "page-file", "page-problems"} <= ids
    (label,) = of_type(editor, "Label")
    assert (text(label), label["props"]["html_for"]) == ("Profile text", "page-text")
    (field,) = of_type(editor, "Textarea")
    assert field["props"]["value"] == "WAIT, 1\n"
    assert nested_lists(editor) == []


def test_a_problem_leads_to_its_place():
    problem = Problem(3, 9, 4, "Write VOLTAGE.", "error")
    (button,) = drawn(problems_list([problem]))
    assert text(button) == "Line 3, column 9: Write VOLTAGE."
    props = button["props"]
    marks = [props[f"data-bem-{name}"] for name in ("line", "column", "length", "severity")]
    assert marks == ["3", "9", "4", "error"]


def test_warnings_look_different_and_too_many_problems_are_counted():
    problems = [Problem(n, 1, 1, f"Look {n}.", "warning") for n in range(1, MAX_SHOWN + 6)]
    shown = drawn(problems_list(problems))
    assert len(shown) == MAX_SHOWN + 1
    assert "paused" in shown[0]["props"]["className"]
    assert text(shown[-1]) == "5 more follow."


def test_equal_problems_are_one_that_marks_all_its_lines():
    problems = [Problem(n, 5, 2, "Look.", "warning") for n in range(1, 1801)]
    (button,) = drawn(problems_list(problems))
    assert text(button) == "Lines 1 to 1800: Look."
    places = button["props"]["data-bem-places"].split()
    assert (len(places), places[-1]) == (1800, "1800:5:2")


def test_without_an_editor_nothing_looks_as_if_it_could_be_pressed():
    (shown,) = drawn(problems_list([Problem(3, 9, 4, "Look.", "warning")], in_editor=False))
    assert (shown["type"], text(shown)) == ("Div", "Line 3, column 9: Look.")


def test_a_text_to_read_has_numbers_and_marked_words():
    shown = drawn(profile_text("# first\n  CC, 1, TIME, 60 ; rest\n\n", current_line=2))
    lines = [node for node in walk(shown) if node["props"].get("className", "").startswith("ln")]
    assert [text(line) for line in lines] == ["1# first", "2  CC, 1, TIME, 60 ; rest", "3\u200b"]
    assert [text(node) for node in of_type(shown, "B")] == ["CC"]
    assert [text(node) for node in of_type(shown, "I")] == ["# first", "; rest"]
    assert [line["props"].get("aria-current") for line in lines] == [None, "step", None]


def test_what_a_text_says_is_never_html():
    shown = drawn(profile_text("<img onerror=alert(1)>\nCC<b>, 1\n"))
    assert {node["type"] for node in walk(shown)} == {"B", "Div", "Span"}
    assert "<img onerror=alert(1)>" in text(shown)


def test_a_long_text_is_drawn_plainly():
    shown = drawn(profile_text("WAIT, 1\n" * (MAX_DRAWN + 1)))
    numbers, words = of_type(shown, "Pre")
    assert text(numbers).split("\n")[-1] == str(MAX_DRAWN + 1)
    assert text(words).count("WAIT") == MAX_DRAWN + 1
    assert find(shown, id="anything") == []
