"""Builds what the commands need from the settings.

Every command loads this module, so what it builds is loaded when it is built.
"""

import atexit
import faulthandler
import gc
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bem.secrets import check_settings
from bem.settings import Settings, from_environment
from cycling.errors import InputError

if TYPE_CHECKING:
    from db.commands.audit import By
    from db.engine import Database

LOG = logging.getLogger("bem")


def utc_now() -> datetime:
    """Return the time; the clock of every command."""
    return datetime.now(UTC)


def read_settings() -> Settings:
    """Read the settings from the environment of this process; refuse secrets that are none."""
    settings = from_environment(os.environ)
    check_settings(settings)
    return settings


def look_for_database() -> None:
    """Raise UnavailableError if the database hangs; for what loads much before it opens it."""
    from db.heartbeats import knock

    knock(read_settings().database_url)


def open_database(settings: Settings, *, check: bool, for_pages: bool = False) -> "Database":
    """Open the database; refuse one that settings name wrongly, with `check` another revision.

    `for_pages`: somebody waits for every answer.
    """
    from db.heartbeats import knock

    knock(settings.database_url)  # before what takes long to load
    from db import migrations
    from db.engine import connect
    from db.failures import WrongDatabaseError
    from db.hanging import ANSWER_S, PAGE_S

    database = connect(settings.database_url, answer_s=PAGE_S if for_pages else ANSWER_S)
    try:
        migrations.check(database) if check else migrations.revision(database)
    except WrongDatabaseError as error:  # at the start it is a setting that somebody can correct
        raise InputError(str(error)) from error
    return database


@contextmanager
def logged_process(name: str, folder: Path) -> Iterator[None]:
    """Log the beginning of a process of a service with its folder, its end, and why it failed.

    Where a library in C takes it down, what each of its threads did stands in the log.
    """
    with suppress(OSError, ValueError):  # no file behind standard error
        faulthandler.enable()
    atexit.register(gc.freeze)  # else Python looks through everything once more before it ends
    number = os.getpid()
    LOG.info("what=process-begins name=%s process=%s data=%s", name, number, folder)
    said: object = "-"
    try:
        yield
    except Exception as error:
        said = error
        raise
    finally:
        LOG.info("what=process-ended name=%s process=%s said=%r", name, os.getpid(), str(said))


def system_user() -> str:
    """Return who runs this process; a container's user may have no name."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "command line"


def by_system_user() -> "By":
    """Return who acts now: who runs this process, on the command line."""
    from db.commands.audit import COMMAND_LINE, By

    return By(system_user(), COMMAND_LINE, utc_now())


def serve_web(settings: Settings, *, host: str, port: int, workers: int) -> None:
    """Serve the web application until told to stop."""
    from flask import Flask

    from dashboard.app import create_app
    from dashboard.server import serve
    from dashboard.settings import WebSettings
    from db.commands.data_folder import join_data_folder

    web_settings = WebSettings(
        secret_key=settings.secret_key or "",
        data_dir=settings.data_dir,
        base_url=settings.base_url,
        trusted_proxies=settings.trusted_proxies,
        metrics_token=settings.metrics_token,
        limits=settings.limits,
    )
    database = open_database(settings, check=True)
    join_data_folder(database, settings.data_dir, replaces=True)
    database.dispose()

    def make_app() -> Flask:
        database = open_database(settings, check=True, for_pages=True)
        return create_app(web_settings, database, clock=utc_now)

    serve(host, port, make_app, workers=workers, limits=settings.limits)
