"""By what the samples of an experiment become steps."""

from dataclasses import dataclass

from cycling.analysis.chunk_totals import Counting
from db.measures.samples import first_lead_in_s, rest_below_a, temperature_channel
from db.measures.source import Source, source_of
from db.series import ChannelInfo, ExperimentSeries

# Raise it whenever the same measures would give another result, or totals are packed otherwise.
METHOD = 9


@dataclass(frozen=True)
class StepRecipe:
    """By what the samples of an experiment become steps: another one makes other steps.

    `revision` is that of the measures.
    """

    experiment_id: int
    revision: int
    source: Source
    counting: Counting
    lead_in_s: float
    temperature: ChannelInfo | None

    @classmethod
    def of(cls, experiment: ExperimentSeries) -> "StepRecipe":
        """Return that of an experiment with measures."""
        source, temperature = source_of(experiment), temperature_channel(experiment.channels)
        counting = Counting(
            rest_below_a(experiment),
            tuple(counter for counter, _channel in source.counters),
            has_temperature=temperature is not None,
            sought=source.sought,
        )
        lead_in_s = first_lead_in_s(experiment, source)
        revision = experiment.head.revision
        return cls(experiment.id, revision, source, counting, lead_in_s, temperature)
