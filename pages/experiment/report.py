"""The report of an experiment: one HTML file that opens without a network."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from dash.development.base_component import Component
from flask import render_template_string
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from components import formatting
from components.figures.measure_graph import Look, figure
from components.sent import Sent
from components.status import ended_reason, status_word
from cycling.analysis.statistics import ExperimentStatistics
from db import series
from db.engine import Database
from db.measures.statistics import experiment_statistics, stored_statistics
from db.queries.experiments.detail import (
    ExperimentFacts,
    NoteFacts,
    check_experiment,
    database_name,
    experiment_facts,
    experiment_notes,
    source_sha256,
)
from db.queries.experiments.events import Alarms, TimelineEntry, experiment_alarms, run_timeline
from db.queries.profiles.compiled import profile_instructions
from db.queries.profiles.uses import ProfileSource, experiment_profile, source_of
from db.series import ChannelInfo
from pages.context import Viewer, limits
from pages.experiment import report_tables
from pages.experiment.facts import fact_groups
from pages.experiment.graph import drawing, time_axis
from pages.experiment.moments import event_marks, numbered

PRODUCT = "Battery Experiments Manager"
MOST_UNITS = 5  # panels that fit on a printed page
LEGEND_PX = 34


@dataclass(frozen=True)
class Source:
    """Everything that a report is made of."""

    known: ExperimentFacts
    profile: ProfileSource | None
    instructions: report_tables.Instructions
    alarms: Alarms
    timeline: Sequence[TimelineEntry]
    notes: Sequence[NoteFacts]
    channels: Sequence[ChannelInfo]
    statistics: ExperimentStatistics | None
    graph: dict[str, Any] | None
    database_name: str
    sha256: str | None


def experiment_report(database: Database, experiment_id: int, who: Viewer, time: datetime) -> str:
    """Return the report as a whole document; raises NotFoundError.

    It needs an application's context, whose templates escape what they show.
    """
    return rendered(gathered(database, experiment_id, who), who, time)


def gathered(database: Database, experiment_id: int, who: Viewer) -> Source:
    """Read everything that a report is made of, at one moment; raises NotFoundError."""
    check_experiment(database, experiment_id)
    statistics = experiment_statistics(database, experiment_id)
    with series.opened(database, experiment_id) as experiment:
        whole = experiment.database
        known = experiment_facts(whole, experiment_id)
        alarms = experiment_alarms(whole, experiment_id)
        notes = experiment_notes(whole, experiment_id)
        return Source(
            known=known,
            profile=source_of(whole, experiment_profile(whole, experiment_id) or 0),
            instructions=profile_instructions(whole, experiment_id),
            alarms=alarms,
            timeline=run_timeline(whole, experiment_id),
            notes=notes,
            channels=experiment.channels if known.measures else (),
            statistics=stored_statistics(experiment) or statistics,
            graph=_graph(experiment, notes, alarms, who) if known.measures else None,
            database_name=database_name(database),
            sha256=source_sha256(whole, experiment_id),
        )


def rendered(source: Source, who: Viewer, time: datetime) -> str:
    """Write a report; what people have typed is escaped by the template."""
    known, found = source.known, source.statistics
    reason = ended_reason(known.status, known.end_reason)
    return render_template_string(
        _template(),
        product=PRODUCT,
        known=known,
        status=status_word(known.status, reason),
        reason=reason,
        groups=[_plain_facts(group) for group in fact_groups(known, who, time)],
        graph=source.graph,
        graph_words=_graph_words(source, who),
        plotly=Markup(get_plotlyjs()) if source.graph else "",  # noqa: S704 - Plotly's own code
        whole_facts=report_tables.whole_facts(found.whole) if found else [],
        whole_tables=report_tables.whole_tables(found) if found else [],
        instruction_tables=(
            report_tables.instruction_tables(found, source.instructions) if found else []
        ),
        method=_method(found) if found else "",
        profile=source.profile,
        instructions=report_tables.instructions_table(source.instructions),
        timeline=report_tables.timeline_table(source.timeline, who),
        alarms=report_tables.alarms_table(source.alarms, who),
        notes=_notes(source.notes, who),
        origin=_origin(source, who, time),
        zone=zone_name(who, time),
    )


def zone_name(who: Viewer, time: datetime) -> str:
    """Return the viewer's zone: Europe/Madrid."""
    return str(getattr(who.zone, "key", None) or time.astimezone(who.zone).tzname())


def drawn_channels(channels: Sequence[ChannelInfo]) -> list[ChannelInfo]:
    """Return the channels that a printed page has room for: those of the first few units."""
    units = list(dict.fromkeys(channel.unit for channel in channels))[:MOST_UNITS]
    return [channel for channel in channels if channel.unit in units]


def _graph(
    experiment: series.ExperimentSeries, notes: Sequence[NoteFacts], alarms: Alarms, who: Viewer
) -> dict[str, Any]:
    """Return the figure of the whole experiment; its time counts from the first measure.

    A clock's time would be shown in the zone of whoever opens the file.
    """
    look = Look(dark=False, zone=who.zone, time=time_axis(experiment, by_clock=False))
    keys = [channel.key for channel in drawn_channels(experiment.channels)]
    drawn = drawing(experiment, keys, None, look, points=limits().graph_points)
    graph = figure(drawn.lines, drawn.window, drawn.look, event_marks(notes, alarms.rows, who))
    layout = graph["layout"]
    layout["height"] += LEGEND_PX
    layout["margin"]["t"] += LEGEND_PX
    layout["showlegend"] = True
    layout["legend"] = {
        "orientation": "h",
        "yref": "container",
        "y": 1,
        "yanchor": "top",
        "x": 0,
        "xanchor": "left",
    }
    return graph


def _graph_words(source: Source, who: Viewer) -> list[str]:
    """Say in words what the graph shows, also for those who cannot see it."""
    if source.graph is None:
        return []
    drawn = drawn_channels(source.channels)
    words = [f"{', '.join(channel.name for channel in drawn)} over elapsed time."]
    begun = source.graph["layout"]["meta"].get("begin_ms")
    if begun is not None:
        first = datetime.fromtimestamp(begun / 1000, who.zone)
        words.append(
            f"It begins at {formatting.exactly(first, who.zone)} ({formatting.utc(first)})."
        )
    if source.known.measures > limits().graph_points:
        most = f"{limits().graph_points:,}"
        words.append(f"At most {most} points a channel are drawn; the extremes are kept.")
    others = [channel.name for channel in source.channels if channel not in drawn]
    if others:
        words.append(f"Not drawn: {', '.join(others)}.")
    return words


def _plain_facts(group: Sequence[tuple[str, Any]]) -> list[tuple[str, str, str]]:
    """Return name, words and what a page says on hover; what is not known is left out."""
    return [
        (name, plain_words(value), _hover(value))
        for name, value in group
        if value not in (None, "")
    ]


def _hover(value: Sent) -> str:
    return str(getattr(value, "title", "")) if isinstance(value, Component) else ""


def plain_words(value: Sent) -> str:
    """Return the text of a page's part."""
    if isinstance(value, Component):
        return plain_words(getattr(value, "children", None))
    if isinstance(value, list | tuple):
        return "".join(plain_words(part) for part in value)
    return "" if value is None else str(value)


def _notes(notes: Sequence[NoteFacts], who: Viewer) -> list[dict[str, str]]:
    numbers = numbered(notes)
    return [
        {
            "number": str(numbers.get(note.id, "")),
            "at": formatting.exactly(note.at, who.zone),
            "text": note.text,
            "by": f"{note.user_name}, {formatting.exactly(note.created_at, who.zone)}",
        }
        for note in notes
    ]


def _method(found: ExperimentStatistics) -> str:
    band = formatting.quantity(float(f"{found.deadband_a * 1000:.3g}"), "mA")
    return (
        "Integrated within steps; at a step's edge the old value is held. "
        f"A current of less than {band} is rest. Intervals of more than 60 s and 10 times a "
        "step's median interval are gaps: they are not integrated and count as missing time. "
        "Means are weighted by time. Discharge is given as a positive number."
    )


def _origin(source: Source, who: Viewer, time: datetime) -> list[tuple[str, str]]:
    local = f"{formatting.exactly(time, who.zone)} ({zone_name(who, time)})"
    rows = [
        ("Made by", f"{PRODUCT} {product_version()}".strip()),
        ("Made for", who.name),
        ("Made at", f"{formatting.utc(time)}, {local}"),
        ("Database", source.database_name),
        ("Experiment", str(source.known.id)),
    ]
    if source.known.source is not None:
        rows.append(("Source file", source.known.source.file_name))
    if source.sha256:
        rows.append(("SHA-256 of the file", source.sha256))
    return rows


@cache
def product_version() -> str:
    """Return the version of this product; nothing where it is not installed."""
    try:
        return version("battery-experiments-manager")
    except PackageNotFoundError:
        return ""


@cache
def _template() -> str:
    return Path(__file__).with_name("report.html").read_text(encoding="utf-8")
