"""The page that nginx shows while the web server is away: by itself, in the product's look."""

import re

import pytest

from tests.machine import ROOT

PAGE = (ROOT / "deploy" / "nginx" / "restarting.html").read_text()
TOKENS = (ROOT / "assets" / "css" / "30-tokens.css").read_text()


def tokens(text: str, theme: str) -> dict[str, str]:
    """The colours of a theme by their names."""
    block = re.search(rf"^(?::root, )?\[data-bs-theme={theme}\] {{\n(.*?)^}}", text, re.M | re.S)
    return dict(re.findall(r"(--bem-[\w-]+): (#\w+);", block[1]))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_its_colours_are_the_products(theme: str):
    assert len(tokens(PAGE, theme)) == 6
    assert tokens(PAGE, theme).items() <= tokens(TOKENS, theme).items()


def test_it_loads_nothing_and_tries_again_by_itself():
    assert re.findall(r"\b(?:src|href)=|url\(|@import", PAGE) == []
    assert '<meta http-equiv="refresh" content="5">' in PAGE
    assert 'localStorage.getItem("bem-theme")' in PAGE
