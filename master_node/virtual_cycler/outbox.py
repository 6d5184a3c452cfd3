"""What of a run was sent and what is acknowledged: go back to what is not.

At most two messages are on their way. Without progress for 5 s everything that is not acknowledged
is sent again; an acknowledgement that says less than was sent asks for the same, but not more
often than once a second, as it may be the answer to an earlier copy. An experiment that the master
node does not know is parked: everything stays in the file, and is offered again once an hour.
"""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from master_node.protocol.messages import Records, Samples
from master_node.virtual_cycler.records import Sample
from master_node.virtual_cycler.sensors import TEMP_AMB, TEMP_CELL
from master_node.virtual_cycler.store import Store, Watermark

MAX_IN_FLIGHT = 2
MAX_SAMPLES = 500  # in a message, and of events as many
AGAIN_AFTER_S = 5.0
GAP_AFTER_S = 1.0
ASK_AGAIN_AFTER_S = 3600.0


class Outbox:
    """Sends the records of one run in order; `stored` is what stands in the file."""

    def __init__(
        self, experiment: int, station: int, acknowledged: Watermark, stored: Watermark
    ) -> None:
        self.experiment, self.station = experiment, station
        self.acknowledged = acknowledged
        self.stored = Watermark(*map(max, stored, acknowledged))
        self._sent = acknowledged
        self._in_flight: deque[Watermark] = deque()
        self._moved_s = self._sent_s = 0.0
        self._parked_until_s: float | None = None

    @property
    def pending(self) -> int:
        """How many samples in the file are not acknowledged."""
        return self.stored.samples - self.acknowledged.samples

    @property
    def empty(self) -> bool:
        """Whether everything in the file is acknowledged."""
        return self.acknowledged == self.stored

    def add(self, last: Watermark) -> None:
        """Note that the file goes up to here."""
        self.stored = Watermark(*map(max, self.stored, last))

    def park(self, clock_s: float) -> None:
        """Send nothing for an hour, or until `take_up`: the master node does not know it."""
        self.go_back()
        self._parked_until_s = clock_s + ASK_AGAIN_AFTER_S

    def unpark(self) -> None:
        """Try again what was parked: another master node may know it."""
        self._parked_until_s = None

    def acknowledge(self, watermark: Watermark, clock_s: float) -> bool:
        """Note what the master node has stored; return whether that is more than before."""
        self.unpark()
        more = Watermark(*map(max, self.acknowledged, watermark))
        progress = more != self.acknowledged
        self.acknowledged = more
        self.add(more)
        self._sent = Watermark(*map(max, self._sent, more))
        while self._in_flight and Watermark(*map(max, more, self._in_flight[0])) == more:
            self._in_flight.popleft()
        if progress:
            self._moved_s = clock_s
        elif self._in_flight and clock_s - self._sent_s > GAP_AFTER_S:
            self.go_back()
        return progress

    def go_back(self) -> None:
        """Send again what is not acknowledged."""
        self._sent = self.acknowledged
        self._in_flight.clear()

    def pump(
        self,
        store: Store,
        channels: Mapping[str, int],
        send: Callable[[Records], bool],
        clock_s: float,
    ) -> None:
        """Send what may be sent now; `channels` has the id of each recorded temperature."""
        if self._parked_until_s is not None and clock_s < self._parked_until_s:
            return
        if self._in_flight and clock_s - max(self._moved_s, self._sent_s) > AGAIN_AFTER_S:
            self.go_back()
        while len(self._in_flight) < MAX_IN_FLIGHT and self._sent != self.stored:
            records, last = self._next(store, channels)
            if not send(records):
                return
            self._sent = last
            self._in_flight.append(last)
            self._sent_s = clock_s

    def _next(self, store: Store, channels: Mapping[str, int]) -> tuple[Records, Watermark]:
        samples = store.samples(self.experiment, self._sent.samples, MAX_SAMPLES)
        events = store.events(self.experiment, self._sent.events, MAX_SAMPLES)
        to_the_end = len(samples) < MAX_SAMPLES and len(events) < MAX_SAMPLES
        if len(samples) == MAX_SAMPLES:  # an event never overtakes a sample from before it
            until = samples[-1].test_time_s, samples[-1].at  # in a pause test time stands still
            events = [event for event in events if (event.test_time_s, event.at) <= until]
        records = Records(
            experiment=self.experiment,
            station=self.station,
            samples=_columns(samples, channels) if samples else None,
            events=events,
        )
        last = Watermark(
            samples[-1].n if samples else self._sent.samples,
            events[-1].n if events else self._sent.events,
        )
        return records, self.stored if to_the_end else last


def _columns(samples: list[Sample], channels: Mapping[str, int]) -> Samples:
    transposed = map(list, zip(*samples, strict=True))
    columns: dict[str, list[Any]] = dict(zip(Sample._fields, transposed, strict=True))
    temperatures = {name: columns.pop(name) for name in (TEMP_CELL, TEMP_AMB)}
    extended = {
        str(id_): temperatures[name] for name, id_ in channels.items() if name in temperatures
    }
    paused = [bool(one) for one in columns.pop("paused")]
    columns["paused"] = paused if any(paused) else []
    return Samples(first=columns.pop("n")[0], **columns, extended=extended)
