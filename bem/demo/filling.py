"""Fills a demo while it runs already: first the stations, then the finished experiments."""

import logging
import time
from collections.abc import Callable
from threading import Thread

import typer

from bem.demo.sample_data import StoppedError, add_samples, missing_samples
from bem.demo.stations import has_interrupted, set_up_stations
from bem.services import utc_now
from cycling.errors import BemError
from db.engine import Database

LOG = logging.getLogger("bem.demo")

LOOK_EVERY_S = 0.5
PATIENCE_S = 60.0


class Filling:
    """A thread that makes what a demo's database lacks, until it is told to stop."""

    def __init__(
        self, database: Database, hardware_id: str, *, stopping: Callable[[], bool]
    ) -> None:
        self._database, self._hardware_id, self._stopping = database, hardware_id, stopping
        self._thread = Thread(target=self._fill, name="filling", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def join(self) -> None:
        """Wait until it has ended; an experiment that is half made is taken back."""
        self._thread.join(PATIENCE_S)

    def _fill(self) -> None:
        try:
            self._set_up(PATIENCE_S)
            self._add_samples()
        except StoppedError:
            pass
        except BemError as error:
            typer.echo(f"The demo's data is not complete: {error}", err=True)
        except Exception:  # the boundary of the thread
            LOG.exception("the demo's data is not complete")

    def _set_up(self, patience_s: float) -> None:
        interrupted = has_interrupted(self._database)
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            if self._stopping():
                raise StoppedError
            if set_up_stations(self._database, self._hardware_id, clock=utc_now):
                typer.echo("The stations are there.", err=True)
                if interrupted:
                    typer.echo(
                        "What ran when the demo ended is paused: nothing goes on by itself. "
                        "Resume it on the Monitor.",
                        err=True,
                    )
                return
            time.sleep(LOOK_EVERY_S)
        typer.echo("The stations do not come up. What was said stands above.", err=True)

    def _add_samples(self) -> None:
        if missing_samples(self._database):
            typer.echo("Making sample data; this takes about half a minute ...", err=True)
            add_samples(self._database, utc_now(), stopping=self._stopping)
            typer.echo("The sample data is complete.", err=True)
