"""The report of an experiment: one HTML file that opens without a network."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from dash.development.base_component import Component

from components import formatting
from components.figures.measure_graph import Look, figure
from components.sent import Sent
from components.status import ended_reason, status_word
from cycling.analysis.statistics import ExperimentStatistics
from cycling.terms import ENDED
from db import series
from db.engine import Database
from db.measures.source import is_counter
from db.measures.statistics import keep_statistics, made_statistics
from db.queries.experiments.detail import (
    ExperimentFacts,
    NoteFacts,
    check_experiment,
    experiment_facts,
    experiment_notes,
    import_inferences,
    source_sha256,
)
from db.queries.experiments.events import Alarms, experiment_alarms
from db.queries.experiments.timeline import timeline
from db.queries.profiles.compiled import profile_instructions
from db.queries.profiles.uses import experiment_profile, source_of
from db.series import ChannelInfo
from pages.context import Viewer, limits
from pages.experiment.facts import as_of_words, fact_groups, lasted, this_second
from pages.experiment.graph.drawing import damaged_words, drawing, time_axis
from pages.experiment.graph.moments import event_marks, numbered
from pages.experiment.profile.card import profile_words
from pages.experiment.profile.folding import folded
from pages.experiment.report import tables
from pages.experiment.report.cycles import cycle_section
from pages.experiment.report.paper import origin_of, printed, zone_name
from pages.experiment.statistics.card import RECORDED, as_of, whole_readings
from pages.experiment.statistics.evidence import evidence_facts, inferred_facts, warnings

MOST_UNITS = 5  # panels that fit on a printed page
LEGEND_PX = 34
PAPER_LABEL_PX = 140.0  # of a name that is written upwards: on paper the panels are lower
METHOD = (
    "Within a step values go in straight lines. Intervals of more than 60 s and 10 times each "
    "interval beside them are gaps: they are not integrated and count as missing time. "
    "Means are weighted by time. Discharge is given as a positive number."
)


def experiment_report(database: Database, experiment_id: int, who: Viewer, time: datetime) -> str:
    """Return the report as a whole document; raises NotFoundError.

    It needs an application's context, whose templates escape what they show, also what people have
    typed.
    """
    template = Path(__file__).with_name("document.html")
    return printed(template, _content(database, experiment_id, who, time))


def _content(database: Database, experiment_id: int, who: Viewer, time: datetime) -> dict[str, Any]:
    check_experiment(database, experiment_id)
    time = this_second(time)
    with series.opened(database, experiment_id) as experiment:
        made = made_statistics(experiment)
        content = _content_of(experiment, made.statistics, who, time)
    keep_statistics(database, made)
    return content


def _content_of(
    experiment: series.ExperimentSeries,
    stats: ExperimentStatistics | None,
    who: Viewer,
    time: datetime,
) -> dict[str, Any]:
    """Return everything that a report says, of one moment."""
    whole, experiment_id = experiment.database, experiment.id
    facts = experiment_facts(whole, experiment_id)
    alarms, notes = (
        experiment_alarms(whole, experiment_id),
        experiment_notes(whole, experiment_id),
    )
    instructions = profile_instructions(whole, experiment_id)
    graph = _graph(experiment, notes, alarms, who) if facts.measures else None
    reason = ended_reason(facts.status, facts.end_reason)
    profile_id = experiment_profile(whole, experiment_id) or 0
    source = source_of(whole, profile_id)
    is_over = facts.status in ENDED
    inferred = import_inferences(whole, experiment_id)
    return {
        "facts": facts,
        "status": status_word(facts.status, reason),
        "reason": reason,
        "groups": [
            _plain_facts(group)
            for group in fact_groups(facts, who, time, lasted(whole, facts, time))
        ],
        "graph": graph,
        "graph_words": _graph_words(graph, experiment.channels, facts, who) if graph else [],
        **_statistics(stats, instructions, inferred, is_over=is_over),
        "cycles": cycle_section(experiment) if facts.measures else None,
        "until": as_of(stats, who.zone) if stats and not is_over else "",
        "now": "" if is_over else as_of_words(time, who),
        "inferred": inferred_facts(inferred),
        "profile": profile_words(source) if source else facts.profile,
        "program": folded(source.text.strip().splitlines()) if source else [],
        "instructions": tables.instructions_table(instructions),
        "timeline": tables.timeline_table(timeline(whole, experiment_id), who),
        "alarms": tables.alarms_table(alarms, who),
        "notes": _notes(notes, who),
        "origin": [*_origin(whole, facts, who, time), *_file(whole, facts)],
        "zone": zone_name(who, time),
    }


def _statistics(
    stats: ExperimentStatistics | None,
    instructions: tables.Instructions,
    inferred: Sequence[tuple[str, str]],
    *,
    is_over: bool,
) -> dict[str, Any]:
    if stats is None:
        return {"readings": [], "statistics": None, "left_out": "", "evidence": [], "warnings": []}
    grid, left_out = tables.statistics_table(stats, instructions)
    return {
        "readings": whole_readings(stats, is_over=is_over),
        "statistics": grid,
        "left_out": left_out,
        "evidence": evidence_facts(stats),
        "warnings": warnings(stats, inferred),
        "method": f"{METHOD} {RECORDED}" if stats.paused_s > 0 else METHOD,
    }


def drawn_channels(channels: Sequence[ChannelInfo]) -> list[ChannelInfo]:
    """Return the channels that a printed page has room for: those of the first few units.

    An instrument's counters are drawn where somebody chooses them, so not here.
    """
    measured = [channel for channel in channels if not is_counter(channel)]
    units = list(dict.fromkeys(channel.unit for channel in measured))[:MOST_UNITS]
    return [channel for channel in measured if channel.unit in units]


def _graph(
    experiment: series.ExperimentSeries, notes: Sequence[NoteFacts], alarms: Alarms, who: Viewer
) -> dict[str, Any]:
    """Return the figure of the whole experiment; its time counts from the first measure.

    A clock's time would be shown in the zone of whoever opens the file.
    """
    axis = time_axis(experiment, by_clock=False)
    look = Look(dark=False, zone=who.zone, time=axis, label_px=PAPER_LABEL_PX)
    keys = [channel.key for channel in drawn_channels(experiment.channels)]
    drawn = drawing(experiment, keys, None, look, points=limits().graph_points)
    marks = event_marks(notes, alarms, who)
    graph = figure(drawn.lines, drawn.window, drawn.look, marks, drawn.spans)
    layout = graph["layout"]
    if drawn.left_out:
        layout["meta"] |= {"damaged": damaged_words(drawn)}
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


def _graph_words(
    graph: dict[str, Any], channels: Sequence[ChannelInfo], facts: ExperimentFacts, who: Viewer
) -> list[str]:
    """Say in words what the graph shows, also for those who cannot see it."""
    drawn = drawn_channels(channels)
    words = [f"{', '.join(channel.name for channel in drawn)} over test time."]
    knots = graph["layout"]["meta"].get("knots")
    if knots:
        first = datetime.fromtimestamp(knots[0][1] / 1000, who.zone)
        words.append(
            f"It begins at {formatting.exactly(first, who.zone)} ({formatting.utc(first)})."
        )
    if damaged := graph["layout"]["meta"].get("damaged"):
        words.append(f"{damaged}.")
    if facts.measures > limits().graph_points:
        most = f"{limits().graph_points:,}"
        words.append(f"At most {most} points a channel are drawn; the extremes are kept.")
    others = [channel.name for channel in channels if channel not in drawn]
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


def _origin(
    database: Database, facts: ExperimentFacts, who: Viewer, time: datetime
) -> list[tuple[str, str]]:
    return [*origin_of(database, who, time), ("Experiment", str(facts.id))]


def _file(database: Database, facts: ExperimentFacts) -> list[tuple[str, str]]:
    sha256 = source_sha256(database, facts.id)
    rows = [("Source file", facts.source.file_name)] if facts.source else []
    return [*rows, ("SHA-256 of the file", sha256)] if sha256 else rows
