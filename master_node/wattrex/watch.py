"""Looks at the tables that WattRex cyclers write, and says what their stations do."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from cycling.terms import ExperimentStatus, StationState
from db.commands.experiments import force_end
from db.commands.leases import LeaderTransaction
from db.commands.master_node import live_state
from db.commands.wattrex import live_state as wattrex_live
from db.commands.wattrex import repairs, units
from db.commands.wattrex.live_state import Look
from db.models import Experiment, StationLive
from db.queries.wattrex import runs as wattrex_runs
from db.queries.wattrex.runs import LastRow, WattrexStation

LOG = logging.getLogger("bem.master-node")

STALLED_AFTER = timedelta(seconds=60)
ZONE_OFF_S = 60.0  # smaller differences are the synchroniser's delay
STATES = {
    ExperimentStatus.RUNNING: StationState.RUNNING,
    ExperimentStatus.PAUSED: StationState.PAUSED,
}


@dataclass
class _Seen:
    """How far the rows of an experiment went when we last looked, and since when."""

    through: int
    since: datetime


class WattrexWatch:
    """Keeps what it saw last of each run, to know what is new. Nothing of it must survive."""

    def __init__(self, silent_after: timedelta, stalled_after: timedelta = STALLED_AFTER) -> None:
        self._silent_after, self._stalled_after = silent_after, stalled_after
        self._seen: dict[int, _Seen] = {}
        self.stored = 0  # samples that cyclers have stored by themselves

    def look(
        self, transaction: LeaderTransaction, *, speaks: bool, listens_since: float | None
    ) -> None:
        """Look at all stations.

        `speaks`: we speak the protocol, so that heartbeats tell something. `listens_since` is the
        monotonic time since when we would have heard them, None while we would not.
        """
        session, now = transaction.session, transaction.now
        wattrex_live.keep_names(session)
        for experiment_id in repairs.finish_open(session, now):
            self._seen.pop(experiment_id, None)  # rows that were put back are no new ones
        stations = wattrex_runs.stations(session)
        if not stations:
            return
        ids = [one.id for one in stations]
        judges = listens_since is not None and (
            time.monotonic() - listens_since > self._silent_after.total_seconds()
        )
        if judges:
            units.note_silent(session, now - self._silent_after)
        runs = wattrex_runs.open_runs(session, ids)
        rows = live_state.rows_of(session, ids, now)
        for station in stations:
            mine = [one for one in runs if one.station_id == station.id]
            self._station(
                transaction, station, mine, rows[station.id], speaks=speaks, judges=judges
            )
        force_end.look_for_returns(session, ids, now)
        for run in wattrex_runs.failed_runs(session, ids, now):
            wattrex_live.alarm_failed(session, run, now)
        self._seen = {one.id: self._seen[one.id] for one in runs if one.id in self._seen}

    def _station(
        self,
        transaction: LeaderTransaction,
        station: WattrexStation,
        runs: Sequence[Experiment],
        row: StationLive,
        *,
        speaks: bool,
        judges: bool,
    ) -> None:
        session, now = transaction.session, transaction.now
        # a row that an old crash has left as RUNNING is none that runs
        run = next((one for one in reversed(runs) if one.status in STATES), None)
        last, new = self._last(session, run, now) if run else (None, False)
        first_look = run is not None and row.experiment_id != run.id
        if run is not None and first_look:
            _look_for_withdrawal(session, station, run, now)
        noticed_at = now if new else last.at if last and first_look else None
        state = STATES[run.status] if run else StationState.IDLE
        seen_at = station.heard_at
        if not speaks:  # the tables are all that can be known
            seen_at = now if run is None else max(self._since(run, now), station.heard_at)
        wattrex_live.note(
            session, row, Look(state, run, last, noticed_at), seen_at=seen_at, now=now
        )
        silent = now - station.heard_at > self._silent_after
        if (judges or not silent) and wattrex_live.note_contact(
            session, row, station, silent=silent and speaks, now=now
        ):
            LOG.warning("what=contact-lost station=%s unit=%s", station.id, station.unit_id)
        if new and last is not None:
            offset_s = (last.at - now).total_seconds()
            wattrex_live.note_measures_offset(
                session, station.unit_id, offset_s if abs(offset_s) > ZONE_OFF_S else 0.0
            )
        if speaks and not silent:
            self._stalled(session, station, run or next(iter(runs), None), now)

    def _last(
        self, session: Session, run: Experiment, now: datetime
    ) -> tuple[LastRow | None, bool]:
        """Return the newest measure of a run, and whether it has come since we last looked."""
        last = wattrex_runs.last_row(session, run.id)
        through = last.measure_id if last else -1
        seen = self._seen.get(run.id)
        if seen is None:
            self._seen[run.id] = _Seen(through, now)
            return last, False
        new = through > seen.through
        self.stored += max(0, through - seen.through)
        if through != seen.through:
            self._seen[run.id] = _Seen(through, now)
        return last, new

    def _since(self, run: Experiment, now: datetime) -> datetime:
        seen = self._seen.get(run.id)
        return seen.since if seen else now

    def _stalled(
        self, session: Session, station: WattrexStation, run: Experiment | None, now: datetime
    ) -> None:
        """Alarm where measures should come and do not, or stand before their experiment began."""
        if run is None:
            return
        if run.status is ExperimentStatus.QUEUED:
            last, _new = self._last(session, run, now)
            if last is None:
                return  # it waits
        elif run.status is not ExperimentStatus.RUNNING:
            return
        seen = self._seen[run.id]
        if now - seen.since > self._stalled_after:
            wattrex_live.alarm_stalled(session, run, station, seen.through, now)


def _look_for_withdrawal(
    session: Session, station: WattrexStation, run: Experiment, now: datetime
) -> None:
    """Alarm where a cycler has begun what was cancelled or held back a moment before."""
    plan = wattrex_runs.withdrawn_plan(session, run)
    if plan is not None:
        LOG.warning("what=withdrawn-run experiment=%s station=%s", run.id, station.id)
        wattrex_live.alarm_withdrawn(session, run, station, plan, now)
