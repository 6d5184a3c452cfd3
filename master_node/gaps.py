"""Gaps that stay: what follows on the stored records is not at their unit any more."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from db.models import Run
from master_node.protocol.messages import Records

STAYS_FOR = timedelta(seconds=60)  # a unit goes back within 5 s of an answer, however late


@dataclass
class Gaps:
    """What the leader remembers of numbers that did not follow on what is stored."""

    _since: dict[tuple[int, str], tuple[int, datetime]] = field(default_factory=dict)

    def stays(self, experiment_id: int, what: str, first: int, stored: int, now: datetime) -> bool:
        """Note the first number of what came; True while its unit does not go back for a minute.

        `stored` is the last number of these ("samples", "events") that is stored, -1 for none.
        """
        key = experiment_id, what
        if first <= stored + 1:
            self._since.pop(key, None)
            return False
        before, since = self._since.setdefault(key, (stored, now))
        if before != stored:
            self._since[key] = stored, now
            return False
        return now - since >= STAYS_FOR


@dataclass(frozen=True)
class Missing:
    """What a unit has forgotten and we have lost: all before these numbers that is not stored."""

    run: Run
    first: int
    first_event: int

    @property
    def only_events(self) -> bool:
        """Whether all measures are there."""
        return self.first == self.run.through + 1

    @property
    def keys(self) -> str:
        """How the marks of this experiment's alarms begin."""
        return f"missing-{self.run.experiment_id}-"

    @property
    def key(self) -> str:
        """The mark of its alarm."""
        after = f"e{self.run.events_through}" if self.only_events else f"{self.run.through}"
        return f"{self.keys}{after}"

    @property
    def text(self) -> str:
        """The sentence of its alarm."""
        measures = f"Measures {self.run.through + 1:,} to {self.first - 1:,}"
        return (
            f"{'Events' if self.only_events else measures} of experiment {self.run.experiment_id} "
            "are neither here nor on its unit, as after a backup was put back. Until you "
            "acknowledge this nothing more of it is stored; then what follows is, with the gap."
        )

    def go_on(self) -> None:
        """Let what follows be taken, as a person has decided."""
        self.run.through = self.first - 1
        self.run.events_through = self.first_event - 1


def missing(gaps: Gaps, records: Records, run: Run, now: datetime) -> Missing | None:
    """Return what of a run is nowhere before these records are taken; None if nothing is known."""
    samples, events = records.samples, records.events
    first = samples.first if samples else run.through + 1
    first_event = events[0].n if events else run.events_through + 1
    of = records.experiment
    stay = (
        gaps.stays(of, "samples", first, run.through, now) if samples else False,
        gaps.stays(of, "events", first_event, run.events_through, now) if events else False,
    )
    return Missing(run, first, first_event) if any(stay) else None
