"""Adopted profile: one of the WattRex application, its text and who used it. Nothing changes it."""

from datetime import datetime

from dash import dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import Head, card, columns, empty, fact_card, page_header, short_time, table
from components.profile_editor import profile_text
from cycling.errors import NotFoundError
from cycling.profile.checks.capabilities import MAX_WHOLE
from cycling.profile.summary import Extent
from db.queries.profiles.adopted import AdoptedText, AdoptedUse, adopted_profile
from db.terms import Role
from pages.context import Viewer, database, now, register_page, viewer
from pages.not_found_404 import not_found
from pages.profile.labels import extent_words
from pages.sent import read_id

register_page(__name__, "/adopted-profiles/<profile_id>", "Profile", Role.VIEWER)


def layout(profile_id: str = "") -> Component:
    """Return the page of one profile, or say that there is none."""
    try:
        profile = adopted_profile(database(), read_id(profile_id))
    except NotFoundError as error:
        return not_found(str(error), "/profiles", "All profiles")
    return page(profile, viewer(), now())


def page(profile: AdoptedText, who: Viewer, time: datetime) -> Component:
    """Return the whole page."""
    title = [
        dcc.Link("Profiles /", href="/profiles", className="t3 bem-crumb"),
        html.Span(profile.name, className="cut", title=profile.name),
    ]
    return html.Div(
        [
            page_header(title, count="of the WattRex application"),
            columns([_text(profile)], [_about(profile), _used(profile, who, time)], "bem-work"),
        ],
        className="bem-page",
    )


def _text(profile: AdoptedText) -> Component:
    line_count = len(profile.text.rstrip("\n").split("\n"))
    rest = profile.lines - line_count
    words = f"{formatting.counted(rest, 'line')} more. “Run again” on an experiment has all of it."
    more = [html.Div(words, className="t3 small p-3")] if rest > 0 else []
    note = f"{formatting.counted(profile.lines, 'line')}, one for each row"
    return card("Text", [profile_text(profile.text), *more], note=note)


def _about(profile: AdoptedText) -> Component:
    voltage = _range(profile.voltage_min_mv, profile.voltage_max_mv, "V")
    current = _range(profile.current_min_ma, profile.current_max_ma, "A")
    return fact_card(
        "About",
        [
            [("Description", profile.description), ("Voltage", voltage), ("Current", current)],
            [("Changes", "none here: “Run again” on an experiment takes the text over")],
        ],
    )


def _range(low: int | None, high: int | None, unit: str) -> str:
    """Write a range given in thousandths; a column's largest number bounds nothing."""
    if low is None and high is None:
        return "not known"
    ends = [None if end is None or abs(end) >= MAX_WHOLE else end / 1000 for end in (low, high)]
    return extent_words(Extent(ends[0], ends[1], unit), "")


def _used(profile: AdoptedText, who: Viewer, time: datetime) -> Component:
    if not profile.uses:
        return card("Used by", empty("journal", "No experiment has used it."))
    heads = (Head("Experiment"), Head("Battery", "", "34%"), Head("Created", "num", "128px"))
    rows = [_use(one, who, time) for one in profile.uses]
    rest = profile.experiments - len(profile.uses)
    more = [html.Div(f"{formatting.number(rest)} more", className="t3 small p-3")] if rest else []
    note = formatting.counted(profile.experiments, "experiment")
    return card("Used by", [html.Div(table(heads, rows), className="bem-rows"), *more], note=note)


def _use(one: AdoptedUse, who: Viewer, time: datetime) -> html.Tr:
    return html.Tr(
        [
            html.Td(dcc.Link(one.name, href=f"/experiments/{one.id}"), title=one.name),
            html.Td(one.battery, title=one.battery),
            short_time(one.created_at, who.zone, time),
        ]
    )
