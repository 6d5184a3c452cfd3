"""The editor of profile texts: line numbers, marked lines, and the messages under the text.

`assets/js/profile-editor.js` draws numbers, words and marks. It marks what the list of problems
says, so the page's answer to a changed text is that list and nothing else.

A page that has an editor reads `ids.typed` (the text, when typing has paused) as the input of its
check, `ids.text` as the state when something is saved or set, and writes `problems_list(...)` into
`ids.problems`. `pages.profile.check.watch_editor(ids)` tells the script of a text that a callback
has set. `file_button(ids)`, or a file dropped on the editor, fills `ids.file`;
`pages.profile.files.text_of_file` makes a text of it.
"""

import re
from collections.abc import Sequence

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components.blocks import icon
from components.controls import small_button
from components.sent import PrefixIds
from cycling.profile import Problem
from cycling.profile.problems import SameProblems, folded

MAX_SHOWN = 100  # problems; the others come when these are fixed
MAX_MARKED = 2_000  # lines of one message
MAX_DRAWN = 150  # lines whose words are marked
ICONS = {"error": "x-circle-fill", "warning": "exclamation-triangle-fill"}
NOTES = {"error": "error", "warning": "paused"}
_COMMENT = re.compile(r"[#;].*")
_KEYWORD = re.compile(
    r"\s*(SAFETY|RECORD|WAIT|CC|CV|CP|REPEAT|END\s+TEST|END)(?![\w.])", re.IGNORECASE
)


class EditorIds(PrefixIds):
    """Ids of an editor: `text` is its field, `problems` the place for the list of problems.

    `typed` is the store with the text as it stood when typing paused, `file` that with the file
    that was chosen or dropped: {"name", "text"}.
    """


def profile_editor(
    ids: EditorIds,
    text: str = "",
    height: int = 312,
    *,
    label: str = "Profile",
    end: Sequence[Component] = (),
    keep: str | None = None,
) -> html.Div:
    """Return the editor with a text, `height` pixels high; `end` stands at the right of its label.

    With `keep` what was typed survives a reload of the tab, under this name.
    """
    field = dcc.Textarea(
        id=ids.text,
        value=text,
        className="bem-editor-text",
        spellCheck=False,
        persistence=keep,
        persistence_type="session",
    )
    return html.Div(
        [
            dcc.Store(id=ids.typed),
            dcc.Store(id=ids.file),
            html.Div(
                [dbc.Label(label, html_for=ids.text, class_name="mb-0"), *end],
                className="bem-editor-head",
            ),
            html.Div(
                [
                    html.Div(className="bem-editor-numbers", **{"aria-hidden": "true"}),
                    html.Div(className="bem-editor-drawn", **{"aria-hidden": "true"}),
                    field,
                ],
                className="bem-editor",
                style={"height": f"{height}px"},
                **{"data-bem-editor": ids.prefix},
            ),
            html.Div(id=ids.problems, className="bem-editor-problems", role="status"),
        ],
        className="bem-editor-box",
    )


def profile_text(text: str, *, current_line: int | None = None) -> html.Div:
    """Return a text to read, with line numbers; `current_line` is marked.

    A long text is drawn plainly: each component costs the browser about a millisecond.
    """
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    is_long = len(lines) > MAX_DRAWN
    drawn = (
        _plain(lines)
        if is_long
        else [_line(number, one, current_line) for number, one in enumerate(lines, 1)]
    )
    return html.Div(
        drawn,
        className="bem-source plain" if is_long else "bem-source",
        tabIndex="0",
        role="region",
        **{"aria-label": "Text of the profile"},
    )


def file_button(ids: EditorIds) -> html.Button:
    """Return the button that reads a text file into the editor's page, see `EditorIds`."""
    return small_button([icon("upload"), "Upload"], **{"data-bem-profile-file": ids.prefix})


def _plain(lines: Sequence[str]) -> list[Component]:
    numbers = "\n".join(str(number) for number in range(1, len(lines) + 1))
    return [html.Pre(numbers, **{"aria-hidden": "true"}), html.Pre("\n".join(lines))]


def _line(number: int, line: str, current: int | None) -> html.Div:
    return html.Div(
        [html.Span(str(number)), html.Span(_pieces(line))],
        className="ln now" if number == current else "ln",
        **({"aria-current": "step"} if number == current else {}),
    )


def _pieces(line: str) -> list[Component | str]:
    """Return a line with its keyword and its comment marked."""
    comment = _COMMENT.search(line)
    spoken = line[: comment.start()] if comment else line
    keyword = _KEYWORD.match(spoken)
    pieces: list[Component | str] = []
    if keyword:
        pieces += [spoken[: keyword.start(1)], html.B(keyword[1])]
        spoken = spoken[keyword.end(1) :]
    pieces.append(spoken)
    if comment:
        pieces.append(html.I(comment[0]))
    return [one for one in pieces if one != ""] or ["\u200b"]


def problems_list(problems: Sequence[Problem], *, in_editor: bool = True) -> list[Component]:
    """Return errors and warnings in the order of the text; in an editor each leads to its place.

    Those of the same message are one, which marks all its lines.
    """
    found = folded(problems)
    shown = [(_leading if in_editor else _note)(one) for one in found[:MAX_SHOWN]]
    if len(found) > MAX_SHOWN:
        rest = len(found) - MAX_SHOWN
        shown.append(html.Div(f"{rest:,} more follow.", className="t3 small"))
    return shown


def _note(same: SameProblems) -> html.Div:
    return html.Div(_words(same), className=f"bem-note {NOTES[same.first.severity]}")


def _leading(same: SameProblems) -> html.Button:
    problem = same.first
    places = (f"{one.line}:{one.column}:{one.length}" for one in same.problems[:MAX_MARKED])
    return html.Button(
        _words(same),
        type="button",
        className=f"bem-note {NOTES[problem.severity]}",
        **{
            "data-bem-line": str(problem.line),
            "data-bem-column": str(problem.column),
            "data-bem-length": str(problem.length),
            "data-bem-severity": problem.severity,
            "data-bem-places": " ".join(places),
        },
    )


def _words(same: SameProblems) -> list[Component]:
    place = same.place_words
    words = [html.B(f"{place[0].upper()}{place[1:]}:"), " ", same.first.message]
    return [icon(ICONS[same.first.severity]), html.Span(words)]
