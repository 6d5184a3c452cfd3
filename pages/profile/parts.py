"""The layout of a profile's page: its text, its versions, the curve, who used it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import card, empty, facts, icon, note, page_header
from components.profile_editor import profile_text
from db.commands.form_tokens import new_token
from db.queries.profiles.library import LibraryFacts, VersionFacts
from db.queries.profiles.uses import Use
from db.terms import Role
from pages.ask import AskIds
from pages.context import Viewer
from pages.profile.battery_kinds import Chosen
from pages.profile.curve_card import CurveIds, curve_card
from pages.profile.files import FORMATS
from pages.profile.labels import current_words, steps_words, voltage_words


class Ids:
    """Ids of a profile's page.

    Those of `profile-write` are for operators.
    """

    VERSION = "profile-version"
    VIEW = "profile-view"
    PROBLEMS = "profile-problems"
    COMPARE = "profile-compare"
    DIFFERENCE = "profile-difference"
    SHOW_ROWS = "profile-show-rows"
    ROWS = "profile-rows"
    FILE = "profile-file"
    GO = "profile-write-go"
    DUPLICATE = "profile-write-duplicate"
    ARCHIVE = "profile-write-archive"

    @staticmethod
    def download(kind: str) -> str:
        """Id of the entry that sends the profile in a format."""
        return f"profile-download-{kind}"


CURVE = CurveIds("profile")
DELETE = AskIds("profile-delete")  # deletes the profile; for admins


@dataclass(frozen=True)
class Shown:
    """What the page is built from; `compared` is the number of another version, 0 for none."""

    known: LibraryFacts
    version: VersionFacts
    text: str
    uses: Sequence[Use]
    chosen: Chosen
    compared: int


def page(
    shown: Shown,
    who: Viewer,
    time: datetime,
    *,
    button: Sequence[Component] = (),
    dialog: Sequence[Component] = (),
) -> Component:
    """Return the whole page; `button` and `dialog` are those that delete the profile."""
    known, version = shown.known, shown.version
    is_last = version.number == known.last.number
    stored = {
        "profile": known.id,
        "version": version.id,
        "number": version.number,
        "name": known.name,
        "archived": known.archived,
        "token": new_token(),
        "asked": "" if is_last else str(version.number),
    }
    return html.Div(
        [
            dcc.Store(id=Ids.VERSION, data=stored),
            dcc.Store(id=Ids.VIEW),
            dcc.Download(id=Ids.FILE),
            dcc.Location(id=Ids.GO, refresh="callback-nav"),
            _header(shown, who, button),
            *dialog,
            html.Div(
                [
                    html.Div(_left(shown, who, time), className="bem-stack"),
                    html.Div(_right(shown, who, time), className="bem-stack"),
                ],
                className="bem-work",
            ),
        ],
        className="bem-page",
    )


def _header(shown: Shown, who: Viewer, button: Sequence[Component]) -> Component:
    known = shown.known
    title: list[Any] = [
        dcc.Link("Profiles /", href="/profiles", className="t3 bem-crumb"),
        html.Span(known.name, className="cut", title=known.name),
    ]
    count = f"version {shown.version.number} of {known.last.number}"
    return page_header(
        title,
        count=f"{count}, archived" if known.archived else count,
        actions=html.Div([*button, *_writing(shown, who), _downloads()], className="bem-wrap"),
    )


def _writing(shown: Shown, who: Viewer) -> list[Component]:
    """Return what operators can do."""
    known = shown.known
    if not who.role.includes(Role.OPERATOR):
        return []
    address = f"/edit-profile?profile={known.id}"
    if shown.version.number != known.last.number:
        address += f"&version={shown.version.number}"
    words = ("arrow-counterclockwise", "Restore") if known.archived else ("archive", "Archive")
    return [
        html.Button(
            [icon("files"), "Duplicate"],
            id=Ids.DUPLICATE,
            type="button",
            className="btn btn-link",
        ),
        html.Button(
            [icon(words[0]), words[1]],
            id=Ids.ARCHIVE,
            type="button",
            className="btn btn-link",
        ),
        dcc.Link([icon("pencil"), "Edit"], href=address, className="btn btn-secondary"),
    ]


def _downloads() -> dbc.DropdownMenu:
    return dbc.DropdownMenu(
        [
            dbc.DropdownMenuItem(
                [words, html.Span(ending, className="t3 end")], id=Ids.download(kind)
            )
            for kind, (words, ending) in FORMATS.items()
        ],
        label=html.Span([icon("download"), "Download"]),
        color="secondary",
        align_end=True,
    )


def _left(shown: Shown, who: Viewer, time: datetime) -> list[Component]:
    known, version = shown.known, shown.version
    lines = len(shown.text.rstrip("\n").split("\n"))
    parts: list[Component] = []
    if version.number != known.last.number:
        newest = dcc.Link(f"version {known.last.number}", href=f"/profiles/{known.id}")
        parts.append(note("queued", ["This is an older version. The newest is ", newest, "."]))
    text = card(
        "Text",
        [
            profile_text(shown.text),
            html.Div(id=Ids.PROBLEMS, className="bem-editor-problems"),
        ],
        note=formatting.counted(lines, "line"),
    )
    rows = html.Button(
        "Show the rows", id=Ids.SHOW_ROWS, type="button", className="btn btn-secondary btn-sm"
    )
    return [
        *parts,
        text,
        card("Versions", [_versions(shown, who, time), *_comparison(shown)]),
        card(
            "Compiled rows",
            html.Div(id=Ids.ROWS),
            note="as stations execute it, for the capacity at the right",
            end=rows,
        ),
    ]


def _comparison(shown: Shown) -> list[Component]:
    others = [one for one in shown.known.versions if one.number != shown.version.number]
    options = [{"label": "no other version", "value": "0"}] + [
        {"label": f"Version {one.number}", "value": str(one.number)} for one in others
    ]
    select = dbc.Select(
        id=Ids.COMPARE,
        options=options,
        value=str(shown.compared) if shown.compared in {one.number for one in others} else "0",
        size="sm",
    )
    label = f"Version {shown.version.number} compared with"
    return [
        html.Div(
            html.Div(
                [dbc.Label(label, html_for=Ids.COMPARE), select], className="bem-inline bem-slim"
            ),
            className="body",
            hidden=not others,
        ),
        html.Div(id=Ids.DIFFERENCE),
    ]


def _versions(shown: Shown, who: Viewer, time: datetime) -> Component:
    head = html.Tr(
        [
            html.Th("", style={"width": "44px"}),
            html.Th("Comment"),
            html.Th("By", style={"width": "96px"}),
            html.Th("Saved", className="num", style={"width": "128px"}),
            html.Th("Experiments", className="num", style={"width": "100px"}),
        ]
    )
    rows = [_version(shown, one, who, time) for one in shown.known.versions]
    return html.Table(
        [html.Thead(head), html.Tbody(rows)], className="bem-table in-card bem-version"
    )


def _version(shown: Shown, one: VersionFacts, who: Viewer, time: datetime) -> html.Tr:
    address = f"/profiles/{shown.known.id}"
    if one.number != shown.known.last.number:
        address += f"?version={one.number}"
    words = one.comment or ("First version" if one.number == 1 else "")
    return html.Tr(
        [
            html.Td(dcc.Link(str(one.number), href=address)),
            html.Td(words, className="words", title=words),
            html.Td(one.user_name, title=one.user_name),
            html.Td(
                formatting.when(one.created_at, who.zone, time),
                className="num",
                title=formatting.utc(one.created_at),
            ),
            html.Td(formatting.number(one.experiments), className="num"),
        ],
        className="shown" if one.number == shown.version.number else "",
    )


def _right(shown: Shown, who: Viewer, time: datetime) -> list[Component]:
    summary = shown.version.summary
    rates = "relative to the capacity" if summary.needs_capacity else "absolute"
    about = facts(
        [
            [
                ("Description", shown.known.description),
                ("Voltage", voltage_words(summary)),
                ("Current", current_words(summary)),
                ("Values", rates),
                ("Executes", steps_words(summary)),
            ],
            [("Written by", f"{shown.version.user_name}, {_when(shown.version, who)}")],
        ]
    )
    return [
        curve_card(CURVE, shown.chosen),
        card("About", html.Div(about, className="body")),
        card("Used by", _uses(shown.uses, who, time), note=_use_words(shown)),
    ]


def _when(version: VersionFacts, who: Viewer) -> str:
    return formatting.exactly(version.created_at, who.zone)


def _use_words(shown: Shown) -> str:
    experiments = sum(one.experiments for one in shown.known.versions)
    return formatting.counted(experiments, "experiment") if experiments else ""


def _uses(uses: Sequence[Use], who: Viewer, time: datetime) -> Component:
    if not uses:
        return empty("journal", "No experiment has used it yet.")
    head = html.Tr(
        [
            html.Th("Experiment"),
            html.Th("Battery", style={"width": "30%"}),
            html.Th("Version", className="num", style={"width": "64px"}),
            html.Th("Created", className="num", style={"width": "128px"}),
        ]
    )
    rows = [_use(one, who, time) for one in uses]
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="bem-table in-card")
    return html.Div(table, className="bem-rows")


def _use(one: Use, who: Viewer, time: datetime) -> html.Tr:
    name: Any = (
        f"{one.name}, {one.status}"
        if one.id is None
        else dcc.Link(one.name, href=f"/experiments/{one.id}")
    )
    return html.Tr(
        [
            html.Td(name, title=f"{one.name}, {one.status.lower()}"),
            html.Td(one.battery, title=one.battery),
            html.Td(str(one.number), className="num"),
            html.Td(
                formatting.when(one.created_at, who.zone, time),
                className="num",
                title=formatting.utc(one.created_at),
            ),
        ]
    )
