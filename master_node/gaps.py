"""Gaps that stay: what follows on the stored records is not at their unit any more."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from db.models import Run
from master_node.protocol.messages import Records

STAYS_FOR = timedelta(seconds=60)  # a unit goes back within 5 s of an answer, however late


@dataclass(frozen=True)
class Gap:
    """Numbers that do not follow on the last that is stored: the smallest that came since when."""

    stored: int
    first: int
    since: datetime


@dataclass
class Gaps:
    """What the leader remembers of numbers that did not follow on what is stored."""

    _open: dict[tuple[int, str], Gap] = field(default_factory=dict)

    def stays(self, experiment_id: int, what: str, first: int, stored: int, now: datetime) -> bool:
        """Note the first number of what came; True for the first that its unit still has.

        That is known after a minute, in which a unit has sent all again from there many times.
        What it sends beside it, as its newest, is none. `stored` is the last number of these
        ("samples", "events") that is stored, -1 for none.
        """
        key = experiment_id, what
        if first <= stored + 1:
            self._open.pop(key, None)
            return False
        gap = self._open.get(key)
        if gap is None or gap.stored != stored:
            gap = Gap(stored, first, now)
        gap = self._open[key] = replace(gap, first=min(gap.first, first))
        return first == gap.first and now - gap.since >= STAYS_FOR


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
    of, samples, events = records.experiment, records.samples, records.events
    first, first_event = run.through + 1, run.events_through + 1
    if samples and gaps.stays(of, "samples", samples.first, run.through, now):
        first = samples.first
    if events and gaps.stays(of, "events", events[0].n, run.events_through, now):
        first_event = events[0].n
    lost = first > run.through + 1 or first_event > run.events_through + 1
    return Missing(run, first, first_event) if lost else None
