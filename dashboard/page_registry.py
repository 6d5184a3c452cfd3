"""The pages: executed anew for each application, and found by their address."""

import importlib
import inspect
import re
import sys
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import dash
from dash._callback import GLOBAL_CALLBACK_LIST, GLOBAL_CALLBACK_MAP, GLOBAL_INLINE_SCRIPTS
from dash._pages import _path_to_page

from components.sent import Sent
from db.terms import Role
from pages.sent import unknown_note, unread

Page = Mapping[str, Any]
NOT_FOUND = "not_found_404"
REGISTERS = re.compile(
    r"^(register_page\(|@callback\b|clientside_callback\(|ask_then_do\()", re.MULTILINE
)


def load_pages(package: str) -> None:
    """Execute what registers pages and callbacks for the Dash object that was made last.

    Dash's own loader names the modules after their whole path, so an import of
    `pages.experiments.page` would execute the page twice. Here each runs once for an application,
    whoever imports it first; what an import before has registered is forgotten.
    """
    names = _registering_modules(importlib.import_module(package))
    dash.page_registry.clear()
    for registered in (GLOBAL_CALLBACK_LIST, GLOBAL_CALLBACK_MAP, GLOBAL_INLINE_SCRIPTS):
        registered.clear()
    for name in names:
        sys.modules.pop(name, None)
    for name in names:
        module = importlib.import_module(name)
        page = dash.page_registry.get(name)
        if page is not None:
            layout = page["supplied_layout"] or module.layout
            page["layout"] = _tolerant(layout, page["path_template"], _reads(page))


def find_page(path: str) -> Page | None:
    """Return the page at an address; None for no page and for an id that is no whole number."""
    page, variables = _path_to_page(path.strip("/"))
    if not page or not all(map(_is_number, (variables or {}).values())):
        return None
    if variables is None and page["path_template"]:
        return None  # /experiments/none, Dash's default for a page with variables
    return dict(page)


def first_page() -> str:
    """Return the address of the page that comes first, for an application without one at /."""
    plain = (
        page
        for name, page in dash.page_registry.items()
        if not page["path_template"] and not name.endswith(NOT_FOUND)
    )
    return str(next(plain)["path"])


def page_that_dash_shows(path: str) -> Page | None:
    """Return the page that Dash's router draws for an address."""
    page, _variables = _path_to_page(path.strip("/"))
    return dict(page) if page else None


def page_role(page: Page) -> Role | None:
    """Return the role that a page was registered with; None, and so refused, without one."""
    role = page.get("role")
    return role if isinstance(role, Role) else None


def addresses_for(role: Role) -> frozenset[str]:
    """Return the addresses of the pages that a role may open."""
    needed = {page["path"]: page_role(page) for page in dash.page_registry.values()}
    return frozenset(path for path, least in needed.items() if least and role.includes(least))


def _registering_modules(package: ModuleType) -> list[str]:
    """Return the modules of a package that register pages or callbacks."""
    return [
        ".".join((package.__name__, *file.relative_to(folder).with_suffix("").parts))
        for folder in package.__path__
        for file in sorted(Path(folder).rglob("*.py"))
        if not file.stem.startswith("_") and REGISTERS.search(file.read_text(encoding="utf-8"))
    ]


def _reads(page: Page) -> Collection[str] | None:
    """Return the names in its query that a page was registered with; None for no page at all."""
    is_none = page["module"].endswith(f".{NOT_FOUND}")
    return None if is_none else page.get("reads", ())


def _tolerant(layout: Sent, template: str | None, reads: Collection[str] | None) -> Sent:
    """Return a layout that leaves out what it does not read in the address, and says so.

    Dash hands every word of the query to the layout, also in the place of the id in the path.
    `reads`: the names in the query that a layout reads by `**query`; None: nothing is said.
    """
    if not callable(layout):
        return layout
    draw: Callable[..., Any] = layout
    names = {*inspect.signature(draw).parameters, *(reads or ())}
    ids = {name for name in names if template and f"<{name}>" in template}

    def _layout(**given: Sent) -> Sent:
        if not all(_is_number(given.get(name)) for name in ids):
            return _not_found()
        page = draw(**{name: value for name, value in given.items() if name in names})
        left_out = unread({name: one for name, one in given.items() if name not in names})
        if reads is None or not left_out:
            return page
        return dash.html.Div([*unknown_note(left_out), page], className="bem-page")

    return _layout


def _not_found() -> Sent:
    for module, page in dash.page_registry.items():
        if module.endswith(f".{NOT_FOUND}"):
            layout = page["layout"]
            return layout() if callable(layout) else layout
    return dash.html.H1("Page not found")


def _is_number(text: object) -> bool:
    return isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= 10
