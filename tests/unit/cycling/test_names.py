"""The rule for names and descriptions."""

import pytest

from cycling.errors import InputError
from cycling.names import MAX_DESCRIPTION, MAX_NAME, check_description, check_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Cell 17", "Cell 17"),
        ("  Cell\t17 \r\n", "Cell 17"),
        ("Cell\n\n17", "Cell 17"),
        ("Cell\u00a0 17", "Cell 17"),
        ("größe Ω 电池 🔋", "größe Ω 电池 🔋"),
        ("'; DROP TABLE--<b>", "'; DROP TABLE--<b>"),
        ("x" * MAX_NAME + " " * 10_000, "x" * MAX_NAME),
    ],
)
def test_a_name_has_one_line_and_single_blanks(text, name):
    assert check_name(text) == name
    assert check_name(name) == name


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The name is missing."),
        (" \t\r\n\u2003", "The name is missing."),
        ("x" * 31, "The name has 31 characters; shorten it to 30."),
        ("x" * 10_000, "The name has 10000 characters; shorten it to 30."),
        ("a\x00b", "The name has a character that cannot be shown. Remove it."),
        ("a\x1b[1m", "The name has a character that cannot be shown. Remove it."),
        ("a\ud800", "The name has a character that cannot be shown. Remove it."),
        ("a\u202eb", "The name has a character that cannot be shown. Remove it."),
        ("\ufeffa", "The name has a character that cannot be shown. Remove it."),
    ],
)
def test_a_name_that_cannot_be_is_refused_with_what_to_do(text, sentence):
    with pytest.raises(InputError) as refused:
        check_name(text)
    assert str(refused.value) == sentence


def test_a_description_keeps_its_lines_and_may_be_empty():
    assert check_description("  At 25 °C,\n\tC/2 \n") == "At 25 °C,\n\tC/2"
    assert check_description(" \n") == ""
    assert check_description("x" * MAX_DESCRIPTION) == "x" * MAX_DESCRIPTION


@pytest.mark.parametrize(
    ("text", "says"),
    [("x" * 251, "251 characters; shorten it to 250"), ("a\x00", "cannot"), ("\udfff", "cannot")],
)
def test_a_description_that_cannot_be_is_refused(text, says):
    with pytest.raises(InputError, match=f"The comment has .*{says}"):
        check_description(text, "comment")
