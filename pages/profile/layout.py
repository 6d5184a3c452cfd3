"""The layout of a profile's page: its text, its versions, the curve, who used it."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import (
    Head,
    card,
    columns,
    empty,
    fact_card,
    icon,
    note,
    page_header,
    short_time,
    table,
)
from components.controls import inline, link_button, small_button, unseen
from components.profile_editor import profile_text
from db.commands.form_tokens import new_token
from db.queries.profiles.library import LibraryFacts, VersionFacts
from db.queries.profiles.uses import Use
from pages.ask import ask_dialog
from pages.context import Viewer
from pages.profile.battery_kinds import BatteryChoice
from pages.profile.curve_card import CurveIds, curve_card
from pages.profile.files import FORMATS
from pages.profile.ids import DELETE, Ids
from pages.profile.labels import current_words, steps_words, voltage_words
from pages.sent import unknown_note

CURVE = CurveIds("profile-sketch")
AROUND = 3  # equal lines that are shown around a change
MAX_LINES = 300
DIFF_KINDS = {"+": ("add", "+"), "-": ("del", "−"), "@": ("hunk", "…")}


@dataclass(frozen=True)
class PageContent:
    """What the page is built from; `compared` is the number of another version, 0 for none."""

    profile: LibraryFacts
    version: VersionFacts
    text: str
    uses: Sequence[Use]
    battery: BatteryChoice
    compared: int
    unknown: Sequence[str] = ()  # what its address asks in vain


def page(content: PageContent, who: Viewer, time: datetime) -> Component:
    """Return the whole page."""
    profile, version = content.profile, content.version
    is_last = version.number == profile.last.number
    stored = {
        "profile": profile.id,
        "version": version.id,
        "number": version.number,
        "name": profile.name,
        "archived": profile.archived,
        "token": new_token(),
        "asked": "" if is_last else str(version.number),
    }
    return html.Div(
        [
            dcc.Store(id=Ids.VERSION, data=stored),
            dcc.Store(id=Ids.VIEW),
            dcc.Download(id=Ids.FILE),
            dcc.Location(id=Ids.GO, refresh="callback-nav"),
            _header(content, who),
            *unknown_note(content.unknown),
            *(ask_dialog(DELETE) if who.administers else []),
            columns(_left(content, who, time), _right(content, who, time), "bem-work"),
        ],
        className="bem-page",
    )


def _header(content: PageContent, who: Viewer) -> Component:
    profile = content.profile
    title: list[Any] = [
        dcc.Link("Profiles /", href="/profiles", className="t3 bem-crumb"),
        html.Span(profile.name, className="cut", title=profile.name),
    ]
    count = f"version {content.version.number} of {profile.last.number}"
    delete = [link_button("trash", "Delete", DELETE.open)] if who.administers else []
    return page_header(
        title,
        count=f"{count}, archived" if profile.archived else count,
        actions=html.Div([*delete, *_writing(content, who), _downloads()], className="bem-wrap"),
    )


def _writing(content: PageContent, who: Viewer) -> list[Component]:
    """Return what operators can do."""
    profile = content.profile
    if not who.operates:
        return []
    address = f"/edit-profile?profile={profile.id}"
    if content.version.number != profile.last.number:
        address += f"&version={content.version.number}"
    words = ("arrow-counterclockwise", "Restore") if profile.archived else ("archive", "Archive")
    return [
        link_button("files", "Duplicate", Ids.DUPLICATE),
        link_button(*words, Ids.ARCHIVE),
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


def _left(content: PageContent, who: Viewer, time: datetime) -> list[Component]:
    profile, version = content.profile, content.version
    lines = len(content.text.rstrip("\n").split("\n"))
    parts: list[Component] = []
    if version.number != profile.last.number:
        newest = dcc.Link(f"version {profile.last.number}", href=f"/profiles/{profile.id}")
        parts.append(note("queued", ["This is an older version. The newest is ", newest, "."]))
    text = card(
        "Text",
        [
            profile_text(content.text),
            html.Div(id=Ids.PROBLEMS, className="bem-editor-problems"),
        ],
        note=formatting.counted(lines, "line"),
    )
    rows = small_button("Show the rows", id=Ids.SHOW_ROWS)
    return [
        *parts,
        text,
        card("Versions", [_versions(content, who, time), *_comparison(content)]),
        card(
            "Compiled rows",
            html.Div(id=Ids.ROWS),
            note="as stations execute it, for the capacity at the right",
            end=rows,
        ),
    ]


def _comparison(content: PageContent) -> list[Component]:
    others = [one for one in content.profile.versions if one.number != content.version.number]
    options = [{"label": "no other version", "value": "0"}] + [
        {"label": f"Version {one.number}", "value": str(one.number)} for one in others
    ]
    select = dbc.Select(
        id=Ids.COMPARE,
        options=options,
        value=str(content.compared) if content.compared in {one.number for one in others} else "0",
        size="sm",
    )
    label = f"Version {content.version.number} compared with"
    return [
        html.Div(inline(label, select), className="body", hidden=not others),
        html.Div(id=Ids.DIFFERENCE),
    ]


def _versions(content: PageContent, who: Viewer, time: datetime) -> Component:
    heads = (
        Head(unseen("Version"), "", "44px"),
        Head("Comment"),
        Head("By", "", "96px"),
        Head("Saved", "num", "128px"),
        Head("Experiments", "num", "100px"),
    )
    rows = [_version(content, one, who, time) for one in content.profile.versions]
    return table(heads, rows, "in-card bem-version")


def _version(content: PageContent, one: VersionFacts, who: Viewer, time: datetime) -> html.Tr:
    address = f"/profiles/{content.profile.id}"
    if one.number != content.profile.last.number:
        address += f"?version={one.number}"
    words = one.comment or ("First version" if one.number == 1 else "")
    return html.Tr(
        [
            html.Td(dcc.Link(str(one.number), href=address)),
            html.Td(words, className="words", title=words),
            html.Td(one.user_name, title=one.user_name),
            short_time(one.created_at, who.zone, time),
            html.Td(formatting.number(one.experiments), className="num"),
        ],
        className="shown" if one.number == content.version.number else "",
    )


def _right(content: PageContent, who: Viewer, time: datetime) -> list[Component]:
    summary = content.version.summary
    rates = "relative to the capacity" if summary.needs_capacity else "absolute"
    saved = formatting.exactly(content.version.created_at, who.zone)
    about = [
        [
            ("Description", content.profile.description),
            ("Voltage", voltage_words(summary)),
            ("Current", current_words(summary)),
            ("Values", rates),
            ("Executes", steps_words(summary)),
        ],
        [("Written by", f"{content.version.user_name}, {saved}")],
    ]
    uses = sum(one.experiments for one in content.profile.versions)
    used = formatting.counted(uses, "experiment") if uses else ""
    return [
        curve_card(CURVE, content.battery),
        fact_card("About", about),
        card("Used by", _uses(content.uses, who, time), note=used),
    ]


def _uses(uses: Sequence[Use], who: Viewer, time: datetime) -> Component:
    if not uses:
        return empty("journal", "No experiment has used it yet.")
    heads = (
        Head("Experiment"),
        Head("Battery", "", "30%"),
        Head("Version", "num", "64px"),
        Head("Created", "num", "128px"),
    )
    rows = [_use(one, who, time) for one in uses]
    return html.Div(table(heads, rows), className="bem-rows")


def _use(one: Use, who: Viewer, time: datetime) -> html.Tr:
    name = one.name if one.began else f"{one.name}, {one.status}"
    return html.Tr(
        [
            html.Td(
                dcc.Link(name, href=f"/experiments/{one.id}"),
                title=f"{one.name}, {one.status.lower()}",
            ),
            html.Td(one.battery, title=one.battery),
            html.Td(str(one.number), className="num"),
            short_time(one.created_at, who.zone, time),
        ]
    )


def difference(before: str, after: str) -> Component:
    """Return the lines that were added and taken away, with those around them."""
    rows = list(_changed_lines(before, after))
    if not rows:
        return empty("check2", "Both versions say the same.")
    lines = [_diff_line(one) for one in rows[:MAX_LINES]]
    if len(rows) > MAX_LINES:
        lines.append(html.Div(f"{len(rows) - MAX_LINES:,} lines more", className="t3 small p-2"))
    return html.Div(
        lines,
        className="bem-source bem-diff",
        tabIndex="0",
        role="region",
        **{"aria-label": "Difference"},
    )


def _changed_lines(before: str, after: str) -> Iterator[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=AROUND)
    for number, line in enumerate(lines):
        if number >= 2:  # the names of both files
            yield line


def _diff_line(row: str) -> html.Div:
    kind, sign = DIFF_KINDS.get(row[0], ("", ""))
    words = "" if kind == "hunk" else row[1:] or "\u200b"
    return html.Div([html.Span(sign), html.Span(words)], className=f"ln {kind}".strip())
