"""What is wrong with a file, in sentences."""

import pytest

from cycling.formats.problems import Problem


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"It goes up to {3.1e150:,.0f} V.", "It goes up to 3.1e+150 V."),
        (f"Back by {1.25e18:,.2f} s.", "Back by 1.2e+18 s."),
        (f"It lasts {123_456_789_012:,} s.", "It lasts 123,456,789,012 s."),
        ("'12345678901234567890' is no number.", "'12345678901234567890' is no number."),
    ],
)
def test_digits_that_say_nothing_are_left_out(text, shown):
    assert Problem("error", text).text == shown
