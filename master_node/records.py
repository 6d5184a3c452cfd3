"""Samples and events of an experiment: taken in their order, each once."""

from datetime import UTC, datetime

import numpy as np
from sqlalchemy.orm import Session

from cycling.terms import StationState
from db.commands.alarms import ENDED_IN_ERROR, QUEUE_HELD, raise_alarm
from db.commands.leases import LeaderTransaction
from db.commands.master_node import live_state, runs
from db.commands.queue import hold_queue
from db.measures.rows import Floats, MeasureRows
from db.models import StationLive
from db.queries.stations.run import is_force_end
from db.terms import BY_LIMIT
from master_node.protocol import events
from master_node.protocol import messages as m
from master_node.protocol.codec import RefusedError
from master_node.protocol.events import AnyEvent

MILLI = 1000.0
MAX_REASON = 150  # characters of a reason within an alarm


def take_records(
    transaction: LeaderTransaction,
    run: runs.RunNow,
    row: StationLive,
    records: m.Records,
    latest_heartbeat_at: float | None,
) -> MeasureRows | None:
    """Take what follows on what is stored, and return its samples.

    Nothing of a message that leaves a gap is taken: its unit goes back to what is acknowledged.
    Raises RefusedError for a channel that is not the station's.
    """
    samples = records.samples
    if samples is not None:
        _check_channels(run, samples)
        if samples.first > run.row.through + 1:
            return None
    part = None if samples is None else _new_samples(run, samples)
    if samples is not None and part is not None:
        run.row.through = samples.last
        live_state.take_sample(row, _last_sample(records.experiment, samples), transaction.now)
    if part is not None or records.events:
        runs.accept(run.row, transaction.now)
    for event in records.events:
        if event.n == run.row.events_through + 1:
            _take_event(transaction, run, row, event, latest_heartbeat_at)
    return part


def _check_channels(run: runs.RunNow, samples: m.Samples) -> None:
    foreign = {int(key) for key in samples.extended} - run.channels
    if foreign:
        raise RefusedError(
            "channel", f"station {run.row.station_id} records no channel {min(foreign)}"
        )


def _new_samples(run: runs.RunNow, samples: m.Samples) -> MeasureRows | None:
    if samples.last <= run.row.through:
        return None
    voltage, current = _floats(samples.voltage), _floats(samples.current)
    power = _floats(samples.power) if samples.power else voltage * current
    # a pause is a step of its own, which has no number
    paused = np.array(samples.paused or [False] * len(samples.at))
    rows = MeasureRows(
        first_id=samples.first,
        unix_s=np.array(samples.at),
        instruction=np.array(samples.instruction, float),
        voltage_mv=voltage * MILLI,
        current_ma=current * MILLI,
        power_mw=power * MILLI,
        test_time_s=np.array(samples.test_time_s),
        step=np.where(paused, np.nan, np.array(samples.step, float)),
        cycle=np.array(samples.cycle, float),
        extended={int(key): _floats(column) for key, column in samples.extended.items()},
    )
    return rows.part(run.row.through + 1 - samples.first, len(rows))


def _floats(column: list[float | None]) -> Floats:
    return np.array(column, float)


def _last_sample(experiment_id: int, samples: m.Samples) -> live_state.LastSample:
    return live_state.LastSample(
        experiment_id=experiment_id,
        at=to_time(samples.at[-1]),
        instruction_id=samples.instruction[-1],
        step=samples.step[-1],
        cycle=samples.cycle[-1],
        test_time_s=samples.test_time_s[-1],
        voltage_v=samples.voltage[-1],
        current_a=samples.current[-1],
        paused=bool(samples.paused and samples.paused[-1]),
    )


def _take_event(
    transaction: LeaderTransaction,
    run: runs.RunNow,
    row: StationLive,
    event: AnyEvent,
    latest_heartbeat_at: float | None,
) -> None:
    plain = m.as_plain(event)
    detail = {key: value for key, value in plain.items() if key not in ("kind", "n", "at")}
    runs.add_event(run, event.n, to_time(event.at), plain["kind"], detail)
    if isinstance(event, events.Paused) and event.interrupted:
        live_state.note_outage(row, to_time(event.at))
    state = _carry_out(transaction, run, event)
    if state is None:
        return
    under_way = None if state is StationState.IDLE else run.row.experiment_id
    # an event that is older than the last heartbeat says nothing about now
    if latest_heartbeat_at is not None and event.at >= latest_heartbeat_at:
        live_state.take_event(row, state, under_way, transaction.now)
        if state is not StationState.RUNNING:
            volts = event.voltage if isinstance(event, events.Paused) else None
            live_state.note_off(row, to_time(event.at), volts)
    live_state.note_begin(row, state, under_way, to_time(event.at))


def _carry_out(
    transaction: LeaderTransaction, run: runs.RunNow, event: AnyEvent
) -> StationState | None:
    """Change the experiment's status, alarm; return what the station does then, if that changes."""
    session, experiment_id = transaction.session, run.row.experiment_id
    match event:
        case events.Started():
            begun = runs.begin(session, experiment_id, to_time(event.at))
            if not begun and not is_force_end(run.row.end_reason):  # that alarms by itself
                _alarm(
                    session, run, event, "cancelled", "The station began a cancelled experiment."
                )
            return StationState.RUNNING
        case events.Paused():
            if runs.is_paused(session, experiment_id):  # its station was off in a pause
                return None
            runs.pause(session, experiment_id)
            if event.interrupted:
                _alarm(session, run, event, "interrupted", _interruption(event))
            return StationState.PAUSED
        case events.Resumed():
            runs.resume(session, experiment_id)
            return StationState.RUNNING
        case events.Tripped():
            code = BY_LIMIT if _goes_on(run, event.limit) else "trip"
            _alarm(session, run, event, code, event.text or _trip(event))
            return StationState.ERROR
        case events.Warned():
            _alarm(session, run, event, event.code, event.text)
        case events.Ended():
            _end(transaction, run, event)
            return StationState.IDLE
    return None


def _end(transaction: LeaderTransaction, run: runs.RunNow, event: events.Ended) -> None:
    session, now, reason = transaction.session, transaction.now, event.reason
    earlier = runs.events_of(session, run)
    tripped, begun = "tripped" in earlier, "started" in earlier
    if event.result == "stopped":
        reason = runs.stop_reason(session, run.row.experiment_id, reason)
    by_limit = tripped and _goes_on(run, earlier["tripped"].get("limit"))
    as_written = event.result == "finished" and begun and not tripped
    if not as_written and not (by_limit and event.result != "stopped"):
        _let_nothing_follow(transaction, run, event, tripped, reason)
    failed = event.result == "error" or tripped
    runs.end(session, run.row, failed=failed, reason=reason, at=to_time(event.at), now=now)
    if not event.output_off:
        text = (
            "The experiment has ended, and the station does not say that its output is off. "
            "Current may still be flowing: go to the station."
        )
        _alarm(session, run, event, "output on", text)


def _goes_on(run: runs.RunNow, limit: float | None) -> bool:
    """Whether the laboratory wants what waits to follow when a safety limit has acted."""
    return run.goes_on_after_limit and limit is not None


def _let_nothing_follow(
    transaction: LeaderTransaction,
    run: runs.RunNow,
    event: events.Ended,
    tripped: bool,
    reason: str,
) -> None:
    """Hold the queue after an end that is not "finished as written"; alarm, if no trip has."""
    session, experiment_id = transaction.session, run.row.experiment_id
    ways = {
        "stopped": ("stopped", "was stopped here"),
        "error": (ENDED_IN_ERROR, "ended in error here"),
        "finished": ("never begun", "ended here, and its station never said that it began"),
    }
    code, what = ("trip", "tripped here") if tripped else ways[event.result]
    why = f"Experiment {experiment_id} {what}."
    if not tripped and event.output_off:  # else there is another alarm
        _alarm(session, run, event, code, f"{end_words(experiment_id, why, reason)} {QUEUE_HELD}")
    hold_queue(session, run.row.station_id, why, now=transaction.now)


def end_words(experiment_id: int, why: str, reason: str) -> str:
    """Say how an experiment ended and why, once: a reason that says "Stopped by" is no second."""
    sentence = reason.strip()
    if not sentence:
        return why
    if len(sentence) > MAX_REASON:
        sentence = f"{sentence[: MAX_REASON - 1].rstrip()}…"
    end = "" if sentence.endswith((".", "!", "?", "…")) else "."
    if sentence.startswith("Stopped "):
        return f"Experiment {experiment_id} was s{sentence[1:]}{end}"
    return f"{why} {sentence[:1].upper()}{sentence[1:]}{end}"


def _interruption(event: events.Paused) -> str:
    """Say what happened, so that it stays true when the run has gone on."""
    text = "The station was off in the middle of the experiment, and paused it when it came back"
    if event.voltage_before is not None and event.voltage is not None:
        text += f": {event.voltage_before:.3f} V before, {event.voltage:.3f} V now"
    return f"{text}. Look at the cell."


def _trip(event: events.Tripped) -> str:
    value = "no value" if event.value is None else f"{event.value:g}"
    limit = "" if event.limit is None else f", the limit is {event.limit:g}"
    return f"{event.channel}: {value}{limit}. The output is off."


def _alarm(session: Session, run: runs.RunNow, event: AnyEvent, code: str, text: str) -> None:
    raise_alarm(
        session,
        key=f"run-{run.row.experiment_id}-{event.n}",
        station_id=run.row.station_id,
        experiment_id=run.row.experiment_id,
        code=code,
        text=text,
        at=to_time(event.at),
    )


def to_time(unix_s: float) -> datetime:
    """Return a message's time."""
    return datetime.fromtimestamp(unix_s, UTC)
