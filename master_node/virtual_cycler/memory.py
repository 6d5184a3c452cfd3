"""What a unit remembers: the file, what is still to be written to it, and what is on its way."""

from collections.abc import Callable, Mapping

from cycling.battery.model import BatteryState
from master_node.protocol.messages import CommandAnswer, Offer, OfferAnswer, Records
from master_node.virtual_cycler.battery import model_for
from master_node.virtual_cycler.outbox import Outbox
from master_node.virtual_cycler.records import Progress, RecordBatch
from master_node.virtual_cycler.store import Batch, Store, StoredRun, Watermark

MAX_REST_S = 3600.0  # that a battery is given for the time in which the unit was off


class Memory:
    """Answers, runs and records of a unit. What is not written yet is not sent."""

    def __init__(self, store: Store, now: float, speed: float) -> None:
        self.runs: list[StoredRun] = store.runs()
        self.battery_states = _rested(store, self.runs, now, speed)
        self._store = store
        self._batch = Batch()
        self._answers: dict[int, CommandAnswer] = {}  # of commands, not written yet
        self._outboxes: dict[int, Outbox] = {}
        self._ended: set[int] = set()
        for run in self.runs:
            watermark = store.last(run.experiment)
            self._outboxes[run.experiment] = Outbox(
                run.experiment, run.offer.station, run.acknowledged, watermark
            )
            if run.progress.ended:
                self._ended.add(run.experiment)

    def knows(self, experiment: int) -> bool:
        """Whether a run is not acknowledged to its end."""
        return experiment in self._outboxes

    def offer_answer(self, experiment: int) -> OfferAnswer | None:
        """Return what was answered when an experiment was offered."""
        return self._store.offer_answer(experiment)

    def command_answer(self, command: int) -> CommandAnswer | None:
        """Return what was answered to a command."""
        return self._answers.get(command) or self._store.command_answer(command)

    def begin(self, link: str, offer: Offer, answer: OfferAnswer) -> None:
        """Remember that an experiment begins."""
        self._batch.offers.append(answer)
        self._batch.begun.append((link, offer))
        nothing = Watermark()
        self._outboxes[offer.experiment] = Outbox(offer.experiment, offer.station, nothing, nothing)

    def withdraw(self, experiment: int) -> None:
        """Forget an experiment that could not be written."""
        batch = self._batch
        batch.offers = [one for one in batch.offers if one.experiment != experiment]
        batch.begun = [one for one in batch.begun if one[1].experiment != experiment]
        batch.recorded = [one for one in batch.recorded if one.experiment != experiment]
        batch.progress.pop(experiment, None)
        self._outboxes.pop(experiment, None)

    def refuse(self, answer: OfferAnswer) -> None:
        """Remember that an experiment was refused."""
        self._batch.offers.append(answer)

    def note_answer(self, answer: CommandAnswer) -> None:
        """Remember what was answered to a command."""
        self._answers[answer.id] = answer
        self._batch.commands.append(answer)

    def record(self, records: RecordBatch, progress: Progress) -> None:
        """Take over what a station has recorded, and how far it is now."""
        if records.experiment not in self._outboxes:
            return
        if records.samples or records.events:
            self._batch.recorded.append(records)
        self._batch.progress[records.experiment] = progress
        if progress.ended:
            self._ended.add(records.experiment)

    def keep_battery(self, battery_id: int, state: BatteryState[float]) -> None:
        """Remember the state of a battery."""
        self._batch.batteries[battery_id] = state

    def acknowledge(self, experiment: int, watermark: Watermark, clock_s: float) -> bool:
        """Note what the master node has stored; return whether that is news."""
        outbox = self._outboxes.get(experiment)
        if outbox is None or not outbox.acknowledge(watermark, clock_s):
            return False
        self._batch.acknowledged[experiment] = outbox.acknowledged
        waits = any(one.experiment == experiment for one in self._batch.recorded)
        if experiment in self._ended and outbox.empty and not waits:
            self._batch.closed.add(experiment)
            del self._outboxes[experiment]
        return True

    def park(self, experiment: int, clock_s: float) -> bool:
        """Keep a run that the master node does not know, silently; return whether it has ended."""
        if experiment in self._outboxes:
            self._outboxes[experiment].park(clock_s)
        return experiment in self._ended

    def write(self, now: float) -> None:
        """Write everything that is new. Raises UnavailableError; it is then tried again."""
        self._store.write(self._batch, now)
        batch, self._batch = self._batch, Batch()
        self._answers.clear()
        for records in batch.recorded:
            outbox = self._outboxes.get(records.experiment)
            if outbox is None:
                continue
            samples = records.samples[-1].n if records.samples else -1
            events = records.events[-1].n if records.events else -1
            outbox.add(Watermark(samples, events))

    def send_again(self) -> None:
        """Send everything that is not acknowledged once more."""
        for outbox in self._outboxes.values():
            outbox.go_back()
            outbox.unpark()

    def pump(
        self,
        channels: Callable[[int], Mapping[str, int]],
        send: Callable[[Records], bool],
        clock_s: float,
    ) -> None:
        """Send of each run what may be sent now; `channels` has the ids of a station's."""
        for outbox in self._outboxes.values():
            outbox.pump(self._store, channels(outbox.station), send, clock_s)

    def pending(self, station: int) -> int:
        """How many samples of a station are not acknowledged."""
        return sum(one.pending for one in self._outboxes.values() if one.station == station)


def _rested(
    store: Store, runs: list[StoredRun], now: float, speed: float
) -> dict[int, BatteryState[float]]:
    """Return the batteries' states; those of runs have rested while the unit was off."""
    batteries = store.batteries()
    states = {key: state for key, (state, _) in batteries.items()}
    for run in runs:
        battery = run.offer.battery
        if battery.id in batteries:
            state, at = batteries[battery.id]
            rest_s = min(max(now - at, 0.0) * speed, MAX_REST_S)
            states[battery.id] = model_for(battery).step(state, 0.0, rest_s)
    return states
