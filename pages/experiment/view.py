"""The experiment that a page shows, as it is at one moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from components.figures.time_axis import Window
from db.queries.experiments.detail import ExperimentFacts
from db.queries.experiments.events import Alarms, experiment_alarms
from db.queries.experiments.planned import PlannedExperiment
from db.queries.experiments.timeline import TimelineEntry, timeline
from db.series import ChannelInfo, ExperimentSeries


@dataclass(frozen=True)
class ExperimentView:
    """The experiment that the page shows, as it is at one moment; `waits` while it is queued."""

    experiment: ExperimentSeries
    facts: ExperimentFacts
    waits: PlannedExperiment | None = None

    @property
    def channels(self) -> Sequence[ChannelInfo]:
        """Its channels, none without measures."""
        return self.experiment.channels if self.facts.measures else ()

    @property
    def whole(self) -> Window | None:
        """From when to when it was measured; None without measures."""
        return self.experiment.time_range if self.facts.measures else None

    @cached_property
    def happened(self) -> tuple[Alarms, tuple[TimelineEntry, ...]]:
        """Its alarms and its course, read once."""
        source, number = self.experiment.database, self.facts.id
        return experiment_alarms(source, number), timeline(source, number)
