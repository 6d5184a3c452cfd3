"""The words of a search in a text."""

import pytest

from components.marks import MAX_LENGTH, has_mark, marked, shortened


@pytest.mark.parametrize(
    ("text", "words", "pieces"),
    [
        ("Rate 1C", ["1c"], [("Rate ", False), ("1C", True)]),
        ("Rate 1C", ["c", "1c"], [("Rate ", False), ("1C", True)]),
        ("100% sure", ["%"], [("100", False), ("%", True), (" sure", False)]),
        ("größer", ["GRÖ"], [("grö", True), ("ßer", False)]),
        ("a.b", ["."], [("a", False), (".", True), ("b", False)]),
        ("<b>x</b>", ["<b>"], [("<b>", True), ("x</b>", False)]),
        ("none", ["x"], [("none", False)]),
        ("none", [], [("none", False)]),
        ("", ["x"], []),
    ],
)
def test_a_text_in_pieces(text, words, pieces):
    assert marked(text, words) == pieces
    assert has_mark(pieces) is any(one for _text, one in pieces)


def test_of_a_long_text_what_stands_around_the_first_mark():
    text = "word " * 60 + "leaked" + " more" * 60
    pieces = shortened(text, ["leaked"])
    short = "".join(piece for piece, _is_marked in pieces)
    assert [piece for piece, is_marked in pieces if is_marked] == ["leaked"]
    assert short.startswith("… word ")
    assert short.endswith(" …")
    assert len(short) <= MAX_LENGTH + 4
    begin = "leaked" + " more" * 60
    assert shortened(begin, ["leaked"])[0] == ("leaked", True)
    assert shortened("x" * 200, ["y"]) == [("x" * 200, False)]


def test_a_word_longer_than_what_is_kept_is_cut_with_it():
    pieces = shortened("ab" * 200, ["ab" * 100])
    assert len("".join(piece for piece, _is_marked in pieces)) <= MAX_LENGTH + 4
