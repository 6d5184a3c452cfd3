"""How the measures of an experiment are to be added up: its time, its edges, its counters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from cycling.analysis.counters import CHARGES, ENERGIES, Counter, Quantity
from cycling.analysis.edges import Sought
from cycling.analysis.integration import Edge
from cycling.formats.columns.counters import Recognised, counters_of
from cycling.formats.columns.fields import Field
from db.models import ImportSource, Run, RunEvent
from db.queries.experiments.timeline import EntryKind
from db.series import ChannelInfo, ExperimentSeries, MeasureTable

Floats = NDArray[np.float64]

QUANTITIES: Mapping[Field, tuple[Quantity, ...]] = {
    Field.CHARGE_CAPACITY: (Quantity.CHARGE,),
    Field.DISCHARGE_CAPACITY: (Quantity.DISCHARGE,),
    Field.CAPACITY: CHARGES,
    Field.CHARGE_ENERGY: (Quantity.CHARGE_ENERGY,),
    Field.DISCHARGE_ENERGY: (Quantity.DISCHARGE_ENERGY,),
    Field.ENERGY: ENERGIES,
}
STEP_FIELDS = (Field.STEP, Field.STEP_ID)
STEP_COLUMNS = frozenset({"step", "instruction"})


@dataclass(frozen=True)
class ScaledChannel:
    """An extended channel, and what its values are multiplied by."""

    info: ChannelInfo
    factor: float


@dataclass(frozen=True)
class Source:
    """What is known of where measures come from.

    `edge`: to which step the interval over an edge belongs. `tells_pauses`: its station said when
    it was paused, perhaps in our export of it; `has_pauses`: and it was. `by_test_time`: time is
    the test time that the source gave; else its clock's. `sought` are edges of steps that it does
    not name.
    """

    edge: Edge = Edge.HOLD
    sought: Sought = Sought.NOTHING
    tells_pauses: bool = False
    has_pauses: bool = False
    by_test_time: bool = False
    step_time: ScaledChannel | None = None
    counters: tuple[tuple[Counter, ScaledChannel], ...] = ()


def source_of(experiment: ExperimentSeries) -> Source:
    """Return how the measures of an experiment are to be added up."""
    session = experiment.database.session
    found, said = session.get(ImportSource, experiment.id), _said(experiment)
    if found is None:
        return replace(said, by_test_time=said.tells_pauses)
    channels = counter_channels(experiment.channels, any_name=found.edge is None)
    step_time = channels.pop(Field.STEP_TIME, None)
    edge = Edge(found.edge or (Edge.LEAD if step_time is None else Edge.SPLIT))
    edge = edge if step_time or edge is not Edge.SPLIT else Edge.LEAD
    names_steps = step_time is not None or _names_steps(experiment, found.mapping)
    sought = Sought.EDGES if edge is Edge.LEAD else Sought.NOTHING
    return replace(
        said,
        edge=edge,
        sought=sought if names_steps else Sought.STEPS,
        by_test_time=_has_test_time(found.mapping) and _goes(experiment),
        step_time=step_time,
        counters=tuple(
            (Counter(quantities, channels[field].info.name), channels[field])
            for field, quantities in QUANTITIES.items()
            if field in channels
        ),
    )


def counter_channels(
    channels: Sequence[ChannelInfo], *, any_name: bool = False
) -> dict[Field, ScaledChannel]:
    """Return the channels of an instrument's counters and step time.

    With `any_name` also those that an older import kept under the names of its file.
    """
    extended = [one for one in channels if one.used_measure_id is not None]
    names = [(one.name, one.unit) for one in extended]
    known: dict[Field, Recognised] = counters_of(names)
    return {
        field: ScaledChannel(extended[at.place], at.factor)
        for field, at in known.items()
        if any_name or names[at.place] == field.channel
    }


def is_counter(channel: ChannelInfo) -> bool:
    """Whether a channel is an instrument's counter or step time by its name."""
    return bool(counter_channels([channel]))


def edge_of_import(channels: Sequence[tuple[str, str]], *, by_station: bool = False) -> Edge:
    """Return the edge of a new import, by the (name, unit) of its channels.

    `by_station`: it is our export of what a station of ours has measured.
    """
    if by_station:
        return Edge.HOLD
    return Edge.SPLIT if Field.STEP_TIME.channel in channels else Edge.LEAD


def _has_test_time(mapping: Mapping[str, Any]) -> bool:
    columns = mapping.get("columns") or []
    return not columns or any(one.get("field") == Field.TEST_TIME for one in columns)


def _names_steps(experiment: ExperimentSeries, mapping: Mapping[str, Any]) -> bool:
    """Whether measures name their steps: not in a column in which the same stands throughout."""
    columns = mapping.get("columns") or []
    if columns and not any(one.get("field") in STEP_FIELDS for one in columns):
        return False
    first: Floats | None = None
    for table in experiment.tables([], only=STEP_COLUMNS):
        named = np.stack([table.instruction, table.step])
        first = named[:, :1] if first is None else first
        if not np.all((named == first) | (np.isnan(named) & np.isnan(first))):
            return True
    return False


def _goes(experiment: ExperimentSeries) -> bool:
    """Whether the test time goes on from the first measure to the last."""
    ends = experiment.ends("test_time")
    return ends is None or ends[1] > ends[0]


def station_source(experiment: ExperimentSeries) -> Source | None:
    """Return what a station said of pauses, reading no measures; None for other instruments'.

    `by_test_time` and counters are left out.
    """
    found = experiment.database.session.get(ImportSource, experiment.id)
    return _said(experiment) if found is None or found.edge == Edge.HOLD else None


def _said(experiment: ExperimentSeries) -> Source:
    session = experiment.database.session
    is_run = session.get(Run, experiment.id) is not None
    kinds = select(RunEvent.kind).where(
        RunEvent.experiment_id == experiment.id,
        RunEvent.kind.in_([EntryKind.STARTED, EntryKind.PAUSED]),
    )
    said = set(session.scalars(kinds.distinct()))
    return Source(tells_pauses=is_run or bool(said), has_pauses=EntryKind.PAUSED in said)


class SourceClock:
    """Time of measures as it counts: test time; in recorded pauses, or without it, the clock."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._last: tuple[float, float, float, bool] | None = None  # counted, test, Unix s, paused

    @property
    def state(self) -> Sequence[float]:
        """What the times of the next measures depend on; nothing at the beginning."""
        return self._last or ()

    @state.setter
    def state(self, state: Sequence[float]) -> None:
        self._last = (state[0], state[1], state[2], bool(state[3])) if state else None

    def seconds(self, table: MeasureTable, paused: NDArray[np.bool_]) -> Floats:
        """Return the time (s) of the next measures; only differences matter."""
        if not self._source.by_test_time:
            return table.unix_s
        if not self._source.has_pauses:
            return table.test_time_s
        counted_s, *before = self._last or (0.0, table.test_time_s[0], table.unix_s[0], paused[0])
        test_s, unix_s, was_paused = (
            np.concatenate([[one], column])
            for one, column in zip(before, (table.test_time_s, table.unix_s, paused), strict=True)
        )
        within = was_paused[1:] & was_paused[:-1] & (np.diff(test_s) == 0)
        seconds: Floats = counted_s + np.cumsum(np.where(within, np.diff(unix_s), np.diff(test_s)))
        self._last = (
            float(seconds[-1]),
            float(test_s[-1]),
            float(unix_s[-1]),
            bool(was_paused[-1]),
        )
        return seconds


class StepClock:
    """How much of the time before each measure is of the step that it begins, and which that is."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._last_s = np.nan
        self._restarts = 0

    @property
    def state(self) -> Sequence[float]:
        """What the steps of the next measures depend on."""
        return (self._last_s, float(self._restarts))

    @state.setter
    def state(self, state: Sequence[float]) -> None:
        self._last_s, self._restarts = state[0], int(state[1])

    def led_s(self, step_time_s: Floats | None, count: int) -> Floats | None:
        """Return it for the next measures; where the step time is blank the new step has it all."""
        if self._edge is Edge.HOLD:
            return None
        if self._edge is Edge.LEAD or step_time_s is None:
            return np.full(count, np.inf)
        return np.where(np.isnan(step_time_s), np.inf, step_time_s)

    def steps(self, step_time_s: Floats) -> Floats:
        """Return the number of the step of each measure, where the file has none."""
        restarts = self._restarts + np.cumsum(np.diff(step_time_s, prepend=self._last_s) < 0)
        self._last_s, self._restarts = float(step_time_s[-1]), int(restarts[-1])
        return restarts.astype(np.float64)
