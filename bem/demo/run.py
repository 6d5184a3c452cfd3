"""`bem demo`: everything on one machine, with sample data and a one-time address to sign in."""

import logging
import os
import secrets
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Thread

import typer

from bem.demo.broker import MASTER_NODE, prepare_broker
from bem.demo.sample_data import StoppedError, add_samples, missing_samples
from bem.demo.stations import has_interrupted, set_up_stations
from bem.demo.supervisor import Supervisor
from bem.services import open_database, utc_now
from bem.settings import Settings
from cycling.errors import BemError, ConflictError, InputError
from dashboard.server import check_address
from db import migrations
from db.commands import users
from db.commands.audit import By
from db.engine import Database
from db.queries.users import list_users
from db.terms import Role

LOG = logging.getLogger("bem.demo")
LOOK_EVERY_S = 0.5
PATIENCE_S = 60.0
MARK = "demo"
USER = "demo"
UNIT = "virtual-1"
STATIONS = 5  # on the last one an experiment waits for its battery
READY_WITHIN_S = 120
BY = partial(By, "demo", "demo")


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
            typer.echo("Making sample data; this takes some seconds ...", err=True)
            add_samples(self._database, utc_now(), stopping=self._stopping)
            typer.echo("The sample data is complete.", err=True)


def run_demo(settings: Settings, *, host: str, port: int, fresh: bool, speed: float) -> None:
    """Prepare the data folder, start all processes, and watch over them until stopped.

    The stations run `speed` times faster than real time.
    """
    check_address(host, port)
    typer.echo(f"The demo keeps its data in {settings.data_dir}.", err=True)
    if fresh:
        _begin_again(settings)
    _mark(settings.data_dir)
    database = open_database(settings, check=False)
    if migrations.revision(database) != migrations.head():
        migrations.upgrade(database)
    _ensure_user(database)
    with Supervisor(_environment(settings)) as supervisor:
        supervisor.start("web", ["web", "--host", host, "--port", str(port)])
        shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - only compared
        _wait_until_ready(f"http://{shown}:{port}/health", supervisor)
        link = users.make_login_link(database, USER, now=utc_now())
        typer.echo(f"Open http://{shown}:{port}/login?token={link}")
        typer.echo("The address signs you in once. Ctrl-C ends the demo.", err=True)
        _start_stations(supervisor, settings, speed)
        supervisor.start("worker", ["worker"])
        _fill_while_running(supervisor, database)
    database.dispose()


def _fill_while_running(supervisor: Supervisor, database: Database) -> None:
    """Watch over the processes, and meanwhile make what the database lacks."""
    from bem.demo.run import Filling  # takes a second, which the link need not wait for

    filling = Filling(database, UNIT, stopping=lambda: supervisor.stopping)
    filling.start()
    supervisor.watch()
    filling.join()


def _start_stations(supervisor: Supervisor, settings: Settings, speed: float) -> None:
    """Start the broker, the master node, and a unit with stations."""
    broker = prepare_broker(settings.data_dir, (MASTER_NODE, UNIT))
    supervisor.start("broker", ["broker"])
    supervisor.start("master-node", ["master-node"], BEM_MQTT_URL=broker.url(MASTER_NODE))
    unit = ["--stations", str(STATIONS), "--speed", f"{speed:g}", "--hardware-id", UNIT]
    supervisor.start("virtual-cycler", ["virtual-cycler", *unit], BEM_MQTT_URL=broker.url(UNIT))


def _begin_again(settings: Settings) -> None:
    """Remove an earlier demo; never anything that a demo did not make."""
    folder = settings.data_dir
    if not settings.database_url.startswith(f"sqlite:///{folder}/"):
        raise InputError(
            "--fresh removes the demo's own database in the data folder. "
            "BEM_DATABASE_URL names another one: empty that yourself."
        )
    if folder.exists() and not (folder / MARK).exists() and any(folder.iterdir()):
        raise InputError(
            f"{folder} was not made by a demo, so --fresh leaves it alone. "
            "Name another folder with BEM_DATA_DIR."
        )
    if folder.exists():
        typer.echo("Removing the earlier demo: its experiments, batteries and uploads.", err=True)
        shutil.rmtree(folder, ignore_errors=True)


def _mark(folder: Path) -> None:
    """Note in an empty data folder that the demo made it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not any(folder.iterdir()):
            text = "Made by `bem demo`; `bem demo --fresh` empties this folder.\n"
            (folder / MARK).write_text(text)
    except OSError as error:
        raise InputError(
            f"The folder {folder} cannot be used ({error.strerror}). "
            "Name another one with BEM_DATA_DIR."
        ) from error


def _ensure_user(database: Database) -> None:
    """Add the demo's user, unless it is there."""
    if USER not in {user.name for user in list_users(database)}:
        try:
            # nobody knows this password: the one-time address is the way in
            password = secrets.token_urlsafe(32)
            users.add_user(database, USER, Role.ADMIN, password, by=BY(utc_now()))
        except ConflictError:
            pass


def _environment(settings: Settings) -> dict[str, str]:
    """Return the children's environment: the same settings, and a key of this demo."""
    key = settings.secret_key or _kept_key(settings.data_dir / "secret_key")
    own = {
        "BEM_DATABASE_URL": settings.database_url,
        "BEM_DATA_DIR": str(settings.data_dir),
        "BEM_SECRET_KEY": key,
        "BEM_WATTREX": "0",  # its broker is on the loopback address and lets no such unit in
    }
    kept = {name: value for name, value in os.environ.items() if not name.endswith("_FILE")}
    return {**kept, **own}


def _kept_key(file: Path) -> str:
    """Return the key of an earlier run, so that browsers stay signed in; else make one."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(48))
    return file.read_text().strip()


def _wait_until_ready(address: str, supervisor: Supervisor) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline and not supervisor.stopping:
        supervisor.mend()
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 - our own
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    if not supervisor.stopping:
        raise BemError("The web server did not start. What it said stands above.")
