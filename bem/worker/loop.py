"""The worker: claims jobs, does them, says how they went; any number may run."""

import logging
import os
import signal
import socket
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType

from sqlalchemy.exc import SQLAlchemyError

from bem.worker.cycle_rules import CycleWatcher
from bem.worker.cycle_summaries import SummaryKeeper
from bem.worker.jobs import HANDLERS, Workplace
from bem.worker.log import name_of
from cycling.errors import InputError, NotFoundError, UnavailableError
from db import series
from db.commands import form_tokens, jobs, kept_files, leases, uploads
from db.commands.experiments import deletion, reservations
from db.commands.experiments.damage import alarm_damage
from db.commands.jobs import Claim, JobInterruptedError, JobStoppedError
from db.engine import Database
from db.failures import DiskFullError
from db.limits import USUAL, Limits
from db.measures import packing
from db.measures.statistics import experiment_statistics, outdated
from db.series import upkeep

LOG = logging.getLogger("bem.worker")

IDLE_S = 0.25
UNREACHABLE_S = 2.0
NICE = 5
SWEEP_EVERY = timedelta(seconds=15)
LOOK_EVERY = timedelta(seconds=30)
GIVE_UP_EVERY = timedelta(hours=6)


class Worker:
    """One process that works until it is told to stop."""

    def __init__(
        self,
        database: Database,
        data_dir: Path,
        clock: Callable[[], datetime],
        limits: Limits = USUAL,
    ) -> None:
        self.name = f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._asked_to_stop = False  # no Event: setting one in a signal handler can block for ever
        self._place = Workplace(
            database, data_dir, clock, lambda: self._asked_to_stop, self.say_present, limits
        )
        self._watcher = CycleWatcher(database)
        self._summaries = SummaryKeeper(database)
        self._said_at = float("-inf")
        self._trouble = ""
        self._swept_at: datetime | None = None
        self._looked_at: datetime | None = None
        self._due: list[tuple[int, bool]] = []
        self._outdated: list[int] = []  # statistics that an older rule made
        self._rows: list[int] = []  # experiments whose rows are to be given up
        self._rows_at: datetime | None = None

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Finish: a running job goes back to the queue."""
        self._asked_to_stop = True

    def run(self) -> None:
        """Work until stopped; a database that is away for a while is waited for."""
        LOG.info("what=ready name=%s", self.name)
        while not self._asked_to_stop:
            try:
                self.say_present()
                self._sweep()
                did = self.work_once() or self.look_after_series() or self.renew_statistics()
                if not (did or self.renew_cycles() or self.give_up_rows()):
                    time.sleep(IDLE_S)
                self._note_trouble("")
            except UnavailableError as error:
                self._note_trouble(str(error))
                time.sleep(UNREACHABLE_S)
            except (SQLAlchemyError, OSError):  # a full disk, say: the others need this worker
                LOG.exception("what=no-look-for-work")
                time.sleep(UNREACHABLE_S)
        with suppress(UnavailableError, SQLAlchemyError):  # it is forgotten after some minutes
            leases.end_presence(self._place.database, leases.WORKER, self.name)

    def _note_trouble(self, said: str) -> None:
        """Log what is wrong with the database when that changes: an outage may last for hours."""
        if said and said != self._trouble:
            LOG.warning("what=database-trouble said=%r", said)
        elif self._trouble and not said:
            LOG.info("what=database-back")
        self._trouble = said

    def say_present(self) -> None:
        """Note every 5 s that this worker lives, and judge cycles; called from whatever it does."""
        self._watcher.look()
        if time.monotonic() - self._said_at < leases.HEARTBEAT_EVERY_S:
            return
        self._said_at = time.monotonic()
        leases.say_present(self._place.database, leases.WORKER, self.name)

    def work_once(self) -> bool:
        """Do one job if there is one."""
        place = self._place
        mine = jobs.claim(place.database, worker=self.name, kinds=list(HANDLERS), now=place.clock())
        if mine is None:
            return False
        LOG.info(
            "what=job-begins %s kind=%r attempt=%s user=%r",
            name_of(mine),
            mine.kind,
            mine.attempt,
            mine.user_name,
        )
        self._do(mine)
        return True

    def look_after_series(self) -> bool:
        """Bring the series store of one experiment up to date; stop where a job comes in."""
        place, now = self._place, self._place.clock()
        if not self._due:
            if self._looked_at is not None and now - self._looked_at < LOOK_EVERY:
                return False
            self._looked_at = now
            self._due = upkeep.find_due(place.database, now)
            self._outdated = outdated(place.database)
            self._summaries.look(now)
        if not self._due:
            return False
        experiment_id, ended = self._due.pop(0)
        with suppress(JobInterruptedError):  # what is copied stays; the rest comes next time
            done = series.reconcile(
                place.database, experiment_id, final=ended, now=now, on_progress=self._go_on
            )
            alarm_damage(place.database, experiment_id, done.damage, done.lost, now)
        return True

    def renew_statistics(self) -> bool:
        """Make the statistics of one experiment anew that an older rule made."""
        if not self._outdated:
            return False
        experiment_id = self._outdated.pop()
        with suppress(series.BeingPreparedError):  # when it is copied, then
            experiment_statistics(self._place.database, experiment_id)
        LOG.info("what=statistics-renewed experiment=%s", experiment_id)
        return True

    def renew_cycles(self) -> bool:
        """Make the kept numbers of one experiment's cycles anew, where they hold no more."""
        return self._summaries.renew_one(self._place.clock())

    def give_up_rows(self) -> bool:
        """Give up the rows of one experiment that ended so many days ago; which is looked daily."""
        place, now = self._place, self._place.clock()
        days = timedelta(days=place.limits.keep_rows_days)
        if not days:
            return False
        if not self._rows and (self._rows_at is None or now - self._rows_at >= GIVE_UP_EVERY):
            self._rows_at = now
            self._rows = packing.due(place.database, now - days)
        if not self._rows:
            return False
        experiment_id = self._rows.pop(0)
        with suppress(JobInterruptedError, NotFoundError):  # tomorrow, then
            reason = packing.pack(place.database, experiment_id, now, self._go_on)
            LOG.info("what=rows-given-up experiment=%s kept=%r", experiment_id, reason or "")
        return True

    def _go_on(self, _done: int, _total: int = 0) -> None:
        self.say_present()
        if self._asked_to_stop or jobs.is_waiting(self._place.database):
            raise JobInterruptedError("Something more urgent came.")

    def _do(self, mine: Claim) -> None:
        place = self._place
        try:
            HANDLERS[mine.kind](place, mine)
        except JobInterruptedError as error:
            LOG.info("what=job-put-back %s said=%r", name_of(mine), str(error))
            jobs.release(place.database, mine)
        except JobStoppedError as error:
            LOG.info("what=job-stopped %s said=%r", name_of(mine), str(error))
            jobs.end_cancelled(place.database, mine, now=place.clock())
        except (InputError, DiskFullError) as error:
            self._fail(mine, str(error))
        except UnavailableError as error:
            # the job goes silent and is claimed again once the database is back
            LOG.warning("what=job-left %s said=%r", name_of(mine), str(error))
            raise
        except Exception:  # the boundary of a job: the worker must live on
            LOG.exception("what=job-broke %s", name_of(mine))
            self._fail(
                mine,
                "Something went wrong in the program; nothing of it was kept. "
                f"Tell an admin, naming task {mine.job_id}.",
            )
        else:
            LOG.info("what=job-done %s", name_of(mine))

    def _fail(self, mine: Claim, sentence: str) -> None:
        """End a job with what its user reads; the log has it too."""
        LOG.warning("what=job-failed %s said=%r", name_of(mine), sentence)
        now = self._place.clock()
        jobs.end_failed(self._place.database, mine, error=sentence, now=now)

    def _sweep(self) -> None:
        place, now = self._place, self._place.clock()
        if self._swept_at is not None and now - self._swept_at < SWEEP_EVERY:
            return
        self._swept_at = now
        for job_id in jobs.fail_hopeless(place.database, now=now):
            LOG.warning("what=job-failed job=%s said=%r", job_id, jobs.HOPELESS)
        swept = reservations.sweep(place.database, now)
        swept += uploads.sweep_uploads(place.database, place.data_dir, now=now)
        swept += kept_files.sweep_kept(place.database, place.data_dir)
        swept += form_tokens.sweep_form_tokens(place.database, now=now)
        with suppress(JobInterruptedError):  # the rest comes next time
            swept += deletion.sweep(place.database, now, self._go_on)
        if swept:
            LOG.info("what=leftovers-removed count=%s", swept)


def run_worker(
    database: Database, data_dir: Path, clock: Callable[[], datetime], limits: Limits
) -> None:
    """Run a worker until SIGTERM or Ctrl-C; where pages need the processor, it is theirs first."""
    os.nice(NICE)
    worker = Worker(database, data_dir, clock, limits)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, worker.stop)
    worker.run()
